/* The mailboxes that the addresses of one batch lead to; only files of this module include it. */
#ifndef BEHAVIOR_ALIAS_MAP_H
#define BEHAVIOR_ALIAS_MAP_H

#include <glib.h>
#include <stdbool.h>

#include "base/arena.h"
#include "behavior/behavior.h"

struct alias_map;

/* alias_map_create - ask about the addresses of these events, all at once
 * in    events   struct behavior_event *
 * out   NULL: it could not be found out; e says why
 * own   a; addresses are borrowed from the events
 * err   NULL */
struct alias_map *alias_map_create(struct arena *a, const struct behavior_setup *setup,
				   const GPtrArray *events, GError **e);

/* alias_map_of - the mailbox that an address leads to
 * out   address itself, where nothing else is known */
const char *alias_map_of(const struct alias_map *o, const char *tenant,
			 const char *address);

#endif
