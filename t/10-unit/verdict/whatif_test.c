/* What would have changed a verdict: single things, rules, pairs; and what cannot be told. */
#include "verdict/whatif.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "config/load.h"
#include "verdict/suppositions.h"

struct fixture {
	struct arena *a;
	struct options *o;
	struct ruleset *rs;
	struct features f;
	struct rcpt_facts facts;
	enum answer signals[DETECTOR_COUNT];
	struct whatif_setup setup;
};

static void set_up(struct fixture *x, const char *rules)
{
	GError *e = NULL;
	const struct rule_text text = { "r.rules", bytes_of(rules) };
	const struct ruleset_source source = { .texts = &text, .n_texts = 1 };

	memset(x, 0, sizeof(*x));
	x->a = arena_create();
	x->o = options_load_text(
		"test", bytes_of("tenant \"t\" { domains = \"example.org\" }\n"), &e);
	g_assert_no_error(e);
	x->rs = ruleset_load_texts(&source, &e);
	g_assert_no_error(e);
	x->setup = (struct whatif_setup){ .rules = x->rs,
					  .policy = options_policy_named(x->o, "default"),
					  .features = &x->f,
					  .facts = &x->facts,
					  .signals = x->signals };
	x->f.at[FEATURE_FROM_ADDRESS] = value_of_text("eve@shop.example");
	x->f.at[FEATURE_FROM_DOMAIN] = value_of_text("shop.example");
	x->f.at[FEATURE_FROM_ORG] = value_of_text("shop.example");
	x->f.at[FEATURE_AUTH_ALIGNED] = VALUE_OF_BOOL(false);
	x->facts.at[FACT_PAIR_FIRST_CONTACT] = VALUE_OF_BOOL(true);
	x->facts.at[FACT_PAIR_SOLICITED] = VALUE_OF_BOOL(false);
	x->facts.at[FACT_PAIR_TRUSTED] = VALUE_OF_BOOL(false);
	x->facts.at[FACT_PREFERENCE_KIND] = VALUE_UNKNOWN;
}

/* decide by rules and detectors as the pipeline does */
static void settle(struct fixture *x)
{
	const struct facts facts = { .rcpts = &x->facts, .n_rcpts = 1 };
	const struct rcpt_signals *signals = detectors_look(x->a, &x->f, &facts, NULL);
	const struct rcpt_hits *hits = ruleset_run(
		x->a, &(struct rules_in_force){ .rules = x->rs }, &x->f, &facts, signals);
	static const struct recipient rcpt = { .address = "ann@example.org",
					       .key = "ann@example.org" };
	static const struct envelope env = { .rcpts = &rcpt, .n_rcpts = 1 };
	const struct decide_setup setup = { .options = x->o,
					    .envelope = &env,
					    .facts = &facts,
					    .hits = hits,
					    .missing = x->setup.missing,
					    .asked = ruleset_asked(x->rs) };
	struct decisions d;

	for (size_t i = 0; i < DETECTOR_COUNT; i++)
		x->signals[i] = signals->at[i].answer;
	decide(x->a, &setup, &d);
	x->setup.verdict = d.at[0].verdict;
	x->setup.hits = hits->at;
	x->setup.n_hits = hits->n;
}

static void expect(struct fixture *x, const char *text)
{
	g_assert_cmpstr(whatif_text(x->a, &x->setup), ==, text);
}

static void clean_up(struct fixture *x)
{
	ruleset_free(x->rs);
	options_unref(x->o);
	arena_destroy(&x->a);
}

static const char simple[] =
	"rule unproven\n reason \"u\"\n when not auth.aligned\n threat +4\n"
	"rule stranger\n reason \"s\"\n when pair.first_contact\n threat +2\n";

static void one_thing(void)
{
	struct fixture x;

	set_up(&x, simple);
	settle(&x);
	g_assert_cmpint(x.setup.verdict, ==, VERDICT_SUSPICIOUS);
	expect(&x, "  delivered (wanted), if: shop.example proven (DKIM aligned) | "
		   "earlier mail from the recipient to eve@shop.example | "
		   "one earlier contact with eve@shop.example | "
		   "rule unproven off | rule stranger off\n");
	/* what was not answered is not supposed, and words cannot be forged */
	x.f.at[FEATURE_AUTH_ALIGNED] = VALUE_UNKNOWN;
	settle(&x);
	g_assert_cmpint(x.setup.verdict, ==, VERDICT_WANTED);
	expect(&x, "  nothing that is known would alone have changed it\n");
	clean_up(&x);
}

/* a detector sees what is supposed */
static void signals_follow(void)
{
	struct fixture x;

	set_up(&x, "rule r\n reason \"r\"\n when reply_to_elsewhere\n threat +6\n");
	x.f.at[FEATURE_REPLY_TO_ADDRESS] = value_of_text("a\nb@else.example");
	x.f.at[FEATURE_REPLY_TO_DOMAIN] = value_of_text("else.example");
	x.f.at[FEATURE_REPLY_TO_ORG] = value_of_text("else.example");
	x.facts.at[FACT_TENANT_OWNS_REPLY_TO] = VALUE_OF_BOOL(false);
	x.facts.at[FACT_TENANT_OWNS_FROM] = VALUE_OF_BOOL(false);
	settle(&x);
	g_assert_cmpint(x.setup.verdict, ==, VERDICT_SUSPICIOUS);
	const char *text = whatif_text(x.a, &x.setup);

	g_assert_nonnull(strstr(text, "if: answers to eve@shop.example itself"));
	g_assert_nonnull(strstr(text, "signal reply_to_elsewhere off | rule r off"));
	clean_up(&x);
}

static void several_together(void)
{
	struct fixture x;

	set_up(&x, "rule a\n reason \"a\"\n when not auth.aligned\n threat +5\n"
		   "rule b\n reason \"b\"\n when pair.first_contact\n threat +6\n"
		   "rule c\n reason \"c\"\n when links.count > 0\n threat +7\n");
	x.f.at[FEATURE_LINKS_COUNT] = VALUE_OF_INT(1);
	settle(&x);
	g_assert_cmpint(x.setup.verdict, ==, VERDICT_MALICIOUS);
	/* links have no hosts: "no links" does not apply, and no two do it */
	expect(&x, "  delivered with a banner (suspicious), if: "
		   "earlier mail from the recipient to eve@shop.example and "
		   "shop.example proven (DKIM aligned)\n");
	clean_up(&x);
}

/* worse, too; and what was missing does not become wanted */
static void worse_and_undecided(void)
{
	struct fixture x;

	set_up(&x, simple);
	x.f.at[FEATURE_AUTH_ALIGNED] = VALUE_OF_BOOL(true);
	settle(&x);
	g_assert_cmpint(x.setup.verdict, ==, VERDICT_WANTED);
	expect(&x,
	       "  delivered with a banner (suspicious), if: shop.example not proven\n");
	x.f.at[FEATURE_AUTH_ALIGNED] = VALUE_OF_BOOL(false);
	x.setup.missing = MISSING_PATTERN;
	settle(&x);
	g_assert_cmpint(x.setup.verdict, ==, VERDICT_SUSPICIOUS);
	const char *text = whatif_text(x.a, &x.setup);

	g_assert_true(g_str_has_prefix(text, "  delivered (undecided), if: shop.ex"));
	clean_up(&x);
}

static void preferences_count(void)
{
	struct fixture x;

	set_up(&x, "rule a\n reason \"a\"\n when not auto\n spam +7\n");
	x.facts.at[FACT_PREFERENCE_KIND] = VALUE_ABSENT;
	settle(&x);
	g_assert_cmpint(x.setup.verdict, ==, VERDICT_SPAM);
	expect(&x, "  delivered (wanted), if: mail of eve@shop.example wanted by the "
		   "recipient's preference | rule a off\n");
	x.facts.at[FACT_PREFERENCE_KIND] = value_of_text("wanted");
	x.facts.at[FACT_PREFERENCE_ENTRY] = value_of_text("@shop.example");
	settle(&x);
	g_assert_cmpint(x.setup.verdict, ==, VERDICT_WANTED);
	expect(&x,
	       "  junk (spam), if: no preference of the recipient for @shop.example\n");
	clean_up(&x);
}

static void other_rules(void)
{
	struct fixture x;

	set_up(&x, simple);
	settle(&x);
	x.setup.n_hits--;
	expect(&x,
	       "  cannot be told: by the rules of today this would not have been decided "
	       "so\n");
	clean_up(&x);
}

/* not more than is read is told, and the work is bounded */
static void many(void)
{
	GString *rules = g_string_new(NULL);
	struct fixture x;
	const char *more;
	guint64 n;

	for (int i = 0; i < 300; i++)
		g_string_append_printf(
			rules, "rule r%d\n reason \"r\"\n when not auto\n spam %s\n", i,
			i == 0   ? "-9.3"
			: i < 20 ? "+0.8"
				 : "+0.001");
	set_up(&x, rules->str);
	settle(&x);
	g_assert_cmpint(x.setup.verdict, ==, VERDICT_SPAM);
	more = strstr(whatif_text(x.a, &x.setup), " | and ");
	g_assert_nonnull(more);
	n = g_ascii_strtoull(more + strlen(" | and "), NULL, 10);
	g_assert_cmpuint(n, >, 0);
	g_assert_cmpuint(n, <=, LIMIT_WHATIFS - LIMIT_WHATIFS_TOLD);
	g_string_free(rules, TRUE);
	clean_up(&x);
}

/* nothing applies to a message of which nothing is known */
static void nothing_known(void)
{
	struct supposed *s = g_new0(struct supposed, 1);

	s->arena = arena_create();
	for (size_t i = 0; i < FEATURE_COUNT; i++)
		s->features.at[i] = VALUE_UNKNOWN;
	for (size_t i = 0; i < FACT_COUNT; i++)
		s->facts.at[i] = VALUE_UNKNOWN;
	for (size_t i = 0; i < WHATIF_COUNT; i++)
		g_assert_null(suppositions[i].apply(s));
	arena_destroy(&s->arena);
	g_free(s);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/verdict/whatif/one thing", one_thing);
	g_test_add_func("/verdict/whatif/signals follow", signals_follow);
	g_test_add_func("/verdict/whatif/several together", several_together);
	g_test_add_func("/verdict/whatif/worse and undecided", worse_and_undecided);
	g_test_add_func("/verdict/whatif/preferences", preferences_count);
	g_test_add_func("/verdict/whatif/other rules", other_rules);
	g_test_add_func("/verdict/whatif/many", many);
	g_test_add_func("/verdict/whatif/nothing known", nothing_known);
	return g_test_run();
}
