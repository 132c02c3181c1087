/* Under which names a trusted organisation is found by domains that look like it; only files of
 * this module include it. */
#ifndef BEHAVIOR_LOOKALIKES_H
#define BEHAVIOR_LOOKALIKES_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "behavior/history.h"
#include "store/store.h"

/* what a batch adds to an organisation */
struct organisation {
	const char *tenant, *org;
	const struct history *stored; /* NULL: nothing is */
	const struct history *added;
};

/* lookalikes_write - write the keys of the organisations that are trusted with what is added: of
 *                    those alone, so that no mail of strangers makes others look like them,
 *                    or takes their place. Once it is written, a key is renewed every
 *                    LOOKALIKE_DAYS days
 * err   false: not written, or not certainly; repeating it is harmless
 * cost  at most LIMIT_LOOKALIKE_KEYS writes an organisation and period */
bool lookalikes_write(struct store *store, const struct organisation *at, size_t n,
		      GError **e);

#endif
