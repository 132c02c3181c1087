/* A bounded queue and its threads. Whoever gives a job must never be held up by one that
 * hangs, so waiting for room ends as soon as the pool stands still. */
#include "base/job_pool.h"

#include <glib.h>
#include <pthread.h>
#include <signal.h>

#include "base/clock.h"
#include "base/wait.h"

#define THREADS_MOST 64

struct job_pool {
	pthread_mutex_t lock;
	pthread_cond_t work, room;
	GQueue *waiting;
	size_t bytes, bytes_most, jobs_most;
	unsigned busy;
	int64_t moved_us; /* when a job was finished last */
	bool stop;
	GThread *thread[THREADS_MOST];
	unsigned threads;
};

static void *work_on(void *data)
{
	struct job_pool *c = data;
	sigset_t all;

	sigfillset(&all);        /* signals are for the program's own threads */
	sigdelset(&all, SIGBUS); /* but for what this one does (base/map_guard.h) */
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	pthread_mutex_lock(&c->lock);
	for (;;) {
		struct job *j;

		while (!c->stop && g_queue_is_empty(c->waiting))
			pthread_cond_wait(&c->work, &c->lock);
		if (c->stop)
			break;
		j = g_queue_pop_head(c->waiting);
		c->busy++;
		pthread_mutex_unlock(&c->lock);
		size_t bytes = j->bytes;

		j->run(j);
		j->done(j);
		pthread_mutex_lock(&c->lock);
		g_assert(c->bytes >= bytes && c->busy > 0);
		c->bytes -= bytes;
		c->busy--;
		c->moved_us = clock_mono_us();
		pthread_cond_broadcast(&c->room);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

struct job_pool *job_pool_new(unsigned threads, size_t jobs, size_t bytes)
{
	struct job_pool *c = g_new0(struct job_pool, 1);

	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->work, NULL);
	pthread_cond_init(&c->room, NULL);
	c->waiting = g_queue_new();
	c->jobs_most = jobs;
	c->bytes_most = bytes;
	c->moved_us = clock_mono_us();
	c->threads = MIN(threads, THREADS_MOST);
	for (unsigned i = 0; i < c->threads; i++)
		c->thread[i] = g_thread_new("worker", work_on, c);
	return c;
}

static bool is_full(const struct job_pool *c, size_t bytes)
{
	return g_queue_get_length(c->waiting) >= c->jobs_most ||
	       (c->bytes > 0 && c->bytes + bytes > c->bytes_most);
}

bool job_pool_give(struct job_pool *c, struct job *j, int64_t wait_us)
{
	bool room;

	pthread_mutex_lock(&c->lock);
	while (is_full(c, j->bytes) && clock_mono_us() < c->moved_us + wait_us)
		wait_until(&c->room, &c->lock, c->moved_us + wait_us);
	room = !is_full(c, j->bytes);
	if (room) {
		if (c->busy == 0 && g_queue_is_empty(c->waiting))
			c->moved_us =
				clock_mono_us(); /* it stood still for want of work */
		g_queue_push_tail(c->waiting, j);
		c->bytes += j->bytes;
		pthread_cond_signal(&c->work);
	}
	pthread_mutex_unlock(&c->lock);
	return room;
}

bool job_pool_settle(struct job_pool *c, int64_t limit_us)
{
	bool idle;

	pthread_mutex_lock(&c->lock);
	while ((c->busy > 0 || !g_queue_is_empty(c->waiting)) &&
	       wait_until(&c->room, &c->lock, limit_us))
		;
	idle = c->busy == 0 && g_queue_is_empty(c->waiting);
	pthread_mutex_unlock(&c->lock);
	return idle;
}

void job_pool_state(struct job_pool *c, unsigned *busy_r, size_t *waiting_r)
{
	pthread_mutex_lock(&c->lock);
	*busy_r = c->busy;
	*waiting_r = g_queue_get_length(c->waiting);
	pthread_mutex_unlock(&c->lock);
}

size_t job_pool_free(struct job_pool *c)
{
	struct job *j;
	size_t left = 0;

	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_broadcast(&c->work);
	pthread_mutex_unlock(&c->lock);
	for (unsigned i = 0; i < c->threads; i++)
		g_thread_join(c->thread[i]);
	g_assert(c->busy == 0);
	while ((j = g_queue_pop_head(c->waiting)) != NULL) {
		j->done(j);
		left++;
	}
	g_queue_free(c->waiting);
	pthread_cond_destroy(&c->work);
	pthread_cond_destroy(&c->room);
	pthread_mutex_destroy(&c->lock);
	g_free(c);
	return left;
}
