/* One message's authentication, from first question to results. Nothing is judged here: this
 * file starts the four checks when what they need is known, and waits for them at the end.
 * What a trusted upstream says is taken instead of our own checks, never mixed with them; only
 * the policy of From's domain, which it does not tell, is asked for here in any case. */
#include "auth/auth.h"

#include <string.h>

#include "auth/arc.h"
#include "auth/authres.h"
#include "auth/dkim_check.h"
#include "auth/dmarc.h"
#include "auth/from.h"
#include "auth/health.h"
#include "auth/iprev.h"
#include "auth/spf.h"
#include "auth/task.h"
#include "base/clock.h"
#include "base/limits.h"
#include "message/domain.h"

struct auth_engine {
	const struct options *options;
	struct dkim_tools tools;
	struct task_group *group;
	struct dns_health *health;
};

struct auth_check {
	struct auth_engine *engine;
	struct arena *arena;
	struct task *spf, *iprev;
	struct dkim_check *dkim;     /* NULL: no signature */
	struct arc_check *arc;       /* NULL: no chain */
	struct dmarc_check *dmarc;   /* NULL: the headers have not come */
	const char *from, *from_org; /* NULL: From names no single domain */
	const char *envelope_domain; /* that SPF may speak for; NULL: none */
	char *client_addr;
	int64_t received_s;
	int64_t began_us;
	bool trusted; /* somebody else's results are taken */
};

/* ---- the engine ---- */

struct auth_engine *auth_engine_create(const struct options *o, struct resolver *r)
{
	struct auth_engine *en = g_new0(struct auth_engine, 1);

	spf_library_quiet();
	en->options = o;
	en->tools = (struct dkim_tools){
		.library = dkim_library_open(),
		.keys = keys_create(LIMIT_DKIM_KEYS),
		.resolver = r,
	};
	en->group = task_group_create((int)MAX(o->dns_workers, 1));
	en->health = dns_health_create(r, o);
	return en;
}

void auth_engine_destroy(struct auth_engine **enp)
{
	struct auth_engine *en = *enp;

	*enp = NULL;
	if (en == NULL)
		return;
	task_group_destroy(&en->group);
	dns_health_destroy(&en->health);
	keys_destroy(&en->tools.keys);
	dkim_library_close(&en->tools.library);
	g_free(en);
}

/* ---- the checks of the envelope, as tasks ---- */

static bool spf_task_step(void *check)
{
	return spf_step(check);
}

static struct dns_query *spf_task_missing(const void *check)
{
	return spf_missing(check);
}

static void spf_task_give_up(void *check)
{
	spf_give_up(check);
}

static void spf_task_destroy(void *check)
{
	struct spf_check *s = check;

	spf_destroy(&s);
}

static const struct task_kind spf_task = {
	spf_task_step,
	spf_task_missing,
	spf_task_give_up,
	spf_task_destroy,
};

static bool iprev_task_step(void *check)
{
	return iprev_step(check);
}

static struct dns_query *iprev_task_missing(const void *check)
{
	return iprev_missing(check);
}

static void iprev_task_give_up(void *check)
{
	iprev_give_up(check);
}

static void iprev_task_destroy(void *check)
{
	struct iprev_check *c = check;

	iprev_destroy(&c);
}

static const struct task_kind iprev_task = {
	iprev_task_step,
	iprev_task_missing,
	iprev_task_give_up,
	iprev_task_destroy,
};

/* ---- one message ---- */

/* the domain that SPF is asked about, as domain_key(); NULL: none */
static const char *envelope_domain(struct arena *a, const struct envelope *env)
{
	const char *from = env->mail_from == NULL ? "" : env->mail_from;
	const char *at = strrchr(from, '@');
	const char *domain = *from == '\0' ? env->helo : at == NULL ? NULL : at + 1;

	return domain == NULL ? NULL : domain_key(a, domain);
}

struct auth_check *auth_begin(struct auth_engine *en, const struct envelope *env)
{
	struct auth_check *c = g_new0(struct auth_check, 1);
	struct resolver *r = en->tools.resolver;

	c->engine = en;
	c->arena = arena_create();
	c->client_addr = arena_strdup(c->arena, env->client_addr);
	c->received_s = env->received_s;
	c->envelope_domain = envelope_domain(c->arena, env);
	c->began_us = clock_mono_us();
	c->spf = task_begin(en->group, &spf_task, spf_create(r, env));
	c->iprev = task_begin(en->group, &iprev_task, iprev_create(r, env));
	return c;
}

/* DMARC may have to know how these domains are related to From's */
static void expect_identifiers(struct auth_check *c, const struct auth_results *theirs)
{
	if (c->trusted) {
		dmarc_expect(c->dmarc, theirs->spf.domain);
		for (size_t i = 0; i < theirs->n_dkim; i++)
			dmarc_expect(c->dmarc, theirs->dkim[i].domain);
		return;
	}
	dmarc_expect(c->dmarc, c->envelope_domain);
	for (size_t i = 0; c->dkim != NULL && i < LIMIT_DKIM_SIGNATURES; i++)
		dmarc_expect(c->dmarc, dkim_check_domain(c->dkim, i));
}

void auth_headers(struct auth_check *c, const struct header *h, size_t n)
{
	const struct dkim_tools *tools = &c->engine->tools;
	struct auth_results theirs = { 0 };

	if (c->dmarc != NULL)
		return;
	c->from = from_domain(c->arena, h, n);
	c->from_org = c->from == NULL ? NULL : domain_org(c->from);
	c->dmarc = dmarc_begin(tools->resolver, c->from);
	c->trusted = auth_trusted(c->engine->options, h, n, c->arena, &theirs);
	if (c->trusted) {
		task_release(&c->spf);
		task_release(&c->iprev);
	} else {
		c->dkim = dkim_check_begin(tools, h, n, c->from_org);
		c->arc = arc_begin(tools, h, n);
	}
	expect_identifiers(c, &theirs);
}

static void finish_own(struct auth_check *c, const struct message *m, struct dns_wait *w,
		       struct arena *a, struct auth_results *r)
{
	const struct dkim_end end = {
		.message = m, .received_s = c->received_s, .wait = w, .arena = a
	};

	if (c->dkim != NULL)
		dkim_check_finish(c->dkim, &end, r);
	if (c->arc != NULL)
		arc_finish(c->arc, &end, &c->engine->options->trusted_arc_sealers,
			   c->from, r);
	r->spf = spf_result(task_finish(c->spf, w));
	r->spf.domain = r->spf.domain == NULL ? NULL : domain_key(a, r->spf.domain);
	r->iprev = iprev_result(task_finish(c->iprev, w));
	r->iprev.name = r->iprev.name == NULL ? NULL : domain_key(a, r->iprev.name);
	r->client_addr = arena_strdup(a, c->client_addr);
}

static bool is_unanswered(const struct auth_results *r)
{
	bool any = r->timed_out || r->spf.result == AUTH_TEMPERROR ||
		   r->iprev.result == AUTH_TEMPERROR ||
		   r->dmarc.result == AUTH_TEMPERROR || r->arc.result == AUTH_TEMPERROR;

	for (size_t i = 0; i < r->n_dkim; i++)
		any |= r->dkim[i].result == AUTH_TEMPERROR;
	return any;
}

/* Something was not answered: is it the sender's name servers, or our resolver? */
static bool is_resolver_silent(struct auth_check *c, int64_t left_us)
{
	int64_t probe_us = CLAMP(left_us / 2, 0, LIMIT_DNS_PROBE_MS * 1000);

	return !dns_health_check(c->engine->health, c->began_us,
				 clock_mono_us() + probe_us);
}

int64_t auth_resolver_silent_since(struct auth_engine *en)
{
	int64_t now_us = clock_mono_us();
	/* what was answered of late says enough, but not after it fell silent */
	int64_t since_us = dns_health_silent_since(en->health) != 0
				   ? now_us
				   : now_us - 10 * G_USEC_PER_SEC;

	dns_health_check(en->health, since_us, now_us + LIMIT_DNS_PROBE_MS * 1000);
	return dns_health_silent_since(en->health);
}

void auth_finish(struct auth_check *c, const struct message *m, int64_t deadline_us,
		 struct arena *a, struct auth_results *r)
{
	struct dns_wait wait = { .deadline_us = deadline_us };
	int64_t left_us = deadline_us - clock_mono_us();

	*r = (struct auth_results){ .source = AUTH_OWN };
	auth_headers(c, m->headers, m->n_headers);
	if (!c->trusted)
		finish_own(c, m, &wait, a, r);
	else if (!auth_trusted(c->engine->options, m->headers, m->n_headers, a, r))
		r->source =
			AUTH_TRUSTED; /* fields that were there have gone: no results */
	dmarc_finish(c->dmarc, &wait, a, r);
	r->timed_out = wait.timed_out;
	r->waited_us = wait.waited_us;
	if (is_unanswered(r))
		r->resolver_silent = is_resolver_silent(c, left_us);
	else if (dns_health_silent_since(c->engine->health) != 0)
		is_resolver_silent(c, left_us); /* it may answer again */
}

void auth_release(struct auth_check **cp)
{
	struct auth_check *c = *cp;

	*cp = NULL;
	if (c == NULL)
		return;
	task_release(&c->spf);
	task_release(&c->iprev);
	dkim_check_destroy(&c->dkim);
	arc_destroy(&c->arc);
	dmarc_destroy(&c->dmarc);
	arena_destroy(&c->arena);
	g_free(c);
}

enum answer auth_dkim_covers(const struct auth_results *r, const char *name)
{
	enum answer answer = ANSWER_NO;

	for (size_t i = 0; i < r->n_dkim; i++) {
		const struct auth_dkim *s = &r->dkim[i];

		if (!s->aligned)
			continue;
		if (s->result == AUTH_TEMPERROR)
			answer = ANSWER_UNKNOWN;
		for (size_t k = 0; k < s->n_covered; k++)
			if (g_ascii_strcasecmp(s->covered[k], name) == 0)
				return ANSWER_YES;
	}
	return answer;
}
