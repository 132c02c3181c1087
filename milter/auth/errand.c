/* See errand.h. One lock an errand; steps are taken under it and never block. An errand is
 * held by its owner and, while an answer is on its way, by the watch on that: whoever takes
 * the watch back, or is woken by it, drops that hold. */
#include "auth/errand.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/wait.h"

struct errand_yard {
	struct worker_pool *pool;
	pthread_mutex_t lock;
	pthread_cond_t empty;
	int errands;
};

struct errand {
	struct errand_yard *yard;
	const struct errand_kind *kind;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	void *check;
	struct dns_query *watched; /* NULL: no watch is out */
	int holders;
	bool done;
};

struct errand_yard *errand_yard_create(int n)
{
	struct errand_yard *y = g_new0(struct errand_yard, 1);

	pthread_mutex_init(&y->lock, NULL);
	pthread_cond_init(&y->empty, NULL);
	y->pool = worker_pool_create(n);
	return y;
}

void errand_yard_destroy(struct errand_yard **yp)
{
	struct errand_yard *y = *yp;

	*yp = NULL;
	if (y == NULL)
		return;
	pthread_mutex_lock(&y->lock);
	while (y->errands > 0)
		pthread_cond_wait(&y->empty, &y->lock);
	pthread_mutex_unlock(&y->lock);
	worker_pool_destroy(&y->pool);
	pthread_cond_destroy(&y->empty);
	pthread_mutex_destroy(&y->lock);
	g_free(y);
}

static void yard_count(struct errand_yard *y, int more)
{
	pthread_mutex_lock(&y->lock);
	y->errands += more;
	if (y->errands == 0)
		pthread_cond_broadcast(&y->empty);
	pthread_mutex_unlock(&y->lock);
}

static void errand_drop(struct errand *e)
{
	struct errand_yard *y = e->yard;

	if (__atomic_sub_fetch(&e->holders, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	e->kind->destroy(e->check);
	pthread_cond_destroy(&e->ended);
	pthread_mutex_destroy(&e->lock);
	g_free(e);
	yard_count(y, -1);
}

static void errand_wake(void *arg);

/* go on until it is done or waits again; under the lock */
static void errand_advance(struct errand *e)
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
		__atomic_add_fetch(&e->holders, 1, __ATOMIC_RELAXED);
		if (dns_query_watch(e->watched, errand_wake, e))
			break;
		__atomic_sub_fetch(&e->holders, 1, __ATOMIC_RELAXED);
		e->watched = NULL;
	}
}

/* on a thread of the pool: the awaited answer is there */
static void errand_resume(void *arg)
{
	struct errand *e = arg;

	pthread_mutex_lock(&e->lock);
	e->watched = NULL;
	errand_advance(e);
	pthread_mutex_unlock(&e->lock);
	errand_drop(e);
}

/* on the resolver's thread */
static void errand_wake(void *arg)
{
	struct errand *e = arg;

	worker_pool_give(e->yard->pool, errand_resume, e);
}

/* no more steps; true: the hold of the watch is the caller's to drop; under the lock */
static bool errand_stop(struct errand *e)
{
	bool back = e->watched != NULL && dns_query_unwatch(e->watched, errand_wake, e);

	e->done = true;
	if (back)
		e->watched = NULL;
	return back;
}

struct errand *errand_begin(struct errand_yard *y, const struct errand_kind *kind,
			    void *check)
{
	struct errand *e = g_new0(struct errand, 1);

	*e = (struct errand){ .yard = y, .kind = kind, .check = check, .holders = 1 };
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->ended, NULL);
	yard_count(y, 1);
	pthread_mutex_lock(&e->lock);
	errand_advance(e);
	pthread_mutex_unlock(&e->lock);
	return e;
}

static void errand_wait(struct errand *e, int64_t deadline_us)
{
	while (!e->done && wait_until(&e->ended, &e->lock, deadline_us))
		;
}

const void *errand_finish(struct errand *e, struct dns_wait *w)
{
	bool back = false;

	pthread_mutex_lock(&e->lock);
	if (!e->done) {
		int64_t began_us = clock_mono_us();

		if (w->deadline_us > began_us)
			errand_wait(e, w->deadline_us);
		w->waited_us += clock_mono_us() - began_us;
	}
	if (!e->done) {
		bool decided;

		w->timed_out = true;
		back = errand_stop(e);
		e->kind->give_up(e->check);
		decided = e->kind->step(e->check);
		g_assert(decided);
	}
	pthread_mutex_unlock(&e->lock);
	if (back)
		errand_drop(e);
	return e->check;
}

void errand_release(struct errand **ep)
{
	struct errand *e = *ep;
	bool back;

	*ep = NULL;
	if (e == NULL)
		return;
	pthread_mutex_lock(&e->lock);
	back = errand_stop(e);
	pthread_mutex_unlock(&e->lock);
	if (back)
		errand_drop(e);
	errand_drop(e);
}
