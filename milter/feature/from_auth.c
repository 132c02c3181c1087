/* Features of authentication. What could not be checked, because DNS did not answer or
 * nobody asked, is unknown: never a failure, never a pass. */
#include "auth/auth.h"
#include "feature/extract.h"

#include <string.h>

/* the best first: what a verifier would rather have seen */
static const enum auth_result dkim_order[] = {
	AUTH_PASS, AUTH_POLICY, AUTH_TEMPERROR, AUTH_NEUTRAL, AUTH_FAIL, AUTH_PERMERROR
};

static struct value pass_value(enum auth_result r)
{
	if (r == AUTH_TEMPERROR)
		return VALUE_UNKNOWN;
	return VALUE_OF_BOOL(r == AUTH_PASS);
}

static bool dkim_has(const struct auth_results *r, enum auth_result want)
{
	for (size_t i = 0; i < r->n_dkim; i++)
		if (r->dkim[i].result == want)
			return true;
	return false;
}

static enum auth_result dkim_best(const struct auth_results *r)
{
	for (size_t i = 0; i < COUNT_OF(dkim_order); i++)
		if (dkim_has(r, dkim_order[i]))
			return dkim_order[i];
	return AUTH_NONE;
}

/* Signatures beyond the limit were not looked at: one of them might have passed. */
static bool dkim_unsure(const struct auth_results *r)
{
	return r->dkim_truncated || dkim_has(r, AUTH_TEMPERROR);
}

static bool covers(const struct auth_dkim *d, const char *name)
{
	for (size_t i = 0; i < d->n_covered; i++)
		if (strcmp(d->covered[i], name) == 0)
			return true;
	return false;
}

static struct value covers_unsubscribe(const struct auth_results *r)
{
	for (size_t i = 0; i < r->n_dkim; i++)
		if (r->dkim[i].result == AUTH_PASS &&
		    covers(&r->dkim[i], "list-unsubscribe") &&
		    covers(&r->dkim[i], "list-unsubscribe-post"))
			return VALUE_OF_BOOL(true);
	return dkim_unsure(r) ? VALUE_UNKNOWN : VALUE_OF_BOOL(false);
}

static bool is_proof(const struct auth_dkim *d)
{
	return d->result == AUTH_PASS && d->aligned;
}

/* Results that another server wrote do not tell which fields were signed. */
static struct value uncovered(const struct source *s)
{
	static const char *const fields[] = { "From", "To", "Subject", "Date",
					      "Content-Type" };
	const struct auth_results *r = s->auth;
	struct collected *names = collect_new(s->arena, COUNT_OF(fields));
	bool proven = false;

	for (size_t i = 0; i < r->n_dkim; i++)
		proven = proven || is_proof(&r->dkim[i]);
	if (!proven)
		return dkim_unsure(r) ? VALUE_UNKNOWN : VALUE_ABSENT;
	if (r->source == AUTH_TRUSTED)
		return VALUE_UNKNOWN;
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (message_header(s->message, fields[i], 0) != NULL &&
		    auth_dkim_covers(r, fields[i]) == ANSWER_NO)
			collect_add(names, fields[i]);
	return collect_value(names);
}

static void take_dkim(const struct source *s, struct value *at)
{
	const struct auth_results *r = s->auth;
	struct collected *domains = collect_new(s->arena, r->n_dkim);
	bool pass = dkim_has(r, AUTH_PASS);

	for (size_t i = 0; i < r->n_dkim; i++)
		if (r->dkim[i].result == AUTH_PASS)
			collect_add(domains, r->dkim[i].domain);
	at[FEATURE_DKIM_RESULT] = value_of_text(auth_result_names[dkim_best(r)]);
	at[FEATURE_DKIM_PASS] =
		!pass && dkim_unsure(r) ? VALUE_UNKNOWN : VALUE_OF_BOOL(pass);
	at[FEATURE_DKIM_DOMAINS] = collect_value(domains);
	at[FEATURE_DKIM_COVERS_UNSUBSCRIBE] = covers_unsubscribe(r);
	at[FEATURE_DKIM_UNCOVERED] = uncovered(s);
}

static struct value dmarc_policy(const struct auth_dmarc *d)
{
	if (d->result == AUTH_TEMPERROR)
		return VALUE_UNKNOWN;
	if (d->record_domain == NULL)
		return VALUE_ABSENT;
	return value_of_text(dmarc_policy_names[d->policy]);
}

/* What a list changed failed here, and a trusted sealer saw it pass before: nobody knows. */
static void take_dmarc(const struct auth_results *r, struct value *at)
{
	enum answer aligned = answer_or(r->dmarc.aligned_spf, r->dmarc.aligned_dkim);

	at[FEATURE_DMARC_RESULT] = value_of_text(auth_result_names[r->dmarc.result]);
	at[FEATURE_DMARC_PASS] = pass_value(r->dmarc.result);
	at[FEATURE_DMARC_POLICY] = dmarc_policy(&r->dmarc);
	at[FEATURE_AUTH_ALIGNED] = value_of_answer(aligned);
	if (!r->arc.saw_dmarc_pass)
		return;
	if (r->dmarc.result == AUTH_FAIL)
		at[FEATURE_DMARC_RESULT] = at[FEATURE_DMARC_PASS] = VALUE_UNKNOWN;
	if (aligned == ANSWER_NO)
		at[FEATURE_AUTH_ALIGNED] = VALUE_UNKNOWN;
}

static void take_arc(const struct source *s, struct value *at)
{
	const struct auth_arc *arc = &s->auth->arc;

	at[FEATURE_ARC_RESULT] = value_of_text(auth_result_names[arc->result]);
	at[FEATURE_ARC_SEALER] = text_value(s->arena, arc->sealer);
	at[FEATURE_ARC_TRUSTED] = arc->result == AUTH_TEMPERROR
					  ? VALUE_UNKNOWN
					  : VALUE_OF_BOOL(arc->trusted);
}

static void nothing_checked(struct value *at)
{
	static const enum feature_id mine[] = {
		FEATURE_SPF_RESULT,   FEATURE_SPF_DOMAIN,
		FEATURE_SPF_PASS,     FEATURE_DKIM_RESULT,
		FEATURE_DKIM_PASS,    FEATURE_DKIM_DOMAINS,
		FEATURE_DMARC_RESULT, FEATURE_DKIM_COVERS_UNSUBSCRIBE,
		FEATURE_DMARC_PASS,   FEATURE_DMARC_POLICY,
		FEATURE_AUTH_ALIGNED, FEATURE_IPREV_RESULT,
		FEATURE_ARC_RESULT,   FEATURE_ARC_SEALER,
		FEATURE_ARC_TRUSTED,  FEATURE_DKIM_UNCOVERED,
	};

	for (size_t i = 0; i < COUNT_OF(mine); i++)
		at[mine[i]] = VALUE_UNKNOWN;
}

void features_from_auth(const struct source *s, struct value *at)
{
	const struct auth_results *r = s->auth;

	if (r == NULL) {
		nothing_checked(at);
		return;
	}
	at[FEATURE_SPF_RESULT] = value_of_text(auth_result_names[r->spf.result]);
	at[FEATURE_SPF_DOMAIN] = text_value(s->arena, r->spf.domain);
	at[FEATURE_SPF_PASS] = pass_value(r->spf.result);
	take_dkim(s, at);
	take_dmarc(r, at);
	take_arc(s, at);
	at[FEATURE_IPREV_RESULT] = value_of_text(auth_result_names[r->iprev.result]);
}
