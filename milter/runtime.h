/* The runtime: options, rules, store, resolver as one immutable snapshot behind a counted
 * pointer. Who begins with a runtime keeps it to the end; a reload only swaps what the next
 * one begins with. */
#ifndef RUNTIME_H
#define RUNTIME_H

#include <glib.h>
#include <pthread.h>
#include <stdbool.h>

#include "auth/auth.h"
#include "base/refs.h"
#include "config/options.h"
#include "config/rollout.h"
#include "decode/pool.h"
#include "lookup/aliases.h"
#include "rule/rule.h"
#include "store/store.h"
#include "text/model.h"

struct runtime {
	struct refs refs;
	struct options *options;
	struct resolver *resolver; /* NULL: made without DNS */
	struct auth_engine *auth;  /* NULL with it */
	struct store *store;       /* shared by runtimes of the same url */
	struct aliases *aliases;   /* what was heard of them; shared by all runtimes */
	struct store_registry *registry; /* handed on from runtime to runtime */
	struct text_model *text_model, *text_delta; /* NULL: none, or not usable */
	struct ruleset *rules;
	struct decode_pool
		*decoders;       /* shared by runtimes of the same options; NULL: none */
	struct endings *endings; /* its list dangerous_endings; NULL: it has none */
	struct rollout_slot *rollout; /* what was set since; shared by all runtimes */
	unsigned needs;               /* of all that is switched on */
	unsigned asked;               /* of them, what rules ask for whose points count */
	char id[17];                  /* fingerprint of the configuration */
};

struct runtime_setup {
	const char *config_path;
	bool without_dns;      /* nothing is authenticated: scan --no-dns */
	const char *rules_dir; /* instead of the option; NULL */
	const char *store;     /* instead of the option; NULL */
	const char
		*text_model; /* in place of the base or the delta, as it is one; NULL */
	const char *decoder; /* the program that is executed as a decoder; NULL: nobody
				looks into files */
	bool patient; /* the first message may wait until a decoder has started, as a daemon's
			 have before mail comes */
	bool daemon;             /* the environment may say how many workers pools have */
	struct metrics *metrics; /* where the decoders count; NULL: nowhere */
};

/* runtime_load - read and check everything, open everything
 * in    old   the one before: what it, and those before it, still have open is shared, and its
 *             aliases; NULL
 * own   one reference for the caller: runtime_release()
 * err   NULL: nothing was changed; e holds all complaints, one a line */
struct runtime *runtime_load(const struct runtime_setup *s, struct runtime *old,
			     GError **e);

/* runtime_decoders - how the decoders are set up by options
 * out   false: there shall be none */
bool runtime_decoders(const struct options *o, const struct runtime_setup *s,
		      struct decode_setup *setup_r);

/* runtime_acquire - one more reference
 * use   any thread */
struct runtime *runtime_acquire(struct runtime *w);

/* runtime_release - one reference less; the last one closes everything
 * in    NULL is allowed
 * use   any thread */
void runtime_release(struct runtime *w);

/* The place where the current runtime stands. */
struct runtime_slot {
	pthread_mutex_t
		lock; /* PTHREAD_MUTEX_INITIALIZER; a sanitizer can't see GLib's */
	struct runtime *now;
};

/* runtime_current - the current runtime
 * own   one reference for the caller
 * use   any thread */
struct runtime *runtime_current(struct runtime_slot *slot);

/* runtime_replace - put a new runtime in the slot
 * in    w   the slot takes the caller's reference; NULL empties the slot
 * use   any thread */
void runtime_replace(struct runtime_slot *slot, struct runtime *w);

#endif
