/* The few lines beside a snapshot that say what it must be, so that half a copy is never
 * opened. */
#ifndef STORE_MANIFEST_H
#define STORE_MANIFEST_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define MANIFEST_SUM_HEX 64 /* SHA-256 */
#define MANIFEST_APPLIED 64 /* overlays that one snapshot may contain the changes of */
#define MANIFEST_NAME_BYTES 17

/* how far the changes of an overlay are contained */
struct manifest_applied {
	char overlay[MANIFEST_NAME_BYTES]; /* its name: 16 hexadecimal digits */
	int64_t change;                    /* the last one */
};

struct manifest {
	int64_t bytes, keys;
	char ends[MANIFEST_SUM_HEX + 1];  /* of the first and the last 64 KB */
	char whole[MANIFEST_SUM_HEX + 1]; /* of the file */
	int64_t built_s;                  /* when; 0: not said */
	unsigned first_slot, last_slot;   /* whose keys it holds */
	struct manifest_applied applied[MANIFEST_APPLIED];
	size_t n_applied;
};

/* manifest_path - where the manifest of a snapshot is
 * own   the caller frees with g_free() */
char *manifest_path(const char *snapshot);

/* manifest_parse - read its text
 * err   false: e says which line is wrong or missing */
bool manifest_parse(const char *path, struct bytes text, struct manifest *m_r,
		    GError **e);

/* manifest_measure - what a manifest of this file must say of its bytes; the rest stays empty
 * in    path    only for errors
 *       whole   also the sum of the whole file, else it stays empty
 * err   false: cannot read; e says why
 * cost  128 KB are read, or everything */
bool manifest_measure(int fd, const char *path, bool whole, struct manifest *m_r,
		      GError **e);

/* manifest_read - read that of a snapshot
 * in    snapshot   path of the snapshot
 * err   false: there is none, or it is wrong; e says so */
bool manifest_read(const char *snapshot, struct manifest *m_r, GError **e);

/* manifest_write - put the manifest of a snapshot in place
 * in    snapshot   path of the snapshot
 * err   false: the old one is still there; e says why */
bool manifest_write(const char *snapshot, const struct manifest *m, GError **e);

/* manifest_check - is this file what its manifest says?
 * in    snapshot   path of the snapshot, beside which the manifest is
 *       whole      also compare every byte, else only size, beginning and end
 * out   *said_r   the manifest; may be NULL
 * err   false: no, or there is no manifest; e says why and what to do
 * cost  as manifest_measure() */
bool manifest_check(int fd, const char *snapshot, bool whole, struct manifest *said_r,
		    GError **e);

#endif
