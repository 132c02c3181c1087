/* Facts that the tenant's own configuration answers. Its domains are domain_key()s: the
 * loader made them so. */
#include <string.h>

#include "lookup/answers.h"
#include "message/address.h"
#include "message/domain.h"

static struct value owns(const struct answers *m, enum feature_id domain)
{
	const struct value *v = &m->features->at[domain];

	if (v->known != ANSWER_YES)
		return value_of_answer(v->known);
	return VALUE_OF_BOOL(options_tenant(m->setup->options, v->text) ==
			     m->asks->tenant);
}

static struct value owns_name_address(const struct answers *m)
{
	const struct value *v = &m->features->at[FEATURE_FROM_NAME_ADDRESS];
	const char *domain = v->known == ANSWER_YES ? address_domain(v->text) : NULL;

	if (domain == NULL)
		return value_of_answer(v->known == ANSWER_UNKNOWN ? ANSWER_UNKNOWN
								  : ANSWER_NO);
	return VALUE_OF_BOOL(options_tenant(m->setup->options, domain) ==
			     m->asks->tenant);
}

static bool is_one_of(const struct strings *domains, const char *org)
{
	for (size_t i = 0; i < domains->n; i++)
		if (domain_has_org(domains->at[i], org))
			return true;
	return false;
}

static const char *resembled(const struct strings *domains, const char *domain,
			     const char **how_r)
{
	for (size_t i = 0; i < domains->n; i++)
		if (domain_lookalike(domain, domains->at[i], how_r) == ANSWER_YES)
			return domains->at[i];
	return NULL;
}

/* Own and partner domains resemble each other honestly (example.org, example.com): what is
 * one of them is nobody's look-alike. */
static void take_lookalike(const struct answers *m, struct value *at)
{
	const struct value *from = &m->features->at[FEATURE_FROM_DOMAIN];
	const struct tenant *t = m->asks->tenant;
	const char *how = NULL, *like = NULL, *org;

	if (from->known == ANSWER_UNKNOWN)
		return;
	org = from->known == ANSWER_YES ? domain_org(from->text) : NULL;
	if (org != NULL && !is_one_of(&t->domains, org) &&
	    !is_one_of(&t->partner_domains, org)) {
		like = resembled(&t->domains, from->text, &how);
		if (like == NULL)
			like = resembled(&t->partner_domains, from->text, &how);
	}
	at[FACT_TENANT_LOOKALIKE] = value_of_text(like);
	at[FACT_TENANT_LOOKALIKE_HOW] = value_of_text(like == NULL ? NULL : how);
}

void facts_of_tenant(const struct answers *m, struct value *at)
{
	at[FACT_TENANT_NAME] = value_of_text(m->asks->tenant->name);
	at[FACT_TENANT_OWNS_FROM] = owns(m, FEATURE_FROM_DOMAIN);
	at[FACT_TENANT_OWNS_REPLY_TO] = owns(m, FEATURE_REPLY_TO_DOMAIN);
	at[FACT_TENANT_OWNS_NAME_ADDRESS] = owns_name_address(m);
	take_lookalike(m, at);
}
