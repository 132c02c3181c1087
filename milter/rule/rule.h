/* Rules: the admins' language over features, facts and signals (rules/README). A rule file is
 * loaded whole and checked whole; what is loaded cannot fail on any message. */
#ifndef RULE_RULE_H
#define RULE_RULE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "config/rollout.h"
#include "config/words.h"
#include "detect/detect.h"
#include "feature/feature.h"
#include "lookup/lookup.h"

struct dnslist;
struct ruleset;

/* one file in memory: NAME.rules, NAME.rtest, or a list that rules name ("lists/x.txt") */
struct rule_text {
	const char *name;
	struct bytes text;
};

/* what a rule set is made of */
struct ruleset_source {
	const char
		*folder; /* where lists lie that are not among the texts; NULL: nowhere */
	const struct rule_text
		*texts; /* .rules in this order; .rtest anywhere among them */
	size_t n_texts;
	const struct name_table *const
		*tables; /* of all names; NULL: features, facts, signals */
	size_t n_tables;
};

/* one rule as an admin knows it */
struct rule_info {
	const char *name;
	const char *file;
	unsigned line;
	const char *reason;    /* its sentence, {names} not filled in */
	const char *condition; /* as `wonted rules fmt` writes it, on one line */
	int64_t milli[AXIS_COUNT];
	int64_t unknown_milli[AXIS_COUNT];
	const char *scaled
		[AXIS_COUNT]; /* points besides milli, as written: "size * 2"; NULL */
	const char *changed;  /* FILE:LINE of the override, adjust or extend list that
				changes it; NULL: none */
	bool off;             /* never hits */
	bool observe;
	int rollout_percent; /* 100: everybody */
	bool per_rcpt;       /* reads names that belong to one recipient */
	unsigned needs;      /* enum need bits */
	unsigned cost; /* an estimate: 100 is a look through a long text for a phrase */
	const char *dearest; /* its dearest test, as written */
};

/* a feature that a rule which is not off asks a list in DNS about */
struct dns_use {
	const struct dnslist *list;
	enum feature_id of;
};

/* one test of a condition, as it came out for one recipient; or what joins those that follow
 * one step deeper: "all of", "any of", "not" */
struct tried {
	const char *text; /* the test as written: pair.days_known < 3 days */
	const char
		*seen; /* the value it looked at, cut and made printable; NULL: no test */
	enum answer answer;
	unsigned
		depth; /* 0: the top, whose tests must all hold unless it says otherwise */
};

/* how one rule came out for one recipient */
struct account {
	const struct rule_info *rule;
	enum answer answer; /* of the whole condition */
	bool counted;       /* it gave points */
	const char *remark; /* "watched only", "outside its rollout"; NULL */
	const struct tried *tried;
	size_t n_tried;
};

/* one rule that hit for one recipient */
struct hit {
	const char *rule; /* name */
	const char
		*reason; /* its sentence, {names} filled in, at most LIMIT_REASON_BYTES */
	int64_t milli[AXIS_COUNT]; /* points it gave */
	bool observed;             /* watched only: counts nothing */
	bool unknown;              /* points of "if unknown" */
	bool said;                 /* another hit's reason says it, too */
};

struct rcpt_hits {
	const struct hit *at;
	size_t n;
	int64_t milli[AXIS_COUNT]; /* sums of those that count */
	size_t undecidable; /* rules that count and ask for what the record does not have */
	bool overrun; /* a rule that counts is unsettled, and a pattern ran over its limits */
};

/* what one test of an .rtest file came to */
struct rtest_result {
	const char *file;
	unsigned line;
	const char *title;
	bool passed;
	const char
		*changed; /* it does not pass because FILE:LINE changes a rule that it is
				about: no error; NULL: it is as it was */
	const char *const *rules; /* names of rules that it expects something of */
	size_t n_rules;
};

struct rtest_listener {
	void (*tell)(const struct rtest_result *result, void *context);
	void *context;
};

/* ruleset_load - read all *.rules of a folder in order of their names, check them, and run
 *                the tests (*.rtest) beside them
 * out   NULL: at least one error
 * own   free with ruleset_free()
 * err   NULL, and e holds all errors (at most 20), one a line:
 *       FILE:LINE:COLUMN: what is wrong; did you mean "x"? A failed test is an error. */
struct ruleset *ruleset_load(const char *folder, GError **e);

/* ruleset_load_texts - the same from memory
 * in    source   copied where it is kept
 * own   free with ruleset_free()
 * err   as ruleset_load() */
struct ruleset *ruleset_load_texts(const struct ruleset_source *source, GError **e);

/* ruleset_test - load a folder and tell how each of its tests came out
 * in    listener   hears of every test in order, if the rules themselves are fine
 * err   false: as ruleset_load(); e says for each failed test what came out */
bool ruleset_test(const char *folder, const struct rtest_listener *listener, GError **e);

/* ruleset_free - give back
 * in    NULL is allowed */
void ruleset_free(struct ruleset *rs);

/* ruleset_needs - the enum need bits of all that its conditions and reasons read */
unsigned ruleset_needs(const struct ruleset *rs);

/* ruleset_asked - the enum need bits of all that rules read whose points count: not of those
 *                 that are only observed */
unsigned ruleset_asked(const struct ruleset *rs);

/* ruleset_count - number of rules */
size_t ruleset_count(const struct ruleset *rs);

/* ruleset_list - the entries of one of its lists
 * out   *at_r, *n_r   folded
 * own   the rule set
 * use   before other threads know it
 * err   false: it has no list of that name */
bool ruleset_list(const struct ruleset *rs, const char *name, const struct bytes **at_r,
		  size_t *n_r);

/* ruleset_changed_rtests - tests that do not pass because another file changes their rules */
unsigned ruleset_changed_rtests(const struct ruleset *rs);

/* ruleset_warnings - what is read for this release only: FILE:LINE:COLUMN and what to write
 * out   *n_r of them, at most LIMIT_RULE_ERRORS
 * own   the rule set */
const char *const *ruleset_warnings(const struct ruleset *rs, size_t *n_r);

/* ruleset_rule - what a rule is, for lists and pages
 * in    i   below ruleset_count(); the order in which they run
 * own   the rule set */
const struct rule_info *ruleset_rule(const struct ruleset *rs, size_t i);

/* ruleset_list_covers - is a domain, or one above it, an entry of a list of the rules?
 * in    list   its name
 * err   false: no, or there is no such list */
bool ruleset_list_covers(const struct ruleset *rs, const char *list, const char *domain);

/* ruleset_dns_uses - what is to be asked of lists in DNS before rules are run
 * out   *n_r of them, at most LIMIT_DNSLISTS times the features that may be asked about
 * own   the rule set */
const struct dns_use *ruleset_dns_uses(const struct ruleset *rs, size_t *n_r);

/* ruleset_id - a short fingerprint of all that was loaded, for log and journal */
const char *ruleset_id(const struct ruleset *rs);

/* what tests of texts and headers answered, for a record: rule/frozen.h */
struct frozen {
	bool without_pii;         /* the record has no personal data, either */
	const char *message;      /* NULL: nothing was asked */
	const char *const *rcpts; /* one a recipient, each may be NULL */
};

/* rules, and what was set for them since they were loaded */
struct rules_in_force {
	const struct ruleset *rules;
	const struct rollout *rollout; /* NULL: nothing */
	struct frozen *freeze; /* where answers for the record go; NULL: nowhere */
	const struct frozen
		*thaw; /* answers out of a record; NULL: the message is there */
};

/* ruleset_run - evaluate all rules for all recipients
 * in    signals   one a recipient
 * out   one a recipient
 * own   a
 * use   any thread
 * err   a match that runs over its limits is unknown */
const struct rcpt_hits *ruleset_run(struct arena *a, const struct rules_in_force *in,
				    const struct features *f, const struct facts *facts,
				    const struct rcpt_signals *signals);

/* ruleset_explain - how every rule came out for one recipient, and why
 * in    e         features and this recipient's facts
 *       signals   of this recipient
 * out   ruleset_count() of them
 * own   e->arena
 * use   any thread */
const struct account *ruleset_explain(const struct rules_in_force *in,
				      const struct evidence *e,
				      const struct rcpt_signals *signals);

/* rules_format - a .rules or .rtest text as `wonted rules fmt` writes it
 * in    name   decides by its ending which of the two it is
 * own   the caller frees with g_free()
 * err   NULL: it cannot be read as such; e holds the errors */
char *rules_format(const char *name, struct bytes text, GError **e);

/* rule_names_text - all names that rules may use, with type, unit, scope and sentence
 * in    markdown   tables for rules/README; false: columns for a terminal
 * own   the caller frees with g_free() */
char *rule_names_text(bool markdown);

/* rule_names_json - the same as lines of JSON, one a name
 * own   the caller frees with g_free() */
char *rule_names_json(void);

#endif
