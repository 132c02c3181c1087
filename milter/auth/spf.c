/* The wall around libspf2, which is left with what it does well: the order of terms, include,
 * redirect, ip4, ip6 and results. Each record is rewritten first (spf_record.h); what asks DNS
 * is evaluated here (spf_term.h), with the limits of RFC 7208 4.6.4 counted over the whole
 * check. Where a limit is passed, an answer is missing or DNS fails, everything further fails
 * at once, so that the library unwinds, and what it then says is not believed. Its own
 * resolver, cache, macros and explanations are never used. */
#include "auth/spf.h"

#include <netdb.h>
#include <spf2/spf.h>
#include <spf2/spf_dns.h>

#include "auth/lookups.h"
#include "auth/spf_record.h"
#include "auth/spf_term.h"
#include "base/limits.h"
#include "base/log.h"
#include "message/domain.h"

#define HELO_BYTES 255

struct spf_check {
	struct lookups *lookups;
	struct spf_who who;
	struct auth_spf result;
};

/* one run of the library */
struct guard {
	struct spf_check *check;
	struct spf_run run;
	bool started;     /* the first record was asked for */
	GPtrArray *terms; /* struct spf_term *, of all records read so far */
	GString *text;
};

/* ---- answers, as the library wants them ---- */

static SPF_dns_rr_t *rr_empty(SPF_dns_server_t *self, const char *domain, ns_type type,
			      int herrno)
{
	SPF_dns_rr_t *rr = SPF_dns_rr_new_init(self, domain, type, 0, herrno);

	g_assert(rr != NULL);
	return rr;
}

/* space for the only record, of n bytes */
static SPF_dns_rr_data_t *rr_only(SPF_dns_rr_t *rr, size_t n)
{
	SPF_errcode_t error = SPF_dns_rr_buf_realloc(rr, 0, n);

	g_assert(error == SPF_E_SUCCESS);
	rr->num_rr = 1;
	rr->herrno = NETDB_SUCCESS;
	return rr->rr[0];
}

/* the one SPF record among the texts of a domain */
static void fill_record(struct guard *g, const struct dns_answer *a, const char *domain,
			SPF_dns_rr_t *rr)
{
	const struct dns_rr *record = NULL;
	size_t n;

	for (size_t i = 0; i < a->n; i++) {
		if (!spf_record_is(a->rrs[i].data))
			continue;
		if (record != NULL) {
			g->run.wrong = "two SPF records for one domain";
			return;
		}
		record = &a->rrs[i];
	}
	if (record == NULL)
		return;
	g_string_truncate(g->text, 0);
	g->run.wrong = record->truncated ? "a record over 2000 bytes"
					 : spf_record_rewrite(record->data, domain,
							      g->check->who.ipv6,
							      g->terms, g->text);
	if (g->run.wrong != NULL)
		return;
	n = g->text->len + 1;
	memcpy(rr_only(rr, MAX(n, sizeof(SPF_dns_rr_data_t)))->txt, g->text->str, n);
}

/* ---- the guard ---- */

/* the term that a name of the library's stands for; NULL: it is none */
static const struct spf_term *guard_term(const struct guard *g, const char *name)
{
	unsigned index;
	char end;

	if (sscanf(name, SPF_TERM_NAME "%c", &index, &end) != 1 || index >= g->terms->len)
		return NULL;
	return g->terms->pdata[index];
}

/* the texts of the domain that is checked, which is no term */
static const struct dns_answer *guard_first(struct guard *g, char **name_r)
{
	const struct dns_answer *a;

	g->started = true;
	*name_r = g_strdup(g->check->result.domain);
	a = lookups_get(g->check->lookups, *name_r, DNS_TXT);
	g->run.waits = a == NULL;
	g->run.failed = a != NULL && a->status == DNS_TEMPFAIL;
	return spf_run_over(&g->run) ? NULL : a;
}

static void guard_record(struct guard *g, const struct spf_term *term, SPF_dns_rr_t *rr)
{
	const struct dns_answer *a;
	char *name;

	a = term == NULL ? guard_first(g, &name) : spf_term_texts(&g->run, term, &name);
	if (a != NULL)
		fill_record(g, a, name, rr);
	g_free(name);
}

/* libspf2 asks */
static SPF_dns_rr_t *guard_lookup(SPF_dns_server_t *self, const char *domain,
				  ns_type type, int unused)
{
	struct guard *g = self->hook;
	const struct spf_term *term = guard_term(g, domain);
	SPF_dns_rr_t *rr = rr_empty(self, domain, type, NO_DATA);

	(void)unused;
	if (!spf_run_over(&g->run)) {
		if (type == ns_t_txt && (!g->started || term != NULL))
			guard_record(g, g->started ? term : NULL, rr);
		else if (type == ns_t_a && term != NULL &&
			 spf_term_matches(&g->run, term))
			memset(rr_only(rr, sizeof(SPF_dns_rr_data_t)), 127, 4);
	}
	if (spf_run_over(&g->run))
		rr->herrno = TRY_AGAIN;
	return rr;
}

/* ---- the check ---- */

/* the domain of a sender, fit to be checked; NULL: it is none
 * ref RFC 7208 4.3: malformed, or of one label only */
static const char *domain_fit(struct arena *a, const char *domain)
{
	const char *key = domain == NULL ? NULL : domain_key(a, domain);

	return key == NULL || strchr(key, '.') == NULL || key[0] == '[' ? NULL : key;
}

static bool text_fit(const char *text, size_t max)
{
	if (text == NULL || *text == '\0' || strlen(text) > max)
		return false;
	for (; *text != '\0'; text++)
		if (g_ascii_iscntrl(*text))
			return false;
	return true;
}

/* who is checked, RFC 7208 2.4: a sender without domain is nobody */
static void sender_choose(struct spf_check *s, const struct envelope *env)
{
	struct arena *a = arena_create();
	const char *from = env->mail_from == NULL ? "" : env->mail_from;
	const char *at = strrchr(from, '@'), *domain;
	int local = at == NULL || at == from ? 0 : (int)(at - from);

	s->result.scope = *from == '\0' ? SPF_HELO : SPF_MAILFROM;
	domain = domain_fit(a, *from == '\0' ? env->helo : at == NULL ? NULL : at + 1);
	if (*from != '\0' && !text_fit(from, LIMIT_ADDRESS_BYTES))
		domain = NULL;
	if (domain != NULL) {
		s->who.sender = local > 0
					? g_strdup_printf("%.*s@%s", local, from, domain)
					: g_strdup_printf("postmaster@%s", domain);
		s->result.domain = strrchr(s->who.sender, '@') + 1;
	}
	arena_destroy(&a);
}

/* false: it is no address, or a loopback address, which libspf2 would always let pass */
static bool client_read(struct spf_who *who, const char *text)
{
	struct in6_addr *at = &who->address;

	if (text == NULL)
		return false;
	if (inet_pton(AF_INET6, text, at) == 1) {
		who->ipv6 = !IN6_IS_ADDR_V4MAPPED(at);
		if (!who->ipv6)
			memmove(at, &at->s6_addr[12], 4);
	} else if (inet_pton(AF_INET, text, at) != 1) {
		return false;
	}
	inet_ntop(who->ipv6 ? AF_INET6 : AF_INET, at, who->text, sizeof(who->text));
	return who->ipv6 ? !IN6_IS_ADDR_LOOPBACK(at) : at->s6_addr[0] != 127;
}

struct spf_check *spf_create(struct resolver *r, const struct envelope *env)
{
	struct spf_check *s = g_new0(struct spf_check, 1);

	s->lookups = lookups_create(r, LIMIT_SPF_QUERIES);
	s->who.helo = g_strdup(text_fit(env->helo, HELO_BYTES) ? env->helo : "unknown");
	sender_choose(s, env);
	if (!client_read(&s->who, env->client_addr)) {
		g_clear_pointer(&s->who.sender, g_free);
		s->result.domain = NULL;
	}
	return s;
}

static enum auth_result result_word(SPF_result_t result, SPF_errcode_t error)
{
	switch (result) {
	case SPF_RESULT_NEUTRAL:
		return AUTH_NEUTRAL;
	case SPF_RESULT_PASS:
		return AUTH_PASS;
	case SPF_RESULT_FAIL:
		return AUTH_FAIL;
	case SPF_RESULT_SOFTFAIL:
		return AUTH_SOFTFAIL;
	case SPF_RESULT_NONE:
		return AUTH_NONE;
	case SPF_RESULT_TEMPERROR:
		return AUTH_TEMPERROR;
	case SPF_RESULT_PERMERROR:
		return AUTH_PERMERROR;
	case SPF_RESULT_INVALID:
		break;
	}
	return error == SPF_E_DNS_ERROR ? AUTH_TEMPERROR : AUTH_PERMERROR;
}

static void decide(const struct guard *g, SPF_result_t result, SPF_errcode_t error)
{
	struct auth_spf *out = &g->check->result;

	if (g->run.wrong != NULL) {
		out->result = AUTH_PERMERROR;
		out->why = g->run.wrong;
		return;
	}
	out->result = g->run.failed ? AUTH_TEMPERROR : result_word(result, error);
	if (out->result == AUTH_TEMPERROR)
		out->why = "DNS did not answer";
	else if (out->result == AUTH_PERMERROR)
		out->why = error == SPF_E_INCLUDE_RETURNED_NONE
				   ? "an included domain has no SPF record"
				   : "the record cannot be evaluated";
}

static void library_run(struct guard *g)
{
	const struct spf_who *who = &g->check->who;
	SPF_dns_server_t dns = { .lookup = guard_lookup, .name = "guard", .hook = g };
	SPF_server_t *server = SPF_server_new_dns(&dns, 0);
	SPF_request_t *request = SPF_request_new(server);
	SPF_response_t *response = NULL;
	SPF_errcode_t error;

	if (who->ipv6)
		SPF_request_set_ipv6_str(request, who->text);
	else
		SPF_request_set_ipv4_str(request, who->text);
	SPF_request_set_helo_dom(request, who->helo);
	SPF_request_set_env_from(request, who->sender);
	error = SPF_request_query_mailfrom(request, &response);
	if (!g->run.waits)
		decide(g,
		       response == NULL ? SPF_RESULT_INVALID
					: SPF_response_result(response),
		       error);
	if (response != NULL)
		SPF_response_free(response);
	SPF_request_free(request);
	SPF_server_free(server);
}

bool spf_step(struct spf_check *s)
{
	struct guard g = { .check = s, .run = { .lookups = s->lookups, .who = &s->who } };

	if (s->who.sender == NULL)
		return true;
	g.terms = g_ptr_array_new_with_free_func(spf_term_free);
	g.text = g_string_new(NULL);
	library_run(&g);
	g_string_free(g.text, TRUE);
	g_ptr_array_free(g.terms, TRUE);
	spf_run_clear(&g.run);
	return !g.run.waits;
}

struct dns_query *spf_missing(const struct spf_check *s)
{
	return lookups_missing(s->lookups);
}

void spf_give_up(struct spf_check *s)
{
	lookups_give_up(s->lookups);
}

struct auth_spf spf_result(const struct spf_check *s)
{
	struct auth_spf result = s->result;

	result.queries = (unsigned)lookups_count(s->lookups);
	return result;
}

void spf_destroy(struct spf_check **sp)
{
	struct spf_check *s = *sp;

	*sp = NULL;
	if (s == NULL)
		return;
	lookups_destroy(&s->lookups);
	g_free(s->who.helo);
	g_free(s->who.sender);
	g_free(s);
}

static NO_RETURN void library_broke(const char *file, int line, const char *text)
{
	log_line(LOG_LEVEL_ERROR, "libspf2 %s:%d: %s", file, line, text);
	abort();
}

void spf_library_quiet(void)
{
	SPF_error_handler = library_broke;
	SPF_warning_handler = NULL;
	SPF_info_handler = NULL;
	SPF_debug_handler = NULL;
}
