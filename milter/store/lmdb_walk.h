/* Every page of an LMDB file that is in use, looked at without LMDB. */
#ifndef STORE_LMDB_WALK_H
#define STORE_LMDB_WALK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

#define LMDB_WALK_NEWEST UINT64_MAX

/* lmdb_walk - do all pages of a file hang together: in place, of the right kind, each used
 *             once, keys in order, as many as the file says?
 * in    path   only for errors
 *       txn    the state to look at: that of a transaction which the caller keeps open, or
 *              LMDB_WALK_NEWEST of a file that nobody writes
 * out   sound_r->entries   pairs, also those that expired
 * err   false: no; e names the page and what is wrong with it
 * cost  reads the file once, one page of memory for each level */
bool lmdb_walk(int fd, const char *path, uint64_t txn, struct store_sound *sound_r,
	       GError **e);

#endif
