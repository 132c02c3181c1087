/* What the verbs that touch the memory share: which tenant, which store. */
#ifndef CMD_MEMORY_H
#define CMD_MEMORY_H

#include <glib.h>

#include "config/options.h"
#include "store/store.h"

/* memory_tenant - the tenant of that name, or the only one there is
 * in    name   NULL: not said
 * err   NULL: e says which there are */
const struct tenant *memory_tenant(const struct options *o, const char *name, GError **e);

/* memory_open - the store of the configuration
 * own   the caller, store_close()
 * err   NULL: see store_open() */
struct store *memory_open(const struct options *o, bool write, GError **e);

#endif
