/* Any number of keys and values put in order with bounded memory: sorted runs go to
 * temporary files, and come back merged. */
#ifndef STORE_SORTER_H
#define STORE_SORTER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/answer.h"
#include "base/bytes.h"
#include "base/compiler.h"

struct sorter;

/* sorter_create - begin to gather
 * in    folder        where runs are kept; they have no name there and vanish by themselves
 *       memory_bytes  for what waits in memory; 0 is the usual 128 MB
 * own   the caller, sorter_destroy() */
struct sorter *sorter_create(const char *folder, size_t memory_bytes) MUST_CHECK;

/* sorter_add - one more pair, copied; of one key the pair added last stays
 * in    key, value   within LIMIT_KEY_BYTES and 2 * LIMIT_VALUE_BYTES
 * err   false: a run could not be written; e says why */
bool sorter_add(struct sorter *s, struct bytes key, struct bytes value, GError **e);

/* sorter_end - nothing more will be added
 * err   false: a run could not be read; e says why */
bool sorter_end(struct sorter *s, GError **e);

/* sorter_next - the next pair in the order of the bytes of its key
 * own   s, until the next call
 * err   NO: there is none; UNKNOWN: a run could not be read, e says why
 * use   after sorter_end() */
enum answer sorter_next(struct sorter *s, struct bytes *key_r, struct bytes *value_r,
			GError **e);

/* sorter_bytes - bytes of all keys and values that were added */
uint64_t sorter_bytes(const struct sorter *s);

/* sorter_count - pairs that were added, the same key counted each time */
uint64_t sorter_count(const struct sorter *s);

/* sorter_destroy - sets *s to NULL
 * in    *s may be NULL */
void sorter_destroy(struct sorter **s);

#endif
