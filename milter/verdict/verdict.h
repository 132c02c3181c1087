/* Scores -> a decision for each recipient, with its reasons. */
#ifndef VERDICT_VERDICT_H
#define VERDICT_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/options.h"
#include "config/words.h"
#include "lookup/lookup.h"
#include "message/envelope.h"
#include "rule/rule.h"

struct reason {
	const char *rule; /* name of the rule */
	const char *
		text; /* its words, safe to show: the same in log, header, banner, page */
	enum axis
		axis; /* the verdict's, if it gave points there; else where it gave most */
	int64_t milli; /* on that axis */
};

struct decision {
	const char *rcpt; /* key of the recipient */
	enum verdict verdict;
	enum action action; /* what policy asks for */
	enum mode mode;     /* OBSERVE or ENFORCE; OBSERVE: nothing is done about it */
	int64_t milli[AXIS_COUNT];
	const struct policy *policy;
	const struct tenant *tenant; /* whose recipient; NULL: nobody's */
	const char *locale;          /* of the mailbox's record; NULL: not said */
	const char
		*lost_policy; /* what the mailbox's record names, and the options do not
					have; NULL: all is well */
	const struct reason
		*reasons; /* those that made the verdict first, strongest first;
					 then other alarms, then what spoke for the message;
					 at most LIMIT_REASONS */
	size_t n_reasons;
	bool degraded; /* made without all facts, or out of time */
};

struct decisions {
	const struct decision *at; /* one a recipient, order of the envelope */
	size_t n;
};

struct decide_setup {
	const struct options *options;
	const struct envelope *envelope;
	const struct facts *facts; /* NULL: none were asked, all is degraded, and policies
					 are chosen by what the options know */
	const struct rcpt_hits
		*hits; /* one a recipient; NULL: the way stopped before rules,
					 all are wanted and degraded */
};

/* decide - turn hits into decisions
 * own   a; d_r->at[].policy points into the options
 * cost  reasons are made once for neighbours in the envelope that share their hits
 * err   none */
void decide(struct arena *a, const struct decide_setup *s, struct decisions *d_r);

/* verdict_axis - the axis whose points make this verdict
 * err   VERDICT_WANTED: AXIS_COUNT, there is none */
enum axis verdict_axis(enum verdict v);

#endif
