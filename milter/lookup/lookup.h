/* Lookup: what is needed -> keys for all recipients -> ONE batch -> typed facts. Nothing
 * behind this module holds a store. */
#ifndef LOOKUP_LOOKUP_H
#define LOOKUP_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/value.h"
#include "config/options.h"
#include "feature/feature.h"

struct aliases;
struct store;

enum need {
	NEED_TENANT = 1 << 0,
	NEED_MAILBOX = 1 << 1,
	NEED_PERSON_ADDRESS = 1 << 2,
	NEED_PERSON_NAME = 1 << 3,
	NEED_PAIR = 1 << 4 | NEED_MAILBOX, /* an alias knows what its mailbox knows */
	NEED_SENDER = 1 << 5,
	NEED_DOMAIN = 1 << 6,
	NEED_DISPLAY = 1 << 7,
	NEED_LIST = 1 << 8,
	NEED_THREAD = 1 << 9,
	NEED_AUTH =
		1 << 10, /* of SPF, DKIM, DMARC and iprev: DNS, and no key of a store */
	NEED_LOOKALIKE = 1 << 11,
	NEED_PREFERENCE = 1 << 12 | NEED_MAILBOX, /* an alias has those of its mailbox */
};

enum fact_id {
#define FACT(id, name, type, needs, unit, pii, since, doc) FACT_##id,
#include "lookup/facts.def"
#undef FACT
	FACT_COUNT
};

/* the names, in the order of enum fact_id; all of SCOPE_RCPT */
extern const struct name_table fact_names;

struct rcpt_facts {
	struct value at[FACT_COUNT];
	unsigned missing; /* enum need bits of questions that the store did not answer */
};

struct facts {
	const struct rcpt_facts *rcpts; /* one a recipient, order of the envelope */
	size_t n_rcpts;
	size_t author; /* of several authors: whom they concern, see features.authors */
	bool degraded; /* the store did not answer all: some facts are unknown */
	size_t keys_asked;   /* of the one batch */
	size_t keys_unknown; /* of them, not answered */
	int64_t store_us;    /* how long the batch took */
};

struct lookup_setup {
	const struct options *options;
	struct store *store; /* NULL: every stored fact is unknown */
	/* is it a domain at which anybody has an address, or that signs for anybody? NULL:
	 * none is */
	bool (*is_shared)(const void *of, const char *domain);
	const void *shared;
	struct aliases *aliases; /* learns from the answers; NULL: all are unheard of */
	unsigned needs;          /* enum need bits of what is switched on */
	int64_t now_s;           /* of the message; today is a closed day tomorrow */
	int64_t deadline_us;     /* on clock_mono_us() */
};

/* lookup_run - ask everything needed for all recipients in one batch
 * out   f_r   facts nobody needs stay unknown. Of several authors each is looked at, and
 *             f_r->author is the one of whom a reader is to be warned most
 * own   a
 * err   what was not answered is unknown and f_r->degraded is set. Of an alias that
 *       s->aliases did not know, pair facts are what its own history grants, else unknown
 * cost  one store_read_many(), or none when nothing needs the store */
void lookup_run(struct arena *a, const struct lookup_setup *s, const struct features *f,
		struct facts *f_r);

/* lookup_aliases - let s->aliases hear of all recipients before the message is asked about
 * use   tools, whose first message shall see what the filter's second one does; the filter
 *       itself has one batch a message
 * err   as lookup_run()
 * cost  one store_read_many() */
void lookup_aliases(struct arena *a, const struct lookup_setup *s,
		    const struct envelope *env);

#endif
