/* See worker_pool.h. Threads are made before the first job and stay. */
#include "auth/worker_pool.h"

#include <glib.h>
#include <signal.h>
#include <stdbool.h>

struct job {
	void (*fn)(void *);
	void *arg;
	GList link;
};

struct worker_pool {
	pthread_mutex_t lock;
	pthread_cond_t work;
	GQueue jobs;
	bool stop;
	int n;
	pthread_t threads[];
};

static void *worker_pool_member(void *arg)
{
	struct worker_pool *c = arg;

	pthread_mutex_lock(&c->lock);
	for (;;) {
		GList *link = g_queue_pop_head_link(&c->jobs);

		if (link != NULL) {
			struct job *job = link->data;

			pthread_mutex_unlock(&c->lock);
			job->fn(job->arg);
			g_free(job);
			pthread_mutex_lock(&c->lock);
		} else if (c->stop) {
			break;
		} else {
			pthread_cond_wait(&c->work, &c->lock);
		}
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

void thread_start(pthread_t *thread_r, void *(*run)(void *), void *arg)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(thread_r, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	g_assert(failed == 0);
}

struct worker_pool *worker_pool_create(int n)
{
	struct worker_pool *c = g_malloc0(sizeof(*c) + (size_t)n * sizeof(pthread_t));

	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->work, NULL);
	g_queue_init(&c->jobs);
	c->n = n;
	for (int i = 0; i < n; i++)
		thread_start(&c->threads[i], worker_pool_member, c);
	return c;
}

void worker_pool_give(struct worker_pool *c, void (*fn)(void *), void *arg)
{
	struct job *job = g_new0(struct job, 1);

	job->fn = fn;
	job->arg = arg;
	job->link.data = job;
	pthread_mutex_lock(&c->lock);
	g_queue_push_tail_link(&c->jobs, &job->link);
	pthread_cond_signal(&c->work);
	pthread_mutex_unlock(&c->lock);
}

void worker_pool_destroy(struct worker_pool **cp)
{
	struct worker_pool *c = *cp;

	*cp = NULL;
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_broadcast(&c->work);
	pthread_mutex_unlock(&c->lock);
	for (int i = 0; i < c->n; i++)
		pthread_join(c->threads[i], NULL);
	pthread_cond_destroy(&c->work);
	pthread_mutex_destroy(&c->lock);
	g_free(c);
}
