#include "base/worker_pool.h"

#include <glib.h>

#include "base/clock.h"

struct counted {
	struct job job;
	gint *ran, *given_back;
	gulong sleep_us;
};

static void count_run(struct job *j)
{
	struct counted *c = (struct counted *)j;

	g_usleep(c->sleep_us);
	g_atomic_int_inc(c->ran);
}

static void count_done(struct job *j)
{
	g_atomic_int_inc(((struct counted *)j)->given_back);
	g_free(j);
}

/* Every job is given back once, whether it was done or not. */
static void test_pool(void)
{
	struct worker_pool *p = worker_pool_create(2, 10, 1000);
	gint ran = 0, given_back = 0, taken = 0;
	size_t left;

	for (int i = 0; i < 100; i++) {
		struct counted *j = g_new0(struct counted, 1);

		j->job = (struct job){ count_run, count_done, 10 };
		j->ran = &ran;
		j->given_back = &given_back;
		j->sleep_us = 20000;
		if (worker_pool_give(p, &j->job, i < 50 ? 0 : 5000))
			taken++;
		else
			count_done(&j->job);
	}
	left = worker_pool_destroy(&p);
	g_assert_null(p);
	g_assert_cmpint(given_back, ==, 100);
	g_assert_cmpint(ran + (int)left, ==, taken);
	g_assert_cmpint(taken, <, 60);
	g_assert_cmpint(taken, >=, 10);
}

/* without a bound nobody is refused, and one thread keeps the order */
static void test_unbounded(void)
{
	struct worker_pool *p = worker_pool_create(1, SIZE_MAX, SIZE_MAX);
	gint ran = 0, given_back = 0;

	for (int i = 0; i < 1000; i++) {
		struct counted *j = g_new0(struct counted, 1);

		j->job = (struct job){ count_run, count_done, SIZE_MAX / 2000 };
		j->ran = &ran;
		j->given_back = &given_back;
		g_assert_true(worker_pool_give(p, &j->job, 0));
	}
	g_assert_true(worker_pool_settle(p, clock_mono_us() + 60000000));
	g_assert_cmpint(ran, ==, 1000);
	g_assert_cmpuint(worker_pool_destroy(&p), ==, 0);
	g_assert_cmpint(given_back, ==, 1000);
	g_assert_cmpuint(worker_pool_destroy(&p), ==, 0); /* NULL */
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/worker-pool/bounded", test_pool);
	g_test_add_func("/worker-pool/unbounded", test_unbounded);
	return g_test_run();
}
