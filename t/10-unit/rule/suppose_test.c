/* Suppositions: what was not recorded is narrowed by what came out, and never guessed. */
#include "rule/suppose.h"

#include <string.h>

struct fixture {
	struct arena *a;
	struct ruleset *rs;
	struct features f, other_f;
	struct rcpt_facts facts, other_facts;
	enum answer signals[DETECTOR_COUNT], other_signals[DETECTOR_COUNT];
	struct suppose_setup setup;
	struct supposition what;
};

/* all values absent, all signals no, as of a record: no message */
static void set_up(struct fixture *x, const char *rules)
{
	GError *e = NULL;
	const struct rule_text text = { "r.rules", bytes_of(rules) };
	const struct ruleset_source source = { .texts = &text, .n_texts = 1 };

	memset(x, 0, sizeof(*x));
	x->a = arena_create();
	x->rs = ruleset_load_texts(&source, &e);
	g_assert_no_error(e);
	x->setup = (struct suppose_setup){ .features = &x->f,
					   .facts = &x->facts,
					   .signals = x->signals };
	x->what = (struct supposition){ .features = &x->other_f,
					.facts = &x->other_facts,
					.signals = x->other_signals };
}

static void as_it_was(struct fixture *x)
{
	x->other_f = x->f;
	x->other_facts = x->facts;
	memcpy(x->other_signals, x->signals, sizeof(x->signals));
}

static void clean_up(struct fixture *x)
{
	ruleset_free(x->rs);
	arena_destroy(&x->a);
}

static void expect(struct fixture *x, const struct supposer *s, int64_t least,
		   int64_t most)
{
	struct points_range range = suppose(s, &x->what);

	g_assert_cmpint(range.least[AXIS_SPAM], ==, least);
	g_assert_cmpint(range.most[AXIS_SPAM], ==, most);
}

/* the text is in no record, but the rule hit: so it did hold the word */
static void what_hit_is_known(void)
{
	static const struct hit hits[] = { { .rule = "a", .milli = { 0, 4000, 0 } } };
	struct fixture x;
	const struct supposer *s;

	set_up(&x,
	       "rule a\n reason \"a\"\n when text contains \"prize\" and not bulk\n"
	       " spam +4\n"
	       "rule b\n reason \"b\"\n when text contains \"prize\" and auto\n spam +1\n"
	       "rule c\n reason \"c\"\n when text contains \"other\" and auto\n spam "
	       "+2\n");
	x.f.at[FEATURE_BULK] = x.f.at[FEATURE_AUTO] = VALUE_OF_BOOL(false);
	x.setup.hits = hits;
	x.setup.n_hits = 1;
	s = supposer_create(x.a, x.rs, &x.setup);
	g_assert_nonnull(s);
	as_it_was(&x);
	expect(&x, s, 4000, 4000);
	x.other_f.at[FEATURE_BULK] = VALUE_OF_BOOL(true);
	expect(&x, s, 0, 0);
	as_it_was(&x);
	/* of "other" nothing is known, of "prize" all */
	x.other_f.at[FEATURE_AUTO] = VALUE_OF_BOOL(true);
	expect(&x, s, 5000, 7000);
	as_it_was(&x);
	x.what.off = &hits[0].rule;
	x.what.n_off = 1;
	expect(&x, s, 0, 0);
	clean_up(&x);
}

static void what_did_not_hit_is_known(void)
{
	struct fixture x;
	const struct supposer *s;

	/* not bulk, so the text did not hold it; and a header is in no record */
	set_up(&x,
	       "rule a\n reason \"a\"\n when bulk or text contains \"prize\"\n spam +4\n"
	       "rule b\n reason \"b\"\n when text contains \"prize\" and auto\n spam +1\n"
	       "rule c\n reason \"c\"\n when header \"X-A\" exists and auto\n spam +2\n");
	x.f.at[FEATURE_BULK] = x.f.at[FEATURE_AUTO] = VALUE_OF_BOOL(false);
	s = supposer_create(x.a, x.rs, &x.setup);
	g_assert_nonnull(s);
	as_it_was(&x);
	x.other_f.at[FEATURE_AUTO] = VALUE_OF_BOOL(true);
	expect(&x, s, 0, 2000);
	clean_up(&x);
}

/* another rule than the one that decided is found out */
static void other_rules_do_not_fit(void)
{
	static const struct hit hits[] = { { .rule = "a", .milli = { 0, 4000, 0 } },
					   { .rule = "gone", .milli = { 0, 1000, 0 } },
					   { .rule = "a", .milli = { 0, 3000, 0 } } };
	struct fixture x;

	set_up(&x, "rule a\n reason \"a\"\n when bulk\n spam +4\n");
	x.setup.hits = hits;
	x.setup.n_hits = 1;
	x.f.at[FEATURE_BULK] = VALUE_OF_BOOL(true);
	g_assert_nonnull(supposer_create(x.a, x.rs, &x.setup));
	x.f.at[FEATURE_BULK] = VALUE_OF_BOOL(false);
	g_assert_null(supposer_create(x.a, x.rs, &x.setup));
	x.f.at[FEATURE_BULK] = VALUE_OF_BOOL(true);
	x.setup.n_hits = 0;
	g_assert_null(supposer_create(x.a, x.rs, &x.setup));
	x.setup.n_hits = 2;
	g_assert_null(supposer_create(x.a, x.rs, &x.setup));
	x.setup.n_hits = 1;
	x.setup.hits = &hits[2];
	g_assert_null(supposer_create(x.a, x.rs, &x.setup));
	clean_up(&x);
}

/* of each reason a record has one axis; what is scaled or unknown gives its own points */
static void points_of_all_kinds(void)
{
	static const struct hit hits[] = { { .rule = "a", .milli = { 1000, 0, 0 } },
					   { .rule = "b", .milli = { 0, 2000, 0 } },
					   { .rule = "c", .milli = { 0, 500, 0 } } };
	static const enum axis axes[] = { AXIS_THREAT, AXIS_SPAM, AXIS_SPAM };
	struct fixture x;
	const struct supposer *s;

	set_up(&x, "rule a\n reason \"a\"\n when bulk\n threat +1\n spam +0.5\n"
		   "rule b\n reason \"b\"\n when text.spam > 0\n spam text.spam * 0.5\n"
		   "rule c\n reason \"c\"\n when pair.known\n spam +9\n if unknown  spam "
		   "+0.5\n"
		   "rule d\n reason \"d\"\n when bulk\n spam +7\n observe\n");
	x.f.at[FEATURE_BULK] = VALUE_OF_BOOL(true);
	x.f.at[FEATURE_TEXT_SPAM] = VALUE_OF_INT(4000);
	x.facts.at[FACT_PAIR_KNOWN] = VALUE_UNKNOWN;
	x.setup.hits = hits;
	x.setup.axes = axes;
	x.setup.n_hits = 3;
	s = supposer_create(x.a, x.rs, &x.setup);
	g_assert_nonnull(s);
	as_it_was(&x);
	expect(&x, s, 3000, 3000);
	x.other_f.at[FEATURE_TEXT_SPAM] = VALUE_OF_INT(2000);
	expect(&x, s, 2000, 2000);
	as_it_was(&x);
	x.other_facts.at[FACT_PAIR_KNOWN] = VALUE_OF_BOOL(true);
	expect(&x, s, 11500, 11500);
	clean_up(&x);
}

static void guesses_and_personal_data(void)
{
	bool guessed[DETECTOR_COUNT] = { false };
	struct fixture x;
	const struct supposer *s;

	set_up(&x, "rule a\n reason \"a\"\n when fake_thread and bulk\n spam +4\n"
		   "rule b\n reason \"b\"\n when subject contains \"x\" and auto\n spam "
		   "+1\n");
	x.f.at[FEATURE_BULK] = VALUE_OF_BOOL(true);
	x.f.at[FEATURE_AUTO] = VALUE_OF_BOOL(false);
	x.setup.pii_hidden = true;
	s = supposer_create(x.a, x.rs, &x.setup);
	as_it_was(&x);
	guessed[DETECTOR_fake_thread] = true;
	x.what.guessed = guessed;
	expect(&x, s, 0, 4000);
	x.what.guessed = NULL;
	/* the subject is not absent, but left out */
	x.other_f.at[FEATURE_AUTO] = VALUE_OF_BOOL(true);
	expect(&x, s, 0, 1000);
	clean_up(&x);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rule/suppose/what hit", what_hit_is_known);
	g_test_add_func("/rule/suppose/what did not hit", what_did_not_hit_is_known);
	g_test_add_func("/rule/suppose/other rules", other_rules_do_not_fit);
	g_test_add_func("/rule/suppose/points", points_of_all_kinds);
	g_test_add_func("/rule/suppose/guesses", guesses_and_personal_data);
	return g_test_run();
}
