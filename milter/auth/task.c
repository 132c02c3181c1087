/* See task.h. One lock a task; steps are taken under it and never block. A task is
 * held by its owner and, while an answer is on its way, by the watch on that: whoever takes
 * the watch back, or is woken by it, drops that hold. */
#include "auth/task.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/refs.h"
#include "base/wait.h"
#include "base/worker_pool.h"

struct task_group {
	struct worker_pool *pool;
	pthread_mutex_t lock;
	pthread_cond_t empty;
	int tasks;
};

struct task {
	struct job job; /* must be first: going on when an answer has come */
	struct task_group *group;
	const struct task_kind *kind;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	void *check;
	struct dns_query *watched; /* NULL: no watch is out */
	struct refs holders;
	bool done;
};

struct task_group *task_group_create(int n)
{
	struct task_group *y = g_new0(struct task_group, 1);

	pthread_mutex_init(&y->lock, NULL);
	pthread_cond_init(&y->empty, NULL);
	y->pool = worker_pool_create((unsigned)n, SIZE_MAX, SIZE_MAX);
	return y;
}

void task_group_destroy(struct task_group **yp)
{
	struct task_group *y = *yp;

	*yp = NULL;
	if (y == NULL)
		return;
	pthread_mutex_lock(&y->lock);
	while (y->tasks > 0)
		pthread_cond_wait(&y->empty, &y->lock);
	pthread_mutex_unlock(&y->lock);
	worker_pool_destroy(&y->pool);
	pthread_cond_destroy(&y->empty);
	pthread_mutex_destroy(&y->lock);
	g_free(y);
}

static void task_group_count(struct task_group *y, int more)
{
	pthread_mutex_lock(&y->lock);
	y->tasks += more;
	if (y->tasks == 0)
		pthread_cond_broadcast(&y->empty);
	pthread_mutex_unlock(&y->lock);
}

static void task_drop(struct task *e)
{
	struct task_group *y = e->group;

	if (!refs_drop(&e->holders))
		return;
	e->kind->destroy(e->check);
	pthread_cond_destroy(&e->ended);
	pthread_mutex_destroy(&e->lock);
	g_free(e);
	task_group_count(y, -1);
}

static void task_wake(void *arg);

/* go on until it is done or waits again; under the lock */
static void task_advance(struct task *e)
{
	while (!e->done) {
		if (e->kind->step(e->check)) {
			e->done = true;
			pthread_cond_broadcast(&e->ended);
			break;
		}
		e->watched = e->kind->missing(e->check);
		if (e->watched == NULL)
			continue; /* the answer has just come */
		refs_take(&e->holders);
		if (dns_query_watch(e->watched, task_wake, e))
			break;
		bool last = refs_drop(&e->holders);

		g_assert(!last); /* the caller holds it */
		e->watched = NULL;
	}
}

/* on a thread of the pool: the awaited answer is there */
static void task_resume(struct job *j)
{
	struct task *e = (struct task *)j;

	pthread_mutex_lock(&e->lock);
	e->watched = NULL;
	task_advance(e);
	pthread_mutex_unlock(&e->lock);
}

static void task_resumed(struct job *j)
{
	task_drop((struct task *)j);
}

/* on the resolver's thread */
static void task_wake(void *arg)
{
	struct task *e = arg;
	bool taken = worker_pool_give(e->group->pool, &e->job, 0);

	g_assert(taken); /* its queue has no bound */
}

/* no more steps; true: the hold of the watch is the caller's to drop; under the lock */
static bool task_stop(struct task *e)
{
	bool back = e->watched != NULL && dns_query_unwatch(e->watched, task_wake, e);

	e->done = true;
	if (back)
		e->watched = NULL;
	return back;
}

struct task *task_begin(struct task_group *y, const struct task_kind *kind, void *check)
{
	struct task *e = g_new0(struct task, 1);

	*e = (struct task){ .job = { .run = task_resume, .done = task_resumed },
			    .group = y,
			    .kind = kind,
			    .check = check };
	refs_begin(&e->holders, 1);
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->ended, NULL);
	task_group_count(y, 1);
	pthread_mutex_lock(&e->lock);
	task_advance(e);
	pthread_mutex_unlock(&e->lock);
	return e;
}

static void task_wait(struct task *e, int64_t deadline_us)
{
	while (!e->done && wait_until(&e->ended, &e->lock, deadline_us))
		;
}

const void *task_finish(struct task *e, struct dns_wait *w)
{
	bool back = false;

	pthread_mutex_lock(&e->lock);
	if (!e->done) {
		int64_t began_us = clock_mono_us();

		if (w->deadline_us > began_us)
			task_wait(e, w->deadline_us);
		w->waited_us += clock_mono_us() - began_us;
	}
	if (!e->done) {
		bool decided;

		w->timed_out = true;
		back = task_stop(e);
		e->kind->give_up(e->check);
		decided = e->kind->step(e->check);
		g_assert(decided);
	}
	pthread_mutex_unlock(&e->lock);
	if (back)
		task_drop(e);
	return e->check;
}

void task_release(struct task **ep)
{
	struct task *e = *ep;
	bool back;

	*ep = NULL;
	if (e == NULL)
		return;
	pthread_mutex_lock(&e->lock);
	back = task_stop(e);
	pthread_mutex_unlock(&e->lock);
	if (back)
		task_drop(e);
	task_drop(e);
}
