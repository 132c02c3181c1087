/* Which mailbox an address leads to, asked of the store that is written. */
#ifndef LEARN_LEAD_H
#define LEARN_LEAD_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "behavior/behavior.h"
#include "config/options.h"
#include "store/store.h"

struct lead {
	const struct options *options; /* who is a tenant's */
	struct store *store;
};

/* lead_find - what the store's mailbox records say, for behavior_setup.lead
 * in    lead   struct lead *
 * own   a
 * err   false: the store did not answer all; e says so. A record that cannot be read leads
 *       nowhere: what is learned under the alias itself is not lost to its readers
 * cost  one store_read_many() of the tenants' own addresses, or none */
bool lead_find(struct behavior_address *at, size_t n, struct arena *a, void *lead,
	       GError **e);

#endif
