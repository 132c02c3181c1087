/* The tester: proofs (.rtest) run against the rules they stand beside. */
#ifndef RULE_PROOF_H
#define RULE_PROOF_H

#include "rule/ruleset.h"

/* proofs_run - run the tests of a tree
 * in    listener   hears of every test; NULL: nobody
 * err   an error for every expectation that failed, with what came out */
void proofs_run(struct ruleset *rs, const struct tree *tree,
		const struct proof_listener *listener);

#endif
