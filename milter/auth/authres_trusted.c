/* Results of a trusted upstream, as if they were ours. Which fields are believed: the topmost
 * one of a trusted host, and that host's others down to the next Received, which ends what it
 * wrote. Below that everything may be forged. A field whose name is spelled in another way
 * than its host spells it is not its own: the host would have removed its own name, and may
 * not have known itself. Where a field of the host cannot be read, nothing is known: a sender
 * who chose what stands in it must not choose which field is believed instead. */
#include <string.h>

#include "auth/authres.h"
#include "auth/from.h"
#include "base/limits.h"
#include "base/log.h"
#include "message/domain.h"

const char *const auth_result_names[AUTH_RESULT_COUNT] = {
	[AUTH_NONE] = "none",           [AUTH_PASS] = "pass",
	[AUTH_FAIL] = "fail",           [AUTH_SOFTFAIL] = "softfail",
	[AUTH_NEUTRAL] = "neutral",     [AUTH_POLICY] = "policy",
	[AUTH_TEMPERROR] = "temperror", [AUTH_PERMERROR] = "permerror",
};

struct taking {
	struct arena *arena;
	struct auth_results *r;
	const char *from, *from_org; /* or NULL */
	struct auth_dkim *dkim;
};

static const char *property(const struct authres_result *one, const char *ptype,
			    const char *name)
{
	for (size_t i = 0; i < one->n_properties; i++)
		if (strcmp(one->properties[i].ptype, ptype) == 0 &&
		    strcmp(one->properties[i].name, name) == 0)
			return one->properties[i].value;
	return NULL;
}

static enum auth_result word_result(const char *word)
{
	for (size_t i = 0; i < AUTH_RESULT_COUNT; i++)
		if (strcmp(auth_result_names[i], word) == 0)
			return (enum auth_result)i;
	return strcmp(word, "hardfail") == 0 ? AUTH_FAIL : AUTH_NONE;
}

/* the domain of an address, or of itself; NULL: it has none */
static const char *domain_of(struct arena *a, const char *value)
{
	const char *at = value == NULL ? NULL : strrchr(value, '@');

	return value == NULL ? NULL : domain_key(a, at == NULL ? value : at + 1);
}

const char *authres_domain(struct arena *a, const struct authres_result *one,
			   const char *ptype, const char *name)
{
	return domain_of(a, property(one, ptype, name));
}

static void take_spf(struct taking *t, const struct authres_result *one)
{
	struct auth_spf *spf = &t->r->spf;
	const char *from = property(one, "smtp", "mailfrom");

	if (spf->result != AUTH_NONE || spf->domain != NULL)
		return;
	spf->result = word_result(one->result);
	spf->scope = from == NULL ? SPF_HELO : SPF_MAILFROM;
	spf->domain =
		domain_of(t->arena, from == NULL ? property(one, "smtp", "helo") : from);
	spf->why = one->reason;
}

static void take_dkim(struct taking *t, const struct authres_result *one)
{
	struct auth_dkim *s = &t->dkim[t->r->n_dkim];
	const char *domain = property(one, "header", "d");

	if (strcmp(one->result, "none") == 0)
		return;
	if (t->r->n_dkim == LIMIT_DKIM_SIGNATURES) {
		t->r->dkim_truncated = true;
		return;
	}
	s->result = word_result(one->result);
	s->auid = property(one, "header", "i");
	s->domain = domain_of(t->arena, domain == NULL ? s->auid : domain);
	s->selector = property(one, "header", "s");
	s->algorithm = property(one, "header", "a");
	s->header_b = property(one, "header", "b");
	s->why = one->reason;
	s->aligned = s->domain != NULL && t->from_org != NULL &&
		     domain_has_org(s->domain, t->from_org);
	t->r->n_dkim++;
}

static void take_iprev(struct taking *t, const struct authres_result *one)
{
	if (t->r->iprev.result != AUTH_NONE)
		return;
	t->r->iprev.result = word_result(one->result);
	t->r->client_addr = property(one, "policy", "iprev");
	if (t->r->iprev.result == AUTH_PASS)
		t->r->iprev.name =
			domain_of(t->arena, property(one, "smtp", "remote-name"));
}

static void take_result(struct taking *t, const struct authres_result *one)
{
	if (strcmp(one->method, "spf") == 0)
		take_spf(t, one);
	else if (strcmp(one->method, "dkim") == 0)
		take_dkim(t, one);
	else if (strcmp(one->method, "iprev") == 0)
		take_iprev(t, one);
	else if (strcmp(one->method, "dmarc") == 0 && t->r->dmarc.result == AUTH_NONE)
		t->r->dmarc.result = word_result(one->result);
}

static bool is_received(const struct header *h)
{
	return h->name.n == strlen("Received") &&
	       g_ascii_strncasecmp(h->name.at, "Received", h->name.n) == 0;
}

/* RFC 5321 4.4: By-domain = CFWS "BY" FWS Extended-Domain; what a trusted host received lies
 * below what it wrote */
static bool received_by(const struct header *h, const char *id)
{
	const char *at = h->value.at, *end = at + h->value.n;
	size_t n = strlen(id);

	for (; (size_t)(end - at) >= n + 4; at++) {
		if (g_ascii_strncasecmp(at, "by", 2) != 0 || !g_ascii_isspace(at[2]) ||
		    (at > h->value.at && !g_ascii_isspace(at[-1])))
			continue;
		const char *host = at + 3;

		while (host < end && g_ascii_isspace(*host))
			host++;
		if ((size_t)(end - host) >= n && g_ascii_strncasecmp(host, id, n) == 0 &&
		    (host + n == end || g_ascii_isspace(host[n]) || host[n] == ';'))
			return true;
	}
	return false;
}

static bool is_end(const struct options *o, const struct header *h, const char *id)
{
	if (!is_received(h))
		return false;
	for (size_t i = 0; i < o->trusted_authserv_ids.n && id == NULL; i++)
		if (received_by(h, o->trusted_authserv_ids.at[i]))
			return true;
	return id != NULL;
}

/* the trusted id that a field is of, NULL: none */
static const char *trusted_id(const struct options *o, const struct header *h)
{
	if (!authres_is(h))
		return NULL;
	for (size_t i = 0; i < o->trusted_authserv_ids.n; i++)
		if (authres_plain(h->value, o->trusted_authserv_ids.at[i]))
			return o->trusted_authserv_ids.at[i];
	return NULL;
}

/* all of it: what the field said may be the opposite of what others say */
static void nothing_known(struct taking *t, const char *id)
{
	static const char why[] = "the results of the trusted host cannot be read";
	struct auth_results *r = t->r;

	t->dkim[0] = (struct auth_dkim){ .result = AUTH_TEMPERROR,
					 .domain = t->from,
					 .aligned = t->from != NULL,
					 .why = why };
	*r = (struct auth_results){
		.source = AUTH_TRUSTED,
		.authserv_id = id,
		.spf = { .result = AUTH_TEMPERROR, .domain = t->from, .why = why },
		.dkim = t->dkim,
		.n_dkim = 1,
		.dmarc = { .result = AUTH_TEMPERROR, .why = why },
		.iprev = { .result = AUTH_TEMPERROR },
	};
	log_seldom(
		LOG_LEVEL_WARN, "trusted-unreadable",
		"an Authentication-Results field of %s (trusted_authserv_ids) cannot be "
		"read: its message counts as not authenticated for now",
		id);
}

bool auth_trusted(const struct options *o, const struct header *h, size_t n,
		  struct arena *a, struct auth_results *r)
{
	struct taking t = { .arena = a, .r = r };
	const char *id = NULL;

	if (o->trusted_authserv_ids.n == 0)
		return false;
	t.dkim = arena_new(a, struct auth_dkim, LIMIT_DKIM_SIGNATURES + 1);
	*r = (struct auth_results){ .source = AUTH_TRUSTED, .dkim = t.dkim };
	t.from = from_domain(a, h, n);
	t.from_org = t.from == NULL ? NULL : domain_org(t.from);
	for (size_t i = 0; i < n && !is_end(o, &h[i], id); i++) {
		const char *its = trusted_id(o, &h[i]);
		const struct authres *fields;

		if (its == NULL || (id != NULL && strcmp(id, its) != 0))
			continue;
		id = its;
		fields = authres_parse(a, h[i].value);
		if (fields == NULL) {
			nothing_known(&t, id);
			return true;
		}
		r->authserv_id = fields->authserv_id;
		for (size_t k = 0; k < fields->n_results; k++)
			take_result(&t, &fields->results[k]);
	}
	return id != NULL;
}
