/* A bounded queue and its threads. Whoever gives a job must never be held up by one that
 * hangs, so waiting for room ends as soon as the pool stands still. */
#include "base/worker_pool.h"

#include <glib.h>
#include <signal.h>

#include "base/clock.h"
#include "base/wait.h"

struct worker_pool {
	pthread_mutex_t lock;
	pthread_cond_t work, room;
	GQueue *waiting;
	size_t bytes, bytes_most, jobs_most;
	unsigned busy;
	int64_t moved_us; /* when a job was finished last */
	bool stop;
	unsigned threads;
	pthread_t thread[];
};

void thread_start(pthread_t *thread_r, void *(*run)(void *), void *arg)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	sigdelset(&all, SIGBUS);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(thread_r, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	g_assert(failed == 0);
}

static void *work_on(void *data)
{
	struct worker_pool *p = data;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		struct job *j;

		while (!p->stop && g_queue_is_empty(p->waiting))
			pthread_cond_wait(&p->work, &p->lock);
		if (p->stop)
			break;
		j = g_queue_pop_head(p->waiting);
		p->busy++;
		pthread_mutex_unlock(&p->lock);
		size_t bytes = j->bytes;

		j->run(j);
		j->done(j);
		pthread_mutex_lock(&p->lock);
		g_assert(p->bytes >= bytes && p->busy > 0);
		p->bytes -= bytes;
		p->busy--;
		p->moved_us = clock_mono_us();
		pthread_cond_broadcast(&p->room);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct worker_pool *worker_pool_create(unsigned threads, size_t jobs, size_t bytes)
{
	struct worker_pool *p = g_malloc0(sizeof(*p) + threads * sizeof(p->thread[0]));

	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->room, NULL);
	p->waiting = g_queue_new();
	p->jobs_most = jobs;
	p->bytes_most = bytes;
	p->moved_us = clock_mono_us();
	p->threads = threads;
	for (unsigned i = 0; i < threads; i++)
		thread_start(&p->thread[i], work_on, p);
	return p;
}

static bool is_full(const struct worker_pool *p, size_t bytes)
{
	return g_queue_get_length(p->waiting) >= p->jobs_most ||
	       (p->bytes > 0 && bytes > p->bytes_most - MIN(p->bytes, p->bytes_most));
}

bool worker_pool_give(struct worker_pool *p, struct job *j, int64_t wait_us)
{
	bool room;

	pthread_mutex_lock(&p->lock);
	while (is_full(p, j->bytes) && clock_mono_us() < p->moved_us + wait_us)
		wait_until(&p->room, &p->lock, p->moved_us + wait_us);
	room = !is_full(p, j->bytes);
	if (room) {
		if (p->busy == 0 && g_queue_is_empty(p->waiting))
			p->moved_us =
				clock_mono_us(); /* it stood still for want of work */
		g_queue_push_tail(p->waiting, j);
		p->bytes += j->bytes;
		pthread_cond_signal(&p->work);
	}
	pthread_mutex_unlock(&p->lock);
	return room;
}

bool worker_pool_settle(struct worker_pool *p, int64_t limit_us)
{
	bool idle;

	pthread_mutex_lock(&p->lock);
	while ((p->busy > 0 || !g_queue_is_empty(p->waiting)) &&
	       wait_until(&p->room, &p->lock, limit_us))
		;
	idle = p->busy == 0 && g_queue_is_empty(p->waiting);
	pthread_mutex_unlock(&p->lock);
	return idle;
}

void worker_pool_state(struct worker_pool *p, unsigned *busy_r, size_t *waiting_r)
{
	pthread_mutex_lock(&p->lock);
	*busy_r = p->busy;
	*waiting_r = g_queue_get_length(p->waiting);
	pthread_mutex_unlock(&p->lock);
}

size_t worker_pool_destroy(struct worker_pool **pool)
{
	struct worker_pool *p = *pool;
	struct job *j;
	size_t left = 0;

	*pool = NULL;
	if (p == NULL)
		return 0;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->threads; i++)
		pthread_join(p->thread[i], NULL);
	g_assert(p->busy == 0);
	while ((j = g_queue_pop_head(p->waiting)) != NULL) {
		j->done(j);
		left++;
	}
	g_queue_free(p->waiting);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->room);
	pthread_mutex_destroy(&p->lock);
	g_free(p);
	return left;
}
