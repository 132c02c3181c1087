/* Scores -> a decision for each recipient, with its reasons. */
#ifndef VERDICT_VERDICT_H
#define VERDICT_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/options.h"
#include "config/words.h"
#include "rule/rule.h"

struct reason {
	const char *rule;  /* name of the rule */
	const char *text;  /* its words: the same in log, header, banner, page */
	enum axis axis;    /* the axis it gave most points to */
	int64_t milli;     /* on that axis */
};

struct decision {
	const char *rcpt;            /* key of the recipient */
	enum verdict verdict;
	enum action action;          /* what policy asks for */
	enum mode mode;              /* MODE_OBSERVE: nothing is done about it */
	int64_t milli[AXIS_COUNT];
	const struct policy *policy;
	const struct reason *reasons; /* strongest first; those of the verdict's axis lead */
	size_t n_reasons;
	bool degraded;               /* made without all facts, or out of time */
};

struct decisions {
	const struct decision *at; /* one a recipient, order of the envelope */
	size_t n;
};

/* decide - turn hits into decisions
 * in    hits       one a recipient, or NULL when the way stopped: all wanted, degraded
 * own   a
 * err   none */
void decide(struct arena *a, const struct options *o, const struct envelope *env,
	    const struct facts *facts, const struct rcpt_hits *hits, struct decisions *d_r);

#endif
