/* The tester: tests (.rtest) run against the rules they stand beside. */
#ifndef RULE_RTEST_H
#define RULE_RTEST_H

#include "rule/ruleset.h"

/* rtests_run - run the tests of a tree
 * in    listener   hears of every test; NULL: nobody
 * err   an error for every expectation that failed, with what came out */
void rtests_run(struct ruleset *rs, const struct tree *tree,
		const struct rtest_listener *listener);

#endif
