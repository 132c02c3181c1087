/* The checker's half that looks at one test: operand, operator, operand. */
#ifndef RULE_CHECK_TEST_H
#define RULE_CHECK_TEST_H

#include "rule/ruleset.h"

/* check_test - complete a test of a rule's condition
 * err   an error is added; the test must not be evaluated then */
void check_test(struct ruleset *rs, struct rule *rule, struct test *test);

/* note_name - a rule reads a name: remember what it needs and to whom it belongs */
void note_name(struct ruleset *rs, struct rule *rule, struct name_at at);

#endif
