/* What wonted-review needs of the store, and of wonted-learn. */
#ifndef CMD_REVIEW_MEMORY_H
#define CMD_REVIEW_MEMORY_H

#include "config/options.h"
#include "review/memory.h"

/* review_memory_open - the store is opened when it is asked for first
 * in    o   outlives it
 * out   *memory_r   for review_open()
 * own   review_memory_close() */
struct review_store *review_memory_open(const struct options *o,
					struct review_memory *memory_r);

/* review_memory_close - give back; nobody asks any more */
void review_memory_close(struct review_store *s);

#endif
