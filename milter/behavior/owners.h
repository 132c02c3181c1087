/* The mailboxes that the addresses of one batch lead to; only files of this module include it. */
#ifndef BEHAVIOR_OWNERS_H
#define BEHAVIOR_OWNERS_H

#include <glib.h>
#include <stdbool.h>

#include "base/arena.h"
#include "behavior/behavior.h"

struct owners;

/* owners_create - ask about the addresses of these events, all at once
 * in    events   struct behavior_event *
 * out   NULL: it could not be found out; e says why
 * own   a; addresses are borrowed from the events
 * err   NULL */
struct owners *owners_create(struct arena *a, const struct behavior_setup *setup,
			     const GPtrArray *events, GError **e);

/* owners_of - the mailbox that an address leads to
 * out   address itself, where nothing else is known
 * err   none */
const char *owners_of(const struct owners *o, const char *tenant, const char *address);

#endif
