/* Who serves which slots: what serve_nodes says, and whom of them this process can reach. The map of
 * a cluster in which nobody writes needs no votes: every node of a shard answers alike, and each
 * node names first those that it found alive. */
#ifndef SERVE_NODES_H
#define SERVE_NODES_H

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#define NODE_ID_BYTES 41

struct node {
	char *host;
	uint16_t port;
	char id[NODE_ID_BYTES]; /* 40 hexadecimal digits, as Redis' */
	bool self;
	atomic_bool failing; /* set by the loop, read by workers, too */
};

struct shard {
	unsigned first_slot, last_slot;
	struct node *node; /* as they are written: the first is preferred */
	size_t n;
};

struct nodes {
	struct shard *shard;
	size_t n;
	const struct shard *own; /* NULL: it is no cluster */
	struct node *self;
};

/* nodes_parse - "0-8191 10.0.0.1:6380 10.0.0.2:6380, 8192-16383 10.0.0.3:6380"
 * in    text   "": no cluster
 *       self   HOST:PORT of this one as it stands there
 * own   nodes_free()
 * err   NULL: e says what is wrong with serve_nodes, or that self is not in it */
struct nodes *nodes_parse(const char *text, const char *self, GError **e) MUST_CHECK;

/* nodes_free - NULL is allowed */
void nodes_free(struct nodes *c);

/* nodes_owner - the shard of a slot
 * err   NULL: it is no cluster */
const struct shard *nodes_owner(const struct nodes *c, unsigned slot);

/* nodes_first - the node of a shard that clients are sent to: the first that lives, or the first */
const struct node *nodes_first(const struct shard *s);

/* nodes_print_slots - the answer to CLUSTER SLOTS */
void nodes_print_slots(const struct nodes *c, GString *to);

/* nodes_print_shards - the answer to CLUSTER SHARDS */
void nodes_print_shards(const struct nodes *c, GString *to);

/* nodes_print_lines - the text of CLUSTER NODES */
void nodes_print_lines(const struct nodes *c, GString *to);

#endif
