/* Data sets over the protocol of Redis: one loop for all connections, and workers that read. */
#ifndef SERVE_SERVER_H
#define SERVE_SERVER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "metrics/metrics.h"

struct server;

struct server_setup {
	int fd; /* listens, does not block; stays the caller's */
	bool tcp;
	uint16_t port;
	const char *store;
	const char *nodes, *node; /* as nodes_parse() */
	const char *password;     /* "": none */
	unsigned workers;
	size_t queue; /* batches that may wait for them */
	size_t clients_most;
	size_t memory_bytes; /* of what clients have sent, and are sent */
	size_t reply_bytes;  /* of one answer */
	int64_t idle_us;
	struct metrics *metrics; /* outlives it */
};

/* server_new - open the data set; nobody is answered yet
 * own   server_free(); setup's texts are copied
 * err   NULL: e says what is wrong with the options */
struct server *server_new(const struct server_setup *setup, GError **e) MUST_CHECK;

/* server_free - NULL is allowed */
void server_free(struct server *s);

/* server_slots - what its data set must hold, as struct store_setup has it */
void server_slots(const struct server *s, unsigned *first_r, unsigned *end_r);

/* server_run - answer until a signal says stop
 * in    signal_fd   of signalfd(2): TERM and INT stop, HUP looks for newer data
 *       started     called when clients are taken, once
 *       grace_us    for answers that are on their way when it stops */
void server_run(struct server *s, int signal_fd, void (*started)(void), int64_t grace_us);

/* server_ready - does it answer from data that it trusts? false: appends why not
 * use   any thread */
bool server_ready(struct server *s, GString *why);

/* server_collect - set what is asked when somebody reads the metrics
 * use   any thread */
void server_collect(struct server *s);

#endif
