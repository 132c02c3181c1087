/* Hits -> decisions: verdict, action and mode by the recipient's policy, and the reasons in
 * the order in which a person wants to read them. Words come from rules and hold pieces of
 * the message, so they are made safe here, once, for all who show them. What was only
 * watched (hit.observed) decides nothing and is no reason. Points that were reached decide,
 * whatever was missing; without them mail is wanted only if nothing was missing that rules
 * ask for. */
#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "base/printable.h"
#include "message/address.h"
#include "verdict/preference_axes.h"
#include "verdict/score.h"
#include "verdict/verdict.h"

/* the axis a reason is told under: the verdict's if it gave points there */
static enum axis reason_axis(const struct hit *h, enum axis of_verdict)
{
	enum axis best = AXIS_THREAT;

	if (of_verdict != AXIS_COUNT && h->milli[of_verdict] > 0)
		return of_verdict;
	for (enum axis x = AXIS_SPAM; x < AXIS_COUNT; x++) {
		int64_t now = h->milli[x], before = h->milli[best];

		if (before > 0 || now > 0 ? now > before : now < before)
			best = x;
	}
	return best;
}

/* a reason on its way to its place; its words are made when the place is known */
struct told {
	struct reason reason;
	const struct hit *hit;
};

static int rank(const struct reason *r, enum axis of_verdict)
{
	if (r->milli <= 0)
		return 2;
	return r->axis == of_verdict ? 0 : 1;
}

/* for a stable sort: equal reasons stay as the rules stood */
static int compare_told(const void *one, const void *other, void *axis)
{
	const struct reason *a = &((const struct told *)one)->reason;
	const struct reason *b = &((const struct told *)other)->reason;
	enum axis of_verdict = *(enum axis *)axis;
	int by_rank = rank(a, of_verdict) - rank(b, of_verdict);

	if (by_rank != 0)
		return by_rank;
	return ABS(a->milli) < ABS(b->milli) ? 1 : ABS(a->milli) > ABS(b->milli) ? -1 : 0;
}

static const char *safe_text(struct arena *a, const struct hit *h)
{
	char *safe;
	const char *kept;

	/* a reason of LIMIT_REASON_BYTES may grow when escaped, but not without end */
	safe = printable(h->reason != NULL && h->reason[0] != '\0' ? h->reason : h->rule,
			 LIMIT_REASON_BYTES * 2);
	kept = arena_strdup(a, safe);
	g_free(safe);
	return kept;
}

/* has a stronger reason the same words? */
static bool is_told(const struct reason *reasons, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(reasons[k].text, reasons[i].text) == 0)
			return true;
	return false;
}

/* in    own   of the recipient's preference, if it moved any points */
static void give_reasons(struct arena *a, const struct rcpt_hits *hits,
			 const struct reason *own, struct decision *d)
{
	enum axis of_verdict = verdict_axis(d->verdict);
	struct told *told = arena_new(a, struct told, hits->n + 1);
	struct reason *reasons;
	size_t n = 0;

	for (size_t i = 0; i < hits->n; i++) {
		const struct hit *h = &hits->at[i];
		enum axis axis = reason_axis(h, of_verdict);

		if (h->observed || h->milli[axis] == 0)
			continue;
		told[n++] = (struct told){ .reason = { .rule = h->rule,
						       .axis = axis,
						       .milli = h->milli[axis] },
					   .hit = h };
	}
	if (d->preferred)
		told[n++] = (struct told){ .reason = *own };
	g_qsort_with_data(told, (int)n, sizeof(*told), compare_told, &of_verdict);
	d->n_reasons = MIN(n, LIMIT_REASONS);
	reasons = arena_new(a, struct reason, d->n_reasons);
	for (size_t i = 0; i < d->n_reasons; i++) {
		reasons[i] = told[i].reason;
		if (told[i].hit != NULL)
			reasons[i].text = safe_text(a, told[i].hit);
		reasons[i].said =
			(told[i].hit != NULL && told[i].hit->said) || is_told(reasons, i);
	}
	d->reasons = reasons;
}

/* reasons begin with those of the verdict's axis */
const char *decision_rule(const struct decision *d)
{
	enum axis of_verdict = verdict_axis(d->verdict);

	if (d->n_reasons == 0 || of_verdict == AXIS_COUNT ||
	    rank(&d->reasons[0], of_verdict) != 0)
		return NULL;
	return d->reasons[0].rule;
}

/* Neighbours with the same hits and policy have the same reasons. */
static bool share_reasons(const struct rcpt_hits *hits, const struct decision *before,
			  struct decision *d)
{
	if (hits[0].at != hits[-1].at || hits[0].n != hits[-1].n ||
	    before->verdict != d->verdict || before->preferred || d->preferred)
		return false;
	d->reasons = before->reasons;
	d->n_reasons = before->n_reasons;
	return true;
}

/* What of a decision is the recipient's own, and not the message's. */
static void know_rcpt(const struct decide_setup *s, const char *key,
		      const struct rcpt_facts *facts, struct decision *d)
{
	const struct options *o = s->options;
	struct policy_seeker who = { .address = key };

	if (facts != NULL) {
		const struct value *flags = &facts->at[FACT_RCPT_FLAGS];

		who.named = facts->at[FACT_RCPT_POLICY].text;
		who.flags = flags->items;
		who.n_flags = flags->n_items;
		d->locale = facts->at[FACT_RCPT_LOCALE].text;
	}
	if (who.named != NULL && options_policy_named(o, who.named) == NULL)
		d->lost_policy = who.named;
	d->policy = options_policy(o, &who);
	d->tenant = options_tenant(o, address_domain(key));
	d->mode = rollout_mode(s->rollout, o,
			       &(struct rollout_seeker){ .policy = d->policy,
							 .tenant = d->tenant,
							 .address = key });
}

/* Was something missing through our side that a counting rule asks for? What only a banner
 * or a policy would have liked to know is told, and no more. */
static bool is_blind(const struct decide_setup *s, const struct rcpt_facts *facts,
		     const struct decision *d)
{
	unsigned ours =
		MISSING_TIME | MISSING_PATTERN | MISSING_SESSIONS | MISSING_MEMORY;

	return (d->missing & ours) != 0 ||
	       ((d->missing & MISSING_RESOLVER) != 0 && (s->asked & NEED_AUTH) != 0) ||
	       (facts != NULL && (facts->missing & s->asked) != 0);
}

/* What it would be if all rules counted that were only watched. */
static enum verdict would_be(const struct rcpt_hits *hits, const struct decision *d)
{
	int64_t milli[AXIS_COUNT];
	bool watched = false;
	enum verdict would;

	memcpy(milli, d->milli, sizeof(milli));
	for (size_t i = 0; hits != NULL && i < hits->n; i++) {
		const struct hit *h = &hits->at[i];

		watched |= h->observed;
		for (size_t x = 0; x < AXIS_COUNT && h->observed; x++)
			milli[x] += h->milli[x];
	}
	if (!watched)
		return d->verdict;
	would = score_verdict(milli, d->policy);
	return would == VERDICT_WANTED && d->verdict == VERDICT_UNDECIDED ? d->verdict
									  : would;
}

static void score_one(struct arena *a, const struct decide_setup *s,
		      const struct rcpt_hits *hits, const struct rcpt_facts *facts,
		      struct decision *d)
{
	struct reason own;

	d->missing = s->missing;
	if (facts != NULL && facts->missing != 0)
		d->missing |= MISSING_STORE;
	if (hits != NULL && hits->overrun)
		d->missing |= MISSING_PATTERN;
	for (enum axis x = AXIS_THREAT; hits != NULL && x < AXIS_COUNT; x++)
		d->milli[x] = hits->milli[x];
	if (rollout_is_on(s->rollout, ROLLOUT_PREFERENCES))
		preference_move(a, facts, d, &own);
	d->verdict = score_verdict(d->milli, d->policy);
	if (d->verdict == VERDICT_WANTED && is_blind(s, facts, d))
		d->verdict = VERDICT_UNDECIDED;
	d->action = score_action(d->verdict, d->policy);
	d->would = would_be(hits, d);
	d->differs = d->would != d->verdict;
	if (hits != NULL && (s->hits == hits || !share_reasons(hits, d - 1, d)))
		give_reasons(a, hits, &own, d);
}

void decide(struct arena *a, const struct decide_setup *s, struct decisions *d_r)
{
	const struct envelope *env = s->envelope;
	struct decision *all = arena_new(a, struct decision, env->n_rcpts);

	g_assert(s->hits != NULL ||
		 (s->missing & (MISSING_TIME | MISSING_SESSIONS | MISSING_MEMORY)) != 0);

	for (size_t i = 0; i < env->n_rcpts; i++) {
		struct decision *d = &all[i];
		const struct rcpt_hits *hits = s->hits == NULL ? NULL : &s->hits[i];

		const char *key = env->rcpts[i].key;
		const struct rcpt_facts *facts =
			s->facts == NULL || i >= s->facts->n_rcpts ? NULL
								   : &s->facts->rcpts[i];

		d->rcpt = key != NULL ? key : env->rcpts[i].address;
		know_rcpt(s, key, facts, d);
		score_one(a, s, hits, facts, d);
	}
	*d_r = (struct decisions){ .at = all, .n = env->n_rcpts };
}
