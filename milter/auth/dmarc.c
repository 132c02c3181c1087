/* See dmarc.h. Own code, because libopendmarc takes strict alignment for relaxed and knows
 * neither the walk up the tree nor t= and np=. An answer that DNS did not give makes the
 * result temperror wherever it could have changed it: silence is never read as "fail". One
 * exception: a public suffix that does not answer is taken for one without record, because
 * the list knows it for a suffix, and a slow registry must not switch DMARC off. */
#include "auth/dmarc.h"

#include <string.h>

#include "auth/dmarc_record.h"
#include "base/limits.h"
#include "message/domain.h"

#define WALK_STEPS 8   /* RFC 9989 4.10: questions of one walk */
#define WALK_PARENTS 7 /* labels of the longest name asked after the first */

/* names from a domain upwards, each a part of the first */
struct walk {
	const char *at[WALK_STEPS];
	size_t n;
};

enum found { FOUND_NONE, FOUND_ONE, FOUND_BROKEN, FOUND_NOTHING_KNOWN };

struct step {
	enum found found;
	struct dmarc_record record;
	const char *why;
};

/* what the walk from From's domain came to */
struct discovery {
	const char *org;    /* NULL: no record was found on the way */
	bool org_unsure;    /* a step was not answered */
	struct step policy; /* the record that holds */
	const char *policy_domain;
};

struct dmarc_check {
	struct lookups *lookups;
	char *domain;    /* NULL: none */
	const char *org; /* of it */
	struct walk walk;
};

/* ---- the walk ---- */

static size_t labels(const char *domain)
{
	size_t n = 1;

	for (; *domain != '\0'; domain++)
		n += *domain == '.';
	return n;
}

/* NULL: there is none */
static const char *parent(const char *domain)
{
	const char *dot = strchr(domain, '.');

	return dot == NULL ? NULL : dot + 1;
}

static void walk_plan(const char *domain, struct walk *walk_r)
{
	*walk_r = (struct walk){ 0 };
	if (domain[0] == '[')
		return; /* an address: DNS has no record on it */
	walk_r->at[walk_r->n++] = domain;
	domain = parent(domain);
	while (domain != NULL && labels(domain) > WALK_PARENTS)
		domain = parent(domain);
	for (; domain != NULL; domain = parent(domain)) {
		g_assert(walk_r->n < WALK_STEPS);
		walk_r->at[walk_r->n++] = domain;
	}
}

static char *record_name(const char *domain)
{
	return g_strconcat("_dmarc.", domain, NULL);
}

static void record_ask(struct dmarc_check *c, const char *domain)
{
	char *name = record_name(domain);

	lookups_get(c->lookups, name, DNS_TXT);
	g_free(name);
}

/* the record among the answers; several are none */
static struct step record_choose(const struct dns_answer *a)
{
	struct step step = { .found = FOUND_NONE };
	const struct dns_rr *record = NULL;
	size_t n = 0;

	if (a->status == DNS_TEMPFAIL) {
		step.found = FOUND_NOTHING_KNOWN;
		step.why = "DNS did not answer";
	}
	for (size_t i = 0; i < a->n; i++) {
		if (!dmarc_record_is(a->rrs[i].data))
			continue;
		record = &a->rrs[i];
		n++;
	}
	if (n != 1)
		return step;
	step.why = dmarc_record_read(record->data, &step.record);
	if (record->truncated)
		step.why = "the DMARC record is too long";
	step.found = step.why == NULL ? FOUND_ONE : FOUND_BROKEN;
	return step;
}

static struct step record_read(struct dmarc_check *c, struct dns_wait *w,
			       const char *domain)
{
	char *name = record_name(domain);
	struct step step = record_choose(lookups_wait(c->lookups, w, name, DNS_TXT));

	g_free(name);
	if (step.found == FOUND_NOTHING_KNOWN && domain_is_suffix(domain))
		step = (struct step){ .found = FOUND_NONE };
	return step;
}

static bool step_has_record(const struct step *step)
{
	return step->found == FOUND_ONE || step->found == FOUND_BROKEN;
}

/* the name one label longer than a parent of the domain */
static const char *child_towards(const char *above, const char *domain)
{
	const char *at = above - 1; /* its dot */

	g_assert(at > domain);
	while (at > domain && at[-1] != '.')
		at--;
	return at;
}

/* the walk ends at the first record that says psd=y or psd=n; steps_r: those taken. The record
 * of a public suffix that says neither is from before psd=: strangers below it are not one
 * organisation */
static size_t walk_go(struct dmarc_check *c, struct dns_wait *w, struct step *steps_r)
{
	enum dmarc_psd *psd;

	for (size_t i = 0; i < c->walk.n; i++) {
		steps_r[i] = record_read(c, w, c->walk.at[i]);
		if (!step_has_record(&steps_r[i]))
			continue;
		psd = &steps_r[i].record.psd;
		if (i > 0 && *psd == DMARC_PSD_UNSAID && domain_is_suffix(c->walk.at[i]))
			*psd = DMARC_PSD_YES;
		if (*psd != DMARC_PSD_UNSAID)
			return i + 1;
	}
	return c->walk.n;
}

/* RFC 9989 4.10.2; the index of the policy's step, n: there is none */
static size_t org_choose(const struct dmarc_check *c, const struct step *steps, size_t n,
			 struct discovery *d)
{
	size_t top = n;

	for (size_t i = 0; i < n; i++) {
		d->org_unsure |= steps[i].found == FOUND_NOTHING_KNOWN;
		if (step_has_record(&steps[i]))
			top = i;
	}
	if (top == n)
		return n;
	d->org = c->walk.at[top];
	if (top == 0 || steps[top].record.psd != DMARC_PSD_YES)
		return top;
	d->org = child_towards(c->walk.at[top], c->domain);
	/* its own record comes before the suffix's */
	return strcmp(d->org, c->walk.at[top - 1]) == 0 &&
			       step_has_record(&steps[top - 1])
		       ? top - 1
		       : top;
}

static void discover(struct dmarc_check *c, struct dns_wait *w, struct discovery *d)
{
	struct step steps[WALK_STEPS] = { 0 };
	size_t n = walk_go(c, w, steps), policy;

	*d = (struct discovery){ 0 };
	policy = org_choose(c, steps, n, d);
	if (n > 0 && steps[0].found != FOUND_NONE) {
		policy = 0;
	} else if (d->org_unsure) {
		d->policy.found = FOUND_NOTHING_KNOWN;
		d->policy.why = "DNS did not answer";
		return;
	}
	if (policy == n)
		return;
	d->policy = steps[policy];
	d->policy_domain = c->walk.at[policy];
}

/* ---- the check ---- */

struct dmarc_check *dmarc_begin(struct resolver *r, const char *domain)
{
	struct dmarc_check *c = g_new0(struct dmarc_check, 1);

	c->lookups = lookups_create(r, LIMIT_DMARC_QUERIES);
	if (domain == NULL)
		return c;
	c->domain = g_strdup(domain);
	walk_plan(c->domain, &c->walk);
	for (size_t i = 0; i < c->walk.n; i++)
		record_ask(c, c->walk.at[i]);
	c->org = domain_org(c->domain);
	if (c->org != c->domain)
		lookups_get(c->lookups, c->domain, DNS_A);
	return c;
}

void dmarc_expect(struct dmarc_check *c, const char *domain)
{
	struct walk walk;

	if (c->domain == NULL || domain == NULL || strcmp(domain, c->domain) == 0 ||
	    !domain_has_org(domain, c->org))
		return;
	walk_plan(domain, &walk);
	for (size_t i = 0; i < walk.n && strlen(walk.at[i]) > strlen(c->org); i++)
		record_ask(c, walk.at[i]);
}

void dmarc_destroy(struct dmarc_check **cp)
{
	struct dmarc_check *c = *cp;

	*cp = NULL;
	if (c == NULL)
		return;
	lookups_destroy(&c->lookups);
	g_free(c->domain);
	g_free(c);
}

/* ---- alignment ---- */

/* does the walk from a domain below From's organisational domain lead to this one too? It
 * does unless a record on the way sets another end */
static enum answer walk_leads_to(struct dmarc_check *c, struct dns_wait *w,
				 const char *domain, const char *org)
{
	enum answer answer = ANSWER_YES;
	struct walk walk;

	walk_plan(domain, &walk);
	for (size_t i = 0; i < walk.n && strlen(walk.at[i]) > strlen(org); i++) {
		struct step step = record_read(c, w, walk.at[i]);

		if (step.found == FOUND_NOTHING_KNOWN)
			answer = ANSWER_UNKNOWN;
		if (step_has_record(&step) && step.record.psd != DMARC_PSD_UNSAID)
			return ANSWER_NO;
	}
	return answer;
}

static enum answer aligned(struct dmarc_check *c, struct dns_wait *w,
			   const struct discovery *d, const char *domain, bool strict)
{
	bool same_by_list;

	if (domain == NULL || c->domain == NULL)
		return ANSWER_NO;
	if (strcmp(domain, c->domain) == 0)
		return ANSWER_YES;
	if (strict)
		return ANSWER_NO;
	same_by_list = domain_has_org(domain, c->org);
	if (d->org_unsure)
		return same_by_list ? ANSWER_UNKNOWN : ANSWER_NO;
	if (d->org == NULL)
		return same_by_list ? ANSWER_YES : ANSWER_NO;
	if (!domain_within(domain, d->org))
		return ANSWER_NO;
	if (strcmp(domain, d->org) == 0)
		return ANSWER_YES;
	/* no walk from elsewhere ends at From's own domain if that is a suffix, or too long */
	if (labels(d->org) > WALK_PARENTS || (d->policy.record.psd == DMARC_PSD_YES &&
					      strcmp(d->policy_domain, d->org) == 0))
		return ANSWER_NO;
	return walk_leads_to(c, w, domain, d->org);
}

static enum answer speaks(enum auth_result result, enum answer is_aligned)
{
	enum answer passes = result == AUTH_PASS        ? ANSWER_YES
			     : result == AUTH_TEMPERROR ? ANSWER_UNKNOWN
							: ANSWER_NO;

	return answer_and(passes, is_aligned);
}

/* what a signature says, and a copy of all with the alignment that the walk gives them */
static enum answer dkim_align(struct dmarc_check *c, struct dns_wait *w,
			      const struct discovery *d, struct arena *a,
			      struct auth_results *r)
{
	struct auth_dkim *copy = arena_new(a, struct auth_dkim, r->n_dkim + 1);
	bool strict = d->policy.record.strict_dkim;
	enum answer answer = ANSWER_NO;

	for (size_t i = 0; i < r->n_dkim; i++) {
		const struct auth_dkim *s = &r->dkim[i];
		enum answer relaxed = aligned(c, w, d, s->domain, false);

		copy[i] = *s;
		copy[i].aligned = relaxed == ANSWER_YES;
		if (strict)
			relaxed = aligned(c, w, d, s->domain, true);
		answer = answer_or(answer, speaks(s->result, relaxed));
	}
	r->dkim = copy;
	return answer;
}

static enum auth_result judge(const struct step *policy, enum answer speaks_for_it)
{
	switch (policy->found) {
	case FOUND_NONE:
		return AUTH_NONE;
	case FOUND_BROKEN:
		return AUTH_PERMERROR;
	case FOUND_NOTHING_KNOWN:
		return AUTH_TEMPERROR;
	case FOUND_ONE:
		break;
	}
	return speaks_for_it == ANSWER_YES  ? AUTH_PASS
	       : speaks_for_it == ANSWER_NO ? AUTH_FAIL
					    : AUTH_TEMPERROR;
}

/* ---- policy ---- */

static enum dmarc_policy policy_of(struct dmarc_check *c, struct dns_wait *w,
				   const struct discovery *d)
{
	const struct dmarc_record *record = &d->policy.record;
	enum dmarc_policy policy = record->p;

	if (strcmp(d->policy_domain, c->domain) != 0) {
		bool missing = record->np != record->sp &&
			       lookups_wait(c->lookups, w, c->domain, DNS_A)->status ==
				       DNS_NXDOMAIN;

		policy = missing ? record->np : record->sp;
	}
	return record->testing ? dmarc_policy_lowered(policy) : policy;
}

/* the result, with the words on it */
static void result_fill(const struct step *policy, enum auth_result theirs,
			struct auth_dmarc *out)
{
	out->result = judge(policy, answer_or(out->aligned_spf, out->aligned_dkim));
	out->why = policy->why;
	if (out->result == AUTH_TEMPERROR && out->why == NULL)
		out->why = "SPF, DKIM or their alignment could not be decided";
	if (theirs == AUTH_NONE)
		return;
	out->result = theirs;
	out->why = NULL;
}

void dmarc_finish(struct dmarc_check *c, struct dns_wait *w, struct arena *a,
		  struct auth_results *r)
{
	struct auth_dmarc *out = &r->dmarc;
	enum auth_result theirs = r->source == AUTH_TRUSTED ? out->result : AUTH_NONE;
	struct discovery d;

	*out = (struct auth_dmarc){ 0 };
	discover(c, w, &d);
	out->aligned_dkim = dkim_align(c, w, &d, a, r);
	if (c->domain == NULL) {
		out->result = AUTH_PERMERROR;
		out->why = "From names no single domain";
		return;
	}
	out->domain = arena_strdup(a, c->domain);
	out->org = arena_strdup(a, d.org == NULL ? c->org : d.org);
	out->aligned_spf = speaks(r->spf.result, aligned(c, w, &d, r->spf.domain,
							 d.policy.record.strict_spf));
	result_fill(&d.policy, theirs, out);
	if (d.policy.found != FOUND_ONE)
		return;
	out->record_domain = arena_strdup(a, d.policy_domain);
	out->policy = policy_of(c, w, &d);
	if (out->result == AUTH_FAIL)
		out->applied = out->policy;
}
