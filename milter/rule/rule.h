/* Rules: the admins' language over features, facts and signals (rules/README). A rule file is
 * loaded whole and checked whole; what is loaded cannot fail on any message. */
#ifndef RULE_RULE_H
#define RULE_RULE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/words.h"
#include "detect/detect.h"
#include "feature/feature.h"
#include "lookup/lookup.h"

struct ruleset;

/* one rule that hit for one recipient */
struct hit {
	const char *rule;            /* name */
	const char *reason;          /* its sentence, {names} filled in, at most LIMIT_REASON_BYTES */
	int64_t milli[AXIS_COUNT];   /* points it gave */
	bool observed;               /* watched only: counts nothing */
	bool unknown;                /* points of "if unknown" */
};

struct rcpt_hits {
	const struct hit *at;
	size_t n;
	int64_t milli[AXIS_COUNT]; /* sums of those that count */
};

/* ruleset_load - read all *.rules of a folder in order of their names, check them, and run
 *                the proofs (*.rtest) beside them
 * out   NULL: at least one complaint
 * own   free with ruleset_free()
 * err   NULL, and e holds all complaints (at most 20), one a line:
 *       FILE:LINE:COLUMN: what is wrong; did you mean "x"? A failed proof is a complaint. */
struct ruleset *ruleset_load(const char *folder, GError **e);

/* ruleset_free - give back
 * err   none; NULL is allowed */
void ruleset_free(struct ruleset *rs);

/* ruleset_needs - the enum need bits of all that its conditions and reasons read
 * err   none */
unsigned ruleset_needs(const struct ruleset *rs);

/* ruleset_count - number of rules
 * err   none */
size_t ruleset_count(const struct ruleset *rs);

/* ruleset_id - a short fingerprint of all that was loaded, for log and journal
 * err   none */
const char *ruleset_id(const struct ruleset *rs);

/* ruleset_run - evaluate all rules for all recipients
 * in    signals   one a recipient
 * out   one a recipient
 * own   a
 * use   any thread
 * err   none: a match that runs over its limits is unknown */
const struct rcpt_hits *ruleset_run(struct arena *a, const struct ruleset *rs,
				    const struct features *f, const struct facts *facts,
				    const struct rcpt_signals *signals);

#endif
