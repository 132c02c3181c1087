/* The one wait with a deadline. */
#include "base/wait.h"

#include <glib.h>

#include "base/clock.h"

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t opened;
	bool open;
};

static void over_is_over(void)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t never = PTHREAD_COND_INITIALIZER;
	const int64_t over[] = { INT64_MIN, -1, 0, clock_mono_us() - 1 };

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < G_N_ELEMENTS(over); i++)
		while (wait_until(&never, &lock, over[i])) /* it may wake by itself */
			;
	int64_t until_us = clock_mono_us() + 2000;

	while (wait_until(&never, &lock, until_us))
		;
	g_assert_cmpint(clock_mono_us(), >=, until_us);
	pthread_mutex_unlock(&lock);
}

static gpointer open_it(gpointer data)
{
	struct gate *g = data;

	pthread_mutex_lock(&g->lock);
	g->open = true;
	pthread_cond_signal(&g->opened);
	pthread_mutex_unlock(&g->lock);
	return NULL;
}

static void woken_before(void)
{
	struct gate g = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false };
	int64_t until_us = clock_mono_us() + 600 * (int64_t)G_USEC_PER_SEC;

	pthread_mutex_lock(&g.lock);
	GThread *opener = g_thread_new("opener", open_it, &g);

	while (!g.open && wait_until(&g.opened, &g.lock, until_us))
		;
	g_assert_true(g.open);
	pthread_mutex_unlock(&g.lock);
	g_thread_join(opener);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/base/wait/over is over", over_is_over);
	g_test_add_func("/base/wait/woken before", woken_before);
	return g_test_run();
}
