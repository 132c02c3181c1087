/* Is a file whole enough to be mapped? */
#ifndef STORE_LMDB_CHECK_H
#define STORE_LMDB_CHECK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define LMDB_PAGE_HEADER 16
#define LMDB_NO_PAGE UINT64_MAX

/* The meta record behind a page header, as far as we look. Layout: LMDB 0.9, data format
 * version 1, 64 bits. */
struct lmdb_meta {
	uint32_t magic, version;
	uint64_t address, map_bytes;
	struct lmdb_tree {
		uint32_t pad; /* of the first: bytes of a page */
		uint16_t flags, depth;
		uint64_t branch_pages, leaf_pages, overflow_pages, entries, root;
	} trees[2]; /* what is free; what is stored */
	uint64_t last_page, txn;
};

/* lmdb_check - look at size and meta pages of an open LMDB file, without mapping it
 * in    path   only for the error
 * err   false: a page of it, once touched, could end the process; e says what is wrong */
bool lmdb_check(int fd, const char *path, GError **e);

/* lmdb_meta_read - one of the two meta records
 * in    at   0, or the size of a page
 * err   false: there is none */
bool lmdb_meta_read(int fd, off_t at, struct lmdb_meta *m_r);

#endif
