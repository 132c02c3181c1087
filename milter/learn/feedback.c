/* What a sender wrote proves nothing: our id in the header only says where to look, and what
 * is found there must have been handed to that mailbox, and have the same Message-ID. */
#include "learn/feedback.h"

#include <pthread.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/number.h"
#include "base/printable.h"
#include "journal/event.h"
#include "learn/canonical.h"
#include "learn/mass.h"
#include "message/address.h"
#include "message/domain.h"
#include "message/headers.h"
#include "message/message.h"
#include "quarantine/hold_event.h"
#include "quarantine/operation.h"
#include "store/keys.h"

#define STATED_DAYS_MOST 3660
#define DAY_S 86400

static const struct refusal_row {
	const char *word, *told;
} refusals[REFUSAL_COUNT] = {
#define REFUSAL(id, w, t) [REFUSAL_##id] = { .word = w, .told = t },
#include "learn/refusals.def"
#undef REFUSAL
};

struct feedback_intake {
	struct feedback_setup setup;
	pthread_mutex_t lock; /* not GLib's, which a sanitizer can't see */
	const struct options *options;
	struct store *store;
	struct journal *spool; /* NULL: nobody is served */
	struct mass *mass;
	int64_t last_ms; /* of an event: each is later than the one before */
	uint64_t sequence;
	size_t taken, massed, failed;
	size_t refused[REFUSAL_COUNT];
};

/* a request on its way */
struct asked {
	struct feedback_intake *f;
	struct arena *arena;
	GHashTable *words; /* of its lines */
	struct bytes header;
	struct event event;
	const char *message_id; /* of the header; NULL */
};

enum outcome { TAKEN, REFUSED, FAILED, ASK_AGAIN };

struct answer_of {
	enum outcome outcome;
	enum refusal refusal;
	const char *why; /* of a failure */
};

static struct answer_of refuse(enum refusal why)
{
	return (struct answer_of){ .outcome = REFUSED, .refusal = why };
}

static struct answer_of failure(const char *why)
{
	return (struct answer_of){ .outcome = FAILED, .why = why };
}

static const struct answer_of good = { .outcome = TAKEN };

static const char *word(const struct asked *q, const char *name)
{
	return g_hash_table_lookup(q->words, name);
}

/* --- what is asked --- */

static bool read_lines(struct asked *q, struct bytes request)
{
	const char *at = request.at, *end = request.at + request.n;
	bool greeted = false;

	for (const char *nl; (nl = memchr(at, '\n', (size_t)(end - at))) != NULL;
	     at = nl + 1) {
		char *line = arena_strndup(q->arena, at, (size_t)(nl - at)), *value;

		if (!g_utf8_validate(line, -1, NULL))
			return false;
		if (!greeted && strcmp(line, FEEDBACK_GREETING) != 0)
			return false;
		if (*line == '\0') {
			q->header = (struct bytes){ .at = nl + 1,
						    .n = (size_t)(end - nl - 1) };
			return true;
		}
		value = strchr(line, ' ');
		if (greeted && value == NULL)
			return false;
		if (greeted)
			*value++ = '\0';
		if (greeted)
			g_hash_table_insert(q->words, line, value);
		greeted = true;
	}
	return false;
}

static enum answer find_canonical(struct asked *q, struct behavior_address *whose)
{
	struct canonical_source source = { .options = q->f->options,
					   .store = q->f->store };
	GError *e = NULL;
	bool done = canonical_find(whose, 1, q->arena, &source, &e);

	g_clear_error(&e);
	return done ? ANSWER_YES : ANSWER_UNKNOWN;
}

/* name   of the tenant that it must be of; NULL: any */
static struct answer_of find_mailbox(struct asked *q, const char *mailbox,
				     const char *name)
{
	const struct options *o = q->f->options;
	const char *key = mailbox == NULL ? NULL : address_key(q->arena, mailbox);
	const struct tenant *t =
		key == NULL ? NULL : options_tenant(o, address_domain(key));

	if (t == NULL)
		return refuse(REFUSAL_MAILBOX);
	if (name != NULL && strcmp(name, t->name) != 0)
		return refuse(REFUSAL_TENANT);
	struct behavior_address whose = { .tenant = t->name,
					  .address = options_mailbox(o, q->arena, key) };

	if (find_canonical(q, &whose) != ANSWER_YES)
		return failure("the store does not answer");
	q->event.tenant = t->name;
	q->event.mailbox = whose.mailbox != NULL ? whose.mailbox : whose.address;
	return good;
}

static bool has_id(const char *id)
{
	for (const char *c = id; *c != '\0'; c++)
		if (!g_ascii_isalnum(*c) && *c != '-')
			return false;
	return *id != '\0';
}

/* Our fields stand above all that came with the message, so the first one is ours. */
static struct answer_of read_header(struct asked *q)
{
	struct message_limits limits = { .max_bytes = LIMIT_HEADER_BLOCK_BYTES };
	const struct header *id;
	struct message *m;
	struct bytes value;

	if (q->header.n > LIMIT_HEADER_BLOCK_BYTES)
		return refuse(REFUSAL_OVERSIZE);
	m = message_parse(q->arena, q->header, &limits);
	id = message_header(m, "X-Wonted-Id", 0);
	value = id == NULL ? (struct bytes){ .n = 0 }
			   : header_unfold(q->arena, id->value);
	if (value.n == 0 || value.n > LIMIT_ADDRESS_BYTES)
		return refuse(REFUSAL_UNJUDGED);
	q->event.message = arena_strndup(q->arena, value.at, value.n);
	q->message_id = m->message_id;
	return has_id(q->event.message) ? good : refuse(REFUSAL_UNJUDGED);
}

/* ASK_AGAIN: it was not handed to this mailbox */
static struct answer_of look_received(struct asked *q)
{
	struct event *ev = &q->event;
	struct store_read r = { .key = key_build(q->arena, FAMILY_RECEIVED, ev->tenant,
						 ev->mailbox, ev->message) };

	store_read_many(q->f->store, &r, 1, 0, q->arena);
	if (r.answer == ANSWER_NO)
		return (struct answer_of){ .outcome = ASK_AGAIN };
	if (r.answer != ANSWER_YES ||
	    received_decode(q->arena, r.value, &ev->received) != ANSWER_YES)
		return failure("the store does not answer");
	return good;
}

/* Was it handed to this mailbox, and is it that message? */
static struct answer_of find_received(struct asked *q)
{
	const struct answer_of a = look_received(q);

	if (a.outcome != TAKEN)
		return a;
	return q->event.received.message_id == preference_mark(q->message_id)
		       ? good
		       : refuse(REFUSAL_OTHER_MESSAGE);
}

/* --- what is stated --- */

static bool read_entry(struct asked *q)
{
	const char *given = word(q, "entry"), *signer = word(q, "signer");
	size_t n = given == NULL ? 0 : strlen(given);
	const char *plain = n > 0 && given[0] == '?' ? given + 1 : given, *key;

	if (n < 2 || n > LIMIT_ADDRESS_BYTES)
		return false;
	if (given[0] == '<') {
		char *lower = g_utf8_strdown(given, -1);

		q->event.entry = arena_strdup(q->arena, lower);
		g_free(lower);
		key = signer == NULL ? NULL : domain_key(q->arena, signer);
		q->event.signer = key == NULL ? NULL : domain_org(key);
		return given[n - 1] == '>' && n > 2 &&
		       (key != NULL || q->event.wants == PREFERENCE_NONE);
	}
	if (given[0] == '@') {
		key = domain_key(q->arena, given + 1);
		q->event.entry = key == NULL ? NULL : arena_printf(q->arena, "@%s", key);
		return key != NULL;
	}
	key = address_key(q->arena, plain);
	if (key == NULL || address_domain(key) == NULL)
		return false;
	q->event.entry = arena_printf(q->arena, "%s%s", given[0] == '?' ? "?" : "", key);
	return true;
}

static struct answer_of read_statement(struct asked *q, const char *act)
{
	const char *wants = word(q, "wants"), *days = word(q, "days");
	int kind = wants == NULL ? PREFERENCE_NONE
				 : word_find(preference_names, PREFERENCE_COUNT, wants);
	int64_t n = 0;

	q->event.kind = RECORD_KIND_PREFERENCE;
	q->event.said = strcmp(act, "set") == 0 ? EVENT_SET : EVENT_FORGET;
	if (kind < 0 || (days != NULL && !number_parse(days, 1, STATED_DAYS_MOST, &n)) ||
	    (q->event.said == EVENT_SET) != (kind != PREFERENCE_NONE))
		return refuse(REFUSAL_REQUEST);
	q->event.wants = (enum preference_kind)kind;
	q->event.expires_s = n == 0 ? 0 : clock_now_s() + n * DAY_S;
	return read_entry(q) ? good : refuse(REFUSAL_ENTRY);
}

/* --- taking it --- */

static struct answer_of read_request(struct asked *q)
{
	const char *act = word(q, "act"), *by = word(q, "by");
	struct answer_of a;

	if (act == NULL)
		return refuse(REFUSAL_REQUEST);
	q->event.by =
		by == NULL ? NULL : arena_strndup(q->arena, by, MIN(strlen(by), 64));
	a = find_mailbox(q, word(q, "mailbox"), word(q, "tenant"));
	if (a.outcome != TAKEN)
		return a;
	if (strcmp(act, "set") == 0 || strcmp(act, "forget") == 0)
		return read_statement(q, act);
	q->event.kind = RECORD_KIND_FEEDBACK;
	q->event.feedback = feedback_find(act);
	if (q->event.feedback >= FEEDBACK_REVOKED)
		return refuse(REFUSAL_REQUEST);
	a = read_header(q);
	return a.outcome == TAKEN ? find_received(q) : a;
}

static bool append(struct feedback_intake *f, struct event *ev, bool sync)
{
	char *id, *json;
	bool done;

	f->last_ms = MAX(g_get_real_time() / 1000, f->last_ms + 1);
	ev->time_ms = f->last_ms;
	id = g_strdup_printf("%" G_GINT64_MODIFIER "x-%x-%" G_GINT64_MODIFIER "x",
			     ev->time_ms, (unsigned)getpid(), ++f->sequence);
	ev->id = id;
	json = event_json(ev);
	done = journal_append_line(f->spool, json, sync);
	g_free(json);
	g_free(id);
	return done;
}

/* What was moved before this one, in the same sweep, is taken back. */
static void revoke_event(const struct event *before, void *intake)
{
	struct event ev = *before;

	ev.kind = RECORD_KIND_FEEDBACK;
	ev.feedback = FEEDBACK_REVOKED;
	ev.mass = false;
	append(intake, &ev, false);
}

/* sync   it is on disk when this returns */
static bool note(struct feedback_intake *f, struct event *ev, bool sync)
{
	bool teaches = ev->kind != RECORD_KIND_PREFERENCE &&
		       ev->feedback < FEEDBACK_COUNT &&
		       (feedback_rows[ev->feedback].strong ||
			ev->feedback == FEEDBACK_DISCARDED);

	if (f->options->feedback_mass > 0 && teaches && !ev->mass)
		ev->mass = mass_note(f->mass, ev, (size_t)f->options->feedback_mass,
				     clock_mono_us());
	if (!append(f, ev, sync))
		return false;
	f->massed += ev->mass;
	f->taken++;
	return true;
}

static struct answer_of take(struct asked *q)
{
	return note(q->f, &q->event, true)
		       ? good
		       : failure("it could not be written to disk; see wonted-learn's "
				 "log");
}

static struct answer_of run(struct asked *q, struct bytes request)
{
	struct feedback_intake *f = q->f;
	struct answer_of a;

	if (f->spool == NULL)
		return failure(
			"the store or the journal is not open; see wonted-learn's log");
	if (!read_lines(q, request))
		return refuse(REFUSAL_REQUEST);
	a = read_request(q);
	if (a.outcome == ASK_AGAIN && f->setup.catch_up != NULL) {
		pthread_mutex_unlock(&f->lock); /* who reads may want it */
		bool caught = f->setup.catch_up(f->setup.to);

		pthread_mutex_lock(&f->lock);
		if (f->spool == NULL || !caught)
			return failure(
				"the journal is not read to its end yet; try again");
		a = read_request(q);
	}
	if (a.outcome == ASK_AGAIN)
		return refuse(REFUSAL_UNSEEN);
	return a.outcome == TAKEN ? take(q) : a;
}

/* What a mailbox's owner does speaks for him; what a reviewer does hints at it, and what he
 * clears away says nothing of what others want. */
static enum feedback taught_by(const struct hold_event *l)
{
	bool release = strcmp(l->what, operation_names[OPERATION_RELEASE]) == 0;

	if (release)
		return l->owner ? FEEDBACK_RELEASED : FEEDBACK_APPROVED;
	if (strcmp(l->what, operation_names[OPERATION_REPORT]) == 0)
		return l->owner ? FEEDBACK_REPORTED : FEEDBACK_APPROVED;
	return l->owner && strcmp(l->what, operation_names[OPERATION_DELETE]) == 0
		       ? FEEDBACK_DISCARDED
		       : FEEDBACK_COUNT;
}

/* one recipient's part; addresses of nobody's and messages that are forgotten teach nothing */
static bool take_review(struct asked *q, const struct hold_event *l, const char *rcpt)
{
	struct answer_of a = find_mailbox(q, rcpt, NULL);

	if (a.outcome == REFUSED)
		return true;
	q->event.kind = RECORD_KIND_REVIEW;
	q->event.by = l->who;
	q->event.review = l->what;
	q->event.message = l->message;
	q->event.feedback = taught_by(l);
	q->event.mass = l->many && !l->owner;
	if (a.outcome == TAKEN)
		a = look_received(q);
	if (a.outcome == ASK_AGAIN)
		q->event.feedback = FEEDBACK_COUNT;
	else if (a.outcome != TAKEN)
		return false;
	return note(q->f, &q->event, false);
}

bool feedback_review(struct feedback_intake *f, const struct hold_event *l)
{
	bool done = true;

	pthread_mutex_lock(&f->lock);
	for (const char *const *rcpt = l->rcpts; done && *rcpt != NULL; rcpt++) {
		struct asked q = { .f = f, .arena = arena_create() };

		done = f->spool != NULL && take_review(&q, l, *rcpt);
		arena_destroy(&q.arena);
	}
	f->failed += !done;
	if (done)
		journal_sync(f->spool);
	pthread_mutex_unlock(&f->lock);
	return done;
}

static void tell(struct asked *q, const struct answer_of *a, GString *to)
{
	struct feedback_intake *f = q->f;

	switch (a->outcome) {
	case TAKEN:
		g_string_append_printf(to, "taken%s\n",
				       q->event.mass ? " (too many at once: it teaches "
						       "nothing)"
						     : "");
		break;
	case REFUSED:
		f->refused[a->refusal]++;
		g_string_append_printf(to, "refused %s: %s\n", refusals[a->refusal].word,
				       refusals[a->refusal].told);
		break;
	case FAILED:
	case ASK_AGAIN:
		f->failed++;
		g_string_append_printf(to, "failed: %s\n", a->why);
		break;
	}
}

void feedback_answer(struct feedback_intake *f, struct bytes request, GString *to)
{
	struct asked q = { .f = f,
			   .arena = arena_create(),
			   .words = g_hash_table_new(g_str_hash, g_str_equal) };

	pthread_mutex_lock(&f->lock);
	struct answer_of a = run(&q, request);

	tell(&q, &a, to);
	pthread_mutex_unlock(&f->lock);
	if (a.outcome == TAKEN && f->setup.took != NULL)
		f->setup.took(f->setup.to);
	g_hash_table_destroy(q.words);
	arena_destroy(&q.arena);
}

/* --- who is served, and what was counted --- */

struct feedback_intake *feedback_create(const struct feedback_setup *setup)
{
	struct feedback_intake *f = g_new0(struct feedback_intake, 1);

	f->setup = *setup;
	pthread_mutex_init(&f->lock, NULL);
	f->mass = mass_create(revoke_event, f);
	return f;
}

void feedback_serve(struct feedback_intake *f, const struct options *o,
		    struct store *store, struct journal *spool)
{
	pthread_mutex_lock(&f->lock);
	f->options = o;
	f->store = store;
	f->spool = spool;
	pthread_mutex_unlock(&f->lock);
}

bool feedback_may(struct feedback_intake *f, unsigned uid)
{
	struct passwd *pw = getpwuid(uid);
	bool may = uid == 0 || uid == geteuid();

	pthread_mutex_lock(&f->lock);
	for (size_t i = 0;
	     !may && pw != NULL && f->options != NULL && i < f->options->feedback_users.n;
	     i++)
		may = strcmp(f->options->feedback_users.at[i], pw->pw_name) == 0;
	f->refused[REFUSAL_PEER] += !may;
	pthread_mutex_unlock(&f->lock);
	return may;
}

void feedback_tell(struct feedback_intake *f, struct metrics *m)
{
	pthread_mutex_lock(&f->lock);
	metrics_set(m, METRIC_FEEDBACK_TAKEN, NULL, f->taken);
	metrics_set(m, METRIC_FEEDBACK_MASS, NULL, f->massed);
	metrics_set(m, METRIC_FEEDBACK_FAILED, NULL, f->failed);
	for (int i = 0; i < REFUSAL_COUNT; i++)
		metrics_set(m, METRIC_FEEDBACK_REFUSED, refusals[i].word, f->refused[i]);
	pthread_mutex_unlock(&f->lock);
}

void feedback_destroy(struct feedback_intake **f)
{
	mass_destroy(&(*f)->mass);
	pthread_mutex_destroy(&(*f)->lock);
	g_free(*f);
	*f = NULL;
}
