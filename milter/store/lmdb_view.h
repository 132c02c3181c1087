/* What one read transaction of LMDB sees, for the files of this module that map one. */
#ifndef STORE_LMDB_VIEW_H
#define STORE_LMDB_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/answer.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "store/store.h"

struct MDB_txn;
struct MDB_cursor;

struct lmdb_view {
	struct MDB_txn *txn;
	unsigned dbi;
	int64_t now_s;             /* what expired before is absent */
	size_t room;               /* for the values of a batch; 0: no bound */
	struct bytes from;         /* where a scan begins, if that is behind its prefix */
	struct MDB_cursor *cursor; /* of the scan that runs, for who must leave it */
};

/* lmdb_view_get - the value of a key
 * own   the map: gone with the transaction
 * err   UNKNOWN: LMDB could not read; NO is certain */
enum answer lmdb_view_get(const struct lmdb_view *v, struct bytes key,
			  struct bytes *value_r);

/* lmdb_view_read_many - answer a batch, see store_read_many()
 * own   values are copied into a
 * err   what was not answered before the deadline, or is beyond the room, stays as it
 *       was */
void lmdb_view_read_many(const struct lmdb_view *v, struct store_read *r, size_t n,
			 int64_t deadline_us, struct arena *a);

/* lmdb_view_scan - see every pair whose key begins with a prefix, sorted by key
 * err   false: LMDB could not read on */
bool lmdb_view_scan(struct lmdb_view *v, struct bytes prefix,
		    bool (*see)(const struct store_record *record, void *to), void *to);

#endif
