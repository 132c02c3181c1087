/* Wilson's interval against its published values. */
#include "learn/share.h"

#include <glib.h>

static void bounds(void)
{
	double low, high;

	share_bounds(0, 0, &low, &high);
	g_assert_true(low <= 0 && high >= 1);
	share_bounds(0, 10, &low, &high);
	g_assert_true(low < 0.0001 && high > 0.27 && high < 0.29); /* Wilson: 0.2775 */
	share_bounds(50, 100, &low, &high);
	g_assert_true(low > 0.40 && low < 0.41 && high > 0.59 && high < 0.60);
	share_bounds(10, 10, &low, &high);
	g_assert_true(low > 0.72 && low < 0.73 && high > 0.9999);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/learn/share/bounds", bounds);
	return g_test_run();
}
