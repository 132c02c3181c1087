/* The checker: words -> names, lists and patterns; types and units; points and reasons. */
#ifndef RULE_CHECK_H
#define RULE_CHECK_H

#include "rule/ruleset.h"

/* check_rules - take the rules of a tree into a set; its lists are there already
 * err   errors are added to rs->errors; rules that are reported stay out */
void check_rules(struct ruleset *rs, const struct tree *tree);

/* check_steps - make the conditions of all rules, which are checked, ready to be evaluated
 * own   rs */
void check_steps(struct ruleset *rs);

/* check_given - find the name of a test's `given`, and bring its value into its unit
 * out   subject and value of the clause are completed
 * err   false after an error */
bool check_given(struct ruleset *rs, struct clause *clause);

/* check_given_word - a word of a link, attachment or recipient that a test gives
 * out   *row_r   of object_words
 * err   false after an error */
bool check_given_word(struct ruleset *rs, enum object_kind kind, struct clause *clause,
		      size_t *row_r);

/* check_rule_name - the rule a test speaks of
 * err   NULL after an error with a suggestion */
const struct rule *check_rule_name(struct ruleset *rs, struct place place,
				   const char *name);

/* check_change - note an override or adjust, before the rules are checked
 * in    item   of any kind; others are passed over
 * err   an error: the rule has one already */
void check_change(struct ruleset *rs, const struct item *item);

/* check_change_used - is there the rule that an override or adjust names, in another file?
 * in    item   of any kind, after all rules were checked
 * err   an error, with the name that is nearest */
void check_change_used(struct ruleset *rs, const struct item *item);

/* check_dns_uses - note what is to be asked of lists in DNS
 * use   when all rules are read */
void check_dns_uses(struct ruleset *rs);

/* check_sayers - are there the rules that say what others say?
 * use   when all rules are read
 * err   errors are added to those of the set */
void check_sayers(struct ruleset *rs);

#endif
