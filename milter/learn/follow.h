/* The journal eaten: records in, behavior out, in batches; how far it came is kept on disk,
 * so that nothing is lost and nothing counts twice, whatever is stopped or pulled out. */
#ifndef LEARN_FOLLOW_H
#define LEARN_FOLLOW_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "config/options.h"
#include "learn/training_event.h"
#include "store/store.h"

#define FOLLOW_CONSUMER "learn" /* of the cursor in the journal's folder */

struct follow_setup {
	const struct options *options;
	const char *folder;  /* of the spool */
	struct store *store; /* opened for writing */
	bool keep_position;  /* begin where the last one stopped, and keep where we stop;
			       only one may do so at a time */
};

struct follow_done {
	size_t lines;                 /* read */
	size_t damaged;               /* of them no records; or without an end */
	size_t kinds[TRAINING_KINDS]; /* records by what became of them */
	size_t in, out;               /* events */
	size_t counted, repeated;     /* events that changed something, and known ones */
	size_t keys;                  /* written */
	int64_t bytes;                /* read */
};

struct follower;

/* follow_begin - get ready to eat a journal
 * own   the caller, follow_end(); setup's pointers must outlive it
 * err   NULL: the folder cannot be read, or somebody else follows it; e says which */
struct follower *follow_begin(const struct follow_setup *setup, GError **e) MUST_CHECK;

/* follow_store_is_empty - does a store know no tenant at all?
 * err   false, also where it did not answer */
bool follow_store_is_empty(const struct options *o, struct store *store);

/* follow_some - eat one batch
 * in    now_s
 * out   *more_r   there may be more at once
 * err   false: nothing of the batch counts, or not certainly; e says why. The next call
 *       tries the same batch again, and what it had written is known by its marks */
bool follow_some(struct follower *f, int64_t now_s, bool *more_r, GError **e);

/* follow_done_so_far - what became of the records */
struct follow_done follow_done_so_far(const struct follower *f);

/* follow_where - "FILE:BYTE", for people
 * own   the caller: g_free() */
char *follow_where(const struct follower *f);

/* follow_end - keep the position; sets *f to NULL
 * err   a position that cannot be kept is said in the log, and costs only time;
 *       *f may be NULL */
void follow_end(struct follower **f);

#endif
