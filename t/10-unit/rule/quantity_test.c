/* Conditions on one link, attachment or recipient; counts, distances, unless. Every row is a
 * condition, what is given, and what comes out, as in eval_test.c; then the same over real
 * messages, records and suppositions. */
#include "rule/eval.h"

#include "fixture.h"
#include "rule/suppose.h"

struct row {
	const char *when;
	const char *given;
	const char *answer;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *rules =
			g_strdup_printf("list free file \"lists/l.txt\"\n"
					"list words \"gift card\" \"wire\" \"iban\"\n"
					"list acts \"changed\" \"new\"\n"
					"rule r\n reason \"r\"\n when %s\n spam +1\n",
					rows[i].when);
		char *rtest = g_strdup_printf("test \"t\"\n%s\nexpect rule r %s\n",
					      rows[i].given, rows[i].answer);
		GError *e = NULL;
		struct ruleset *rs = fx_load(rules, rtest, &e);

		if (rs == NULL)
			g_test_message("row %zu: %s | %s | %s", i, rows[i].when,
				       rows[i].given, rows[i].answer);
		g_assert_no_error(e);
		ruleset_free(rs);
		g_free(rules);
		g_free(rtest);
	}
}

#define PAY "any link (host in free and text contains \"invoice\")"
#define LOW "all links (host under free)"

/* both must hold of one and the same; of what nobody saw, any might be otherwise */
static void test_objects(void)
{
	static const struct row rows[] = {
		{ PAY, "given link host \"example.com\" text \"your Invoice\"", "yes" },
		{ PAY,
		  "given link host \"example.com\" text \"hello\"\n"
		  "given link host \"a.example\" text \"invoice\"",
		  "no" },
		{ PAY,
		  "given link host \"a.example\"\n"
		  "given link text \"invoice\" host \"example.org\" hidden yes",
		  "yes" },
		{ PAY, "given bulk yes", "no" },
		{ PAY, "given link unknown", "unknown" },
		{ PAY,
		  "given link unknown given link host \"example.com\" text \"invoice\"",
		  "yes" },
		{ PAY, "given link host unknown text \"invoice\"", "unknown" },
		{ LOW,
		  "given link host \"a.example.com\" given link host \"example.org\"",
		  "yes" },
		{ LOW, "given link host \"example.com\" given link host \"b.example\"",
		  "no" },
		{ LOW, "given bulk yes", "no" },
		{ LOW, "given link host \"example.com\" given link unknown", "unknown" },
		{ LOW, "given link host \"b.example\" given link unknown", "no" },
		{ "at least 2 links (not hidden)",
		  "given link host \"a.example\" hidden no given link hidden no", "yes" },
		{ "at least 2 links (not hidden)",
		  "given link hidden yes given link hidden no", "no" },
		{ "at least 2 links (hidden)",
		  "given link hidden yes given link hidden unknown", "unknown" },
		{ "not any link (coded)", "given link coded yes", "no" },
		{ "any attachment (type is \"exe\" and size > 1 MB)",
		  "given attachment name \"a\" type \"exe\" size 2 MB", "yes" },
		{ "any attachment (inside ends with \".js\" and locked)",
		  "given attachment name \"a.zip\" inside \"b.txt\" \"c.JS\" locked yes",
		  "yes" },
		{ "any attachment (count of inside > 2)",
		  "given attachment inside \"1\" \"2\" given attachment inside \"3\"",
		  "no" },
		{ "all recipients (domain is from.domain)",
		  "given recipient domain \"x.example\" given from.domain \"x.example\"",
		  "yes" },
		{ "any recipient (address in person.addresses)",
		  "given recipient address \"x@x.example\"", "unknown" },
		{ "any recipient (address in person.addresses)",
		  "given recipient address \"x@x.example\" given person.addresses "
		  "\"x@x.example\"",
		  "yes" },
		{ "any link (shown exists and shown is not org)",
		  "given link org \"a.example\" shown \"b.example\"", "yes" },
		{ "any link (url matches /login.*a=1/)",
		  "given link url \"https://x.example/login?a=1\"", "yes" },
	};

	check_rows(rows, G_N_ELEMENTS(rows));
}

static void test_counts(void)
{
	static const struct row rows[] = {
		{ "at least 2 of (bulk, dkim.pass, pair.known)",
		  "given bulk yes given dkim.pass yes", "yes" },
		{ "at least 2 of (bulk, dkim.pass, pair.known)",
		  "given bulk yes given dkim.pass no", "unknown" },
		{ "at least 2 of (bulk, dkim.pass, pair.known)",
		  "given bulk no given dkim.pass no", "no" },
		{ "at least 2 of (bulk, dkim.pass, pair.known)",
		  "given bulk yes given dkim.pass no given pair.known yes", "yes" },
		{ "at least 1 of (bulk and dkim.pass, size > 3 bytes or bulk)",
		  "given bulk yes", "yes" },
		{ "not at least 2 of (bulk, dkim.pass)", "given bulk yes", "yes" },
		{ "count of links.hosts > 2", "given links.hosts \"a\" \"b\" \"c\"",
		  "yes" },
		{ "count of links.hosts is 0", "given bulk yes", "yes" },
		{ "count of links.hosts > 2", "given links.hosts unknown", "unknown" },
		{ "count of header \"Received\" >= 2",
		  "given header \"Received\" \"a\" \"b\"", "yes" },
		{ "text mentions at least 2 of words",
		  "given text \"an IBAN, a wire, an iban\"", "yes" },
		{ "text mentions at least 2 of words", "given text \"iban iban\"", "no" },
		{ "text contains at least 2 of (\"ab\", \"bc\")", "given text \"abc\"",
		  "yes" },
		{ "text mentions at least 2 of words",
		  "given text \"an \u0456b\u0430n, a wir\u0435\"", "yes" },
	};

	check_rows(rows, G_N_ELEMENTS(rows));
}

#define NEAR "text mentions any of words within 2 words of any of acts"

static void test_distances(void)
{
	static const struct row rows[] = {
		{ NEAR, "given text \"our IBAN has changed.\"", "yes" },
		{ NEAR, "given text \"new for you: iban\"", "yes" },
		{ NEAR, "given text \"new for all of you: iban\"", "no" },
		{ NEAR,
		  "given text \"iban iban then far off changed, x x x x new, wire\"",
		  "yes" },
		{ NEAR, "given text \"ibans changed\"", "no" },
		{ NEAR, "given text absent", "no" },
		{ NEAR, "given text unknown", "unknown" },
		{ "text mentions \"gift card\" within 1 word of \"new gift\"",
		  "given text \"a new gift card\"", "yes" },
		{ "from.domain within 1 letter of \"paypal.example\"",
		  "given from.domain \"paypa1.example\"", "yes" },
		{ "from.domain within 1 letter of \"paypal.example\"",
		  "given from.domain \"papyal.example\"", "yes" },
		{ "from.domain within 1 letter of \"paypal.example\"",
		  "given from.domain \"paypals1.example\"", "no" },
		{ "from.domain within 2 letters of free",
		  "given from.domain \"exarnple.com\"", "yes" },
		{ "from.domain within 2 letters of free and not from.domain in free",
		  "given from.domain \"example.com\"", "no" },
		{ "from.domain within 2 letters of (\"b.example\", \"c\")",
		  "given from.domain \"b.exampel\"", "yes" },
		{ "links.hosts within 1 letter of from.domain",
		  "given links.hosts \"zzz\" \"examplf.com\" given from.domain "
		  "\"example.com\"",
		  "yes" },
		{ "any link (host within 1 letter of from.domain)",
		  "given link host \"examplf.com\" given from.domain unknown",
		  "unknown" },
	};

	check_rows(rows, G_N_ELEMENTS(rows));
}

static void test_unless(void)
{
	static const struct row rows[] = {
		{ "bulk unless dkim.pass", "given bulk yes", "yes" },
		{ "bulk unless dkim.pass", "given bulk yes given dkim.pass yes", "no" },
		{ "bulk unless pair.known", "given bulk yes", "unknown" },
		{ "bulk and size > 1 byte unless dkim.pass or pair.known",
		  "given bulk yes given size 3 bytes given pair.known no", "yes" },
		{ "bulk or dkim.pass unless pair.known unless size > 3 bytes",
		  "given dkim.pass yes given pair.known no given size 9 bytes", "no" },
	};
	struct ruleset *rs =
		fx_must_load("rule a\n reason \"a\"\n when bulk or dkim.pass\n"
			     " unless pair.known and size > 3 bytes\n"
			     " unless first_contact\n spam +1\n",
			     NULL);

	check_rows(rows, G_N_ELEMENTS(rows));
	g_assert_cmpstr(ruleset_rule(rs, 0)->condition, ==,
			"(bulk or dkim.pass) unless pair.known and size > 3 bytes unless "
			"first_contact");
	ruleset_free(rs);
}

static struct ruleset *load_real(const char *rules)
{
	const struct rule_text text = { "r.rules", bytes_of(rules) };
	const struct ruleset_source source = { .texts = &text, .n_texts = 1 };
	GError *e = NULL;
	struct ruleset *rs = ruleset_load_texts(&source, &e);

	g_assert_no_error(e);
	return rs;
}

static const char real_rules[] =
	"list low \"pay.example\"\n"
	"rule l\n reason \"{found}\"\n"
	" when any link (host in low and text contains \"invoice\")\n spam +4\n";

static struct rcpt_hits run_real(struct arena *a, const struct rules_in_force *in,
				 const struct message *m)
{
	struct features *f = arena_new(a, struct features, 1);
	struct facts facts = { .rcpts = arena_new(a, struct rcpt_facts, 1),
			       .n_rcpts = 1 };
	struct rcpt_signals signals = { .at = arena_new(a, struct signal,
							DETECTOR_COUNT) };

	f->message = m;
	return *ruleset_run(a, in, f, &facts, &signals);
}

/* what the message said is kept in its record, and nothing is guessed without it */
static void test_record(void)
{
	static const struct link links[] = {
		{ .url = "https://pay.example/",
		  .host = "pay.example",
		  .text = "Your invoice" },
		{ .url = "https://b.example/", .host = "b.example" },
	};
	const struct message m = { .links = links, .n_links = 2 },
			     none = { .n_links = 0 };
	struct ruleset *rs = load_real(real_rules);
	struct arena *a = arena_create();
	struct frozen kept = { 0 }, nothing = { .rcpts = (const char *[]){ NULL } };
	struct rcpt_hits hits =
		run_real(a, &(struct rules_in_force){ .rules = rs, .freeze = &kept }, &m);

	g_assert_cmpint(hits.milli[AXIS_SPAM], ==, 4000);
	g_assert_cmpstr(hits.at[0].reason, ==, "pay.example");
	g_assert_nonnull(kept.message);
	hits = run_real(a, &(struct rules_in_force){ .rules = rs, .thaw = &kept }, NULL);
	g_assert_cmpint(hits.milli[AXIS_SPAM], ==, 4000);
	g_assert_cmpuint(hits.undecidable, ==, 0);
	hits = run_real(a, &(struct rules_in_force){ .rules = rs, .thaw = &nothing },
			NULL);
	g_assert_cmpint(hits.milli[AXIS_SPAM], ==, 0);
	g_assert_cmpuint(hits.undecidable, ==, 1);
	hits = run_real(a, &(struct rules_in_force){ .rules = rs, .freeze = &kept },
			&none);
	g_assert_cmpuint(hits.n, ==, 0);
	ruleset_free(rs);
	/* another list is another question */
	rs = load_real(
		"list low \"b.example\"\nrule l\n reason \"l\"\n when any link (host in "
		"low and text contains \"invoice\")\n spam +4\n");
	hits = run_real(a, &(struct rules_in_force){ .rules = rs, .thaw = &kept }, NULL);
	g_assert_cmpuint(hits.undecidable, ==, 1);
	arena_destroy(&a);
	ruleset_free(rs);
}

static void expect(const struct supposer *s, const struct supposition *what,
		   int64_t least, int64_t most)
{
	struct points_range range = suppose(s, what);

	g_assert_cmpint(range.least[AXIS_SPAM], ==, least);
	g_assert_cmpint(range.most[AXIS_SPAM], ==, most);
}

/* of a record, what the rules that hit prove of it, and no more */
static void test_suppose(void)
{
	static const struct hit hits[] = { { .rule = "a", .milli = { 0, 4000, 0 } } };
	struct ruleset *rs =
		load_real("rule a\n reason \"a\"\n when any link (org is not from.org)\n"
			  " unless bulk\n spam +4\n"
			  "rule b\n reason \"b\"\n when at least 2 of (auto, html,\n"
			  " text contains \"x\")\n spam +1\n");
	struct arena *a = arena_create();
	struct features f = { .message = NULL }, other;
	struct rcpt_facts facts = { 0 };
	enum answer signals[DETECTOR_COUNT] = { 0 };
	struct suppose_setup setup = { .features = &f,
				       .facts = &facts,
				       .signals = signals,
				       .hits = hits,
				       .n_hits = 1 };
	struct supposition what = { .features = &other,
				    .facts = &facts,
				    .signals = signals };
	const struct supposer *s = supposer_create(a, rs, &setup);

	g_assert_nonnull(s);
	other = f;
	expect(s, &what, 4000, 4000);
	other.at[FEATURE_BULK] = VALUE_OF_BOOL(true);
	expect(s, &what, 0, 0);
	other = f;
	other.at[FEATURE_FROM_ORG] = value_of_text("b.example");
	expect(s, &what, 0, 4000);
	other = f;
	other.at[FEATURE_AUTO] = VALUE_OF_BOOL(true);
	expect(s, &what, 4000, 5000);
	other.at[FEATURE_HTML] = VALUE_OF_BOOL(true);
	expect(s, &what, 5000, 5000);
	arena_destroy(&a);
	ruleset_free(rs);
}

/* who explains sees how many there were, and which one it was */
static void test_explain(void)
{
	static const struct link links[] = { { .url = "https://pay.example/",
					       .host = "pay.example",
					       .text = "invoice" } };
	const struct message m = { .links = links, .n_links = 1 };
	struct ruleset *rs = load_real("list low \"pay.example\"\nrule l\n reason \"l\"\n"
				       " when any link (host in low)\n"
				       " and at least 1 of (bulk, auto)\n unless html\n"
				       " spam +4\n");
	struct arena *a = arena_create();
	struct features *f = arena_new(a, struct features, 1);
	struct rcpt_facts facts = { 0 };
	struct rcpt_signals signals = { .at = arena_new(a, struct signal,
							DETECTOR_COUNT) };
	struct evidence e = { .arena = a, .features = f, .facts = &facts };

	f->message = &m;
	const struct account *account =
		ruleset_explain(&(struct rules_in_force){ .rules = rs }, &e, &signals);
	const struct tried *t = account->tried;

	g_assert_cmpuint(account->n_tried, ==, 6);
	g_assert_cmpstr(t[0].text, ==, "any link (host in low)");
	g_assert_cmpstr(t[0].seen, ==, "1 link: pay.example");
	g_assert_cmpint(t[0].answer, ==, ANSWER_YES);
	g_assert_cmpstr(t[1].text, ==, "at least 1 of");
	g_assert_cmpint(t[1].answer, ==, ANSWER_NO);
	g_assert_cmpstr(t[4].text, ==, "unless");
	g_assert_cmpint(t[4].answer, ==, ANSWER_YES);
	arena_destroy(&a);
	ruleset_free(rs);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rule/quantity/objects", test_objects);
	g_test_add_func("/rule/quantity/counts", test_counts);
	g_test_add_func("/rule/quantity/distances", test_distances);
	g_test_add_func("/rule/quantity/unless", test_unless);
	g_test_add_func("/rule/quantity/record", test_record);
	g_test_add_func("/rule/quantity/suppose", test_suppose);
	g_test_add_func("/rule/quantity/explain", test_explain);
	return g_test_run();
}
