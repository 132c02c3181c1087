/* What can be seen of a cluster from outside, by tools and tests. */
#ifndef STORE_REDIS_CLUSTER_H
#define STORE_REDIS_CLUSTER_H

#include <glib.h>
#include <stdbool.h>

#include "store/store.h"

/* redis_cluster_status - append how many slots have an owner, and a line for each node
 * in    s   any store
 * err   false: it is no cluster; nothing is appended */
bool redis_cluster_status(struct store *s, GString *to);

#endif
