/* Decisions: whose policy, what mode, which reasons in what order. */
#include <glib.h>

#include "base/limits.h"
#include "config/load.h"
#include "verdict/verdict.h"

static const char conf[] =
	"mode = enforce\n"
	"tenant \"t\" { domains = {\"example.org\", \"example.com\"} }\n"
	"policy \"default\" { on_suspicious = banner }\n"
	"policy \"strict\" { recipients = \"jane@example.org\" mode = enforce\n"
	"	malicious_points = 2 suspicious_points = 1 spam_points = 1\n"
	"	graymail_points = 1 on_malicious = reject }\n"
	"policy \"watch\" { recipients = \"@example.com\" mode = observe }\n"
	"policy \"pilots\" { flags = \"pilot\" mode = enforce on_suspicious = junk }\n";
static struct options *loaded(void)
{
	GError *e = NULL;
	struct options *o = options_load_text("test", bytes_of(conf), &e);

	g_assert_no_error(e);
	return o;
}

static const struct recipient rcpts[] = {
	{ .address = "Bob@example.net", .key = "bob@example.net" },
	{ .address = "jane@example.org", .key = "jane@example.org" },
	{ .address = "x@example.com", .key = "x@example.com" }
};
static const struct envelope envelope = { .rcpts = rcpts, .n_rcpts = 3 };

static const struct hit hits[] = {
	{ .rule = "known", .reason = "You know each other", .milli = { -1000, 0, 0 } },
	{ .rule = "list", .reason = "A list", .milli = { 0, 0, 3000 } },
	{ .rule = "weak", .reason = "Weak", .milli = { 500, 2000, 0 } },
	{ .rule = "strong", .reason = "Strong", .milli = { 6000, 0, 0 } },
	{ .rule = "also", .reason = "Also", .milli = { 500, 0, 0 } },
	{ .rule = "watched",
	  .reason = "Watched",
	  .milli = { 90000, 0, 0 },
	  .observed = true },
	{ .rule = "nothing", .reason = "Nothing", .milli = { 0, 0, 0 } },
	{ .rule = "trust", .reason = "Trust", .milli = { 0, -4000, 0 } },
	{ .rule = "evil", .reason = "a\r\nb\xe2\x80\xae\xff", .milli = { 0, 0, 1 } },
	{ .rule = "wordless", .reason = NULL, .milli = { 0, 1, 0 } },
};
static const struct rcpt_hits all_hits[] = {
	{ .at = hits, .n = G_N_ELEMENTS(hits), .milli = { 6000, -1999, 3001 } },
	{ .at = hits, .n = G_N_ELEMENTS(hits), .milli = { 6000, -1999, 3001 } },
	{ .n = 0 },
};

static void decides(void)
{
	struct options *options = loaded();
	struct arena *a = arena_create();
	struct facts facts = { .degraded = false };
	struct decide_setup setup = { .options = options,
				      .envelope = &envelope,
				      .facts = &facts,
				      .hits = all_hits };
	struct decisions d;

	decide(a, &setup, &d);
	g_assert_cmpuint(d.n, ==, 3);
	g_assert_cmpstr(d.at[0].rcpt, ==, "bob@example.net");
	g_assert_cmpstr(d.at[0].policy->name, ==, "default");
	g_assert_cmpint(d.at[0].verdict, ==, VERDICT_SUSPICIOUS);
	g_assert_cmpint(d.at[0].would, ==, VERDICT_MALICIOUS); /* with what was watched */
	g_assert_cmpint(d.at[2].would, ==, VERDICT_WANTED);
	g_assert_cmpint(d.at[0].action, ==, ACTION_BANNER);
	g_assert_cmpint(d.at[0].mode, ==, MODE_ENFORCE);
	g_assert_cmpint(d.at[0].milli[AXIS_SPAM], ==, -1999);
	g_assert_cmpstr(d.at[1].policy->name, ==, "strict");
	g_assert_cmpint(d.at[1].verdict, ==, VERDICT_MALICIOUS);
	g_assert_cmpint(d.at[1].action, ==, ACTION_REJECT);
	g_assert_cmpstr(d.at[2].policy->name, ==, "watch");
	g_assert_cmpint(d.at[2].verdict, ==, VERDICT_WANTED);
	g_assert_cmpint(d.at[2].mode, ==, MODE_OBSERVE);
	for (size_t i = 0; i < d.n; i++)
		g_assert_cmpuint(d.at[i].missing, ==, 0);
	arena_destroy(&a);
	options_unref(options);
}

/* what the mailbox's record says chooses between the address and the domain; a record that
 * names what is not there is told, and one that is unknown says nothing */
static void asks_the_record(void)
{
	static const char *const pilot[] = { "new", "PILOT" };
	struct options *options = loaded();
	struct arena *a = arena_create();
	struct recipient many[5] = { rcpts[0], rcpts[1], rcpts[2], rcpts[2], rcpts[0] };
	struct envelope env = { .rcpts = many, .n_rcpts = 5 };
	struct rcpt_hits same[5] = { all_hits[0], all_hits[0], all_hits[0], all_hits[0],
				     all_hits[0] };
	struct rcpt_facts records[5] = { 0 };
	struct facts facts = { .rcpts = records, .n_rcpts = 5 };
	struct decide_setup setup = {
		.options = options, .envelope = &env, .facts = &facts, .hits = same
	};
	struct decisions d;

	records[0].at[FACT_RCPT_LOCALE] = value_of_text("de_AT");
	records[1].at[FACT_RCPT_LOCALE] = VALUE_UNKNOWN;
	records[0].at[FACT_RCPT_POLICY] = value_of_text("strict");
	records[1].at[FACT_RCPT_POLICY] = value_of_text("watch");
	records[2].at[FACT_RCPT_POLICY] = value_of_text("gone");
	records[3].at[FACT_RCPT_POLICY] = value_of_text("gone");
	records[3].at[FACT_RCPT_FLAGS] = value_of_list(pilot, 2);
	records[4].at[FACT_RCPT_POLICY] = VALUE_UNKNOWN;
	records[4].at[FACT_RCPT_FLAGS] = VALUE_UNKNOWN;
	decide(a, &setup, &d);
	g_assert_cmpstr(d.at[0].policy->name, ==, "strict");
	g_assert_cmpint(d.at[0].action, ==, ACTION_REJECT);
	g_assert_null(d.at[0].lost_policy);
	g_assert_cmpstr(d.at[0].locale, ==, "de_AT");
	g_assert_null(d.at[0].tenant); /* bob@example.net is nobody's */
	g_assert_null(d.at[1].locale);
	g_assert_cmpstr(d.at[1].tenant->name, ==, "t");
	g_assert_cmpint(d.at[1].tenant->banner_language, ==, LANGUAGE_EN);
	g_assert_cmpstr(d.at[1].policy->name, ==, "strict");
	g_assert_cmpstr(d.at[2].policy->name, ==, "watch");
	g_assert_cmpstr(d.at[2].lost_policy, ==, "gone");
	g_assert_cmpstr(d.at[3].policy->name, ==, "pilots");
	g_assert_cmpint(d.at[3].mode, ==, MODE_ENFORCE);
	g_assert_cmpint(d.at[3].action, ==, ACTION_JUNK);
	g_assert_cmpstr(d.at[3].lost_policy, ==, "gone");
	g_assert_cmpstr(d.at[4].policy->name, ==, "default");
	g_assert_null(d.at[4].lost_policy);
	arena_destroy(&a);
	options_unref(options);
}

/* Those that made the verdict first, strongest first; then other alarms; then what spoke for
 * the message. What was only watched, or gave nothing, is no reason. */
static void orders_reasons(void)
{
	struct options *options = loaded();
	static const char *const want[] = { "strong", "weak",     "also",  "list",
					    "evil",   "wordless", "trust", "known" };
	struct arena *a = arena_create();
	struct facts facts = { .degraded = false };
	struct decide_setup setup = { .options = options,
				      .envelope = &envelope,
				      .facts = &facts,
				      .hits = all_hits };
	struct decisions d;

	decide(a, &setup, &d);
	g_assert_cmpuint(d.at[0].n_reasons, ==, G_N_ELEMENTS(want));
	for (size_t i = 0; i < G_N_ELEMENTS(want); i++)
		g_assert_cmpstr(d.at[0].reasons[i].rule, ==, want[i]);
	g_assert_cmpint(d.at[0].reasons[1].axis, ==, AXIS_THREAT);
	g_assert_cmpint(d.at[0].reasons[1].milli, ==, 500);
	g_assert_cmpint(d.at[0].reasons[6].axis, ==, AXIS_SPAM);
	g_assert_cmpint(d.at[0].reasons[6].milli, ==, -4000);
	g_assert_cmpstr(d.at[0].reasons[4].text, ==, "a\\x0D\\x0Ab\\u{202E}\\xFF");
	g_assert_cmpstr(d.at[0].reasons[5].text, ==, "wordless");
	g_assert_cmpuint(d.at[2].n_reasons, ==, 0);
	arena_destroy(&a);
	options_unref(options);
}

/* 10,000 recipients with the same hits: the words are made once */
static void shares_reasons(void)
{
	struct options *options = loaded();
	struct recipient many[3] = { rcpts[0], rcpts[0], rcpts[0] };
	struct envelope env = { .rcpts = many, .n_rcpts = 3 };
	struct rcpt_hits same[3] = { all_hits[0], all_hits[0], all_hits[2] };
	struct arena *a = arena_create();
	struct facts facts = { .degraded = false };
	struct decide_setup setup = {
		.options = options, .envelope = &env, .facts = &facts, .hits = same
	};
	struct decisions d;

	decide(a, &setup, &d);
	g_assert_true(d.at[0].reasons == d.at[1].reasons);
	g_assert_cmpuint(d.at[1].n_reasons, ==, d.at[0].n_reasons);
	g_assert_cmpuint(d.at[2].n_reasons, ==, 0);
	g_assert_cmpint(d.at[0].verdict, ==, VERDICT_SUSPICIOUS);
	arena_destroy(&a);
	options_unref(options);
}

static void bounds_reasons(void)
{
	struct options *options = loaded();
	static struct hit many[LIMIT_REASONS + 10];
	struct rcpt_hits flood = { .at = many, .n = G_N_ELEMENTS(many) };
	struct envelope env = { .rcpts = rcpts, .n_rcpts = 1 };
	struct arena *a = arena_create();
	struct decide_setup setup = {
		.options = options, .envelope = &env, .facts = NULL, .hits = &flood
	};
	char *text = g_strnfill(100000, '\x01');
	struct decisions d;

	for (size_t i = 0; i < G_N_ELEMENTS(many); i++)
		many[i] = (struct hit){ .rule = "r",
					.reason = text,
					.milli = { (int64_t)i, 0, 0 } };
	decide(a, &setup, &d);
	g_assert_cmpuint(d.at[0].n_reasons, ==, LIMIT_REASONS);
	g_assert_cmpint(d.at[0].reasons[0].milli, ==, LIMIT_REASONS + 9);
	g_assert_cmpuint(strlen(d.at[0].reasons[0].text), <, 700);
	g_free(text);
	arena_destroy(&a);
	options_unref(options);
}

/* The way stopped before any rule was asked: nobody knows. */
static void is_undecided_when_stopped(void)
{
	struct options *options = loaded();
	struct arena *a = arena_create();
	struct decide_setup setup = {
		.options = options, .envelope = &envelope, .facts = NULL, .hits = NULL
	};
	struct recipient nameless = { .address = "x y" };
	struct envelope env = { .rcpts = &nameless, .n_rcpts = 1 };
	struct decisions d;

	setup.missing = MISSING_TIME;
	decide(a, &setup, &d);
	for (size_t i = 0; i < d.n; i++) {
		g_assert_cmpint(d.at[i].verdict, ==, VERDICT_UNDECIDED);
		g_assert_cmpint(d.at[i].action, ==, ACTION_PASS);
		g_assert_cmpuint(d.at[i].missing, ==, MISSING_TIME);
		g_assert_nonnull(d.at[i].policy);
	}
	/* no key: the address as it was given */
	setup.envelope = &env;
	decide(a, &setup, &d);
	g_assert_cmpstr(d.at[0].rcpt, ==, "x y");
	g_assert_cmpstr(d.at[0].policy->name, ==, "default");
	env.n_rcpts = 0;
	decide(a, &setup, &d);
	g_assert_cmpuint(d.n, ==, 0);
	arena_destroy(&a);
	options_unref(options);
}

/* Who reached a threshold keeps his verdict; who did not is wanted only where nothing was
 * missing that rules ask for, and where it was our side that failed. */
static void tells_undecided(void)
{
	static const struct {
		unsigned missing, rcpt_missing, asked;
		bool overrun;
		enum verdict verdict;
		unsigned told;
	} rows[] = {
		{ .asked = NEED_SENDER | NEED_AUTH, .verdict = VERDICT_WANTED },
		{ .rcpt_missing = NEED_SENDER,
		  .asked = NEED_SENDER,
		  .verdict = VERDICT_UNDECIDED,
		  .told = MISSING_STORE },
		/* only a banner's language wanted to know it */
		{ .rcpt_missing = NEED_MAILBOX,
		  .asked = NEED_SENDER,
		  .verdict = VERDICT_WANTED,
		  .told = MISSING_STORE },
		{ .missing = MISSING_RESOLVER,
		  .asked = NEED_AUTH,
		  .verdict = VERDICT_UNDECIDED,
		  .told = MISSING_RESOLVER },
		{ .missing = MISSING_RESOLVER,
		  .asked = NEED_SENDER,
		  .verdict = VERDICT_WANTED,
		  .told = MISSING_RESOLVER },
		/* the sender's own doing */
		{ .missing = MISSING_SENDER_DNS,
		  .asked = NEED_AUTH,
		  .verdict = VERDICT_WANTED,
		  .told = MISSING_SENDER_DNS },
		{ .missing = MISSING_TIME,
		  .verdict = VERDICT_UNDECIDED,
		  .told = MISSING_TIME },
		{ .overrun = true,
		  .verdict = VERDICT_UNDECIDED,
		  .told = MISSING_PATTERN },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct options *options = loaded();
		struct arena *a = arena_create();
		struct rcpt_hits both[2] = { all_hits[0], { .n = 0 } };
		struct rcpt_facts records[2] = { { .missing = rows[i].rcpt_missing },
						 { .missing = rows[i].rcpt_missing } };
		struct recipient two[2] = { rcpts[0], rcpts[0] };
		struct envelope env = { .rcpts = two, .n_rcpts = 2 };
		struct facts facts = { .rcpts = records, .n_rcpts = 2 };
		struct decide_setup setup = { .options = options,
					      .envelope = &env,
					      .facts = &facts,
					      .hits = both,
					      .asked = rows[i].asked,
					      .missing = rows[i].missing };
		struct decisions d;

		both[1].overrun = rows[i].overrun;
		decide(a, &setup, &d);
		g_assert_cmpint(d.at[0].verdict, ==, VERDICT_SUSPICIOUS);
		g_assert_cmpint(d.at[1].verdict, ==, rows[i].verdict);
		g_assert_cmpuint(d.at[1].missing, ==, rows[i].told);
		g_assert_cmpint(d.at[1].action, ==, ACTION_PASS);
		arena_destroy(&a);
		options_unref(options);
	}
}

static void says_what_was_missing(void)
{
	struct arena *a = arena_create();

	g_assert_null(missing_words(a, 0));
	g_assert_cmpstr(missing_words(a, MISSING_STORE | MISSING_TIME), ==,
			"the store did not answer; out of time");
	for (int i = 0; i < MISSING_COUNT; i++) {
		g_assert_nonnull(missing_names[i]);
		g_assert_nonnull(missing_words(a, 1u << i));
	}
	g_assert_null(missing_words(a, 1u << MISSING_COUNT));
	arena_destroy(&a);
}

/* the same words are said once, and what a hit is said by is left to that one */
static void says_once(void)
{
	static const struct hit repeats[] = {
		{ .rule = "a", .reason = "Same", .milli = { 2000, 0, 0 } },
		{ .rule = "b", .reason = "Same", .milli = { 4000, 0, 0 } },
		{ .rule = "c", .reason = "Other", .milli = { 1000, 0, 0 }, .said = true },
		{ .rule = "d", .reason = "Same", .milli = { 0, 9000, 0 } },
	};
	static const struct rcpt_hits all = { .at = repeats,
					      .n = 4,
					      .milli = { 7000, 9000, 0 } };
	const struct envelope one = { .rcpts = rcpts, .n_rcpts = 1 };
	struct options *options = loaded();
	struct arena *a = arena_create();
	struct decide_setup setup = { .options = options,
				      .envelope = &one,
				      .hits = &all };
	static const struct {
		const char *rule;
		bool said;
	} want[] = { { "b", false }, { "a", true }, { "c", true }, { "d", true } };
	struct decisions d;

	decide(a, &setup, &d);
	g_assert_cmpuint(d.at[0].n_reasons, ==, 4);
	for (size_t i = 0; i < 4; i++) {
		g_assert_cmpstr(d.at[0].reasons[i].rule, ==, want[i].rule);
		g_assert_cmpint(d.at[0].reasons[i].said, ==, want[i].said);
	}
	arena_destroy(&a);
	options_unref(options);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/decide/decides", decides);
	g_test_add_func("/decide/asks-the-record", asks_the_record);
	g_test_add_func("/decide/orders-reasons", orders_reasons);
	g_test_add_func("/decide/shares-reasons", shares_reasons);
	g_test_add_func("/decide/bounds-reasons", bounds_reasons);
	g_test_add_func("/decide/is-undecided-when-stopped", is_undecided_when_stopped);
	g_test_add_func("/decide/tells-undecided", tells_undecided);
	g_test_add_func("/decide/says-what-was-missing", says_what_was_missing);
	g_test_add_func("/verdict/says once", says_once);
	return g_test_run();
}
