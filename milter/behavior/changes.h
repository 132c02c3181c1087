/* Records as changes of a store; only files of this module include it. */
#ifndef BEHAVIOR_CHANGES_H
#define BEHAVIOR_CHANGES_H

#include "behavior/behavior.h"
#include "store/keys.h"

/* For whom a message has been counted: a set of 32-bit hashes. When it is full, nothing of
 * that message counts any more; a message has seldom more than some 100 recipients here. */
#define MARK_BYTES 4
#define MARKS_MOST 1000

/* history_change - a write that merges h into the record of a key
 * in    family   TENANT wraps it into a baseline, all others store it as it is
 * own   what the write points to lives in a; key is borrowed */
struct store_write history_change(struct arena *a, enum family family, struct bytes key,
				  const struct history *h);

/* thread_change - a write that puts a thread record
 * own   what the write points to lives in a; key is borrowed */
struct store_write thread_change(struct arena *a, struct bytes key,
				 const struct thread *t);

#endif
