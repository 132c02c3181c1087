/* See dmarc.h. Own code, because libopendmarc takes strict alignment for relaxed and knows
 * only a part of the public suffix list. An answer that DNS did not give makes the result
 * temperror wherever it could have changed it: silence is never read as "fail". */
#include "auth/dmarc.h"

#include <string.h>

#include "auth/tags.h"
#include "message/domain.h"

const char *const dmarc_policy_names[] = {
	[DMARC_NONE] = "none",
	[DMARC_QUARANTINE] = "quarantine",
	[DMARC_REJECT] = "reject",
};

/* ---- records ---- */

bool dmarc_record_is(struct bytes text)
{
	static const char version[] = "v=DMARC1";
	size_t n = strlen(version);
	struct tags tags;

	if (text.n >= n && memcmp(text.at, version, n) == 0 &&
	    (text.n == n || !g_ascii_isalnum(text.at[n])))
		return true;
	/* blanks around "=" are allowed */
	tags_read(text, &tags);
	return tags.n > 0 && bytes_equal(tags.at[0].name, bytes_of("v")) &&
	       bytes_equal(tags.at[0].value, bytes_of("DMARC1"));
}

static bool policy_read(struct bytes value, enum dmarc_policy *policy_r)
{
	for (size_t i = 0; i < G_N_ELEMENTS(dmarc_policy_names); i++) {
		if (!tag_is(value, dmarc_policy_names[i]))
			continue;
		*policy_r = (enum dmarc_policy)i;
		return true;
	}
	return false;
}

const char *dmarc_record_read(struct bytes text, struct dmarc_record *record_r)
{
	struct tags tags;
	struct bytes value;
	long long pct;
	bool good;

	tags_read(text, &tags); /* what follows a broken place is as if not there */
	*record_r = (struct dmarc_record){ .pct = 100 };
	good = tags_find(&tags, "p", &value) && policy_read(value, &record_r->p);
	record_r->sp = record_r->p;
	if (tags_find(&tags, "sp", &value))
		good = policy_read(value, &record_r->sp) && good;
	record_r->np = record_r->sp;
	if (tags_find(&tags, "np", &value))
		policy_read(value, &record_r->np);
	if (tags_find(&tags, "adkim", &value))
		record_r->strict_dkim = tag_is(value, "s");
	if (tags_find(&tags, "aspf", &value))
		record_r->strict_spf = tag_is(value, "s");
	if (tags_find(&tags, "pct", &value) && tag_number(value, &pct) && pct <= 100)
		record_r->pct = (int)pct;
	if (good)
		return NULL;
	/* RFC 7489 6.6.3: with somewhere to report to, it is a policy of none */
	if (!tags_find(&tags, "rua", &value) || value.n == 0)
		return "the DMARC record has no valid policy";
	record_r->p = record_r->sp = record_r->np = DMARC_NONE;
	return NULL;
}

/* ---- the check ---- */

struct dmarc_check {
	struct resolver *resolver;
	char *domain;    /* NULL: none */
	const char *org; /* within domain */
	struct dns_query *own,
		*above; /* above: NULL if domain is the organisational one */
};

enum found { FOUND_NONE, FOUND_ONE, FOUND_BROKEN, FOUND_NOTHING_KNOWN };

struct policy_found {
	enum found found;
	struct dmarc_record record;
	const char *why;
	bool above; /* it is the organisational domain's */
};

static struct dns_query *record_ask(struct resolver *r, const char *domain)
{
	char *name = g_strconcat("_dmarc.", domain, NULL);
	struct dns_query *q = resolver_ask(r, name, DNS_TXT);

	g_free(name);
	return q;
}

struct dmarc_check *dmarc_begin(struct resolver *r, const char *domain)
{
	struct dmarc_check *c = g_new0(struct dmarc_check, 1);

	c->resolver = r;
	if (domain == NULL)
		return c;
	c->domain = g_strdup(domain);
	c->org = domain_org(c->domain);
	c->own = record_ask(r, c->domain);
	if (strcmp(c->org, c->domain) != 0)
		c->above = record_ask(r, c->org);
	return c;
}

void dmarc_destroy(struct dmarc_check **cp)
{
	struct dmarc_check *c = *cp;

	*cp = NULL;
	if (c == NULL)
		return;
	dns_query_release(&c->own);
	dns_query_release(&c->above);
	g_free(c->domain);
	g_free(c);
}

/* the record among the answers; several are none, RFC 7489 6.6.3 */
static void record_choose(const struct dns_answer *a, struct policy_found *out)
{
	const struct dns_rr *record = NULL;
	size_t n = 0;

	out->found = FOUND_NONE;
	if (a->status == DNS_TEMPFAIL) {
		out->found = FOUND_NOTHING_KNOWN;
		out->why = "DNS did not answer";
	}
	for (size_t i = 0; i < a->n; i++) {
		if (!dmarc_record_is(a->rrs[i].data))
			continue;
		record = &a->rrs[i];
		n++;
	}
	if (n == 0)
		return;
	out->why = n > 1         ? "there are several DMARC records"
		   : record->cut ? "the DMARC record is too long"
				 : dmarc_record_read(record->data, &out->record);
	out->found = out->why == NULL ? FOUND_ONE : FOUND_BROKEN;
}

static void policy_find(const struct dmarc_check *c, struct dns_wait *w,
			struct policy_found *out)
{
	*out = (struct policy_found){ 0 };
	record_choose(dns_wait_for(w, c->own), out);
	if (out->found != FOUND_NONE || c->above == NULL)
		return;
	record_choose(dns_wait_for(w, c->above), out);
	out->above = true;
}

/* RFC 9091 2.7: has the domain neither addresses nor MX? UNKNOWN counts as no */
static bool domain_missing(const struct dmarc_check *c, struct dns_wait *w)
{
	static const enum dns_type types[] = { DNS_A, DNS_AAAA, DNS_MX };
	struct dns_query *asked[G_N_ELEMENTS(types)];
	bool missing = true;

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		asked[i] = resolver_ask(c->resolver, c->domain, types[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		if (missing) {
			enum dns_status status = dns_wait_for(w, asked[i])->status;

			missing = status == DNS_NXDOMAIN || status == DNS_NODATA;
		}
		dns_query_release(&asked[i]);
	}
	return missing;
}

static enum dmarc_policy policy_of(const struct dmarc_check *c, struct dns_wait *w,
				   const struct policy_found *found)
{
	const struct dmarc_record *record = &found->record;

	if (!found->above)
		return record->p;
	if (record->np != record->sp && domain_missing(c, w))
		return record->np;
	return record->sp;
}

static bool aligned(const struct dmarc_check *c, const char *domain, bool strict)
{
	if (domain == NULL)
		return false;
	if (strict)
		return strcmp(domain, c->domain) == 0;
	return strcmp(domain_org(domain), c->org) == 0;
}

static enum answer spf_speaks(const struct dmarc_check *c, const struct auth_spf *spf,
			      bool strict)
{
	if (!aligned(c, spf->domain, strict))
		return ANSWER_NO;
	return spf->result == AUTH_PASS        ? ANSWER_YES
	       : spf->result == AUTH_TEMPERROR ? ANSWER_UNKNOWN
					       : ANSWER_NO;
}

static enum answer dkim_speaks(const struct dmarc_check *c, const struct auth_results *r,
			       bool strict)
{
	enum answer answer = ANSWER_NO;

	for (size_t i = 0; i < r->n_dkim; i++) {
		const struct auth_dkim *s = &r->dkim[i];

		if (!aligned(c, s->domain, strict))
			continue;
		if (s->result == AUTH_PASS)
			return ANSWER_YES;
		if (s->result == AUTH_TEMPERROR)
			answer = ANSWER_UNKNOWN;
	}
	return answer;
}

/* pct=: the others get the next milder policy, RFC 7489 6.6.4 */
static enum dmarc_policy sampled(enum dmarc_policy policy, int pct, int percent)
{
	if (percent < pct || policy == DMARC_NONE)
		return policy;
	return policy == DMARC_REJECT ? DMARC_QUARANTINE : DMARC_NONE;
}

static enum auth_result judge(const struct policy_found *found, enum answer speaks)
{
	if (found->found == FOUND_NONE)
		return AUTH_NONE;
	if (found->found == FOUND_BROKEN)
		return AUTH_PERMERROR;
	if (found->found == FOUND_NOTHING_KNOWN || speaks == ANSWER_UNKNOWN)
		return AUTH_TEMPERROR;
	return speaks == ANSWER_YES ? AUTH_PASS : AUTH_FAIL;
}

void dmarc_finish(struct dmarc_check *c, struct dns_wait *w, int percent, struct arena *a,
		  struct auth_results *r)
{
	struct auth_dmarc *out = &r->dmarc;
	enum auth_result theirs = r->source == AUTH_TRUSTED ? out->result : AUTH_NONE;
	struct policy_found found;

	*out = (struct auth_dmarc){ .pct = 100 };
	if (c->domain == NULL) {
		out->result = AUTH_PERMERROR;
		out->why = "From names no single domain";
		return;
	}
	out->domain = arena_strdup(a, c->domain);
	out->org = arena_strdup(a, c->org);
	policy_find(c, w, &found);
	out->aligned_spf = spf_speaks(c, &r->spf, found.record.strict_spf);
	out->aligned_dkim = dkim_speaks(c, r, found.record.strict_dkim);
	out->result = judge(&found, answer_or(out->aligned_spf, out->aligned_dkim));
	out->why = found.why;
	if (out->result == AUTH_TEMPERROR && out->why == NULL)
		out->why = "SPF or DKIM could not be decided";
	if (theirs != AUTH_NONE) {
		out->result = theirs;
		out->why = NULL;
	}
	if (found.found != FOUND_ONE)
		return;
	out->record_domain = found.above ? out->org : out->domain;
	out->policy = policy_of(c, w, &found);
	out->pct = found.record.pct;
	if (out->result == AUTH_FAIL)
		out->applied = sampled(out->policy, out->pct, percent);
}
