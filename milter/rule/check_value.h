/* Comparisons that can never hold: what a domain, an address or a count can't be. */
#ifndef RULE_CHECK_VALUE_H
#define RULE_CHECK_VALUE_H

#include "rule/ruleset.h"

/* check_can_hold - could the values on the right ever be on the left?
 * in    test   its types fit
 * err   false after an error that says what to write instead */
bool check_can_hold(struct ruleset *rs, const struct test *test);

#endif
