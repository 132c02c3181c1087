/* The evaluator: conditions over the values of one message and one recipient after the
 * other. */
#ifndef RULE_EVAL_H
#define RULE_EVAL_H

#include "config/rollout.h"
#include "rule/ruleset.h"

/* what conditions read */
struct eval_context {
	const struct value *const *at;   /* [table][row] */
	const struct features *features; /* headers are taken from here; NULL: */
	const struct value *headers;     /* ... by their number, as lists */
	const struct value *dns_lists;   /* ... what lists in DNS hold, by their number */
	const struct objects *objects;   /* ... links and so on, by their kind */
};

/* the work on one message; not for two threads at once */
struct run;

/* run_create - begin a message
 * own   a */
struct run *run_create(struct arena *a, const struct ruleset *rs);

/* run_look_at - the next recipient; what was found out about the message is kept
 * in    context   must outlive its use; the values of the message must stay the same */
void run_look_at(struct run *run, const struct eval_context *context);

/* run_settings - what was set at run time; kept as long as the run
 * in    rollout   NULL: nothing */
void run_settings(struct run *run, const struct rollout *rollout);

/* run_freeze - what tests have answered that a record must keep, as "+IDID-ID?ID"
 * in    per_rcpt      those of the recipient at hand; else those of the message
 *       without_pii   of personal data, too
 * out   NULL: there is none
 * own   the arena of the run */
const char *run_freeze(const struct run *run, bool per_rcpt, bool without_pii);

/* run_thaw - take such answers in the place of asking; those of no test of this set are left out
 * in    text   NULL: there are none; of the recipient at hand if it is one's
 * err   what is damaged ends it */
void run_thaw(struct run *run, const char *text);

/* run_is_undecidable - is a rule unknown only because a record does not have what it asks?
 * in    without_pii   the record was written so
 * use   after run_rule() has said UNKNOWN */
bool run_is_undecidable(const struct run *run, const struct rule *rule, bool without_pii);

/* run_rule - does the condition of a rule hold?
 * err   UNKNOWN: it hangs on something that could not be found out */
enum answer run_rule(struct run *run, const struct rule *rule);

/* run_node - does a part of a condition hold?
 * err   UNKNOWN as run_rule() */
enum answer run_node(struct run *run, const struct node *node);

/* run_test - does one test hold?
 * out   *found_r   the text it found, NULL if none
 * err   UNKNOWN as run_rule() */
enum answer run_test(struct run *run, const struct test *test, const char **found_r);

/* run_left - the value a test looks at */
struct value run_left(struct run *run, const struct test *test);

/* run_objects - how many links, attachments or recipients a test of each looks at
 * out   *cut_r   there are more, which nobody has seen */
size_t run_objects(struct run *run, const struct test *test, bool *cut_r);

/* compare_numbers - does left op right hold?
 * in    op   OP_IS to OP_AT_LEAST
 * err   never UNKNOWN */
enum answer compare_numbers(enum operator op, int64_t left, int64_t right);

/* compare_texts - does left op right hold?
 * in    op          OP_IS, OP_IS_NOT, OP_IN or what looks for words
 *       left, right folded
 * out   *found_r    where in the left one, of operators that look for words
 * err   false: no */
bool compare_texts(enum operator op, struct bytes left, struct bytes right,
		   const char **found_r);

/* run_value - a value by its name */
struct value run_value(const struct run *run, struct name_at at);

enum served {
	SERVED,
	SERVED_NOBODY, /* it is only watched */
	SERVED_OTHERS, /* the recipient is outside its share, always */
};

/* run_served - do the points of a rule count for this recipient? What was set at run time stands
 *              before what the rule says */
enum served run_served(const struct run *run, const struct rule *rule);

/* run_ruleset - the set it runs */
const struct ruleset *run_ruleset(const struct run *run);

/* run_overrun - was a pattern given up so far, over its limits? */
bool run_overrun(const struct run *run);

/* run_arena - where findings live */
struct arena *run_arena(const struct run *run);

#endif
