#include "metrics/metrics.h"

static gpointer add_many(gpointer m)
{
	for (int i = 0; i < 10000; i++)
		metrics_add(m, METRIC_HELD, 1);
	return NULL;
}

static void threads_add_up(void)
{
	struct metrics m = { 0 };
	GThread *threads[4];
	GString *out = g_string_new(NULL);

	for (int i = 0; i < 4; i++)
		threads[i] = g_thread_new("add", add_many, &m);
	for (int i = 0; i < 4; i++)
		g_thread_join(threads[i]);
	metrics_print(&m, out);
	g_assert_nonnull(strstr(out->str, "held                     40000\n"));
	g_assert_nonnull(strstr(out->str, "messages                 0\n"));
	g_string_free(out, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/metrics/threads", threads_add_up);
	return g_test_run();
}
