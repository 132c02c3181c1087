/* Points against thresholds. */
#include "verdict/score.h"

#include <glib.h>

#include "verdict/verdict.h"

static const struct policy policy = {
	.name = "default",
	.malicious_points = 9000,
	.suspicious_points = 5000,
	.spam_points = 6000,
	.graymail_points = 4000,
	.on_malicious = ACTION_QUARANTINE,
	.on_suspicious = ACTION_BANNER,
	.on_spam = ACTION_JUNK,
	.on_graymail = ACTION_DEFER,
	.on_undecided = ACTION_JUNK,
};

static const struct {
	int64_t milli[AXIS_COUNT];
	enum verdict verdict;
	enum action action;
} rows[] = {
	{ { 0, 0, 0 }, VERDICT_WANTED, ACTION_PASS },
	{ { 4999, 5999, 3999 }, VERDICT_WANTED, ACTION_PASS },
	{ { -9000, -9000, -9000 }, VERDICT_WANTED, ACTION_PASS },
	{ { 0, 0, 4000 }, VERDICT_GRAYMAIL, ACTION_DEFER },
	{ { 0, 6000, 0 }, VERDICT_SPAM, ACTION_JUNK },
	{ { 0, 6000, 400000 }, VERDICT_SPAM, ACTION_JUNK },
	{ { 5000, 0, 0 }, VERDICT_SUSPICIOUS, ACTION_BANNER },
	{ { 8999, 600000, 400000 }, VERDICT_SUSPICIOUS, ACTION_BANNER },
	{ { 9000, 0, 0 }, VERDICT_MALICIOUS, ACTION_QUARANTINE },
	{ { INT64_MAX, INT64_MIN, 0 }, VERDICT_MALICIOUS, ACTION_QUARANTINE },
};

static void judges(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		enum verdict v = score_verdict(rows[i].milli, &policy);

		g_assert_cmpint(v, ==, rows[i].verdict);
		g_assert_cmpint(score_action(v, &policy), ==, rows[i].action);
	}
}

/* malicious below suspicious: the stricter one still wins */
static void judges_by_odd_policies(void)
{
	struct policy odd = policy;
	int64_t milli[AXIS_COUNT] = { 3000, 0, 0 };

	odd.malicious_points = 3000;
	g_assert_cmpint(score_verdict(milli, &odd), ==, VERDICT_MALICIOUS);
}

static void knows_axes(void)
{
	g_assert_cmpint(verdict_axis(VERDICT_MALICIOUS), ==, AXIS_THREAT);
	g_assert_cmpint(verdict_axis(VERDICT_SUSPICIOUS), ==, AXIS_THREAT);
	g_assert_cmpint(verdict_axis(VERDICT_SPAM), ==, AXIS_SPAM);
	g_assert_cmpint(verdict_axis(VERDICT_GRAYMAIL), ==, AXIS_GRAYMAIL);
	g_assert_cmpint(verdict_axis(VERDICT_WANTED), ==, AXIS_COUNT);
	g_assert_cmpint(verdict_axis(VERDICT_UNDECIDED), ==, AXIS_COUNT);
	g_assert_cmpint(score_threshold(VERDICT_UNDECIDED, &policy), ==, 0);
	g_assert_cmpint(score_action(VERDICT_UNDECIDED, &policy), ==, ACTION_JUNK);
	g_assert_cmpint(score_action(VERDICT_WANTED, &policy), ==, ACTION_PASS);
	g_assert_cmpint(score_threshold(VERDICT_WANTED, &policy), ==, 0);
	g_assert_cmpint(score_threshold(VERDICT_SPAM, &policy), ==, 6000);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/score/judges", judges);
	g_test_add_func("/score/judges-by-odd-policies", judges_by_odd_policies);
	g_test_add_func("/score/knows-axes", knows_axes);
	return g_test_run();
}
