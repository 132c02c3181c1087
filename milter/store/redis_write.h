/* Changes to a Redis: put, merge and delete become commands; merging is read, merge, and swap
 * if nobody was faster. */
#ifndef STORE_REDIS_WRITE_H
#define STORE_REDIS_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/backend.h"
#include "store/redis_command.h"
#include "store/redis_server.h"

/* Who brings commands to their servers. */
struct redis_transport {
	/* together: all at one moment for everybody else, where the transport can do that */
	void (*ask)(struct redis_transport *transport, struct redis_command *o, size_t n,
		    bool together, int64_t deadline_us);
	char *why; /* of the last ask: which server did not answer, and why; or NULL */
};

/* redis_transport_blame - remember why a link is down, if it is */
void redis_transport_blame(struct redis_transport *transport,
			   const struct redis_server *s, const struct redis_link *l);

/* redis_write - store_write_many() over a transport
 * err   as store_write_many() */
enum store_wrote redis_write(struct store *s, struct redis_transport *transport,
			     const struct store_write *w, size_t n, GError **e);

#endif
