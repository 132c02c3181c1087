/* A look reads the journal of guard_window as a whole. So it waits until there is something new to
 * see, and at least twenty times as long as the last one took. */
#include "cmd/guard.h"

#include <inttypes.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "cmd/control.h"
#include "learn/ledger.h"

#define LEAST_EVENTS 20 /* below, nobody can be bad: ledger_is_bad() */
#define REST_LEAST_US (60 * G_USEC_PER_SEC)
#define REST_TIMES 20

struct guard {
	const struct options *options;
	GHashTable *not_before;
	GThread *thread;
	pthread_mutex_t lock;
	pthread_cond_t ends;
	bool end;
};

/* "kept TIME": somebody has set it since; only what came later counts */
static void take_answer(const char *answer, const struct ledger_row *row,
			GHashTable *not_before)
{
	char *time = g_str_has_prefix(answer, "kept ")
			     ? g_strstrip(g_strdup(answer + strlen("kept ")))
			     : NULL;
	int64_t *since_s = g_new0(int64_t, 1);

	if (time != NULL && number_parse(time, 0, INT64_MAX, since_s))
		g_hash_table_replace(not_before, g_strdup(row->name), since_s);
	else
		g_free(since_s);
	if (g_str_has_prefix(answer, "error:"))
		log_seldom(LOG_LEVEL_WARN, "guard", "guard: wonted-milter says: %s",
			   answer);
	g_free(time);
}

static void tell(const struct options *o, const char *scope, const struct ledger_row *row,
		 int64_t since_s, GHashTable *not_before)
{
	const int64_t *later = g_hash_table_lookup(not_before, row->name);
	char *request = g_strdup_printf(
		"rollout guard %s %s %" PRId64 " %" PRId64 " of %" PRId64
		" were moved back, released or answered, by %" PRId64
		" mailboxes (surely over %.0f%%, limit %" PRId64 "%%)",
		scope, row->name, later != NULL ? *later : since_s, row->bad, row->hits,
		row->mailboxes, row->low_without_most * 100, o->guard_percent);
	char *answer = NULL;
	GError *e = NULL;

	if (control_ask(o->control_socket, request, &answer, &e)) {
		take_answer(answer, row, not_before);
	} else {
		log_seldom(LOG_LEVEL_ERROR, "guard",
			   "guard: %s %s is wrong too often, and wonted-milter cannot be "
			   "told: %s",
			   scope, row->name, e->message);
		g_error_free(e);
	}
	g_free(answer);
	g_free(request);
}

static void tell_bad(const struct options *o, const char *scope, GPtrArray *rows,
		     int64_t since_s, GHashTable *not_before)
{
	for (guint i = 0; i < rows->len; i++)
		if (ledger_is_bad(rows->pdata[i], o->guard_percent))
			tell(o, scope, rows->pdata[i], since_s, not_before);
	g_ptr_array_unref(rows);
}

void guard_look(const struct options *o, GHashTable *not_before)
{
	const struct ledger_setup setup = {
		.options = o,
		.since_s = clock_now_s() - o->guard_window_ms / 1000,
		.not_before = not_before,
	};
	struct ledger *l = ledger_create(&setup);
	GError *e = NULL;

	if (ledger_read(l, o->journal_dir, LEAST_EVENTS, &e)) {
		tell_bad(o, "rule", ledger_rules(l), setup.since_s, not_before);
		tell_bad(o, "policy", ledger_policies(l, o->guard_percent), setup.since_s,
			 not_before);
	} else {
		log_seldom(LOG_LEVEL_ERROR, "guard", "guard: %s", e->message);
		g_error_free(e);
	}
	ledger_destroy(&l);
}

/* true: it is to end */
static bool rest(struct guard *g, int64_t us)
{
	int64_t until_us = g_get_real_time() + us;
	struct timespec until = { .tv_sec = until_us / G_USEC_PER_SEC,
				  .tv_nsec = until_us % G_USEC_PER_SEC * 1000 };

	pthread_mutex_lock(&g->lock);
	while (!g->end && g_get_real_time() < until_us)
		pthread_cond_timedwait(&g->ends, &g->lock, &until);
	bool end = g->end;

	pthread_mutex_unlock(&g->lock);
	return end;
}

static gpointer watch(gpointer data)
{
	struct guard *g = data;
	int64_t took_us = 0;

	while (!rest(g, MAX(REST_LEAST_US, took_us * REST_TIMES))) {
		int64_t begin_us = clock_mono_us();

		guard_look(g->options, g->not_before);
		took_us = clock_mono_us() - begin_us;
	}
	return NULL;
}

struct guard *guard_begin(const struct options *o)
{
	struct guard *g;

	if (o->guard_percent == 0)
		return NULL;
	g = g_new0(struct guard, 1);
	g->options = o;
	g->not_before = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->ends, NULL);
	g->thread = g_thread_new("guard", watch, g);
	return g;
}

void guard_end(struct guard **g)
{
	struct guard *was = *g;

	*g = NULL;
	if (was == NULL)
		return;
	pthread_mutex_lock(&was->lock);
	was->end = true;
	pthread_cond_signal(&was->ends);
	pthread_mutex_unlock(&was->lock);
	g_thread_join(was->thread);
	pthread_cond_destroy(&was->ends);
	pthread_mutex_destroy(&was->lock);
	g_hash_table_unref(was->not_before);
	g_free(was);
}
