/* Threads that read the messages of an archive ahead of whoever learns from them. */
#ifndef LEARN_READ_AHEAD_H
#define LEARN_READ_AHEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "learn/archived_message.h"

struct read_ahead;

/* read_ahead_create - start reading
 * in    setup     must outlive it
 *       threads   at least one
 * own   the caller, read_ahead_destroy()
 * use   all functions from one thread */
struct read_ahead *read_ahead_create(const struct learner_setup *setup,
				     unsigned threads) MUST_CHECK;

/* read_ahead_has_room - may a message of n bytes be given?
 * err   yes when nothing is there */
bool read_ahead_has_room(const struct read_ahead *w, size_t n);

/* read_ahead_give - have a message read
 * in    raw   need not outlive the call
 * use   only when read_ahead_has_room() */
void read_ahead_give(struct read_ahead *w, struct bytes raw);

/* read_ahead_next - the oldest message that was given and not yet taken; waits until it is read
 * out   NULL: there is none
 * own   good until the next call of any of these functions */
const struct archived_message *read_ahead_next(struct read_ahead *w);

/* read_ahead_destroy - end the threads; what was given and not taken is dropped; sets *w to NULL
 * in    *w may be NULL */
void read_ahead_destroy(struct read_ahead **w);

#endif
