/* A bounded queue and its threads: each job is given back once. */
#include <glib.h>

#include "base/job_pool.h"

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
	struct job_pool *c = job_pool_new(2, 10, 1000);
	gint ran = 0, given_back = 0, taken = 0;
	size_t left;

	for (int i = 0; i < 100; i++) {
		struct counted *j = g_new0(struct counted, 1);

		j->job = (struct job){ count_run, count_done, 10 };
		j->ran = &ran;
		j->given_back = &given_back;
		j->sleep_us = 20000;
		if (job_pool_give(c, &j->job, i < 50 ? 0 : 5000))
			taken++;
		else
			count_done(&j->job);
	}
	left = job_pool_free(c);
	g_assert_cmpint(given_back, ==, 100);
	g_assert_cmpint(ran + (int)left, ==, taken);
	g_assert_cmpint(taken, <, 60);
	g_assert_cmpint(taken, >=, 10);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/job-pool/each-once", test_pool);
	return g_test_run();
}
