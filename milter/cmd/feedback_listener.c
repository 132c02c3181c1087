/* Two threads: one answers at the socket, the other is wonted-learn's own, which applies. They
 * meet in `lock`, which is never held while anything else is waited for. */
#include "cmd/feedback_listener.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/wait.h"
#include "cmd/control.h"
#include "learn/apply.h"
#include "learn/feedback.h"
#include "quarantine/hold_event.h"

#define CATCH_UP_US (3 * (int64_t)G_USEC_PER_SEC)
#define EXPIRE_EVERY_US (3600 * (int64_t)G_USEC_PER_SEC)
#define FOLDER_MODE 0750
#define SOCKET_MODE "0666" /* who may ask is said by the kernel, and by feedback_users */

struct feedback_listener {
	int64_t keep_s; /* how long events stay in the spool */
	struct feedback_intake *intake;
	struct control *control; /* NULL: nobody can ask */
	int watch;               /* of hold events; -1: none */
	struct journal *spool;
	struct applier *applier;
	void (*wake)(void);
	int64_t expired_us;
	pthread_mutex_t lock;
	pthread_cond_t caught_up;
	unsigned asked,
		caught; /* how many asked for the journal's end; how many got it */
	struct apply_done done, before; /* before: of appliers that are gone */
};

static bool catch_up(void *listener)
{
	struct feedback_listener *l = listener;
	int64_t until_us = clock_mono_us() + CATCH_UP_US;

	pthread_mutex_lock(&l->lock);
	unsigned mine = ++l->asked;

	l->wake();
	while ((int)(l->caught - mine) < 0 && clock_mono_us() < until_us)
		wait_until(&l->caught_up, &l->lock, until_us);
	bool done = (int)(l->caught - mine) >= 0;

	pthread_mutex_unlock(&l->lock);
	return done;
}

static void took(void *listener)
{
	struct feedback_listener *l = listener;

	l->wake();
}

static bool may(unsigned uid, void *listener)
{
	const struct feedback_listener *l = listener;

	return feedback_may(l->intake, uid);
}

static bool answer(struct bytes request, GString *to, void *listener)
{
	const struct feedback_listener *l = listener;

	feedback_answer(l->intake, request, to);
	return true;
}

struct feedback_listener *feedback_listener_open(const char *path, void (*wake)(void))
{
	struct feedback_listener *l = g_new0(struct feedback_listener, 1);
	const struct feedback_setup setup = { .catch_up = catch_up,
					      .took = took,
					      .to = l };
	const struct control_setup at = { .option = "feedback_socket",
					  .path = path,
					  .mode = SOCKET_MODE,
					  .most_bytes = FEEDBACK_REQUEST_BYTES,
					  .may = may,
					  .answer = answer,
					  .user = l };
	GError *e = NULL;

	l->wake = wake;
	l->watch = -1;
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->caught_up, NULL);
	l->intake = feedback_create(&setup);
	l->control = path == NULL ? NULL : control_listen(&at, &e);
	if (e != NULL) {
		log_line(LOG_LEVEL_WARN,
			 "%s; what users do with their mail is not heard of", e->message);
		g_error_free(e);
	}
	return l;
}

bool feedback_listener_begin(struct feedback_listener *l, const struct options *o,
			     struct store *store, bool afresh, GError **e)
{
	char *folder = g_build_filename(o->journal_dir, FEEDBACK_FOLDER, NULL);

	l->keep_s = o->feedback_keep_ms / 1000;
	g_assert(l->spool == NULL && l->applier == NULL);
	l->spool = journal_open(folder, o->journal_rotate_bytes, e);
	if (l->spool != NULL) {
		l->applier = apply_begin(folder, store, afresh);
		feedback_serve(l->intake, o, store, l->spool);
	}
	g_free(folder);
	return l->spool != NULL;
}

static struct apply_done sum(const struct apply_done *a, const struct apply_done *b)
{
	return (struct apply_done){ .events = a->events + b->events,
				    .mass = a->mass + b->mass,
				    .damaged = a->damaged + b->damaged,
				    .keys = a->keys + b->keys };
}

void feedback_listener_pause(struct feedback_listener *l)
{
	feedback_serve(l->intake, NULL, NULL, NULL);
	pthread_mutex_lock(&l->lock);
	l->before = l->done;
	pthread_mutex_unlock(&l->lock);
	apply_end(&l->applier);
	journal_close(l->spool);
	l->spool = NULL;
}

bool feedback_listener_apply(struct feedback_listener *l, bool *more_r, GError **e)
{
	bool good = apply_some(l->applier, more_r, e);
	struct apply_done now = apply_done_so_far(l->applier);

	pthread_mutex_lock(&l->lock);
	l->done = sum(&l->before, &now);
	pthread_mutex_unlock(&l->lock);
	if (clock_mono_us() - l->expired_us >= EXPIRE_EVERY_US) {
		journal_expire(l->spool, clock_now_s() - l->keep_s);
		l->expired_us = clock_mono_us();
	}
	return good;
}

void feedback_listener_watch(struct feedback_listener *l, const char *quarantine,
			     int signal)
{
	char *folder = hold_event_folder(quarantine);

	if (l->watch >= 0)
		close(l->watch);
	mkdir(folder, FOLDER_MODE);
	l->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (l->watch < 0 || inotify_add_watch(l->watch, folder, IN_MOVED_TO) < 0 ||
	    fcntl(l->watch, F_SETOWN, getpid()) < 0 ||
	    fcntl(l->watch, F_SETSIG, signal) < 0 ||
	    fcntl(l->watch, F_SETFL, O_ASYNC | O_NONBLOCK) < 0)
		log_line(LOG_LEVEL_WARN,
			 "%s: cannot be watched: %s; what is done with held mail is "
			 "learned after learn_every",
			 folder, g_strerror(errno));
	g_free(folder);
}

static void forget_news(const struct feedback_listener *l)
{
	char events[4096];

	while (l->watch >= 0 && read(l->watch, events, sizeof(events)) > 0)
		; /* only that there were some matters */
}

struct event_pass {
	struct feedback_listener *listener;
	bool any;
};

static bool take_hold_event(const struct hold_event *event, void *user)
{
	struct event_pass *pass = user;
	bool taken = feedback_review(pass->listener->intake, event);

	pass->any |= taken;
	return taken;
}

bool feedback_listener_hold_events(struct feedback_listener *l, const char *quarantine)
{
	struct event_pass pass = { .listener = l };

	forget_news(l);
	hold_events_take(quarantine, take_hold_event, &pass);
	return pass.any;
}

unsigned feedback_listener_mark(struct feedback_listener *l)
{
	pthread_mutex_lock(&l->lock);
	unsigned mark = l->asked;

	pthread_mutex_unlock(&l->lock);
	return mark;
}

void feedback_listener_caught_up(struct feedback_listener *l, unsigned mark)
{
	pthread_mutex_lock(&l->lock);
	l->caught = mark;
	pthread_cond_broadcast(&l->caught_up);
	pthread_mutex_unlock(&l->lock);
}

void feedback_listener_tell(struct feedback_listener *l, struct metrics *m)
{
	pthread_mutex_lock(&l->lock);
	struct apply_done d = l->done;

	pthread_mutex_unlock(&l->lock);
	feedback_tell(l->intake, m);
	metrics_set(m, METRIC_FEEDBACK_APPLIED, NULL, d.events);
	metrics_set(m, METRIC_FEEDBACK_DAMAGED, NULL, d.damaged);
}

void feedback_listener_close(struct feedback_listener **l)
{
	if (*l == NULL)
		return;
	control_close((*l)->control);
	feedback_listener_pause(*l);
	feedback_destroy(&(*l)->intake);
	if ((*l)->watch >= 0)
		close((*l)->watch);
	pthread_cond_destroy(&(*l)->caught_up);
	pthread_mutex_destroy(&(*l)->lock);
	g_free(*l);
	*l = NULL;
}
