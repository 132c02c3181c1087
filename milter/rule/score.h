/* From answers to hits: one rule set over one message and all its recipients. */
#ifndef RULE_SCORE_H
#define RULE_SCORE_H

#include "rule/eval.h"

/* score_recipient - the hits of all rules for the recipient that is looked at
 * in    everybody   rollouts do not matter (tests)
 * own   the run's arena
 * err   none */
struct rcpt_hits score_recipient(struct run *run, bool everybody);

#endif
