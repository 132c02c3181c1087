/* Records decided again, by other rules: all that rules read stands in a record, or the answers of
 * tests that asked for more. So neither store nor DNS is asked, and nothing that came later can be
 * seen. What a record cannot tell is counted as undecidable, never guessed. */
#ifndef CMD_REPLAY_H
#define CMD_REPLAY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/options.h"
#include "config/rollout.h"
#include "learn/ledger.h"
#include "rule/rule.h"

/* what changes for some recipients; of some rule, domain, or all */
struct replay_count {
	char *name;
	int64_t held,
		held_said[2]; /* it would be stopped now; of those, what people did */
	int64_t passed, passed_said[2]; /* it would come through */
	int64_t otherwise;              /* another verdict or action, but neither */
};

struct replay_done {
	int64_t messages, rcpts;
	int64_t same;
	int64_t undecidable; /* recipients: a rule asks for what the record does not have */
	int64_t incomplete; /* recipients: decided in part, or of whom too little is kept */
	int64_t unread;     /* lines that are no records */
	struct replay_count all;
	GHashTable *rules, *domains; /* name -> struct replay_count */
};

struct replay_setup {
	const struct options *options;
	const struct ruleset *rules;
	const struct rollout *rollout; /* NULL: nothing is set */
	const struct ledger *ledger;   /* what people did; read already */
	int64_t since_s, until_s;      /* 0: no end */
	unsigned threads;
	bool json; /* print each message as it was decided; on one thread */
};

/* replay_journal - decide all records of a journal again
 * own   replay_done_free()
 * err   false: it cannot be read; e says why */
bool replay_journal(const struct replay_setup *setup, const char *folder,
		    struct replay_done *done_r, GError **e);

/* replay_report - replay the configured journal and print what would change
 * in    rules, since   NULL: those in force; all of it
 * err   returned: exit status; what is wrong is said */
int replay_report(const struct options *o, const char *rules, const char *since);

/* replay_counts - the counts of a table, the most changes first
 * own   the list is the caller's, g_ptr_array_unref() */
GPtrArray *replay_counts(GHashTable *counts);

/* replay_done_free - give back what is in it, and itself */
void replay_done_free(struct replay_done *done);

#endif
