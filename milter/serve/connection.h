/* One client: what came of its requests, and what it has not read yet. All of it is done on the
 * loop's thread; only work is done elsewhere, and then the connection waits. */
#ifndef SERVE_CONNECTION_H
#define SERVE_CONNECTION_H

#include <glib.h>
#include <pthread.h>
#include <stdbool.h>

#include "base/worker_pool.h"
#include "serve/loop.h"
#include "serve/serving.h"
#include "serve/work.h"

#define READ_BYTES (64 * 1024)

struct connections {
	struct serving *s;
	struct loop *loop;
	struct worker_pool *pool;
	int64_t idle_us;
	GQueue open;    /* of struct connection */
	size_t working; /* of them, with a worker; closed ones, too */
	bool stopping;  /* who has its answer is closed */
	pthread_mutex_t lock;
	GQueue *done; /* of struct work, under the lock */
	char buffer[READ_BYTES];
};

/* connections_init - none yet
 * in    c   zeroed, but for what the caller sets: s, loop, pool, idle_us */
void connections_init(struct connections *c);

/* connections_clear - hang up on all; when nobody works any more */
void connections_clear(struct connections *c);

/* connections_add - take a client
 * own   c, and the descriptor */
void connections_add(struct connections *c, int fd);

/* connections_tend - hang up on who is silent or slow; once a second */
void connections_tend(struct connections *c);

/* connections_stop - take no more requests, and hang up on who has its answer
 * out   true: nobody waits for one */
bool connections_stop(struct connections *c);

#endif
