/* Who of the other nodes lives: each is asked PING twice a second, over a connection that stays. */
#ifndef SERVE_PEERS_H
#define SERVE_PEERS_H

#include "serve/loop.h"
#include "serve/nodes.h"

struct peers;

/* peers_watch - mark nodes as failing that do not answer, and as alive again
 * in    password   "": none; what nodes want of each other
 * own   peers_free(), before the loop and the nodes
 * use   the loop's thread */
struct peers *peers_watch(struct loop *l, struct nodes *c, const char *password);

/* peers_free - NULL is allowed */
void peers_free(struct peers *p);

#endif
