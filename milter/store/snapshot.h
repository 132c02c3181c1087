/* A dataset as one file: sorted, read-only, put in place whole. It is built by the tool in
 * one pass and opened by readers as "lmdb-snapshot:PATH" without being loaded. Beside it
 * stands PATH.manifest, which says how long it is and what it must add up to. */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "store/manifest.h"
#include "store/store.h"

struct snapshot_builder;

struct snapshot_setup {
	const char *path;
	size_t memory_bytes; /* for sorting; 0 is the usual 128 MB */
	unsigned shard,
		shards; /* only keys of the shard's slots (store/slot.h); 0: all */
	/* called now and then while the file is written; may be NULL */
	void (*progress)(uint64_t done, uint64_t all, void *to);
	void *to;
};

struct snapshot_built {
	uint64_t keys;
	uint64_t bytes; /* of the file */
};

/* snapshot_begin - gather what a snapshot shall hold
 * own   the caller, snapshot_builder_destroy(); setup's texts are copied
 * err   nothing is written yet */
struct snapshot_builder *snapshot_begin(const struct snapshot_setup *setup) MUST_CHECK;

/* snapshot_applied - what is added contains an overlay's changes up to this one; said twice of
 *                    one, the lower holds
 * err   false: there are too many overlays */
bool snapshot_applied(struct snapshot_builder *b, const struct manifest_applied *applied,
		      GError **e) MUST_CHECK;

/* snapshot_add - one more key, if it is of the shard; of one key the value added last stays
 * in    r   also when it expires: it keeps the lifetime that it has
 * err   false: temporary files could not be written; e says why */
bool snapshot_add(struct snapshot_builder *b, const struct store_record *r, GError **e);

/* snapshot_finish - write the file and its manifest, and put both in place
 * err   false: what stood there before still does; e says why
 * cost  memory_bytes of memory; disk: about twice the snapshot while it lasts */
bool snapshot_finish(struct snapshot_builder *b, struct snapshot_built *built_r,
		     GError **e);

/* store_applied - whose changes does a store contain, and up to which?
 * out   applied_r[n], at most MANIFEST_APPLIED
 * err   0: it is neither a snapshot nor an overlay, or knows of none */
size_t store_applied(struct store *s, struct manifest_applied *applied_r);

/* snapshot_builder_destroy - what was not finished is forgotten; sets *b to NULL
 * in    *b may be NULL */
void snapshot_builder_destroy(struct snapshot_builder **b);

#endif
