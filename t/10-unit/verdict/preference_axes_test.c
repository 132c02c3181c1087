/* A preference moves spam and graymail of its own recipient, and no threat, ever. */
#include "verdict/preference_axes.h"

#include <glib.h>
#include <string.h>

#include "config/load.h"
#include "verdict/score.h"

static const char conf[] = "mode = enforce\n"
			   "tenant \"t\" { domains = {\"example.org\"} }\n";

static const struct recipient rcpts[] = {
	{ .address = "ann@example.org", .key = "ann@example.org" },
	{ .address = "bob@example.org", .key = "bob@example.org" },
};
static const struct envelope envelope = { .rcpts = rcpts, .n_rcpts = 2 };

static void prefer(struct rcpt_facts *f, const char *kind)
{
	f->at[FACT_PREFERENCE_KIND] = value_of_text(kind);
	f->at[FACT_PREFERENCE_ENTRY] = value_of_text("<news\x01.shop>");
	f->at[FACT_PREFERENCE_CAUSE] = value_of_text("moved to Junk");
	f->at[FACT_PREFERENCE_STRENGTH] = value_of_text("strong");
}

static void moves_axes(void)
{
	static const struct {
		const char *kind;
		int64_t before[AXIS_COUNT];
		enum verdict verdict;
		bool moved;
	} rows[] = {
		{ "junk", { 0, 0, 0 }, VERDICT_SPAM, true },
		{ "junk", { 0, 99000, 0 }, VERDICT_SPAM, false },
		{ "junk", { 99000, 0, 0 }, VERDICT_MALICIOUS, true },
		{ "wanted", { 0, 99000, 99000 }, VERDICT_WANTED, true },
		{ "wanted", { 99000, 99000, 0 }, VERDICT_MALICIOUS, false },
		{ "wanted", { 0, -1000, 0 }, VERDICT_WANTED, false },
		{ "graymail", { 0, 99000, 0 }, VERDICT_GRAYMAIL, true },
		{ "graymail", { 0, 0, 0 }, VERDICT_GRAYMAIL, true },
		{ "none", { 0, 99000, 0 }, VERDICT_SPAM, false },
		{ "what else", { 0, 99000, 0 }, VERDICT_SPAM, false },
		{ NULL, { 0, 99000, 0 }, VERDICT_SPAM, false },
	};
	struct options *o = options_load_text("test", bytes_of(conf), NULL);
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct decision d = { .policy = &o->policies[0] };
		struct rcpt_facts f = { .missing = 0 };
		struct reason why;

		prefer(&f, rows[i].kind);
		memcpy(d.milli, rows[i].before, sizeof(d.milli));
		preference_move(a, &f, &d, &why);
		g_assert_cmpint(d.milli[AXIS_THREAT], ==, rows[i].before[AXIS_THREAT]);
		g_assert_cmpint(score_verdict(d.milli, d.policy), ==, rows[i].verdict);
		g_assert_cmpint(d.preferred, ==, rows[i].moved);
		g_assert_true(d.preferred == (why.text != NULL));
		if (why.text != NULL)
			g_assert_nonnull(strstr(why.text, "<news\\x01.shop> as "));
	}
	arena_destroy(&a);
	options_unref(o);
}

/* Neighbours have the same hits, and not the same wishes. */
static void of_one_recipient(void)
{
	static const struct hit hits[] = {
		{ .rule = "weak", .reason = "Weak", .milli = { 0, 500, 0 } },
	};
	static const struct rcpt_hits all_hits[] = {
		{ .at = hits, .n = 1, .milli = { 0, 500, 0 } },
		{ .at = hits, .n = 1, .milli = { 0, 500, 0 } },
	};
	struct options *o = options_load_text("test", bytes_of(conf), NULL);
	struct arena *a = arena_create();
	struct rcpt_facts both[2] = { 0 };
	struct facts facts = { .rcpts = both, .n_rcpts = 2 };
	struct decide_setup setup = {
		.options = o, .envelope = &envelope, .facts = &facts, .hits = all_hits
	};
	struct decisions d;

	prefer(&both[0], "junk");
	decide(a, &setup, &d);
	g_assert_cmpint(d.at[0].verdict, ==, VERDICT_SPAM);
	g_assert_cmpstr(decision_rule(&d.at[0]), ==, PREFERENCE_RULE);
	g_assert_cmpuint(d.at[0].n_reasons, ==, 2);
	g_assert_cmpint(d.at[1].verdict, ==, VERDICT_WANTED);
	g_assert_cmpuint(d.at[1].n_reasons, ==, 1);
	g_assert_cmpstr(d.at[1].reasons[0].rule, ==, "weak");
	prefer(&both[0], NULL);
	prefer(&both[1], "junk");
	decide(a, &setup, &d);
	g_assert_cmpuint(d.at[0].n_reasons, ==, 1);
	g_assert_cmpstr(decision_rule(&d.at[1]), ==, PREFERENCE_RULE);
	arena_destroy(&a);
	options_unref(o);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/preference_axes/moves", moves_axes);
	g_test_add_func("/preference_axes/one recipient", of_one_recipient);
	return g_test_run();
}
