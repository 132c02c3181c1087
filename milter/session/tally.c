/* Only what a message came to is counted here; what went wrong on the way counts where it did.
 * Nothing of who wrote, or to whom, gets into a label. */
#include "session/tally.h"

#include <stdatomic.h>

#include "auth/dnslist.h"
#include "base/clock.h"
#include "base/compiler.h"

void tally_declare(struct metrics *m)
{
	metrics_declare(m, METRIC_VERDICT, verdict_names, VERDICT_COUNT);
	metrics_declare(m, METRIC_ACTION, action_names, ACTION_COUNT);
}

static void count_rcpts(struct metrics *m, const struct transaction *p)
{
	bool bannered = false;

	metrics_add(m, METRIC_RCPTS, p->envelope->n_rcpts);
	for (size_t i = 0; i < p->envelope->n_rcpts; i++)
		if (p->envelope->rcpts[i].unresolved != NULL)
			metrics_add(m, METRIC_RCPTS_UNRESOLVED, 1);
	for (size_t i = 0; i < p->decisions.n; i++)
		metrics_add_to(m, METRIC_VERDICT,
			       verdict_names[p->decisions.at[i].verdict], 1);
	for (size_t i = 0; i < p->plan.n_done; i++) {
		metrics_add_to(m, METRIC_ACTION, action_names[p->plan.done[i]], 1);
		bannered |= p->plan.done[i] == ACTION_BANNER;
	}
	metrics_add(m, METRIC_BANNERED, bannered);
}

/* a rule counts once a message, for however many recipients it held */
static void count_rules(struct metrics *m, const struct transaction *p)
{
	GHashTable *seen;

	if (p->hits == NULL)
		return;
	seen = g_hash_table_new(g_str_hash, g_str_equal);
	for (size_t i = 0; i < p->envelope->n_rcpts; i++) {
		const struct rcpt_hits *hits = &p->hits[i];

		for (size_t k = 0; k < hits->n; k++)
			if (g_hash_table_add(seen, (void *)(uintptr_t)hits->at[k].rule))
				metrics_add_to(m, METRIC_RULE_HITS, hits->at[k].rule, 1);
	}
	g_hash_table_destroy(seen);
}

static bool dns_was_silent(const struct auth_results *r)
{
	return r->timed_out || r->spf.result == AUTH_TEMPERROR ||
	       r->dmarc.result == AUTH_TEMPERROR || r->iprev.result == AUTH_TEMPERROR;
}

static void count_others(struct metrics *m, const struct transaction *p)
{
	const struct value *f = p->features.at;

	metrics_add(m, METRIC_CLAMD_FOUND, f[FEATURE_VIRUS].known == ANSWER_YES);
	metrics_add(m, METRIC_CLAMD_UNCHECKED,
		    f[FEATURE_VIRUS_UNCHECKED].known == ANSWER_YES);
	if (p->dns_lists == NULL)
		return;
	metrics_add(m, METRIC_DNS_LIST_QUESTIONS, dnslists_asked(p->dns_lists));
	metrics_add(m, METRIC_DNS_LIST_FOUND, f[FEATURE_DNS_LISTS_FOUND].n_items > 0);
	metrics_add(m, METRIC_DNS_LIST_UNANSWERED,
		    f[FEATURE_DNS_LISTS_UNANSWERED].n_items > 0);
}

static void count_auth(struct metrics *m, const struct transaction *p)
{
	static const struct {
		enum metric_id metric;
		enum feature_id feature;
	} results[] = {
		{ METRIC_SPF, FEATURE_SPF_RESULT },
		{ METRIC_DKIM, FEATURE_DKIM_RESULT },
		{ METRIC_DMARC, FEATURE_DMARC_RESULT },
	};
	const struct auth_results *r = p->auth;

	if (r == NULL)
		return;
	metrics_add(m, METRIC_DNS_LATE, r->timed_out);
	metrics_add(m, METRIC_DNS_SILENT, dns_was_silent(r));
	metrics_add(m, METRIC_RESOLVER_SILENT, r->resolver_silent);
	metrics_add(m, METRIC_WAITED, (uint64_t)r->waited_us);
	for (size_t i = 0; i < COUNT_OF(results); i++) {
		const struct value *v = &p->features.at[results[i].feature];

		if (v->known == ANSWER_YES)
			metrics_add_to(m, results[i].metric, v->text, 1);
	}
}

static void count_store(struct metrics *m, const struct facts *f)
{
	metrics_add(m, METRIC_STORE_LATE, f->degraded);
	if (f->keys_asked == 0)
		return;
	metrics_add(m, METRIC_STORE_KEYS, f->keys_asked);
	metrics_add(m, METRIC_STORE_KEYS_UNKNOWN, f->keys_unknown);
	metrics_took(m, METRIC_STORE_BATCH, NULL, f->store_us);
}

/* the time up to now, and whether it goes on */
static void count_degraded(struct listener *d, bool goes_on)
{
	int64_t now_us = clock_mono_us();
	int64_t since_us = atomic_exchange(&d->degraded_since_us, goes_on ? now_us : 0);

	if (since_us != 0)
		metrics_add(d->metrics, METRIC_DEGRADED,
			    (uint64_t)MAX(now_us - since_us, 0));
}

void tally_degraded_now(struct listener *d)
{
	if (atomic_load(&d->degraded_since_us) != 0)
		count_degraded(d, true);
}

void tally_message(struct listener *d, const struct transaction *p, enum disposition done,
		   int64_t decide_us)
{
	struct metrics *m = d->metrics;

	metrics_add(m, METRIC_MESSAGES, 1);
	metrics_add(m, METRIC_MESSAGES_INTERNAL, transaction_is_internal(p));
	metrics_add(m, METRIC_MESSAGES_DEGRADED, p->degraded);
	metrics_add(m, METRIC_MESSAGES_STOPPED, p->stopped != NULL);
	metrics_add(m, METRIC_REJECTED, done == DISPOSE_REJECT);
	metrics_add(m, METRIC_DEFERRED, done == DISPOSE_DEFER);
	metrics_add(m, METRIC_POLICY_LOST, p->lost_policies);
	metrics_took(m, METRIC_DECIDE, NULL, decide_us);
	for (size_t i = 0; i < p->n_times; i++)
		metrics_took(m, METRIC_STAGE, p->times[i].stage, p->times[i].us);
	count_auth(m, p);
	count_others(m, p);
	count_store(m, &p->facts);
	count_rcpts(m, p);
	count_rules(m, p);
	/* our own mail needs nothing that could be missing */
	if (!transaction_is_internal(p))
		count_degraded(d, p->degraded);
}
