/* What the sender's domain can be taken for, among the organisations that the tenant has long
 * had mail with. Keys lead to candidates (message/domain.h); here they are judged. */
#include <string.h>

#include "lookup/answers.h"
#include "message/domain.h"

struct best {
	const char *org, *how;
	int64_t seen;
};

/* Which own domain it resembles is told by tenant.lookalike; a name alone in front of another
 * domain is what services give their customers, and other firms are called alike. */
static bool resembles(const struct answers *m, const char *domain, const char *candidate,
		      const char **how_r)
{
	return options_tenant(m->setup->options, candidate) != m->asks->tenant &&
	       domain_lookalike(domain, candidate, how_r) == ANSWER_YES &&
	       *how_r != domain_name_in_front && *how_r != domain_name_beside;
}

static void judge(const struct answers *m, const struct history *h, const char *domain,
		  struct best *best)
{
	const struct usual_set *set = &h->usual[USUAL_ADDRESS];

	for (size_t i = 0; i < set->n; i++) {
		const struct usual_item *item = &set->at[i];
		int64_t seen = item->closed + item->open;
		const char *how;

		if (seen > best->seen && resembles(m, domain, item->text, &how))
			*best = (struct best){ .org = item->text,
					       .how = how,
					       .seen = seen };
	}
}

/* Unknown only where the store did not answer, or has no past. */
void facts_of_lookalike(const struct answers *m, struct value *at)
{
	const struct value *from = &m->features->at[FEATURE_FROM_DOMAIN];
	enum answer all = ANSWER_YES;
	struct best best = { .org = NULL };

	if (from->known == ANSWER_UNKNOWN)
		return;
	for (size_t i = 0; i < m->asks->n_lookalikes; i++) {
		struct view v;

		answers_view(m, m->asks->lookalikes[i], &v);
		if (v.found == ANSWER_UNKNOWN)
			all = ANSWER_UNKNOWN;
		if (v.found == ANSWER_YES)
			judge(m, &v.history, from->text, &best);
	}
	if (best.org == NULL && (all == ANSWER_UNKNOWN || m->ready != ANSWER_YES))
		return;
	at[FACT_DOMAIN_LOOKALIKE] = value_of_text(best.org);
	at[FACT_DOMAIN_LOOKALIKE_HOW] = value_of_text(best.org == NULL ? NULL : best.how);
}
