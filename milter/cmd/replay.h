/* Records decided again, by other rules: all that rules read stands in a record, or the answers of
 * tests that asked for more. So neither store nor DNS is asked, and nothing that came later can be
 * seen. What a record cannot tell is counted as undecidable, never guessed. */
#ifndef CMD_REPLAY_H
#define CMD_REPLAY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "cmd/message_run.h"
#include "config/options.h"
#include "config/rollout.h"
#include "learn/ledger.h"
#include "rule/rule.h"
#include "runtime.h"
#include "verdict/verdict.h"

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

/* what was decided of a recipient before */
struct replay_was {
	enum verdict verdict;
	enum action action;
	const char *rule; /* that decided; NULL: none */
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

/* replay_done_init - nothing is counted yet
 * own   replay_done_free() */
void replay_done_init(struct replay_done *d);

/* replay_count_change - count what is decided otherwise now
 * in    said   what the recipient did with it, as of struct replay_count */
void replay_count_change(struct replay_done *done, const struct replay_was *was,
			 const struct decision *d, const bool said[2]);

/* What messages in files are decided by: the rules in force, and those that are tried. */
struct replay_messages {
	struct runtime *was, *now;
	const struct message_told *told;
	bool json; /* print each message of which something is decided otherwise */
	struct replay_done *done;
	size_t failed; /* files that cannot be read; said */
};

/* replay_messages - decide messages twice, with all that rules ask of them; store and DNS are asked as
 *                   they are now
 * err   see failed */
void replay_messages(struct replay_messages *m, const char *path);

/* replay_counts - the counts of a table, the most changes first
 * own   the list is the caller's, g_ptr_array_unref() */
GPtrArray *replay_counts(GHashTable *counts);

/* replay_done_free - give back what is in it */
void replay_done_free(struct replay_done *done);

#endif
