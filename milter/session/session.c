/* Callbacks only copy; all thinking is the pipeline's, all editing the plan's. What this
 * file adds is the order of things at the end of a message: run, hold, edit, record. */
#include "session/session.h"

#include <inttypes.h>
#include <stdatomic.h>

#include "action/header.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "message/builder.h"
#include "pipeline.h"
#include "quarantine/keep.h"
#include "quarantine/limits.h"
#include "quarantine/search.h"
#include "session/recipient.h"
#include "session/tally.h"
#include "session/trace.h"

#define HOLD_LEAST_US (2 * G_USEC_PER_SEC) /* a hold has, whatever the way has taken */

struct session {
	struct listener *listener;
	struct runtime *runtime; /* kept from the beginning of a message to its end */
	char *client_addr, *client_name, *mta_name, *helo;
	bool over_limit; /* too many sessions: envelope and headers in our name are all that is
			    looked at */
	bool cannot_delete_rcpts;
	uint64_t number;
	unsigned messages;

	/* from the end of a message until the MTA has its answer */
	bool answering;
	bool undeleted; /* who is held could not be taken off: is delivered and held */
	GPtrArray *unheard; /* char *: ids of a hold, and by whose arrival, in turn */

	/* the message at hand; NULL between messages */
	struct arena *arena;
	struct envelope *envelope;
	GArray *rcpts; /* struct recipient */
	struct header_sweep *sweep;
	bool field_truncated; /* of this message */
	struct builder *builder;
	struct transaction *transaction;
};

int listener_drain(struct listener *d, int64_t most_ms)
{
	int64_t deadline_us = clock_mono_us() + most_ms * 1000;

	atomic_store(&d->closing, true);
	while (atomic_load(&d->ends) > 0 && clock_mono_us() < deadline_us)
		g_usleep(5000);
	return atomic_load(&d->ends);
}

/* A closing listener has no runtime to ask any more. */
static bool is_over_limit(struct listener *d, int sessions)
{
	if (atomic_load(&d->closing))
		return true;
	struct runtime *w = runtime_current(&d->slot);
	int64_t most = w->options->max_sessions;

	runtime_release(w);
	if (sessions <= most)
		return false;
	metrics_add(d->metrics, METRIC_SESSIONS_REFUSED, 1);
	log_seldom(LOG_LEVEL_WARN, "max_sessions",
		   "more than %" PRId64 " sessions (max_sessions): mail of further "
		   "ones is not read and undecided (on_undecided)",
		   most);
	return true;
}

/* the name as far as the MTA has verified it, or NULL */
static const char *verified(const char *name)
{
	return name == NULL || name[0] == '[' || strcmp(name, "unknown") == 0 ? NULL
									      : name;
}

struct session *session_open(struct listener *d, const struct session_peer *peer)
{
	struct session *s = g_new0(struct session, 1);

	s->listener = d;
	s->client_addr = g_strdup(peer->client_addr);
	s->client_name = g_strdup(verified(peer->client_name));
	s->mta_name = g_strdup(peer->mta_name);
	s->cannot_delete_rcpts = peer->cannot_delete_rcpts;
	s->number = atomic_fetch_add(&d->numbers, 1) + 1;
	s->rcpts = g_array_new(FALSE, FALSE, sizeof(struct recipient));
	s->unheard = g_ptr_array_new_with_free_func(g_free);
	metrics_add(d->metrics, METRIC_SESSIONS, 1);
	s->over_limit = is_over_limit(d, atomic_fetch_add(&d->sessions, 1) + 1);
	return s;
}

void session_helo(struct session *s, const char *helo)
{
	g_free(s->helo);
	s->helo = g_strdup(helo);
}

void session_abort(struct session *s)
{
	if (s->transaction != NULL)
		transaction_end(&s->transaction); /* takes the arena along */
	else
		arena_destroy(&s->arena);
	s->arena = NULL;
	s->envelope = NULL;
	s->sweep = NULL;
	/* a client may be silent for minutes after a big message */
	builder_destroy(&s->builder);
	g_array_set_size(s->rcpts, 0);
	runtime_release(s->runtime);
	s->runtime = NULL;
}

void session_mail(struct session *s, const struct session_sender *from)
{
	session_answered(s, true); /* it goes on: it has heard us */
	session_abort(s);
	/* a closing listener has no runtime to ask any more */
	if (s->over_limit && atomic_load(&s->listener->closing))
		return;
	s->runtime = runtime_current(&s->listener->slot);
	s->arena = arena_create();
	struct arena *a = s->arena;
	struct envelope *e = arena_new(a, struct envelope, 1);
	const struct options *o = s->runtime->options;

	*e = (struct envelope){
		.client_addr = arena_strdup(a, s->client_addr),
		.client_name = arena_strdup(a, s->client_name),
		.helo = arena_strdup(a, s->helo),
		.mail_from = sender_resolve(a, from->mail_from, from->mail_addr),
		.auth_user = arena_strdup(a, from->auth_user),
		.tls_version = arena_strdup(a, from->tls_version),
		.queue_id = arena_strdup(a, from->queue_id),
		.mta_name = arena_strdup(a, s->mta_name),
		.received_s = clock_now_s(),
	};
	e->session_id = arena_printf(a, "%" PRIx64 "-%" PRIx64 "-%x",
				     s->listener->began_us, s->number, ++s->messages);
	e->internal = (e->auth_user != NULL && o->authenticated_is_internal) ||
		      options_is_internal(o, e->client_addr);
	s->envelope = e;
	s->sweep = header_sweep_create(a, transaction_authserv_id(o, e));
	s->field_truncated = false;
	if (!s->over_limit)
		s->builder = builder_create(
			(size_t)o->max_message_bytes,
			&(struct builder_memory){ .shared = &s->listener->memory,
						  .most = (size_t)o->max_memory_bytes });
}

void session_rcpt(struct session *s, const struct recipient_told *told)
{
	struct recipient r;

	if (s->arena == NULL)
		return;
	if (s->rcpts->len >= LIMIT_RCPTS) {
		s->envelope->rcpts_truncated = true;
		return;
	}
	if (!recipient_resolve(s->arena, s->runtime->options, told, &r))
		return;
	if (r.unresolved != NULL)
		log_seldom(LOG_LEVEL_WARN, "unresolved",
			   "%s: a recipient is of no tenant, because nobody knows who it "
			   "is: %s; let the MTA send its macro {rcpt_addr} with RCPT",
			   s->envelope->session_id, r.unresolved);
	g_array_append_val(s->rcpts, r);
}

/* The envelope is complete when the first header comes. */
static void begin_transaction(struct session *s)
{
	if (s->transaction != NULL || s->arena == NULL)
		return;
	size_t n = s->rcpts->len;
	struct recipient *rcpts = arena_new(s->arena, struct recipient, n);

	if (n > 0)
		memcpy(rcpts, s->rcpts->data, n * sizeof(*rcpts));
	s->envelope->rcpts = rcpts;
	s->envelope->n_rcpts = n;
	s->transaction = (s->over_limit ? transaction_unread : transaction_begin)(
		s->runtime, s->arena, s->envelope, s->envelope->session_id);
	s->transaction->sweep = s->sweep;
}

void session_header(struct session *s, const char *name, const char *value)
{
	begin_transaction(s);
	if (s->sweep != NULL)
		header_sweep_field(s->sweep, bytes_of(name), bytes_of(value));
	if (s->builder != NULL)
		builder_header(s->builder, name, value);
}

void session_field_truncated(struct session *s)
{
	s->field_truncated = true;
}

void session_headers_end(struct session *s)
{
	struct header_block block;

	begin_transaction(s);
	if (s->builder == NULL)
		return;
	if (builder_kept(s->builder) != BUILDER_NOTHING) {
		builder_headers(s->arena, s->builder, &block);
		transaction_headers(s->transaction, block.fields, block.n);
	}
	builder_end_headers(s->builder);
}

bool session_body(struct session *s, struct bytes chunk)
{
	if (s->transaction == NULL) /* a message without any header field */
		session_headers_end(s);
	if (s->builder == NULL)
		return false;
	builder_body(s->builder, chunk);
	return builder_truncated(s->builder) == 0;
}

/* The editor given to the plan: the engine's, and our own for holds. */
struct forwarding_editor {
	const struct editor *mta;
	struct session *session;
};

static bool forward_insert(void *self, int index, const char *name, const char *value)
{
	struct forwarding_editor *h = self;
	return h->mta->insert_header(h->mta->self, index, name, value);
}

static bool forward_add(void *self, const char *name, const char *value)
{
	struct forwarding_editor *h = self;
	return h->mta->add_header(h->mta->self, name, value);
}

static bool forward_change(void *self, const char *name, size_t nth, const char *value)
{
	struct forwarding_editor *h = self;
	return h->mta->change_header(h->mta->self, name, nth, value);
}

static bool forward_delete(void *self, const char *name, size_t nth)
{
	struct forwarding_editor *h = self;
	return h->mta->delete_header(h->mta->self, name, nth);
}

static bool forward_body(void *self, struct bytes body)
{
	struct forwarding_editor *h = self;
	return h->mta->replace_body(h->mta->self, body);
}

static bool forward_delete_rcpt(void *self, const char *address)
{
	struct forwarding_editor *h = self;
	bool done = h->mta->delete_rcpt(h->mta->self, address);

	h->session->undeleted |= !done;
	return done;
}

static bool forward_add_rcpt(void *self, const char *address)
{
	struct forwarding_editor *h = self;
	return h->mta->add_rcpt(h->mta->self, address);
}

static bool forward_reply(void *self, const char *code, const char *xcode,
			  const char *text)
{
	struct forwarding_editor *h = self;
	return h->mta->set_reply(h->mta->self, code, xcode, text);
}

static const char *kept(struct arena *a, GString *text)
{
	char *copy = arena_strndup(a, text->str, text->len);

	g_string_free(text, TRUE);
	return copy;
}

static const char *reasons_of(struct arena *a, const struct decisions *d,
			      const struct plan_hold *h)
{
	GString *all = g_string_new(NULL);

	for (size_t i = 0; i < h->n_rcpts; i++) {
		const struct decision *one = &d->at[h->rcpts[i]];

		if (i > 0 && one->reasons == d->at[h->rcpts[i - 1]].reasons)
			continue;
		for (size_t k = 0; k < one->n_reasons && all->len < 4000; k++)
			if (!one->reasons[k].said &&
			    strstr(all->str, one->reasons[k].text) == NULL)
				g_string_append_printf(all, "%s%s",
						       all->len > 0 ? "\n" : "",
						       one->reasons[k].text);
	}
	return kept(a, all);
}

/* What is released is not filtered again: this would stay in it. */
static const char *removals_of(struct arena *a, const struct plan_setup *setup)
{
	GArray *edits = g_array_new(FALSE, FALSE, sizeof(struct edit));
	GString *all = g_string_new(NULL);

	header_removals(setup, true, edits);
	for (guint i = 0; i < edits->len; i++) {
		const struct edit *e = &g_array_index(edits, struct edit, i);

		g_string_append_printf(all, "%s%s %zu", i > 0 ? "\n" : "", e->name,
				       e->nth);
	}
	g_array_free(edits, TRUE);
	return kept(a, all);
}

static const char *log_id(const struct session *s)
{
	return s->envelope->queue_id != NULL ? s->envelope->queue_id : s->transaction->id;
}

/* What gave points, strongest first, as struct hold_rcpt has it. */
static char *hits_of(const struct decision *d)
{
	GString *all = g_string_new(NULL);

	for (size_t i = 0; i < MIN(d->n_reasons, LIMIT_HOLD_HITS); i++)
		g_string_append_printf(all, "%s%s %s %" PRId64, i > 0 ? "\n" : "",
				       d->reasons[i].rule, axis_names[d->reasons[i].axis],
				       d->reasons[i].milli);
	return g_string_free(all, FALSE);
}

/* before   the one that stands before it in the hold; NULL: none. Neighbours share reasons. */
static struct hold_rcpt rcpt_of(const struct transaction *way, size_t i,
				const struct hold_rcpt *before)
{
	const struct decision *d = &way->decisions.at[i];
	struct hold_rcpt r = { .address = way->envelope->rcpts[i].address,
			       .verdict = verdict_names[d->verdict],
			       .rule = decision_rule(d) };

	char *hits = hits_of(d);
	bool same = before != NULL && strcmp(before->hits, hits) == 0;

	r.hits = same ? before->hits : arena_strdup(way->arena, hits);
	g_free(hits);
	memcpy(r.milli, d->milli, sizeof(r.milli));
	return r;
}

/* Who was named twice, in two spellings, is held for once. */
static size_t held_rcpts(const struct transaction *way, const struct plan_hold *h,
			 struct hold_rcpt *rcpts)
{
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
	size_t n = 0;

	for (size_t i = 0; i < h->n_rcpts; i++) {
		const char *address = way->envelope->rcpts[h->rcpts[i]].address;

		if (g_hash_table_add(seen, (void *)(uintptr_t)address)) {
			rcpts[n] =
				rcpt_of(way, h->rcpts[i], n > 0 ? &rcpts[n - 1] : NULL);
			n++;
		}
	}
	g_hash_table_destroy(seen);
	return n;
}

static const char *hold_text(struct arena *a, const struct message *m)
{
	return arena_strndup(a, m->text, strnlen(m->text, LIMIT_HOLD_TEXT_BYTES));
}

static const char *campaign_of(struct arena *a, const struct message *m)
{
	char *campaign = search_campaign(m->text);
	const char *kept = arena_strdup(a, campaign);

	g_free(campaign);
	return kept;
}

static struct hold hold_of(const struct transaction *way, const struct plan *p,
			   const struct plan_hold *h)
{
	struct arena *a = way->arena;
	const struct message *m = way->message;
	const struct envelope *env = way->envelope;
	struct hold_rcpt *rcpts = arena_new(a, struct hold_rcpt, h->n_rcpts);
	size_t n = held_rcpts(way, h, rcpts);

	return (struct hold){
		.id = h->id,
		.queue_id = env->queue_id,
		.mail_from = env->mail_from,
		.from = m->n_from > 0 ? m->from[0].address : NULL,
		.name = m->n_from > 0 ? m->from[0].display : NULL,
		.client = env->client_addr,
		.subject = m->subject,
		.message_id = m->message_id,
		.text = hold_text(a, m),
		.campaign = campaign_of(a, m),
		.reasons = reasons_of(a, &way->decisions, h),
		.removals = removals_of(a, p->setup),
		.trace = trace_text(way, p->setup, h),
		.tenant = h->tenant != NULL ? h->tenant->name : "",
		.received_s = env->received_s,
		.expires_s =
			env->received_s + hold_keep_s(way->runtime->options, rcpts, n),
		.bytes = way->raw.n,
		.rcpts = rcpts,
		.n_rcpts = n,
	};
}

/* Where no recipient can be taken off, only one hold for all can be made: if one of several holds
 * fails, its recipients would still receive the message. */
static bool can_hold(const struct session *s, const struct plan *p)
{
	if (!s->cannot_delete_rcpts ||
	    (p->disposition == DISPOSE_DISCARD && p->n_holds == 1))
		return true;
	log_seldom(LOG_LEVEL_ERROR, "delrcpt",
		   "%s: cannot quarantine for some recipients only, the message is "
		   "delivered marked: the MTA does not let its filters remove recipients",
		   log_id(s));
	return false;
}

static bool forward_hold(void *self, const struct plan *p, struct plan_hold *h)
{
	struct session *s = ((struct forwarding_editor *)self)->session;
	GError *e = NULL;

	if (!can_hold(s, p))
		return false;
	struct hold whole = hold_of(s->transaction, p, h);
	int64_t least_us = clock_mono_us() + HOLD_LEAST_US;
	struct kept kept = { .until_us = MAX(s->transaction->deadline_us, least_us) };

	if (hold_keep_by(s->listener->quarantine, &whole, s->transaction->raw, &kept,
			 &e)) {
		g_ptr_array_add(s->unheard, kept.ids);
		g_ptr_array_add(s->unheard, g_strdup(h->id));
		h->id = arena_strdup(s->arena, kept.ids);
		return true;
	}
	log_line(LOG_LEVEL_ERROR,
		 "%s: cannot quarantine, the message is delivered marked: %s", log_id(s),
		 e->message);
	g_error_free(e);
	return false;
}

/* Shed in this order: the rest of big messages, then whole ones. */
static void run(struct session *s)
{
	struct metrics *m = s->listener->metrics;
	struct transaction *p = s->transaction;
	const struct builder *b = s->builder;

	if (b == NULL) {
		transaction_run_unread(p, MISSING_SESSIONS);
		return;
	}
	if (builder_kept(b) != BUILDER_WHOLE)
		log_seldom(LOG_LEVEL_WARN, "max_memory",
			   "%s: the messages of all sessions together need more than "
			   "max_memory: %s of this one is read",
			   log_id(s),
			   builder_kept(b) == BUILDER_NOTHING ? "nothing"
							      : "only the beginning");
	if (builder_kept(b) == BUILDER_NOTHING) {
		metrics_add(m, METRIC_MEMORY_NOTHING, 1);
		transaction_run_unread(p, MISSING_MEMORY);
		return;
	}
	metrics_add(m, METRIC_MEMORY_BEGINNING, builder_kept(b) == BUILDER_BEGINNING);
	transaction_run(p, builder_raw(b),
			builder_kept(b) == BUILDER_BEGINNING ? TRUNCATED_MEMORY
			: builder_truncated(b) > 0 || s->field_truncated ? TRUNCATED_SIZE
									 : 0);
}

static enum disposition end_message(struct session *s, const struct editor *ed)
{
	struct transaction *p = s->transaction;
	int64_t begin = clock_mono_us();
	struct forwarding_editor forwarding = { .mta = ed, .session = s };
	const struct editor all = {
		.self = &forwarding,
		.insert_header = forward_insert,
		.add_header = forward_add,
		.change_header = forward_change,
		.delete_header = forward_delete,
		.replace_body = forward_body,
		.hold = forward_hold,
		.delete_rcpt = forward_delete_rcpt,
		.add_rcpt = forward_add_rcpt,
		.set_reply = forward_reply,
	};
	const char *failed = NULL;

	run(s);
	int64_t decide_us = clock_mono_us() - begin;
	size_t holds = p->plan.n_holds;
	enum disposition d = plan_carry_out(s->arena, &p->plan, &all, &failed);

	if (failed != NULL)
		metrics_add(s->listener->metrics,
			    p->plan.n_holds < holds ? METRIC_HOLD_FAILURES
						    : METRIC_EDIT_FAILURES,
			    1);
	/* last, because it says what really happened */
	metrics_add(s->listener->metrics, METRIC_JOURNAL_FAILURES,
		    !transaction_journal(p, s->listener->journal, d, failed));
	tally_message(s->listener, p, d, decide_us);
	return d;
}

enum disposition session_end(struct session *s, const char *queue_id,
			     const struct editor *ed)
{
	enum disposition d = DISPOSE_ACCEPT;

	if (s->transaction == NULL) /* a message without any header field */
		session_headers_end(s);
	if (queue_id != NULL && s->envelope != NULL)
		s->envelope->queue_id = arena_strdup(s->arena, queue_id);
	session_answered(s, true); /* one that is asked anew has heard us */
	atomic_fetch_add(&s->listener->ends, 1);
	/* Increment before reading the flag: either the drain sees this message or this
	 * message sees the drain. */
	if (atomic_load(&s->listener->closing))
		d = DISPOSE_DEFER;
	else if (s->envelope != NULL)
		d = end_message(s, ed);
	s->answering = true;
	session_abort(s);
	return d;
}

void session_answered(struct session *s, bool sent)
{
	if (!s->answering)
		return;
	if (sent && !s->undeleted)
		for (guint i = 0; i + 1 < s->unheard->len; i += 2)
			hold_answered(s->listener->quarantine, s->unheard->pdata[i],
				      s->unheard->pdata[i + 1]);
	g_ptr_array_set_size(s->unheard, 0);
	s->answering = s->undeleted = false;
	atomic_fetch_sub(&s->listener->ends, 1);
}

void session_close(struct session **sp)
{
	struct session *s = *sp;

	if (s == NULL)
		return;
	*sp = NULL;
	session_answered(s, false);
	session_abort(s);
	g_ptr_array_unref(s->unheard);
	g_array_free(s->rcpts, TRUE);
	atomic_fetch_sub(&s->listener->sessions, 1);
	g_free(s->client_addr);
	g_free(s->client_name);
	g_free(s->mta_name);
	g_free(s->helo);
	g_free(s);
}
