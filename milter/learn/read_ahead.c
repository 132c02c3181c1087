/* A ring of messages: given at one end, read by any thread, taken at the other end in the
 * order they were given. Who gives and takes is one thread, so that only the place where the
 * readers are and what they finished needs the lock. */
#include "learn/read_ahead.h"

#include <glib.h>
#include <pthread.h>
#include <signal.h>

#define JOBS_USUAL 64                 /* enough that no thread waits for another */
#define BYTES_MOST ((size_t)64 << 20) /* of messages on their way */
#define THREADS_MOST 16

struct job {
	struct arena *arena;
	struct bytes raw;
	struct archived_message letter;
	bool read;
};

struct read_ahead {
	const struct learner_setup *setup;
	struct job *ring;
	size_t jobs;         /* in the ring */
	size_t taken, given; /* of the one who gives and takes; counts from the begin */
	size_t bytes;        /* of what was given and not taken */
	struct job *shown;   /* the last one taken */
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	size_t open,
		begun; /* under the lock: jobs there are, and that a thread has begun */
	bool stop;     /* under the lock */
	GThread *thread[THREADS_MOST];
	unsigned threads;
};

static struct job *job_at(struct read_ahead *w, size_t i)
{
	return &w->ring[i % w->jobs];
}

static void *work_on(void *data)
{
	struct read_ahead *w = data;
	sigset_t all;

	sigfillset(&all); /* signals are for the program's own thread */
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (!w->stop && w->begun == w->open)
			pthread_cond_wait(&w->work, &w->lock);
		if (w->stop)
			break;
		struct job *j = job_at(w, w->begun++);

		pthread_mutex_unlock(&w->lock);
		archived_message_read(j->arena, w->setup, j->raw, &j->letter);
		pthread_mutex_lock(&w->lock);
		j->read = true;
		pthread_cond_signal(&w->done);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

struct read_ahead *read_ahead_create(const struct learner_setup *setup, unsigned threads)
{
	struct read_ahead *w = g_new0(struct read_ahead, 1);

	w->setup = setup;
	w->jobs = setup->queue > 0 ? setup->queue : JOBS_USUAL;
	w->ring = g_new0(struct job, w->jobs);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->work, NULL);
	pthread_cond_init(&w->done, NULL);
	w->threads = CLAMP(threads, 1, THREADS_MOST);
	for (unsigned i = 0; i < w->threads; i++)
		w->thread[i] = g_thread_new("ahead", work_on, w);
	return w;
}

static void drop_shown(struct read_ahead *w)
{
	if (w->shown == NULL)
		return;
	w->bytes -= w->shown->raw.n;
	arena_destroy(&w->shown->arena);
	w->shown = NULL;
}

bool read_ahead_has_room(const struct read_ahead *w, size_t n)
{
	size_t there = w->given - w->taken + (w->shown != NULL);

	return there == 0 || (there < w->jobs && w->bytes + n <= BYTES_MOST);
}

void read_ahead_give(struct read_ahead *w, struct bytes raw)
{
	struct job *j = job_at(w, w->given);

	drop_shown(w);
	*j = (struct job){ .arena = arena_create(), .raw = raw };
	j->raw.at = arena_strndup(j->arena, raw.at, raw.n);
	w->bytes += raw.n;
	w->given++;
	pthread_mutex_lock(&w->lock);
	w->open = w->given;
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->lock);
}

const struct archived_message *read_ahead_next(struct read_ahead *w)
{
	struct job *j = job_at(w, w->taken);

	drop_shown(w);
	if (w->taken == w->given)
		return NULL;
	pthread_mutex_lock(&w->lock);
	while (!j->read)
		pthread_cond_wait(&w->done, &w->lock);
	pthread_mutex_unlock(&w->lock);
	w->taken++;
	w->shown = j;
	return &j->letter;
}

void read_ahead_destroy(struct read_ahead **wp)
{
	struct read_ahead *w = *wp;

	if (w == NULL)
		return;
	*wp = NULL;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_broadcast(&w->work);
	pthread_mutex_unlock(&w->lock);
	for (unsigned i = 0; i < w->threads; i++)
		g_thread_join(w->thread[i]);
	drop_shown(w);
	for (; w->taken < w->given; w->taken++)
		arena_destroy(&job_at(w, w->taken)->arena);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->work);
	pthread_cond_destroy(&w->done);
	g_free(w->ring);
	g_free(w);
}
