/* Nothing ends a thread that waits for a disk, so the one that writes is not the one that
 * answers the MTA: it has a copy of all that it needs, and whichever of the two comes last
 * sees what the other did. */
#include "quarantine/keep.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "quarantine/envelope.h"
#include "quarantine/writers.h"

struct job {
	struct quarantine *quarantine;
	struct hold *hold;
	struct bytes raw;
	struct kept kept;
	GError *error;
	bool done, held, given_up; /* under the writers' lock */
};

static void free_job(struct job *j)
{
	kept_clear(&j->kept);
	hold_free(j->hold);
	g_clear_error(&j->error);
	g_free((char *)(uintptr_t)j->raw.at);
	g_free(j);
}

static void *write_it(void *data)
{
	struct job *j = data;
	struct quarantine *q = j->quarantine;
	struct writers *w = quarantine_writers(q);
	bool held = hold_keep_whole(q, j->hold, j->raw, &j->kept, &j->error);

	pthread_mutex_lock(&w->lock);
	bool given_up = j->given_up;

	j->held = held;
	j->done = true;
	pthread_cond_broadcast(&w->ended);
	pthread_mutex_unlock(&w->lock);
	if (given_up) { /* nobody looks at the job any more but we */
		hold_withdraw(q, j->hold, &j->kept, held);
		free_job(j);
	}
	writers_leave(w);
	return NULL;
}

static struct job *job_of(struct quarantine *q, const struct hold *h, struct bytes raw,
			  int64_t deadline_us)
{
	struct job *j = g_new0(struct job, 1);

	j->quarantine = q;
	j->hold = hold_copy(h);
	j->raw = (struct bytes){ g_memdup2(raw.at, raw.n), raw.n };
	j->kept.until_us = deadline_us;
	return j;
}

static bool start(struct job *j)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, write_it, j) != 0)
		return false;
	pthread_detach(thread);
	return true;
}

static bool too_late(GError **e)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		    "the hold was not on disk when the time of its message was up "
		    "(message_deadline): is the disk of quarantine_dir slow or stuck?");
	return false;
}

/* true: it ended, and how it ended stands in the job */
static bool wait_for(struct writers *w, struct job *j)
{
	pthread_mutex_lock(&w->lock);
	while (!j->done && writers_wait(w, j->kept.until_us))
		;
	j->given_up = !j->done;
	bool done = j->done;

	pthread_mutex_unlock(&w->lock);
	return done;
}

bool hold_keep_by(struct quarantine *q, const struct hold *h, struct bytes raw,
		  struct kept *kept, GError **e)
{
	struct writers *w = quarantine_writers(q);

	if (!writers_enter(w, kept->until_us))
		return too_late(e);
	struct job *j = job_of(q, h, raw, kept->until_us);

	if (!start(j)) {
		writers_leave(w);
		free_job(j);
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "no thread can be started to write the hold");
		return false;
	}
	if (!wait_for(w, j))
		return too_late(e);
	bool held = j->held;

	if (held) {
		*kept = j->kept;
		j->kept.ids = NULL;
	} else {
		g_propagate_error(e, g_steal_pointer(&j->error));
	}
	free_job(j);
	return held;
}
