/* Who is master, as the sentinels know. */
#ifndef STORE_REDIS_SENTINEL_H
#define STORE_REDIS_SENTINEL_H

#include <stdint.h>

#include "store/redis_url.h"

/* redis_sentinel_ask - ask all sentinels at once for the master of a name
 * in    limit_us  how long they may take
 * own   redis_address_free()
 * err   NULL: none of them knows, or answered */
struct redis_address *redis_sentinel_ask(const struct redis_url *u, int64_t limit_us);

#endif
