/* What mailboxes were handed, gathered from decision records for one write. */
#ifndef LEARN_RECEIVED_BATCH_H
#define LEARN_RECEIVED_BATCH_H

#include <glib.h>
#include <stdbool.h>

#include "journal/recorded.h"
#include "learn/canonical.h"

struct received_batch;

/* received_batch_create - an empty one
 * in    source   which mailbox an address leads to, and the store; must outlive it
 * own   the caller, received_batch_destroy() */
struct received_batch *received_batch_create(const struct canonical_source *source);

/* received_batch_add - take what a record tells of recipients of ours; texts are copied
 * err   our own mail, and what was refused, is left out */
void received_batch_add(struct received_batch *b, const struct recorded *r);

/* received_batch_write - write all that was added; repeating it is harmless
 * err   false: as store_write_many(), or the store did not say who is meant; e says why */
bool received_batch_write(struct received_batch *b, GError **e);

/* received_batch_destroy - sets *b to NULL */
void received_batch_destroy(struct received_batch **b);

#endif
