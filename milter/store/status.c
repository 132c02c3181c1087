/* Asks every kind of store that has something to tell; none of them knows of the others. */
#include "store/status.h"

#include "store/redis.h"

void store_status(struct store *s, GString *to)
{
	redis_status(s, to);
}
