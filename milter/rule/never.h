/* Conditions that nothing can meet: parts that exclude each other. */
#ifndef RULE_NEVER_H
#define RULE_NEVER_H

#include "rule/ruleset.h"

/* never_check - can a condition hold?
 * in    what   what it is of, for the error: "rule x", "the condition on each link"
 *       place  of that
 * err   an error that names two tests which exclude each other; what is not certain is no error
 * cost  bounded: a condition of very many branches is not looked at to its end */
void never_check(struct ruleset *rs, const struct node *condition, const char *what,
		 struct place place);

#endif
