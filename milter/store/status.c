/* Asks every kind of store that has something to tell; none of them knows of the others. */
#include "store/status.h"

#include "store/pair.h"
#include "store/redis.h"
#include "store/redis_cluster.h"

void store_status(struct store *s, GString *to)
{
	if (!redis_status(s, to) && !redis_cluster_status(s, to))
		store_pair_status(s, to);
}
