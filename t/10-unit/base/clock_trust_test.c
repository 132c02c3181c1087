/* A clock that jumps destroys nothing. */
#include "base/clock_trust.h"

#include <glib.h>

#define DAY 86400
#define US ((int64_t)G_USEC_PER_SEC)

struct look {
	int64_t now_s, mono_s;
	bool believed;
};

static void assert_looks(struct clock_trust t, const struct look *l, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool believed = clock_trust_look(&t, l[i].now_s, l[i].mono_s * US);

		g_test_message("look %zu", i);
		g_assert_cmpint(believed, ==, l[i].believed);
	}
}

static void as_clocks_do(void)
{
	const struct look l[] = { { 1000, 10, true },
				  { 4600, 3610, true },
				  { 4600 + DAY, 3610 + DAY, true },
				  { 4600 + DAY + 3600, 3610 + DAY, true } };

	assert_looks((struct clock_trust){ 0 }, l, G_N_ELEMENTS(l));
}

static void started_with_a_wrong_clock(void)
{
	const struct look wrong[] = { { 40 * DAY, 10, false },
				      { 40 * DAY + 3600, 3610, false },
				      /* put right */
				      { DAY + 7200, 7210, true } };
	const struct look right[] = { { 40 * DAY, 10, false },
				      { 40 * DAY + DAY - 1, 10 + DAY - 1, false },
				      { 40 * DAY + DAY, 10 + DAY, true } };
	struct clock_trust t = { .seen_s = DAY };

	assert_looks(t, wrong, G_N_ELEMENTS(wrong));
	/* a machine that was off for weeks is believed after a day */
	assert_looks(t, right, G_N_ELEMENTS(right));
	/* what was not believed is not kept */
	clock_trust_look(&t, 40 * DAY, 10 * US);
	g_assert_cmpint(t.seen_s, ==, DAY);
}

static void jumps_while_it_runs(void)
{
	const struct look l[] = { { 100 * DAY, 10, true },
				  { 465 * DAY, 3610, false },
				  { 465 * DAY + 3600, 7210, false },
				  { 100 * DAY + 10800, 10810, true },
				  /* back is no harm: less is old */
				  { 1 * DAY, 14410, true },
				  /* and forth again is */
				  { 100 * DAY, 18010, false } };

	assert_looks((struct clock_trust){ 0 }, l, G_N_ELEMENTS(l));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/clock-trust/as clocks do", as_clocks_do);
	g_test_add_func("/clock-trust/started with a wrong clock",
			started_with_a_wrong_clock);
	g_test_add_func("/clock-trust/jumps while it runs", jumps_while_it_runs);
	return g_test_run();
}
