/* What rules and policies did, and what the people whom it met made of it: how often a rule decided
 * and something was done, how often that was moved back or released, how often answered. */
#ifndef LEARN_LEDGER_H
#define LEARN_LEDGER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/options.h"
#include "journal/event.h"
#include "journal/recorded.h"

/* one rule, or one policy */
struct ledger_row {
	char *name;
	int64_t hits;     /* recipients for whom it decided, and something was done */
	int64_t watched;  /* for whom it decided, and nothing was done: only observed */
	int64_t rescued;  /* of the hits, moved back or released */
	int64_t answered; /* of the hits, answered */
	int64_t bad; /* rescued, or answered where no threat was seen: victims answer */
	int64_t mailboxes;       /* of those */
	int64_t most_of_one;     /* of them, the mailbox with the most */
	double share, low, high; /* bad of hits, and its interval of 95 % */
	double low_without_most; /* lower bound if that one mailbox had not spoken */
	GHashTable *by_mailbox;  /* address -> how many are bad */
};

struct ledger;

struct ledger_setup {
	const struct options *options; /* to know a mailbox by its addresses; NULL */
	int64_t since_s;               /* what was decided before is left out */
	GHashTable *not_before; /* name -> int64_t *, in seconds: the same for one rule or
				   policy; NULL */
};

/* ledger_create - nothing is known yet
 * in    setup   its pointers must outlive the ledger
 * own   the caller: ledger_destroy() */
struct ledger *ledger_create(const struct ledger_setup *setup);

/* ledger_event - what somebody did with a message
 * use   all events come before the decisions
 * err   beyond LIMIT_LEDGER_MESSAGES they are left out */
void ledger_event(struct ledger *l, const struct event *ev);

/* ledger_events - how many messages something was done with that speaks against a rule */
size_t ledger_events(const struct ledger *l);

/* ledger_decision - what was decided */
void ledger_decision(struct ledger *l, const struct recorded *r);

/* ledger_said - what a recipient did with a message that was decided
 * in    i   of r->rcpts
 * err   false, false where nothing was said */
void ledger_said(const struct ledger *l, struct arena *a, const struct recorded *r,
		 size_t i, bool said_r[2]);

enum ledger_said { LEDGER_RESCUED, LEDGER_ANSWERED };

/* ledger_read_events - the events of a journal alone
 * err   as ledger_read() */
bool ledger_read_events(struct ledger *l, const char *folder, GError **e);

/* ledger_read - all of a journal: its events, then its decisions
 * in    folder   the journal's
 *       least    decisions are not read where fewer events speak against anything
 * err   false: it cannot be read; e says why. Lines that are no records are left out */
bool ledger_read(struct ledger *l, const char *folder, size_t least, GError **e);

/* ledger_rules - the rows, those first of which it is surest that they are bad
 * own   the list is the caller's, g_ptr_array_unref(); rows are the ledger's */
GPtrArray *ledger_rules(struct ledger *l);

/* ledger_policies - the same by policy, without what rules did that are bad themselves: they are
 *                   dealt with, and the policy is not to blame
 * in    percent   of ledger_is_bad() for rules; 0: none is
 * own   as of ledger_rules(), until the next call */
GPtrArray *ledger_policies(struct ledger *l, int64_t percent);

/* ledger_is_bad - must the guard step in? Surely more than this share, 20 cases of 3 mailboxes, and
 *                 without any one of them */
bool ledger_is_bad(const struct ledger_row *row, int64_t percent);

/* ledger_destroy - sets *l to NULL */
void ledger_destroy(struct ledger **l);

#endif
