/* From answers to hits: one rule set over one message and all its recipients. */
#ifndef RULE_SCORE_H
#define RULE_SCORE_H

#include "rule/eval.h"

/* score_recipient - the hits of all rules for the recipient that is looked at
 * in    everybody   rollouts do not matter (tests)
 * own   the run's arena */
struct rcpt_hits score_recipient(struct run *run, const struct frozen *thaw,
				 bool everybody);

/* score_points - the points that a rule gives with an answer
 * out   milli_r   AXIS_COUNT of them; whether they count is not asked */
void score_points(const struct run *run, const struct rule *rule, enum answer answer,
		  int64_t *milli_r);

/* same_value - do two values say the same? */
bool same_value(const struct value *a, const struct value *b);

#endif
