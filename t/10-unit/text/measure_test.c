/* Figures against ones counted by hand. */
#include "text/measure.h"

static void test_auc(void)
{
	/* good 1 3, bad 2 4: of four pairs one is the wrong way */
	struct measured at[] = {
		{ 4, true, 0 }, { 1, false, 0 }, { 3, false, 0 }, { 2, true, 1 }
	};
	struct measure m = measure_all(at, 4);
	size_t counts[2][2];

	g_assert_cmpfloat(m.not_auc_percent, ==, 25);
	g_assert_cmpuint(m.good, ==, 2);
	g_assert_cmpfloat(m.missed_at_1_percent, ==, 50); /* nothing good may be lost */
	g_assert_cmpfloat(measure_threshold(at, 4, 0.01), ==, 3);
	measure_above(at, 4, 0, 3, counts);
	g_assert_cmpuint(counts[0][0], ==, 2);
	g_assert_cmpuint(counts[0][1], ==, 0);
	g_assert_cmpuint(counts[1][1], ==, 1);
}

static void test_ties(void)
{
	struct measured at[] = { { 1, true, 0 }, { 1, false, 0 } };

	g_assert_cmpfloat(measure_all(at, 2).not_auc_percent, ==, 50);
	at[0] = (struct measured){ 1, true, 0 };
	at[1] = (struct measured){ 2, true, 0 };
	g_assert_cmpfloat(measure_all(at, 2).not_auc_percent, ==, -1);
	g_assert_cmpfloat(measure_all(at, 0).not_auc_percent, ==, -1);
}

/* of 1,000 good one may be lost at 0.1 % */
static void test_loss(void)
{
	struct measured *at = g_new0(struct measured, 1002);

	for (int i = 0; i < 1000; i++)
		at[i] = (struct measured){ i, false, 0 };
	at[1000] = (struct measured){ 998.5, true, 0 };
	at[1001] = (struct measured){ 997.5, true, 0 };
	struct measure m = measure_all(at, 1002);

	g_assert_cmpfloat(m.missed_at_01_percent, ==, 50);
	g_assert_cmpfloat(m.missed_at_1_percent, ==, 0);
	g_free(at);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/text/measure/auc", test_auc);
	g_test_add_func("/text/measure/ties", test_ties);
	g_test_add_func("/text/measure/loss", test_loss);
	return g_test_run();
}
