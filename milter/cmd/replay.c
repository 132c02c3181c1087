/* One thread reads, others decide: batches of lines go to a pool, and few are on their way at once.
 * Each batch is counted apart and added up under a lock. */
#include "cmd/replay.h"

#include <string.h>

#include "base/json_line.h"
#include "base/limits.h"
#include "base/sorted.h"
#include "cmd/listing.h"
#include "journal/reader.h"
#include "journal/recorded.h"
#include "message/address.h"
#include "verdict/verdict.h"

#define BATCH_LINES 256
#define BATCH_BYTES (4 * 1024 * 1024)
#define BATCHES_A_THREAD 4 /* on their way at once */
#define MISSING_OF_ALL                                                             \
	(MISSING_RESOLVER | MISSING_TIME | MISSING_SESSIONS | MISSING_SENDER_DNS | \
	 MISSING_MEMORY)

struct replay {
	const struct replay_setup *setup;
	unsigned asked;
	GMutex lock;
	GCond room;
	unsigned on_way;
	struct replay_done *done;
};

struct batch {
	GString *lines; /* each with its end */
	unsigned n;
};

/* ---- counting ---- */

static void count_free(void *data)
{
	struct replay_count *c = data;

	g_free(c->name);
	g_free(c);
}

void replay_done_init(struct replay_done *d)
{
	*d = (struct replay_done){ .messages = 0 };
	d->rules = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, count_free);
	d->domains = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, count_free);
}

void replay_done_free(struct replay_done *done)
{
	g_hash_table_unref(done->rules);
	g_hash_table_unref(done->domains);
}

static struct replay_count *count_of(GHashTable *counts, const char *name)
{
	struct replay_count *c = g_hash_table_lookup(counts, name);

	if (c != NULL)
		return c;
	c = g_new0(struct replay_count, 1);
	c->name = g_strdup(name);
	g_hash_table_insert(counts, c->name, c);
	return c;
}

static void add_count(struct replay_count *to, const struct replay_count *c)
{
	to->held += c->held;
	to->passed += c->passed;
	to->otherwise += c->otherwise;
	for (int i = 0; i < 2; i++) {
		to->held_said[i] += c->held_said[i];
		to->passed_said[i] += c->passed_said[i];
	}
}

static void add_counts(GHashTable *to, GHashTable *counts)
{
	GHashTableIter iter;
	gpointer name, c;

	g_hash_table_iter_init(&iter, counts);
	while (g_hash_table_iter_next(&iter, &name, &c))
		add_count(count_of(to, name), c);
}

static void add_done(struct replay_done *to, const struct replay_done *d)
{
	to->messages += d->messages;
	to->rcpts += d->rcpts;
	to->same += d->same;
	to->undecidable += d->undecidable;
	to->incomplete += d->incomplete;
	to->unread += d->unread;
	add_count(&to->all, &d->all);
	add_counts(to->rules, d->rules);
	add_counts(to->domains, d->domains);
}

static int64_t changes(const struct replay_count *c)
{
	return c->held + c->passed + c->otherwise;
}

static int compare_counts(const void *left, const void *right)
{
	const struct replay_count *a = *(void *const *)left, *b = *(void *const *)right;

	if (changes(a) != changes(b))
		return changes(a) > changes(b) ? -1 : 1;
	return strcmp(a->name, b->name);
}

GPtrArray *replay_counts(GHashTable *counts)
{
	return sorted_values(counts, compare_counts);
}

/* ---- one message ---- */

/* one message, as it is asked again; only recipients of whom everything was kept */
struct again {
	struct arena *arena;
	const struct recorded *record;
	struct envelope envelope;
	struct facts facts;
	struct frozen frozen;
	struct rcpt_signals *signals;
	size_t *at; /* in the record */
};

/* What the record leaves out is not absent: it is not known here. */
static void hide_unrecorded(struct features *f, bool without_pii)
{
	for (size_t i = 0; i < FEATURE_COUNT; i++) {
		unsigned flags = feature_flags((enum feature_id)i);

		if ((flags & FEATURE_HEAVY) != 0 ||
		    (without_pii && (flags & FEATURE_PII) != 0))
			f->at[i] = VALUE_UNKNOWN;
	}
}

static void hide_facts(struct rcpt_facts *facts)
{
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (fact_names.rows[i].pii)
			facts->at[i] = VALUE_UNKNOWN;
}

static void take_rcpts(struct again *m)
{
	const struct recorded *r = m->record;
	struct rcpt_facts *facts = arena_new(m->arena, struct rcpt_facts, r->n_rcpts + 1);
	struct recipient *to = arena_new(m->arena, struct recipient, r->n_rcpts + 1);
	const char **tests = arena_new(m->arena, const char *, r->n_rcpts + 1);
	size_t n = 0;

	m->signals = arena_new(m->arena, struct rcpt_signals, r->n_rcpts + 1);
	m->at = arena_new(m->arena, size_t, r->n_rcpts + 1);
	for (size_t i = 0; i < r->n_rcpts; i++) {
		const struct recorded_rcpt *was = &r->rcpts[i];

		if (!was->has_evidence || was->verdict >= VERDICT_COUNT)
			continue;
		facts[n] = was->facts;
		to[n].key = was->facts.at[FACT_RCPT_ADDRESS].text;
		to[n].address = was->address != NULL ? was->address : "";
		if (m->frozen.without_pii)
			hide_facts(&facts[n]);
		tests[n] = was->tests;
		m->signals[n].at = was->signals;
		m->at[n++] = i;
	}
	m->facts = (struct facts){ .rcpts = facts, .n_rcpts = n };
	m->frozen.message = r->tests;
	m->frozen.rcpts = tests;
	m->envelope = (struct envelope){ .rcpts = to, .n_rcpts = n };
}

static const struct rcpt_hits *ask_rules(struct again *m, const struct replay_setup *s)
{
	struct features *f = arena_new(m->arena, struct features, 1);
	struct rcpt_hits *hits =
		arena_new(m->arena, struct rcpt_hits, m->facts.n_rcpts + 1);
	const struct rules_in_force in = { .rules = s->rules,
					   .rollout = s->rollout,
					   .thaw = &m->frozen };

	*f = m->record->features;
	hide_unrecorded(f, m->frozen.without_pii);
	memcpy(hits, ruleset_run(m->arena, &in, f, &m->facts, m->signals),
	       sizeof(*hits) * m->facts.n_rcpts);
	for (size_t i = 0; i < m->facts.n_rcpts; i++)
		hits[i].overrun = m->record->rcpts[m->at[i]].overrun;
	return hits;
}

/* ---- what it comes to ---- */

static bool stops(enum action action)
{
	return action >= ACTION_JUNK;
}

static void count_change(struct replay_count *c, enum action was, enum action now,
			 const bool said[2])
{
	bool held = stops(now) && !stops(was), passed = stops(was) && !stops(now);

	c->held += held;
	c->passed += passed;
	c->otherwise += !held && !passed;
	for (int i = 0; i < 2; i++) {
		c->held_said[i] += held && said[i];
		c->passed_said[i] += passed && said[i];
	}
}

void replay_count_change(struct replay_done *done, const struct replay_was *was,
			 const struct decision *d, const bool said[2])
{
	const char *rule = decision_rule(d), *domain = address_domain(d->rcpt);

	if (stops(was->action) && !stops(d->action))
		rule = was->rule; /* that has let go */
	count_change(&done->all, was->action, d->action, said);
	count_change(count_of(done->rules, rule != NULL ? rule : "-"), was->action,
		     d->action, said);
	count_change(count_of(done->domains, domain != NULL ? domain : "-"), was->action,
		     d->action, said);
}

static void compare(const struct replay_setup *s, struct again *m,
		    const struct decision *d, size_t at, struct replay_done *done)
{
	const struct recorded_rcpt *rcpt = &m->record->rcpts[at];
	const struct replay_was was = { rcpt->verdict, rcpt->action, rcpt->decisive };
	bool said[2] = { false, false };

	if (d->verdict == was.verdict && d->action == was.action) {
		done->same++;
		return;
	}
	if (s->ledger != NULL)
		ledger_said(s->ledger, m->arena, m->record, at, said);
	replay_count_change(done, &was, d, said);
}

static void print_reasons(GString *out, const struct decision *d)
{
	json_line_name(out, "reasons");
	json_line_open(out, '[');
	for (size_t i = 0; i < d->n_reasons; i++) {
		json_line_open(out, '{');
		listing_json_text(out, "rule", d->reasons[i].rule);
		listing_json_text(out, "axis", axis_names[d->reasons[i].axis]);
		listing_json_int(out, "points", d->reasons[i].milli);
		json_line_close(out, '}');
	}
	json_line_close(out, ']');
}

static void print_message(const struct again *m, const struct decisions *all,
			  const struct rcpt_hits *hits)
{
	GString *out = listing_json_begin();

	listing_json_text(out, "id", m->record->id);
	json_line_name(out, "rcpts");
	json_line_open(out, '[');
	for (size_t i = 0; i < all->n; i++) {
		const struct decision *d = &all->at[i];

		json_line_open(out, '{');
		listing_json_text(out, "address", m->record->rcpts[m->at[i]].address);
		listing_json_text(out, "verdict", verdict_names[d->verdict]);
		listing_json_text(out, "action", action_names[d->action]);
		for (int x = 0; x < AXIS_COUNT; x++)
			listing_json_int(out, axis_names[x], d->milli[x]);
		print_reasons(out, d);
		listing_json_int(out, "undecidable", (int64_t)hits[i].undecidable);
		json_line_close(out, '}');
	}
	json_line_close(out, ']');
	listing_json_print(out);
}

static void decide_again(const struct replay *p, struct arena *a,
			 const struct recorded *r, struct replay_done *done)
{
	const struct replay_setup *s = p->setup;
	struct again m = { .arena = a, .record = r };
	struct decisions all;

	done->messages++;
	done->rcpts += (int64_t)r->n_rcpts;
	m.frozen.without_pii = r->client == NULL && r->mail_from == NULL;
	if (r->stopped == NULL && r->has_features)
		take_rcpts(&m);
	done->incomplete += (int64_t)(r->n_rcpts - m.facts.n_rcpts);
	if (m.facts.n_rcpts == 0)
		return;
	const struct rcpt_hits *hits = ask_rules(&m, s);

	decide(a,
	       &(struct decide_setup){ .options = s->options,
				       .rollout = s->rollout,
				       .envelope = &m.envelope,
				       .facts = &m.facts,
				       .hits = hits,
				       .asked = p->asked,
				       .missing = r->missing & MISSING_OF_ALL },
	       &all);
	if (s->json)
		print_message(&m, &all, hits);
	for (size_t i = 0; i < all.n; i++) {
		done->undecidable += hits[i].undecidable > 0;
		if (hits[i].undecidable == 0)
			compare(s, &m, &all.at[i], m.at[i], done);
	}
}

static void take_line(const struct replay *p, struct bytes line, struct replay_done *done)
{
	struct arena *a = arena_create();
	struct recorded r;

	if (!recorded_read_all(a, line, &r, NULL))
		done->unread++;
	else if (!r.internal && r.time_s >= p->setup->since_s &&
		 (p->setup->until_s == 0 || r.time_s < p->setup->until_s))
		decide_again(p, a, &r, done);
	arena_destroy(&a);
}

/* ---- all of them ---- */

static struct batch *batch_new(void)
{
	struct batch *b = g_new0(struct batch, 1);

	b->lines = g_string_sized_new(BATCH_LINES * 4096);
	return b;
}

static void work(gpointer data, gpointer user)
{
	struct batch *b = data;
	struct replay *p = user;
	struct replay_done done;
	const char *at = b->lines->str, *end = at + b->lines->len;

	replay_done_init(&done);
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		take_line(p, (struct bytes){ at, (size_t)(stop - at) }, &done);
		at = stop + 1;
	}
	g_mutex_lock(&p->lock);
	add_done(p->done, &done);
	p->on_way--;
	g_cond_signal(&p->room);
	g_mutex_unlock(&p->lock);
	replay_done_free(&done);
	g_string_free(b->lines, TRUE);
	g_free(b);
}

static void hand_on(struct replay *p, GThreadPool *pool, struct batch *b)
{
	g_mutex_lock(&p->lock);
	while (pool != NULL && p->on_way >= p->setup->threads * BATCHES_A_THREAD)
		g_cond_wait(&p->room, &p->lock);
	p->on_way++;
	g_mutex_unlock(&p->lock);
	if (pool != NULL)
		g_thread_pool_push(pool, b, NULL);
	else
		work(b, p);
}

static bool read_all(struct replay *p, GThreadPool *pool, const char *folder, GError **e)
{
	struct journal_reader *r = journal_reader_open(folder, NULL, e);
	enum answer more = r == NULL ? ANSWER_UNKNOWN : ANSWER_YES;
	struct batch *b = batch_new();
	struct bytes line;

	while (more == ANSWER_YES) {
		more = journal_reader_next(r, &line, e);
		if (more != ANSWER_YES)
			break;
		g_string_append_len(b->lines, line.at, (gssize)line.n);
		g_string_append_c(b->lines, '\n');
		if (++b->n < BATCH_LINES && b->lines->len < BATCH_BYTES)
			continue;
		hand_on(p, pool, b);
		b = batch_new();
	}
	hand_on(p, pool, b);
	journal_reader_close(&r);
	return more == ANSWER_NO;
}

bool replay_journal(const struct replay_setup *setup, const char *folder,
		    struct replay_done *done_r, GError **e)
{
	struct replay p = { .setup = setup,
			    .asked = ruleset_asked(setup->rules),
			    .done = done_r };
	bool alone = setup->json || setup->threads <= 1;
	GThreadPool *pool =
		alone ? NULL
		      : g_thread_pool_new(work, &p, (int)setup->threads, TRUE, NULL);

	replay_done_init(done_r);
	g_mutex_init(&p.lock);
	g_cond_init(&p.room);
	bool done = read_all(&p, pool, folder, e);

	if (pool != NULL)
		g_thread_pool_free(pool, FALSE, TRUE);
	g_cond_clear(&p.room);
	g_mutex_clear(&p.lock);
	return done;
}
