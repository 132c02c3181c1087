/* A hold is looked for, written about, changed, and written about again. */
#include "quarantine/operation.h"

#include <unistd.h>

#include "audit/audit.h"
#include "base/clock.h"
#include "base/log.h"
#include "quarantine/acts.h"
#include "quarantine/hold_event.h"
#include "quarantine/release.h"

/* A trace that cannot be written keeps nobody from emptying a full disk, but is told. */
static void record(const struct operation *o, struct act *act, const char *tenant,
		   const char *outcome)
{
	GError *e = NULL;

	act->time_s = clock_now_s();
	act->outcome = outcome;
	if (!act_record(quarantine_folder(o->scope.of), act, &e)) {
		log_line(LOG_LEVEL_WARN, "%s", e->message);
		g_clear_error(&e);
	}
	const struct audit_entry x = { .time_s = act->time_s,
				       .what = act->what,
				       .who = act->who,
				       .uid = act->uid,
				       .tool = act->tool,
				       .role = o->role,
				       .tenant = tenant,
				       .hold = act->hold,
				       .outcome = outcome,
				       .why = o->why,
				       .rcpts = act->rcpts };

	if (audit_record(o->audit_dir, &x, &e))
		return;
	log_line(LOG_LEVEL_ERROR, "%s", e->message);
	g_error_free(e);
}

static bool send_parts(const struct operation *o, const struct hold *h,
		       struct operation_done *done_r, GError **e)
{
	const struct release to = { .scope = &o->scope,
				    .parts = &o->parts,
				    .server = o->server,
				    .again = o->again,
				    .reply_r = &done_r->reply };

	return release_send(h, &to, &done_r->rcpts, e);
}

static bool remove_parts(const struct operation *o, const struct hold *h, GError **e)
{
	int fd = hold_reserve(o->scope.of, h->id, e);
	bool done =
		fd >= 0 && hold_set_state(&o->scope, h->id, &o->parts, HOLD_DELETED, e);

	if (fd >= 0)
		close(fd);
	return done;
}

/* What cannot be written is not learned from, and done all the same. */
static struct hold_event_begun *begin_event(const struct operation *o,
					    const struct hold *h, const struct act *act)
{
	const struct hold_event l = { .time_ms = g_get_real_time() / 1000,
				      .what = act->what,
				      .who = act->who,
				      .owner = o->owner,
				      .many = o->many,
				      .rcpts = act->rcpts };
	GError *e = NULL;
	struct hold_event_begun *b =
		hold_event_begin(quarantine_folder(o->scope.of), h, &l, &e);

	if (b == NULL)
		log_seldom(LOG_LEVEL_WARN, "hold-event-begin",
			   "%s; nothing is learned from what is done with this hold",
			   e->message);
	g_clear_error(&e);
	return b;
}

static bool make_parts(const struct operation *o, const struct hold *h,
		       struct operation_done *done_r, GError **e)
{
	switch (o->kind) {
	case OPERATION_RELEASE:
		return send_parts(o, h, done_r, e);
	case OPERATION_DELETE:
		return remove_parts(o, h, e);
	case OPERATION_REPORT:
	case OPERATION_COUNT:
		break;
	}
	return true;
}

static bool make(const struct operation *o, const struct hold *h,
		 struct operation_done *done_r, GError **e)
{
	GPtrArray *rcpts = g_ptr_array_new();
	struct act act = { .hold = h->id,
			   .what = operation_names[o->kind],
			   .who = o->who,
			   .uid = o->uid,
			   .tool = o->tool };

	for (size_t i = 0; i < h->n_rcpts; i++)
		if (hold_rcpt_is_meant(&o->scope, &o->parts, &h->rcpts[i]))
			g_ptr_array_add(rcpts, (gpointer)(guintptr)h->rcpts[i].address);
	unsigned meant = rcpts->len;

	g_ptr_array_add(rcpts, NULL);
	act.rcpts = (const char *const *)rcpts->pdata;
	record(o, &act, h->tenant, ACT_BEGUN);
	struct hold_event_begun *event = meant > 0 ? begin_event(o, h, &act) : NULL;
	bool done = make_parts(o, h, done_r, e);

	hold_event_end(event, done || done_r->rcpts > 0);
	record(o, &act, h->tenant, done ? "done" : "failed");
	if (done && o->kind != OPERATION_RELEASE)
		done_r->rcpts = meant;
	g_ptr_array_free(rcpts, TRUE);
	return done;
}

bool operation_make(const struct operation *o, const char *id,
		    struct operation_done *done_r, GError **e)
{
	struct hold *h = NULL;

	*done_r = (struct operation_done){ 0 };
	if (!hold_find(&o->scope, id, &h, e))
		return false;
	done_r->id = g_strdup(h->id);
	bool done = make(o, h, done_r, e);

	hold_free(h);
	return done;
}

void operation_done_clear(struct operation_done *done)
{
	g_clear_pointer(&done->id, g_free);
	g_clear_pointer(&done->reply, g_free);
}

struct gathering {
	const struct hold_scope *scope;
	const struct hold_parts *parts;
	GPtrArray *ids;
	size_t rcpts, most;
};

static bool gather(const struct hold *h, void *user)
{
	struct gathering *g = user;

	size_t before = g->rcpts;

	for (size_t i = 0; i < h->n_rcpts; i++)
		g->rcpts += hold_rcpt_is_meant(g->scope, g->parts, &h->rcpts[i]);
	if (g->rcpts > before)
		g_ptr_array_add(g->ids, g_strdup(h->id));
	return g->ids->len < g->most;
}

bool operation_find(const struct hold_scope *scope, const struct hold_filter *filter,
		    struct operation_found *found_r, GError **e)
{
	struct hold_filter f = *filter;
	struct gathering g = { .scope = scope,
			       .parts = &f.parts,
			       .ids = g_ptr_array_new() };

	f.state = HOLD_HELD;
	f.all_states = false;
	g.most = f.most == 0 ? G_MAXINT32 : f.most;
	f.most = G_MAXINT32; /* not each that the index finds is meant */
	bool done = hold_list(scope, &f, gather, &g, e);

	found_r->holds = g.ids->len;
	found_r->rcpts = g.rcpts;
	g_ptr_array_add(g.ids, NULL);
	found_r->ids = (char **)g_ptr_array_free(g.ids, FALSE);
	return done;
}

void operation_found_clear(struct operation_found *found)
{
	g_strfreev(found->ids);
	*found = (struct operation_found){ 0 };
}
