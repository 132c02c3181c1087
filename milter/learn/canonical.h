/* Which mailbox an address leads to, asked of the store that is written. */
#ifndef LEARN_CANONICAL_H
#define LEARN_CANONICAL_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "behavior/behavior.h"
#include "config/options.h"
#include "store/store.h"

struct canonical_source {
	const struct options *options; /* who is a tenant's */
	struct store *store;
};

/* canonical_find - what the store's mailbox records say, for behavior_setup.canonical
 * in    source   struct canonical_source *
 * own   a
 * err   false: the store did not answer all; e says so. A record that cannot be read leads
 *       nowhere: what is learned under the alias itself is not lost to its readers
 * cost  one store_read_many() of the tenants' own addresses, or none */
bool canonical_find(struct behavior_address *at, size_t n, struct arena *a, void *source,
		    GError **e);

#endif
