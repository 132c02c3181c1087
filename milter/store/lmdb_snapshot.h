/* One generation of a snapshot, kept while several things are asked of it. For overlay.c alone. */
#ifndef STORE_LMDB_SNAPSHOT_H
#define STORE_LMDB_SNAPSHOT_H

#include "store/manifest.h"
#include "store/store.h"

struct generation;

/* snapshot_pin - the newest good one
 * in    s   an lmdb-snapshot
 * own   snapshot_unpin() */
struct generation *snapshot_pin(struct store *s);

/* snapshot_unpin - give it back */
void snapshot_unpin(struct generation *g);

/* snapshot_manifest - what its manifest says
 * own   g */
const struct manifest *snapshot_manifest(const struct generation *g);

/* snapshot_read_pinned - store_read_many() of this generation */
void snapshot_read_pinned(struct store *s, struct generation *g, struct store_read *r,
			  size_t n, struct arena *a);

/* snapshot_scan_pinned - store_scan_sorted() of this generation
 * err   false: as that */
bool snapshot_scan_pinned(struct store *s, struct generation *g,
			  const struct store_scan *scan, GError **e);

#endif
