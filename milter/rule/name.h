/* Names and units: what a word of a rule may stand for. */
#ifndef RULE_NAME_H
#define RULE_NAME_H

#include "rule/ruleset.h"

/* name_find - a name of the tables; one of the release before is a warning of the set
 * in    place   of the word
 * err   false: there is none such */
bool name_find(struct ruleset *rs, const char *word, struct place place,
	       struct name_at *at_r);

/* name_check - the same, and an error with what may have been meant
 * err   false after an error */
bool name_check(struct ruleset *rs, const char *word, struct place place,
		struct name_at *at_r);

/* name_suggest - what a wrong word may have meant
 * out   "; did you mean \"x\"?", or "" when nothing is near
 * own   the rule set's arena */
const char *name_suggest(const struct ruleset *rs, const char *wrong, bool lists);

/* name_words_of - what may be asked of one link, attachment or recipient: "host, org, url"
 * own   the rule set's arena */
const char *name_words_of(const struct ruleset *rs, enum object_kind kind);

/* name_kind - what a name is, in words: "a text", "a number of days", "a yes or no"
 * own   the rule set's arena */
const char *name_kind(const struct ruleset *rs, const struct name_row *row);

/* name_number - a number as written, brought into the unit of what it is compared with
 * in    unit   of the row
 * err   false after an error */
bool name_number(struct ruleset *rs, struct operand *o, const char *unit);

#endif
