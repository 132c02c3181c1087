/* What can be seen of a Redis store from outside, by tools and tests. */
#ifndef STORE_REDIS_H
#define STORE_REDIS_H

#include <glib.h>
#include <stdbool.h>

#include "store/store.h"

/* redis_status - append a line for each server: its name, role, whether it is in use, and
 *                what has been counted
 * in    s   any store
 * err   false: it is no Redis; nothing is appended */
bool redis_status(struct store *s, GString *to);

#endif
