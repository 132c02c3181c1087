/* Facts of preferences. What is stated beats what is inferred, and then the narrower entry
 * beats the wider one: the list, its writer, the domain. */
#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "lookup/answers.h"
#include "lookup/preferences.h"
#include "message/domain.h"

static bool is_shared(const struct lookup_setup *s, const char *domain)
{
	return s != NULL && s->is_shared != NULL && s->is_shared(s->shared, domain);
}

static void add_signer(struct preference_subject *to, const char **signers,
		       const struct lookup_setup *s, const char *domain)
{
	const char *org = domain == NULL ? NULL : domain_org(domain);

	if (org == NULL || to->n_signers == LIMIT_SIGNERS || is_shared(s, domain) ||
	    is_shared(s, org))
		return;
	for (size_t i = 0; i < to->n_signers; i++)
		if (strcmp(signers[i], org) == 0)
			return;
	signers[to->n_signers++] = org;
}

void preference_subject_of(struct arena *a, const struct lookup_setup *s,
			   const struct features *f, struct preference_subject *subject_r)
{
	const char **signers = arena_new(a, const char *, LIMIT_SIGNERS);
	const struct value *dkim = &f->at[FEATURE_DKIM_DOMAINS],
			   *from = &f->at[FEATURE_FROM_ADDRESS];
	const char *org = f->at[FEATURE_FROM_ORG].text;

	*subject_r = (struct preference_subject){
		.sender = from->known == ANSWER_YES ? from->text : NULL,
		.org = f->at[FEATURE_FROM_ORG].known == ANSWER_YES && !is_shared(s, org)
			       ? org
			       : NULL,
		.list_id = f->at[FEATURE_LIST_ID].known == ANSWER_YES
				   ? f->at[FEATURE_LIST_ID].text
				   : NULL,
		.proven = value_answer(&f->at[FEATURE_AUTH_ALIGNED]) == ANSWER_YES,
		.signers = signers,
	};
	for (size_t i = 0; dkim->known == ANSWER_YES && i < dkim->n_items; i++)
		add_signer(subject_r, signers, s, domain_key(a, dkim->items[i]));
	if (value_answer(&f->at[FEATURE_SPF_PASS]) == ANSWER_YES &&
	    f->at[FEATURE_SPF_DOMAIN].known == ANSWER_YES)
		add_signer(subject_r, signers, s,
			   domain_key(a, f->at[FEATURE_SPF_DOMAIN].text));
}

static void set_all(struct value *at, struct value v)
{
	static const enum fact_id mine[] = { FACT_PREFERENCE_KIND, FACT_PREFERENCE_ENTRY,
					     FACT_PREFERENCE_CAUSE,
					     FACT_PREFERENCE_STRENGTH,
					     FACT_PREFERENCE_COUNT };

	for (size_t i = 0; i < COUNT_OF(mine); i++)
		at[mine[i]] = v;
}

/* out   NO: it says nothing that counts */
static enum answer view_entry(const struct answers *m, ask which,
			      enum preference_entry of, struct preference_view *view_r)
{
	struct preference p;
	struct bytes value;
	enum answer found = answers_get(m, which, &value);

	if (found == ANSWER_YES) {
		found = preference_decode(m->arena, value, &p);
		*m->damaged = *m->damaged || found != ANSWER_YES;
	}
	if (found != ANSWER_YES)
		return found;
	preference_look(&p, of, &m->plan->subject, m->setup->now_s, view_r);
	return preference_counts(view_r, of, &m->plan->subject) ? ANSWER_YES : ANSWER_NO;
}

void facts_of_preference(const struct answers *m, const struct rcpt_asks *r,
			 const char *canonical, struct value *at)
{
	struct preference_view best = { .kind = PREFERENCE_NONE }, v;
	const char *entries[ENTRY_COUNT];
	size_t which = ENTRY_COUNT;
	bool unknown =
		r->preference_of == NULL || g_strcmp0(canonical, r->preference_of) != 0;

	preference_entries(m->arena, &m->plan->subject, entries);
	for (size_t i = 0; i < ENTRY_COUNT && !unknown; i++) {
		if (r->preferences[i] == ASK_NOT)
			continue;
		enum answer found =
			view_entry(m, r->preferences[i], (enum preference_entry)i, &v);

		unknown = found == ANSWER_UNKNOWN;
		if (found != ANSWER_YES ||
		    (which != ENTRY_COUNT && v.strength != STRENGTH_STATED) ||
		    best.strength == STRENGTH_STATED)
			continue;
		best = v;
		which = i;
	}
	set_all(at, unknown ? VALUE_UNKNOWN : VALUE_ABSENT);
	if (unknown || which == ENTRY_COUNT)
		return;
	at[FACT_PREFERENCE_KIND] = value_of_text(preference_names[best.kind]);
	at[FACT_PREFERENCE_ENTRY] = value_of_text(entries[which]);
	at[FACT_PREFERENCE_CAUSE] = value_of_text(best.cause);
	at[FACT_PREFERENCE_STRENGTH] =
		value_of_text(preference_strength_names[best.strength]);
	at[FACT_PREFERENCE_COUNT] = VALUE_OF_INT(best.count);
}
