/* What all connections and workers share. */
#ifndef SERVE_SERVING_H
#define SERVE_SERVING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/budget.h"
#include "metrics/metrics.h"
#include "serve/dataset.h"
#include "serve/nodes.h"
#include "serve/scan_cursors.h"

enum command_id {
#define COMMAND(id, ...) COMMAND_##id,
#include "serve/commands.def"
#undef COMMAND
	COMMAND_COUNT
};

struct serving {
	struct dataset *dataset;
	struct nodes *nodes; /* its own == NULL: no cluster */
	struct scan_cursors *cursors;
	struct metrics *metrics;
	char *password; /* "": none is wanted */
	size_t reply_bytes;
	uint16_t port; /* 0: a unix socket */
	int64_t began_s;
	struct budget memory; /* of what clients have sent, and are sent */
	size_t memory_most, clients_most;
	atomic_size_t clients;
	atomic_uint_fast64_t accepted, rejected, requests, reads, hits, misses;
	atomic_uint_fast64_t calls[COMMAND_COUNT];
};

/* one connection, as commands see it; the loop's alone */
struct client {
	uint64_t id;
	char *name; /* CLIENT SETNAME; may be NULL */
	bool known; /* has said the password, or none is wanted */
	unsigned tries;
	bool leaves; /* when it has its answer */
};

#endif
