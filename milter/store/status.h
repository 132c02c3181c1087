/* How a store is, for people and tests. */
#ifndef STORE_STATUS_H
#define STORE_STATUS_H

#include <glib.h>
#include <stdbool.h>

#include "store/store.h"

/* store_status - append lines about a store's servers, or its two halves
 * err   a store that has nothing to tell appends nothing */
void store_status(struct store *s, GString *to);

#endif
