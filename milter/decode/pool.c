/* One thread, the keeper, starts children and buries them, because a child dies with the
 * thread that started it. Who asks takes an idle child, speaks to it himself, and hands
 * it back: idle, or broken. A child that failed is never asked again. */
#include "decode/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/refs.h"
#include "base/wait.h"
#include "decode/worker.h"

/* before the next start, after the first failure; doubled with each further one */
#define BACKOFF_US (50 * (int64_t)1000)
/* after crashes: whoever sends what kills children must not switch them off for long */
#define BACKOFF_CRASH_US G_USEC_PER_SEC
#define BACKOFF_START_US (5 * (int64_t)G_USEC_PER_SEC)

enum slot_state { SLOT_EMPTY, SLOT_STARTING, SLOT_IDLE, SLOT_BUSY, SLOT_BROKEN };

struct slot {
	enum slot_state state;
	struct worker worker;
	int requests;
};

struct decode_pool {
	struct refs refs;
	struct decode_setup setup;
	pthread_mutex_t lock;
	pthread_cond_t idle; /* a child became idle, or can't be started */
	pthread_cond_t work; /* there is something for the keeper */
	pthread_t keeper;
	bool stopping;
	int wanted; /* children that should be there; grows with need */
	int waiting;
	unsigned failures;   /* one after the other, of starting or by crashes */
	int64_t start_at_us; /* not before */
	int n;
	struct slot slots[];
};

static void count(const struct decode_pool *p, enum metric_id id)
{
	if (p->setup.metrics != NULL)
		metrics_add(p->setup.metrics, id, 1);
}

static struct slot *slot_in(struct decode_pool *p, enum slot_state state, int n)
{
	for (int i = 0; i < n; i++)
		if (p->slots[i].state == state)
			return &p->slots[i];
	return NULL;
}

static int count_in(const struct decode_pool *p, enum slot_state state)
{
	int n = 0;

	for (int i = 0; i < p->n; i++)
		n += p->slots[i].state == state;
	return n;
}

static void back_off(struct decode_pool *p, int64_t most_us)
{
	int64_t wait_us = p->failures == 0 ? 0 : BACKOFF_US << MIN(p->failures - 1, 16);

	p->failures++;
	p->start_at_us = clock_mono_us() + MIN(wait_us, most_us);
}

/* --- the keeper --- */

static void bury(struct decode_pool *p, struct slot *s)
{
	struct worker gone = s->worker;

	s->worker = (struct worker){ 0 };
	s->state = SLOT_EMPTY;
	pthread_mutex_unlock(&p->lock);
	worker_kill(&gone);
	pthread_mutex_lock(&p->lock);
}

static void start(struct decode_pool *p, struct slot *s)
{
	struct worker new = { 0 };
	GError *e = NULL;

	s->state = SLOT_STARTING;
	pthread_mutex_unlock(&p->lock);
	bool done = worker_start(&new, &p->setup, &e);

	pthread_mutex_lock(&p->lock);
	*s = (struct slot){ done ? SLOT_IDLE : SLOT_EMPTY, new, 0 };
	if (!done) {
		back_off(p, BACKOFF_START_US);
		log_seldom(LOG_LEVEL_ERROR, "decode-start",
			   "a decoder can't be started: %s; archives stay unchecked "
			   "until one can (see decode_workers)",
			   e->message);
		g_error_free(e);
	}
	pthread_cond_broadcast(&p->idle);
}

/* one thing that is to be done; false: there is none now */
static bool keep(struct decode_pool *p)
{
	struct slot *broken = slot_in(p, SLOT_BROKEN, p->n);
	struct slot *empty = slot_in(p, SLOT_EMPTY, p->wanted);

	if (broken != NULL)
		bury(p, broken);
	else if (empty != NULL && clock_mono_us() >= p->start_at_us)
		start(p, empty);
	else
		return false;
	return true;
}

static void *keeper(void *arg)
{
	struct decode_pool *p = arg;

	pthread_mutex_lock(&p->lock);
	while (!p->stopping) {
		if (keep(p))
			continue;
		if (slot_in(p, SLOT_EMPTY, p->wanted) != NULL)
			wait_until(&p->work, &p->lock, p->start_at_us);
		else
			pthread_cond_wait(&p->work, &p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void start_keeper(struct decode_pool *p)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(&p->keeper, NULL, keeper, p);

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	g_assert(failed == 0);
}

/* --- who asks --- */

static void want_one(struct decode_pool *p)
{
	p->wanted = MAX(p->wanted, 1);
	pthread_cond_signal(&p->work);
}

/* the first child is on its way; how long that took */
static int64_t wait_for_start(struct decode_pool *p)
{
	int64_t now_us = clock_mono_us();

	if (p->setup.start_us == 0)
		return 0;
	want_one(p);
	while (p->failures == 0 && slot_in(p, SLOT_IDLE, p->n) == NULL &&
	       slot_in(p, SLOT_BUSY, p->n) == NULL &&
	       wait_until(&p->idle, &p->lock, now_us + p->setup.start_us))
		continue;
	return clock_mono_us() - now_us;
}

/* a descriptor of the file that nobody can change any more; -1: there is none */
static int sealed(struct bytes data)
{
	int fd = memfd_create("wonted-file", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t at = 0;

	while (fd >= 0 && at < data.n) {
		ssize_t n = write(fd, data.at + at, data.n - at);

		if (n < 0 && errno != EINTR)
			break;
		at += (size_t)MAX(n, 0);
	}
	if (fd >= 0 && (at < data.n || fcntl(fd, F_ADD_SEALS,
					     F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |
						     F_SEAL_SEAL) != 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void mark_broken(struct decode_pool *p, struct slot *s)
{
	s->state = SLOT_BROKEN;
	pthread_cond_signal(&p->work);
}

static void mark_crashed(struct decode_pool *p, struct slot *s)
{
	count(p, METRIC_DECODE_CRASHES);
	back_off(p, BACKOFF_CRASH_US);
	log_seldom(LOG_LEVEL_WARN, "decode-crash",
		   "a decoder ended while it should not; it is replaced, and the file at "
		   "hand is unchecked");
	mark_broken(p, s);
}

/* an idle child that lives */
static struct slot *take_idle(struct decode_pool *p)
{
	struct slot *s;

	while ((s = slot_in(p, SLOT_IDLE, p->n)) != NULL) {
		if (worker_is_alive(&s->worker)) {
			s->state = SLOT_BUSY;
			return s;
		}
		mark_crashed(p, s);
	}
	return NULL;
}

/* nobody is there, and nobody will be in time */
static bool is_hopeless(struct decode_pool *p, int64_t until_us)
{
	bool any = count_in(p, SLOT_EMPTY) < p->n;

	return p->stopping || (!any && p->failures > 0 && p->start_at_us >= until_us);
}

static enum decode_why wait_for_idle(struct decode_pool *p, int64_t until_us,
				     struct slot **s_r)
{
	enum decode_why why = DECODE_WHOLE;

	if ((*s_r = take_idle(p)) != NULL)
		return DECODE_WHOLE;
	if (p->waiting >= p->setup.queue)
		return DECODE_QUEUE;
	p->waiting++;
	p->wanted = MIN(p->n, MAX(p->wanted, count_in(p, SLOT_BUSY) + p->waiting));
	pthread_cond_signal(&p->work);
	while (why == DECODE_WHOLE && (*s_r = take_idle(p)) == NULL) {
		if (is_hopeless(p, until_us))
			why = DECODE_NOBODY;
		else if (!wait_until(&p->idle, &p->lock, until_us))
			why = DECODE_TIME;
	}
	p->waiting--;
	return why;
}

static void hand_back(struct decode_pool *p, struct slot *s, enum decode_why why)
{
	g_assert(s->state == SLOT_BUSY);
	if (why == DECODE_TIME) {
		mark_broken(p, s);
	} else if (why != DECODE_WHOLE) {
		mark_crashed(p, s);
	} else if (++s->requests >= LIMIT_DECODE_REQUESTS) {
		mark_broken(p, s);
		p->failures = 0;
	} else {
		s->state = SLOT_IDLE;
		p->failures = 0;
	}
	/* one whose time is up may be the one that a signal wakes */
	pthread_cond_broadcast(&p->idle);
}

static void count_failure(const struct decode_pool *p, enum decode_why why)
{
	if (why == DECODE_TIME)
		count(p, METRIC_DECODE_TIMEOUTS);
	else if (why == DECODE_QUEUE)
		count(p, METRIC_DECODE_QUEUE_FULL);
	else if (why == DECODE_NOBODY)
		count(p, METRIC_DECODE_UNAVAILABLE);
}

void decode_pool_ask(struct decode_pool *p, struct arena *a,
		     const struct decode_file *file, struct decode_answer *answer_r)
{
	struct decode_file now = *file;
	int fd = sealed(file->data);
	struct slot *s = NULL;

	*answer_r = (struct decode_answer){ .why = DECODE_NOBODY };
	count(p, METRIC_DECODE_REQUESTS);
	if (fd >= 0) {
		pthread_mutex_lock(&p->lock);
		now.until_us += wait_for_start(p);
		answer_r->why = wait_for_idle(p, now.until_us, &s);
		pthread_mutex_unlock(&p->lock);
	}
	if (s != NULL) {
		enum decode_why why = worker_ask(&s->worker, a, &now, fd, answer_r);

		pthread_mutex_lock(&p->lock);
		hand_back(p, s, why);
		pthread_mutex_unlock(&p->lock);
	}
	count_failure(p, answer_r->why);
	if (fd >= 0)
		close(fd);
}

/* --- the pool --- */

static int worker_count(const struct decode_setup *setup)
{
	int most = MIN(setup->workers, (int)g_get_num_processors());

	return MIN(most, LIMIT_DECODE_WORKERS);
}

struct decode_pool *decode_pool_new(const struct decode_setup *setup)
{
	int n = worker_count(setup);
	struct decode_pool *p = g_malloc0(sizeof(*p) + (size_t)n * sizeof(struct slot));

	g_assert(n > 0);
	refs_begin(&p->refs, 1);
	p->setup = *setup;
	p->setup.program = g_strdup(setup->program);
	p->n = n;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->idle, NULL);
	pthread_cond_init(&p->work, NULL);
	start_keeper(p);
	return p;
}

bool decode_pool_is_like(const struct decode_pool *p, const struct decode_setup *setup)
{
	return p != NULL && g_strcmp0(p->setup.program, setup->program) == 0 &&
	       p->setup.workers == setup->workers && p->setup.queue == setup->queue &&
	       p->setup.memory_bytes == setup->memory_bytes &&
	       p->setup.metrics == setup->metrics;
}

void decode_pool_warm(struct decode_pool *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	want_one(p);
	pthread_mutex_unlock(&p->lock);
}

void decode_pool_state(struct decode_pool *p, struct decode_state *state_r)
{
	pthread_mutex_lock(&p->lock);
	state_r->busy = count_in(p, SLOT_BUSY);
	state_r->alive = state_r->busy + count_in(p, SLOT_IDLE);
	state_r->waiting = p->waiting;
	pthread_mutex_unlock(&p->lock);
}

struct decode_pool *decode_pool_ref(struct decode_pool *p)
{
	if (p != NULL)
		refs_take(&p->refs);
	return p;
}

void decode_pool_unref(struct decode_pool *p)
{
	if (p == NULL || !refs_drop(&p->refs))
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->keeper, NULL);
	for (int i = 0; i < p->n; i++)
		if (p->slots[i].worker.pid != 0)
			worker_kill(&p->slots[i].worker);
	pthread_cond_destroy(&p->idle);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	g_free((char *)(uintptr_t)p->setup.program);
	g_free(p);
}

bool decode_try(const struct decode_setup *setup, GError **e)
{
	struct worker w = { 0 };

	if (!worker_start(&w, setup, e)) {
		g_prefix_error(e, "a decoder can't be started (decode_workers = 0 does "
				  "without): ");
		return false;
	}
	worker_kill(&w);
	return true;
}
