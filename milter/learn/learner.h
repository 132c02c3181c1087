/* From messages of an archive to behavior: who wrote to whom, seen from one tenant. */
#ifndef LEARN_LEARNER_H
#define LEARN_LEARNER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "config/options.h"
#include "store/store.h"

struct learner_setup {
	const struct options *options;
	const struct tenant *tenant; /* of options */
	const char *mailbox; /* whose archive it is, address_key() form; NULL: ask each
				message's Delivered-To, else its To and Cc */
	struct store *store; /* opened for writing */
	int64_t now_s;
	unsigned threads; /* that read messages ahead; 0: learner_take() reads itself */
	unsigned queue;   /* messages that they may be ahead; 0: 64 */
};

struct learner_done {
	size_t messages;
	size_t in;          /* from others, or delivered within the tenant */
	size_t out;         /* written by the tenant's people */
	size_t foreign;     /* none of the tenant's business */
	size_t unaddressed; /* written by the tenant, to nobody that it names */
	size_t automatic;   /* answers of programs */
	size_t dateless;    /* no date, before 1990, or in the future */
	size_t nobody;      /* no usable From */
	size_t counted;     /* events that changed something */
	size_t repeated;    /* events that were known already */
	size_t damaged;     /* records that could not be read and were left alone */
	int64_t oldest_s;   /* of what was learned; 0: nothing */
};

struct learner;

/* learner_create - learn from an archive
 * own   the caller, learner_destroy(); setup's pointers must outlive it */
struct learner *learner_create(const struct learner_setup *setup) MUST_CHECK;

/* learner_take - learn from one message; with threads, some of those before it are learned
 *                now, and the rest by learner_finish(): always in the order they came
 * in    raw   need not outlive the call
 * err   false: the store could not be written; e says why */
bool learner_take(struct learner *l, struct bytes raw, GError **e);

/* learner_finish - write what is left, and since when there is a baseline: the date before
 *                  which a hundredth of the messages lies, so that a few wrong dates do not
 *                  make the memory look older than it is
 * err   false: as learner_take() */
bool learner_finish(struct learner *l, GError **e);

/* learner_done_so_far - what became of the messages */
struct learner_done learner_done_so_far(const struct learner *l);

/* learner_destroy - sets *l to NULL
 * in    *l may be NULL */
void learner_destroy(struct learner **l);

#endif
