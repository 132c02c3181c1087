/* How many workers each pool has, and how much may wait before them: by default, by options, or by
 * the environment of the daemon. */
#ifndef CONFIG_POOLS_H
#define CONFIG_POOLS_H

#include <glib.h>
#include <stdbool.h>

#include "config/options.h"

enum pool {
#define POOL(id, name, workers, queue, shed) POOL_##id,
#include "config/pools.def"
#undef POOL
	POOL_COUNT
};

struct pool_bound {
	int64_t value;
	const char *from; /* "default", "option", "environment" */
};

struct pool_size {
	const char *name;
	struct pool_bound workers, queue;
};

/* pool_size - what holds for a pool */
struct pool_size pool_size(const struct options *o, enum pool which);

/* pools_from_environment - take what the environment says of pools: MAX_WORKERS and MAX_QUEUE for
 *                          all of them, as far as the range of each goes; WONTED_DNS_WORKERS,
 *                          WONTED_DNS_QUEUE and the like for one, which win
 * in    o   nobody else has it yet
 * err   false: e names the variable, and what it may be */
bool pools_from_environment(struct options *o, GError **e) MUST_CHECK;

/* options_load_daemon - options_load(), then pools_from_environment()
 * own   options_unref()
 * err   NULL: as of both */
struct options *options_load_daemon(const char *path, GError **e) MUST_CHECK;

#endif
