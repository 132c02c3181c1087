/* The world: options, rules, store, resolver as one immutable snapshot behind a counted
 * pointer. Who begins with a world keeps it to the end; a reload only swaps what the next
 * one begins with. */
#ifndef WORLD_H
#define WORLD_H

#include <glib.h>
#include <pthread.h>
#include <stdbool.h>

#include "auth/auth.h"
#include "config/options.h"
#include "lookup/aliases.h"
#include "rule/rule.h"
#include "store/store.h"

struct world {
	struct options *options;
	struct resolver *resolver; /* NULL: made without DNS */
	struct auth_engine *auth;  /* NULL with it */
	struct store *store;       /* shared by worlds of the same url */
	struct aliases *aliases;   /* what was heard of them; shared by all worlds */
	struct store_registry *registry; /* handed on from world to world */
	struct ruleset *rules;
	struct endings *endings; /* its list dangerous_endings; NULL: it has none */
	unsigned needs;          /* of all that is switched on */
	unsigned asked;          /* of them, what rules ask for whose points count */
	char id[17];             /* fingerprint of the configuration */
};

struct world_setup {
	const char *config_path;
	bool without_dns;      /* nothing is authenticated: scan --no-dns */
	const char *rules_dir; /* instead of the option; NULL */
	const char *store;     /* instead of the option; NULL */
};

/* world_load - read and check everything, open everything
 * in    old   the one before: what it, and those before it, still have open is shared, and its
 *             aliases; NULL
 * own   one reference for the caller: world_release()
 * err   NULL: nothing was changed; e holds all complaints, one a line */
struct world *world_load(const struct world_setup *s, struct world *old, GError **e);

/* world_acquire - one more reference
 * use   any thread
 * err   none */
struct world *world_acquire(struct world *w);

/* world_release - one reference less; the last one closes everything
 * use   any thread
 * err   none; NULL is allowed */
void world_release(struct world *w);

/* The place where the current world stands. */
struct world_seat {
	pthread_mutex_t
		lock; /* PTHREAD_MUTEX_INITIALIZER; a sanitizer can't see GLib's */
	struct world *now;
};

/* world_current - the current world
 * own   one reference for the caller
 * use   any thread
 * err   none */
struct world *world_current(struct world_seat *seat);

/* world_replace - put a new world in the seat
 * in    w   the seat takes the caller's reference; NULL empties the seat
 * use   any thread
 * err   none */
void world_replace(struct world_seat *seat, struct world *w);

#endif
