/* Truth tables and operators. Every row is a condition, what is given, and what comes out;
 * it runs as a rtest, so tests are tested too. */
#include "rule/eval.h"

#include "fixture.h"
#include "rule/frozen.h"
#include "rule/score.h"

struct row {
	const char *when;
	const char *given; /* lines of a rtest */
	const char *answer;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *rules = g_strdup_printf(
			"list free file \"lists/l.txt\"\n"
			"list words \"gift card\" \"wire transfer\" \"x\"\n"
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

/* Kleene, "Introduction to Metamathematics", 64: the strong tables */
static void test_truth(void)
{
	static const char *const words[] = { "no", "unknown", "yes" };
	static const int and_is[3][3] = { { 0, 0, 0 }, { 0, 1, 1 }, { 0, 1, 2 } };
	static const int or_is[3][3] = { { 0, 1, 2 }, { 1, 1, 2 }, { 2, 2, 2 } };

	for (int a = 0; a < 3; a++) {
		char *one = g_strdup_printf("given dkim.pass %s", words[a]);

		check_rows(&(struct row){ "dkim.pass", one, words[a] }, 1);
		check_rows(&(struct row){ "not dkim.pass", one, words[2 - a] }, 1);
		check_rows(&(struct row){ "not not dkim.pass", one, words[a] }, 1);
		for (int b = 0; b < 3; b++) {
			char *both =
				g_strdup_printf("%s given pair.known %s", one, words[b]);

			check_rows(&(struct row){ "dkim.pass and pair.known", both,
						  words[and_is[a][b]] },
				   1);
			check_rows(&(struct row){ "dkim.pass or pair.known", both,
						  words[or_is[a][b]] },
				   1);
			check_rows(&(struct row){ "not (dkim.pass or pair.known)", both,
						  words[2 - or_is[a][b]] },
				   1);
			check_rows(&(struct row){ "(not dkim.pass) or not pair.known",
						  both, words[2 - and_is[a][b]] },
				   1);
			g_free(both);
		}
		g_free(one);
	}
}

static void test_absent_and_unknown(void)
{
	static const struct row rows[] = {
		/* what is not given: features absent, signals no, facts unknown */
		{ "dkim.pass", "given bulk yes", "no" },
		{ "own_domain_spoof", "given bulk yes", "no" },
		{ "pair.known", "given bulk yes", "unknown" },
		/* an absent value: every comparison is no, even "is not" */
		{ "subject is \"\"", "given subject absent", "no" },
		{ "subject is not \"a\"", "given subject absent", "no" },
		{ "subject exists", "given subject absent", "no" },
		{ "not subject is \"a\"", "given subject absent", "yes" },
		{ "size < 3 bytes", "given size absent", "no" },
		{ "links.hosts in free", "given links.hosts absent", "no" },
		/* an unknown one: every comparison is unknown */
		{ "subject is \"\"", "given subject unknown", "unknown" },
		{ "subject exists", "given subject unknown", "unknown" },
		{ "subject matches /a/", "given subject unknown", "unknown" },
		{ "size < 3 bytes", "given size unknown", "unknown" },
		{ "links.hosts in free", "given links.hosts unknown", "unknown" },
		/* on the right as well */
		{ "from.address in person.addresses", "given from.address \"a\"",
		  "unknown" },
		{ "from.address in person.addresses",
		  "given from.address \"a\" given person.addresses absent", "no" },
		{ "from.address is not person.name",
		  "given from.address \"a\" given person.name absent", "no" },
		{ "pair.days_known < pair.days_known", "given pair.days_known absent",
		  "no" },
		/* but the question for it has an answer */
		{ "pair.known is unknown", "given pair.known unknown", "yes" },
		{ "pair.known is unknown", "given pair.known no", "no" },
		{ "not size is unknown", "given size absent", "yes" },
		{ "subject is unknown or bulk", "given subject \"a\"", "no" },
		{ "header \"X\" exists", "given header \"X\" unknown", "unknown" },
		{ "header \"X\" contains subject", "given header \"X\" \"a\"", "no" },
	};

	check_rows(rows, G_N_ELEMENTS(rows));
}

static void test_numbers(void)
{
	static const struct row rows[] = {
		{ "size is 3 kB", "given size 3072 bytes", "yes" },
		{ "size == 1 MB", "given size 1024 kB", "yes" },
		{ "size != 3", "given size 3 bytes", NULL },
		{ "size != 3 bytes", "given size 3 bytes", "no" },
		{ "size is not 3 bytes", "given size 4 bytes", "yes" },
		{ "size > 0", "given size 1 byte", "yes" },
		{ "rcpt.count >= 10", "given rcpt.count 10", "yes" },
		{ "rcpt.count > 10 recipients", "given rcpt.count 10", "no" },
		{ "rcpt.count <= 10", "given rcpt.count 1 recipient", "yes" },
		{ "rcpt.count < 10", "given rcpt.count 10", "no" },
		{ "date.skew < -2 days", "given date.skew -49 hours", "yes" },
		{ "date.skew < -2 days", "given date.skew -47 hours", "no" },
		{ "date.skew > 1 week", "given date.skew 8 days", "yes" },
		{ "pair.days_known >= 2 weeks", "given pair.days_known 14 days", "yes" },
		{ "pair.days_known exists", "given pair.days_known 0", "yes" },
		{ "pair.messages_in < 10 messages", "given pair.messages_in 1 message",
		  "yes" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (rows[i].answer != NULL)
			check_rows(&rows[i], 1);
}

static void test_texts(void)
{
	static const struct row rows[] = {
		/* case, accents, style, runs of blanks and invisible characters do not count */
		{ "subject is \"Hello World\"", "given subject \"hello   WORLD \"",
		  "yes" },
		{ "subject is \"Grüße\"", "given subject \"GRUSSE\"", "no" },
		{ "subject is \"über\"", "given subject \"Uber\"", "yes" },
		{ "subject is \"bitcoin\"", "given subject \"𝐁𝐢𝐭𝐜𝐨𝐢𝐧\"", "yes" },
		{ "subject is \"bitcoin\"", "given subject \"ＢＩＴ\u00adco\u200bin\"",
		  "yes" },
		{ "subject is \"\"", "given subject \"\"", "yes" },
		{ "subject is not \"a\"", "given subject \"b\"", "yes" },
		{ "subject contains \"lo wo\"", "given subject \"hello world\"", "yes" },
		{ "subject contains \"low\"", "given subject \"hello world\"", "no" },
		/* letters that only look like those that are meant */
		{ "subject contains \"payment\"", "given subject \"p\u0430yment due\"",
		  "yes" },
		{ "subject mentions \"bank\"",
		  "given subject \"the \u0412\u0410N\u041a\"", "yes" },
		{ "subject starts with \"pay\"", "given subject \"\u03c1ay now\"",
		  "yes" },
		{ "subject matches /pay(ment|pal)/", "given subject \"P\u0430yP\u0430l\"",
		  "yes" },
		{ "not subject contains \"payment\"",
		  "given subject \"p\u0430yment due\"", "no" },
		{ "subject contains any of words", "given subject \"a Gift C\u0430rd\"",
		  "yes" },
		{ "subject contains \"счет\"", "given subject \"Счёт на оплату\"",
		  "yes" },
		{ "subject contains \"cop\"", "given subject \"рос сор у окна дома\"",
		  "no" },
		/* an identity is what it is, not what it looks like */
		{ "subject is \"payment\"", "given subject \"p\u0430yment\"", "no" },
		{ "subject mentions \"cialis\"", "given subject \"a specialist\"", "no" },
		{ "subject mentions \"cialis\"", "given subject \"specialist: CIALIS!\"",
		  "yes" },
		{ "subject mentions \"cialis\"", "given subject \"äcialis\"", "no" },
		{ "subject mentions \"gift card\"", "given subject \"2 gift  cards\"",
		  "no" },
		{ "subject starts with \"he\"", "given subject \"Hello\"", "yes" },
		{ "subject starts with \"lo\"", "given subject \"Hello\"", "no" },
		{ "subject ends with \"LO\"", "given subject \"Hello\"", "yes" },
		{ "subject ends with \"Hello world\"", "given subject \"world\"", "no" },
		{ "subject matches /^h.llo$/", "given subject \"Hello\"", "no" },
		{ "subject matches /^h.llo$/i", "given subject \"Hello\"", "yes" },
		{ "subject matches /\\/x/", "given subject \"a/x\"", "yes" },
		{ "subject matches /^ü\\b/", "given subject \"ü b\"", "yes" },
		{ "subject contains from.domain",
		  "given subject \"about Example.com now\" given from.domain "
		  "\"example.com\"",
		  "yes" },
		/* any of */
		{ "subject contains any of words", "given subject \"a Gift Card\"",
		  "yes" },
		{ "subject contains any of words", "given subject \"gift\"", "no" },
		{ "subject mentions any of words", "given subject \"gift cards\"", "no" },
		{ "subject mentions any of (\"a\", \"b c\")", "given subject \"x B C d\"",
		  "yes" },
		{ "subject starts with any of (\"re:\", \"aw:\")",
		  "given subject \"AW: x\"", "yes" },
		{ "subject ends with any of (\"re:\", \"aw:\")",
		  "given subject \"AW: x\"", "no" },
		{ "subject is any of (\"a\", \"b\")", "given subject \"B\"", "yes" },
		{ "subject is any of words", "given subject \"gift card\"", "yes" },
	};

	check_rows(rows, G_N_ELEMENTS(rows));
}

static void test_lists(void)
{
	static const struct row rows[] = {
		{ "from.domain in free", "given from.domain \"EXAMPLE.com\"", "yes" },
		{ "from.domain in free", "given from.domain \"a.example.com\"", "no" },
		{ "from.domain under free", "given from.domain \"a.b.example.com\"",
		  "yes" },
		{ "from.domain under free", "given from.domain \"notexample.com\"",
		  "no" },
		{ "from.domain under free", "given from.domain \"com\"", "no" },
		{ "from.address under free", "given from.address \"x@mail.example.org\"",
		  "yes" },
		{ "from.domain in (\"a.example\", \"b.example\")",
		  "given from.domain \"b.example\"", "yes" },
		{ "from.domain under (\"b.example\")",
		  "given from.domain \"x.b.example\"", "yes" },
		{ "from.address in person.addresses",
		  "given from.address \"A@b\" given person.addresses \"x@y\" \"a@b\"",
		  "yes" },
		{ "from.address in person.addresses",
		  "given from.address \"A@b\" given person.addresses \"x@y\"", "no" },
		{ "links.hosts under from.domain",
		  "given from.domain \"example.net\" given links.hosts \"a\" "
		  "\"www.example.net\"",
		  "yes" },
		/* on a list, some item will do */
		{ "links.hosts in free", "given links.hosts \"a\" \"example.com\"",
		  "yes" },
		{ "any of links.hosts in free", "given links.hosts \"a\" \"b\"", "no" },
		{ "any of attachments ends with \".exe\"",
		  "given attachments \"a.txt\" \"B.EXE\"", "yes" },
		{ "attachments matches /^x/", "given attachments \"a\" \"xy\"", "yes" },
		{ "attachments exists", "given attachments \"a\"", "yes" },
		{ "header \"X-A\" contains \"two\"",
		  "given header \"x-a\" \"one\" \"two\"", "yes" },
		{ "header \"X-A\" exists", "given bulk yes", "no" },
		{ "not header \"X-A\" exists", "given header \"X-B\" \"x\"", "yes" },
	};

	check_rows(rows, G_N_ELEMENTS(rows));
}

/* ---- many recipients ---- */

static struct rcpt_hits *run_set(struct arena *a, const struct rules_in_force *in,
				 const struct rcpt_facts *facts, size_t n)
{
	struct features *f = arena_new(a, struct features, 1);
	struct signal *signals = arena_new(a, struct signal, DETECTOR_COUNT);
	struct rcpt_signals *each = arena_new(a, struct rcpt_signals, n);
	struct facts all = { .rcpts = facts, .n_rcpts = n };
	struct rcpt_hits *hits = arena_new(a, struct rcpt_hits, n);

	f->at[FEATURE_BULK] = VALUE_OF_BOOL(true);
	f->at[FEATURE_FROM_ADDRESS] = value_of_text("x@example.com");
	signals[DETECTOR_first_contact].answer = ANSWER_YES;
	signals[DETECTOR_first_contact].words = "never seen";
	for (size_t i = 0; i < n; i++)
		each[i].at = signals;
	memcpy(hits, ruleset_run(a, in, f, &all, each), n * sizeof(*hits));
	return hits;
}

static struct rcpt_hits *run_all(struct arena *a, const struct ruleset *rs,
				 const struct rcpt_facts *facts, size_t n)
{
	return run_set(a, &(struct rules_in_force){ .rules = rs }, facts, n);
}

static struct ruleset *load_real(const char *rules)
{
	struct rule_text text = { "r.rules", bytes_of(rules) };
	struct ruleset_source source = { .texts = &text, .n_texts = 1 };
	GError *e = NULL;
	struct ruleset *rs = ruleset_load_texts(&source, &e);

	g_assert_no_error(e);
	return rs;
}

static void test_recipients(void)
{
	struct ruleset *rs = load_real(
		"rule a\n reason \"{from.address} {pair.days_known}\"\n"
		" when bulk and not pair.known\n spam +2\n if unknown spam +0.5\n"
		"rule b\n reason \"{first_contact}\"\n when first_contact\n"
		" threat +1\n"
		"rule c\n reason \"c\"\n when bulk\n spam +9\n observe\n");
	struct arena *a = arena_create();
	struct rcpt_facts *facts = arena_new(a, struct rcpt_facts, 4);
	struct rcpt_hits *hits;

	for (int i = 0; i < 4; i++)
		for (size_t f = 0; f < FACT_COUNT; f++)
			facts[i].at[f] = VALUE_UNKNOWN;
	facts[0].at[FACT_PAIR_KNOWN] = VALUE_OF_BOOL(true);
	facts[1].at[FACT_PAIR_KNOWN] = VALUE_OF_BOOL(false);
	facts[1].at[FACT_PAIR_DAYS_KNOWN] = VALUE_OF_INT(1);
	facts[3].at[FACT_PAIR_KNOWN] = VALUE_OF_BOOL(true);
	hits = run_all(a, rs, facts, 4);
	g_assert_cmpuint(hits[0].n, ==, 2);
	g_assert_cmpint(hits[0].milli[AXIS_SPAM], ==, 0);
	g_assert_cmpint(hits[0].milli[AXIS_THREAT], ==, 1000);
	g_assert_cmpstr(hits[0].at[0].reason, ==, "Never seen");
	g_assert_true(hits[0].at[1].observed);
	g_assert_cmpint(hits[0].at[1].milli[AXIS_SPAM], ==, 9000);
	g_assert_cmpint(hits[1].milli[AXIS_SPAM], ==, 2000);
	g_assert_cmpstr(hits[1].at[0].reason, ==, "x@example.com 1 day");
	g_assert_cmpint(hits[2].milli[AXIS_SPAM], ==, 500);
	g_assert_true(hits[2].at[0].unknown);
	g_assert_cmpstr(hits[2].at[0].reason, ==, "x@example.com (unknown)");
	g_assert_true(hits[3].at == hits[0].at); /* the same facts: scored once */
	arena_destroy(&a);
	ruleset_free(rs);
}

/* a rollout serves its share, the same recipients each time, and watches the others */
static void test_rollout(void)
{
	struct ruleset *rs = load_real("rule a\n reason \"a\"\n when bulk\n spam +2\n"
				       " rollout 25% by recipient\n"
				       "rule d\n reason \"d\"\n when bulk\n graymail +2\n"
				       " rollout 50% by domain\n");
	struct arena *a = arena_create();
	struct rcpt_facts *facts = arena_new(a, struct rcpt_facts, 1000);
	struct rcpt_hits *first, *again;
	unsigned served = 0, graymail = 0;

	for (int i = 0; i < 1000; i++) {
		facts[i].at[FACT_RCPT_ADDRESS] =
			value_of_text(arena_printf(a, "u%d@d%d.example", i, i % 2));
		facts[i].at[FACT_TENANT_NAME] = value_of_text("t");
	}
	first = run_all(a, rs, facts, 1000);
	again = run_all(a, rs, facts, 1000);
	for (int i = 0; i < 1000; i++) {
		served += first[i].milli[AXIS_SPAM] == 2000;
		graymail += first[i].milli[AXIS_GRAYMAIL] == 2000;
		g_assert_cmpuint(first[i].n, ==, 2);
		g_assert_cmpint(first[i].milli[AXIS_SPAM], ==, again[i].milli[AXIS_SPAM]);
		g_assert_cmpint(first[i].milli[AXIS_GRAYMAIL], ==,
				first[i % 2].milli[AXIS_GRAYMAIL]);
	}
	g_assert_cmpuint(served, >, 200);
	g_assert_cmpuint(served, <, 300);
	g_assert_cmpuint(graymail % 500, ==, 0);
	arena_destroy(&a);
	ruleset_free(rs);
}

static struct rollout *set_rule(const char *name, int percent)
{
	const struct rollout_setting s = {
		.scope = ROLLOUT_RULE, .name = name, .percent = percent, .by = "test"
	};
	struct rollout *none = rollout_new(), *r = rollout_with(none, &s);

	rollout_unref(none);
	return r;
}

/* what was set at run time stands before what the rule says; recipients of a share are told
 * apart though their facts are the same to the rules */
static void test_set_at_run_time(void)
{
	struct ruleset *rs = load_real("rule a\n reason \"a\"\n when bulk\n spam +2\n"
				       "rule w\n reason \"w\"\n when bulk\n graymail +2\n"
				       " observe\n");
	struct arena *a = arena_create();
	struct rcpt_facts *facts = arena_new(a, struct rcpt_facts, 1000);
	static const struct {
		const char *rule;
		int percent;
		unsigned spam, graymail;
	} rows[] = { { "other", 0, 1000, 0 },  { "a", 0, 0, 0 },
		     { "a", 50, 500, 0 },      { "a", 100, 1000, 0 },
		     { "w", 100, 1000, 1000 }, { "w", 20, 1000, 200 } };

	for (int i = 0; i < 1000; i++)
		facts[i].at[FACT_RCPT_ADDRESS] =
			value_of_text(arena_printf(a, "u%d@d.example", i));
	for (size_t k = 0; k < G_N_ELEMENTS(rows); k++) {
		struct rollout *r = set_rule(rows[k].rule, rows[k].percent);
		struct rcpt_hits *hits =
			run_set(a, &(struct rules_in_force){ .rules = rs, .rollout = r },
				facts, 1000);
		int spam = 0, graymail = 0;

		for (int i = 0; i < 1000; i++) {
			spam += hits[i].milli[AXIS_SPAM] == 2000;
			graymail += hits[i].milli[AXIS_GRAYMAIL] == 2000;
			g_assert_cmpuint(hits[i].n, ==, 2);
		}
		g_assert_cmpint(ABS(spam - (int)rows[k].spam), <, 60);
		g_assert_cmpint(ABS(graymail - (int)rows[k].graymail), <, 60);
		rollout_unref(r);
	}
	arena_destroy(&a);
	ruleset_free(rs);
}

/* answers that a record keeps are taken as they are, whatever stands in it besides; what it does
 * not answer is told, and only where it matters */
static void test_thaws(void)
{
	struct ruleset *rs =
		load_real("rule h\n reason \"h\"\n when header \"X-A\" exists\n"
			  " spam +2\n"
			  "rule g\n reason \"g\"\n when bulk and auto and\n"
			  " header \"X-B\" exists\n spam +3\n");
	static const char *const signs[] = { "+", "-", "?" };
	struct arena *a = arena_create();
	struct rcpt_facts *facts = arena_new(a, struct rcpt_facts, 1);
	const char *none[1] = { NULL };
	char *id = NULL;

	for (size_t i = 0; i < rs->n_leaves; i++)
		if (rs->frozen[i].kind == FROZEN_ALWAYS && id == NULL)
			id = g_strdup(rs->frozen[i].id);
	g_assert_nonnull(id);
	for (size_t i = 0; i < G_N_ELEMENTS(signs); i++) {
		char *text = g_strdup_printf("%s%s??+-zzzzzz%s123", signs[i], id, "-");
		struct frozen thaw = { .message = text, .rcpts = none };
		struct rcpt_hits *hits =
			run_set(a, &(struct rules_in_force){ .rules = rs, .thaw = &thaw },
				facts, 1);

		g_assert_cmpint(hits[0].milli[AXIS_SPAM], ==, i == 0 ? 2000 : 0);
		g_assert_cmpuint(hits[0].undecidable, ==, 0);
		g_free(text);
	}
	struct frozen nothing = { .message = NULL, .rcpts = none };

	g_assert_cmpuint(
		run_set(a, &(struct rules_in_force){ .rules = rs, .thaw = &nothing },
			facts, 1)[0]
			.undecidable,
		==, 1);
	g_free(id);
	arena_destroy(&a);
	ruleset_free(rs);
}

struct job {
	const struct ruleset *rs;
	int64_t spam_milli;
};

static gpointer run_job(gpointer p)
{
	struct job *job = p;
	struct arena *a = arena_create();
	struct rcpt_facts *facts = arena_new(a, struct rcpt_facts, 2);

	for (int i = 0; i < 200; i++)
		job->spam_milli += run_all(a, job->rs, facts, 2)[1].milli[AXIS_SPAM];
	arena_destroy(&a);
	return NULL;
}

/* one set serves all threads */
static void test_threads(void)
{
	struct ruleset *rs =
		load_real("list l \"x@example.com\"\n"
			  "rule a\n reason \"{found}\"\n"
			  " when from.address matches /(x|y)@/i and from.address in l\n"
			  " and from.address mentions any of l and bulk\n spam +2\n");
	struct job jobs[4];
	GThread *threads[4];

	for (int i = 0; i < 4; i++) {
		jobs[i] = (struct job){ .rs = rs };
		threads[i] = g_thread_new("rules", run_job, &jobs[i]);
	}
	for (int i = 0; i < 4; i++) {
		g_thread_join(threads[i]);
		g_assert_cmpint(jobs[i].spam_milli, ==, 200 * 2000);
	}
	ruleset_free(rs);
}

static void test_explain(void)
{
	struct ruleset *rs = load_real(
		"rule a\n reason \"a\"\n"
		" when bulk and pair.days_known < 3 days\n spam +2\n observe\n");
	struct arena *a = arena_create();
	struct features *f = arena_new(a, struct features, 1);
	struct rcpt_facts *facts = arena_new(a, struct rcpt_facts, 1);
	struct signal *signals = arena_new(a, struct signal, DETECTOR_COUNT);
	struct evidence e = { .arena = a, .features = f, .facts = facts };
	const struct account *account;

	f->at[FEATURE_BULK] = VALUE_OF_BOOL(true);
	facts->at[FACT_PAIR_DAYS_KNOWN] = VALUE_OF_INT(5);
	account = ruleset_explain(&(struct rules_in_force){ .rules = rs }, &e,
				  &(struct rcpt_signals){ .at = signals });
	g_assert_cmpint(account->answer, ==, ANSWER_NO);
	g_assert_false(account->counted);
	g_assert_cmpstr(account->remark, ==, "watched only");
	g_assert_cmpuint(account->n_tried, ==, 2);
	g_assert_cmpstr(account->tried[0].text, ==, "bulk");
	g_assert_cmpint(account->tried[0].answer, ==, ANSWER_YES);
	g_assert_cmpstr(account->tried[1].text, ==, "pair.days_known < 3 days");
	g_assert_cmpstr(account->tried[1].seen, ==, "5 days");
	g_assert_cmpint(account->tried[1].answer, ==, ANSWER_NO);
	ruleset_free(rs);
	rs = load_real("rule a\n reason \"a\"\n"
		       " when not (bulk and (auto or html)) or pair.days_known > 9 days\n"
		       " spam +2\n");
	account = ruleset_explain(&(struct rules_in_force){ .rules = rs }, &e,
				  &(struct rcpt_signals){ .at = signals });
	static const struct {
		const char *text;
		unsigned depth;
		enum answer answer;
	} tree[] = {
		{ "any of", 0, ANSWER_YES }, { "not", 1, ANSWER_YES },
		{ "all of", 2, ANSWER_NO },  { "bulk", 3, ANSWER_YES },
		{ "any of", 3, ANSWER_NO },  { "auto", 4, ANSWER_NO },
		{ "html", 4, ANSWER_NO },    { "pair.days_known > 9 days", 1, ANSWER_NO },
	};

	g_assert_cmpuint(account->n_tried, ==, G_N_ELEMENTS(tree));
	for (size_t i = 0; i < G_N_ELEMENTS(tree); i++) {
		g_assert_cmpstr(account->tried[i].text, ==, tree[i].text);
		g_assert_cmpuint(account->tried[i].depth, ==, tree[i].depth);
		g_assert_cmpint(account->tried[i].answer, ==, tree[i].answer);
	}
	arena_destroy(&a);
	ruleset_free(rs);
}

/* what another hit says, too, is marked: of the same axis, and only if that one counts */
static void test_said_by(void)
{
	struct ruleset *rs = load_real(
		"rule top\n reason \"t\"\n when auto\n spam +1\n"
		"rule low\n reason \"l\"\n when bulk\n spam +1\n said by gone said by "
		"top\n"
		"rule gone\n reason \"g\"\n when html\n spam +1\n observe\n"
		"rule end\n reason \"e\"\n when bulk\n spam +1\n said by low\n"
		"rule else\n reason \"x\"\n when bulk\n threat +1\n said by low\n");
	struct arena *a = arena_create();
	struct features *f = arena_new(a, struct features, 1);
	struct facts facts = { .rcpts = arena_new(a, struct rcpt_facts, 1),
			       .n_rcpts = 1 };
	struct rcpt_signals signals = { .at = arena_new(a, struct signal,
							DETECTOR_COUNT) };
	const struct rcpt_hits *hits;

	f->at[FEATURE_BULK] = f->at[FEATURE_HTML] = VALUE_OF_BOOL(true);
	hits = ruleset_run(a, &(struct rules_in_force){ .rules = rs }, f, &facts,
			   &signals);
	g_assert_cmpuint(hits->n, ==, 4);
	g_assert_cmpstr(hits->at[0].rule, ==, "low");
	g_assert_false(hits->at[0].said);
	g_assert_true(hits->at[2].said);
	g_assert_cmpstr(hits->at[3].rule, ==, "else");
	g_assert_false(hits->at[3].said);
	g_assert_cmpint(hits->milli[AXIS_SPAM], ==, 2000);
	f->at[FEATURE_AUTO] = VALUE_OF_BOOL(true);
	hits = ruleset_run(a, &(struct rules_in_force){ .rules = rs }, f, &facts,
			   &signals);
	g_assert_cmpstr(hits->at[1].rule, ==, "low");
	g_assert_true(hits->at[1].said);
	arena_destroy(&a);
	ruleset_free(rs);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rule/eval/truth", test_truth);
	g_test_add_func("/rule/eval/absent_and_unknown", test_absent_and_unknown);
	g_test_add_func("/rule/eval/numbers", test_numbers);
	g_test_add_func("/rule/eval/texts", test_texts);
	g_test_add_func("/rule/eval/lists", test_lists);
	g_test_add_func("/rule/eval/recipients", test_recipients);
	g_test_add_func("/rule/eval/rollout", test_rollout);
	g_test_add_func("/rule/eval/set_at_run_time", test_set_at_run_time);
	g_test_add_func("/rule/eval/thaws", test_thaws);
	g_test_add_func("/rule/eval/threads", test_threads);
	g_test_add_func("/rule/eval/explain", test_explain);
	g_test_add_func("/rule/eval/said_by", test_said_by);
	return g_test_run();
}
