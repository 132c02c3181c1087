/* Where scans go on. A cursor of Redis is a number, and the place in a sorted file is a key: so many
 * of them are remembered, and the one that was used longest ago is forgotten. */
#ifndef SERVE_SCAN_CURSORS_H
#define SERVE_SCAN_CURSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"

struct scan_cursors;

/* scan_cursors_new - none yet
 * in    most   remembered
 * own   scan_cursors_free() */
struct scan_cursors *scan_cursors_new(size_t most);

/* scan_cursors_free - NULL is allowed */
void scan_cursors_free(struct scan_cursors *c);

/* scan_cursors_put - remember that a scan goes on at a key
 * out   its number, never 0; the numbers of another process are others
 * use   any thread */
uint64_t scan_cursors_put(struct scan_cursors *c, struct bytes key);

/* scan_cursors_get - where does it go on?
 * own   a
 * err   false: it was never given out, or is forgotten
 * use   any thread */
bool scan_cursors_get(struct scan_cursors *c, uint64_t cursor, struct arena *a,
		      struct bytes *key_r);

#endif
