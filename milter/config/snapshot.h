/* What hangs on a struct options besides its values. Everything is made while loading and
 * only read after. */
#ifndef CONFIG_SNAPSHOT_H
#define CONFIG_SNAPSHOT_H

#include <gio/gio.h>

#include "base/arena.h"
#include "config/options.h"

struct snapshot {
	struct arena *arena;  /* all of it, struct options included */
	GHashTable *tenants;  /* domain -> struct tenant */
	GHashTable *policies; /* "user@example.org" or "@example.org" -> struct policy */
	GHashTable *flags;    /* flag of a mailbox -> struct policy */
	GHashTable *named;    /* name -> struct policy */
	GPtrArray *internal;  /* GInetAddressMask of internal_networks */
};

/* snapshot_create - an empty struct options with one owner
 * own   the caller: options_unref()
 * err   out of memory ends the process */
struct options *snapshot_create(void);

/* snapshot_index - make options_tenant(), options_policy() and options_is_internal() answer
 * use   once, when all values stand
 * err   of two that claim the same domain, recipient or flag the first keeps it */
void snapshot_index(struct options *o);

#endif
