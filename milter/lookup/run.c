/* The one batch of a message: plan, ask, and turn the answers into facts. What recipients of
 * one tenant share is decoded once and copied. */
#include "base/clock.h"
#include "lookup/answers.h"
#include "lookup/author.h"

static void all_unknown(struct value *at)
{
	for (size_t i = 0; i < FACT_COUNT; i++)
		at[i] = VALUE_UNKNOWN;
}

/* What was not asked is not known, even where a part of it came along: facts that were fetched
 * only for another recipient's needs are unknown. */
static void keep_needed(unsigned needs, struct value *at)
{
	for (size_t i = 0; i < FACT_COUNT; i++)
		if ((fact_names.rows[i].needs & ~needs) != 0)
			at[i] = VALUE_UNKNOWN;
}

static size_t count_unanswered(const struct lookup_plan *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_reads; i++)
		n += p->reads[i].answer == ANSWER_UNKNOWN;
	return n;
}

static void ask_all(struct arena *a, const struct lookup_setup *s, struct lookup_plan *p,
		    struct facts *f_r)
{
	int64_t begun_us = clock_mono_us();

	f_r->keys_asked = p->n_reads;
	if (s->store != NULL && p->n_reads > 0)
		store_read_many(s->store, p->reads, p->n_reads, s->deadline_us, a);
	f_r->store_us = clock_mono_us() - begun_us;
	f_r->keys_unknown = count_unanswered(p);
	f_r->degraded = p->over || f_r->keys_unknown > 0;
}

static unsigned missing_of(const struct lookup_plan *p, ask which, unsigned need)
{
	bool lost = which == ASK_OVER ||
		    (which != ASK_NOT && p->reads[which].answer == ANSWER_UNKNOWN);

	return lost ? need : 0;
}

/* What was asked for one recipient, and not answered. */
static unsigned missing_for(const struct lookup_plan *p, const struct rcpt_asks *r)
{
	const unsigned pair = NEED_PAIR & ~(unsigned)NEED_MAILBOX;
	const struct tenant_asks *t = r->shared;
	unsigned missing = 0;

	if (t == NULL)
		return 0;
	missing |= missing_of(p, t->baseline, NEED_TENANT);
	missing |= missing_of(p, t->person, NEED_PERSON_ADDRESS);
	missing |= missing_of(p, t->sender, NEED_SENDER);
	missing |= missing_of(p, t->domain, NEED_DOMAIN);
	missing |= missing_of(p, t->display, NEED_DISPLAY);
	missing |= missing_of(p, t->list, NEED_LIST);
	for (size_t i = 0; i < t->n_names; i++)
		missing |= missing_of(p, t->names[i], NEED_PERSON_NAME);
	for (size_t i = 0; i < t->n_threads; i++)
		missing |= missing_of(p, t->threads[i], NEED_THREAD);
	for (size_t i = 0; i < t->n_lookalikes; i++)
		missing |= missing_of(p, t->lookalikes[i], NEED_LOOKALIKE);
	missing |= missing_of(p, r->mailbox, NEED_MAILBOX);
	missing |= missing_of(p, r->pair, pair);
	for (size_t i = 0; i < ENTRY_COUNT; i++)
		missing |= missing_of(p, r->preferences[i],
				      NEED_PREFERENCE & ~(unsigned)NEED_MAILBOX);
	return missing | missing_of(p, r->alias_pair, pair);
}

/* nobody's recipient: there is no memory to ask, and no domain that could be its own */
static void facts_of_stranger(struct value *at)
{
	static const enum fact_id none[] = {
		FACT_TENANT_NAME,          FACT_TENANT_OWNS_FROM,
		FACT_TENANT_OWNS_REPLY_TO, FACT_TENANT_OWNS_NAME_ADDRESS,
		FACT_TENANT_LOOKALIKE,     FACT_TENANT_LOOKALIKE_HOW
	};

	for (size_t i = 0; i < COUNT_OF(none); i++)
		at[none[i]] = VALUE_ABSENT;
}

static void shared_facts(struct answers *m, struct rcpt_facts *shared_r)
{
	all_unknown(shared_r->at);
	answers_ready(m, shared_r->at);
	facts_of_tenant(m, shared_r->at);
	facts_of_person(m, shared_r->at);
	facts_of_sender(m, shared_r->at);
	facts_of_thread(m, shared_r->at);
	facts_of_lookalike(m, shared_r->at);
}

/* answers and shared facts of all tenants, order of plan.tenants */
struct tenants {
	struct answers *answers;
	struct rcpt_facts *shared;
};

static struct tenants all_tenants(const struct answers *like)
{
	const struct lookup_plan *p = like->plan;
	struct tenants t = {
		.answers = arena_new(like->arena, struct answers, p->n_tenants),
		.shared = arena_new(like->arena, struct rcpt_facts, p->n_tenants),
	};

	for (size_t i = 0; i < p->n_tenants; i++) {
		t.answers[i] = *like;
		t.answers[i].asks = p->tenants[i];
		shared_facts(&t.answers[i], &t.shared[i]);
	}
	return t;
}

static void one_rcpt(const struct tenants *t, const struct rcpt_asks *r,
		     struct rcpt_facts *facts)
{
	if (r->shared == NULL) {
		all_unknown(facts->at);
		facts_of_stranger(facts->at);
		return;
	}
	*facts = t->shared[r->shared->nth];
	facts_of_rcpt(&t->answers[r->shared->nth], r, facts->at);
}

/* the facts of all recipients, as if this were the only author */
static struct rcpt_facts *facts_of_author(const struct answers *like)
{
	const struct lookup_plan *plan = like->plan;
	struct tenants tenants = all_tenants(like);
	struct rcpt_facts *rcpts =
		arena_new(like->arena, struct rcpt_facts, plan->n_rcpts);

	for (size_t i = 0; i < plan->n_rcpts; i++) {
		one_rcpt(&tenants, &plan->rcpts[i], &rcpts[i]);
		const char *key = like->features->envelope->rcpts[i].key;

		rcpts[i].at[FACT_RCPT_ADDRESS] =
			key == NULL ? VALUE_UNKNOWN : value_of_text(key);
		keep_needed(like->setup->needs, rcpts[i].at);
	}
	return rcpts;
}

/* Of all authors together: one that nobody could look at may be the one to warn of. A record
 * that nobody can read may have been anybody's. */
static void note_missing(const struct lookup_setup *s, const struct lookup_plan *plans,
			 size_t n, bool damaged, struct rcpt_facts *rcpts)
{
	for (size_t i = 0; i < plans[0].n_rcpts; i++) {
		rcpts[i].missing = damaged ? s->needs : 0;
		for (size_t k = 0; k < n; k++)
			rcpts[i].missing |= missing_for(&plans[k], &plans[k].rcpts[i]);
	}
}

void lookup_run(struct arena *a, const struct lookup_setup *s, const struct features *f,
		struct facts *f_r)
{
	const struct features *each = f->n_authors == 0 ? f : f->authors;
	size_t n = MAX(f->n_authors, 1);
	struct lookup_plan *plans = arena_new(a, struct lookup_plan, n);
	struct rcpt_facts *worst_rcpts = NULL;
	bool damaged = false;
	int worst = -1;

	*f_r = (struct facts){ .degraded = false };
	lookup_plan_authors(a, s, each, n, plans);
	ask_all(a, s, &plans[0], f_r);
	f_r->n_rcpts = plans[0].n_rcpts;
	for (size_t i = 0; i < n; i++) {
		const struct answers like = { .arena = a,
					      .setup = s,
					      .features = &each[i],
					      .plan = &plans[i],
					      .ready = ANSWER_UNKNOWN,
					      .today = day_of(s->now_s),
					      .damaged = &damaged };
		struct rcpt_facts *rcpts = facts_of_author(&like);
		int warning = n == 1 ? 0 : author_warning(&each[i], rcpts, f_r->n_rcpts);

		if (warning <= worst)
			continue;
		worst = warning;
		worst_rcpts = rcpts;
		f_r->author = i;
	}
	f_r->degraded = f_r->degraded || damaged;
	f_r->rcpts = worst_rcpts;
	if (f_r->degraded)
		note_missing(s, plans, n, damaged, worst_rcpts);
}

void lookup_aliases(struct arena *a, const struct lookup_setup *s,
		    const struct envelope *env)
{
	struct lookup_setup mailboxes = *s;
	struct features nothing = { .envelope = env };
	struct facts unused;

	for (size_t i = 0; i < FEATURE_COUNT; i++)
		nothing.at[i] = VALUE_UNKNOWN;
	mailboxes.needs = NEED_MAILBOX;
	lookup_run(a, &mailboxes, &nothing, &unused);
}
