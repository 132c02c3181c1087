/* Changes to a Redis: put, merge and delete become orders; merging is read, merge, and swap
 * if nobody was faster. */
#ifndef STORE_REDIS_WRITE_H
#define STORE_REDIS_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/backend.h"
#include "store/redis_order.h"
#include "store/redis_server.h"

/* Who brings orders to their servers. */
struct redis_way {
	/* together: all at one moment for everybody else, where the way can do that */
	void (*ask)(struct redis_way *way, struct redis_order *o, size_t n, bool together,
		    int64_t deadline_us);
	char *why; /* of the last ask: which server did not answer, and why; or NULL */
};

/* redis_way_blame - remember why a link is ill, if it is
 * err   none */
void redis_way_blame(struct redis_way *way, const struct redis_server *s,
		     const struct redis_link *l);

/* redis_write - store_write_many() over a way
 * err   as store_write_many() */
enum store_wrote redis_write(struct store *s, struct redis_way *way,
			     const struct store_write *w, size_t n, GError **e);

#endif
