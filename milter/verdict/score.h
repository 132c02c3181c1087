/* Points against a policy: the one place where a threshold is compared. */
#ifndef VERDICT_SCORE_H
#define VERDICT_SCORE_H

#include <stdint.h>

#include "config/options.h"
#include "config/words.h"

/* score_verdict - what these points mean under a policy: the strictest verdict whose
 *                 threshold is reached
 * in    milli[AXIS_COUNT]
 * out   never VERDICT_UNDECIDED: points say nothing of what is missing */
enum verdict score_verdict(const int64_t *milli, const struct policy *p);

/* score_threshold - points from which a policy gives this verdict
 * unit  milli-points
 * err   verdicts that no points make: 0 */
int64_t score_threshold(enum verdict v, const struct policy *p);

/* score_action - what a policy asks for
 * err   VERDICT_WANTED: always ACTION_PASS */
enum action score_action(enum verdict v, const struct policy *p);

#endif
