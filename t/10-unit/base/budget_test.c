/* Many take from one amount at once, and never more than there is. */
#include "base/budget.h"

#include <glib.h>
#include <stdint.h>

static void test_bounds(void)
{
	struct budget b = { 0 };

	g_assert_true(budget_take(&b, 7, 10));
	g_assert_false(budget_take(&b, 4, 10));
	g_assert_true(budget_take(&b, 3, 10));
	g_assert_false(budget_take(&b, 1, 10));
	g_assert_true(budget_take(&b, 1, 11));
	g_assert_false(budget_take(&b, SIZE_MAX, SIZE_MAX));
	g_assert_true(budget_take(&b, 0, 11));
	g_assert_false(budget_take(&b, 0, 5)); /* the bound was lowered meanwhile */
	budget_give(&b, 11);
	g_assert_true(budget_take(&b, 5, 5));
}

static void *take_and_give(void *p)
{
	struct budget *b = p;
	uintptr_t times = 0;

	for (int i = 0; i < 20000; i++)
		if (budget_take(b, 3, 7)) {
			g_assert_cmpuint(b->used, <=, 7);
			budget_give(b, 3);
			times++;
		}
	return (void *)times;
}

static void test_threads(void)
{
	struct budget b = { 0 };
	GThread *threads[4];
	uintptr_t times = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("t", take_and_give, &b);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		times += (uintptr_t)g_thread_join(threads[i]);
	g_assert_cmpuint(times, >, 0);
	g_assert_cmpuint(b.used, ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/budget/bounds", test_bounds);
	g_test_add_func("/budget/threads", test_threads);
	return g_test_run();
}
