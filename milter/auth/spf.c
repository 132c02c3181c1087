/* The wall around libspf2, which evaluates records well and guards nothing: it gets its
 * answers from here alone, each record rewritten first (spf_record.h), with the limits of
 * RFC 7208 4.6.4 counted over the whole check. Where a limit is passed, an answer is missing
 * or DNS fails, everything further fails at once, so that the library unwinds, and what it
 * then says is not believed. Its own resolver, cache and explanations are never used.
 *
 * A PTR question for %{p} counts as a term of its own, which RFC 7208 does not ask for; it
 * asks nobody to use %{p} either. */
#include "auth/spf.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <spf2/spf.h>
#include <spf2/spf_dns.h>

#include "auth/lookups.h"
#include "auth/spf_record.h"
#include "base/limits.h"
#include "base/log.h"
#include "message/domain.h"

#define HELO_BYTES 255
#define MX_NAMES 10 /* RFC 7208 4.6.4: more are an error for mx, and left out for ptr */

struct spf_check {
	struct lookups *lookups;
	struct in6_addr client; /* IPv4 in its first four bytes */
	char client_text[INET6_ADDRSTRLEN];
	bool ipv6;
	char *helo;
	char *sender; /* local@domain; NULL: nothing to check */
	struct auth_spf result;
};

/* one run of the library */
struct guard {
	struct spf_check *check;
	unsigned terms, voids;
	bool started; /* the first record was asked for */
	bool waits, failed;
	const char *wrong; /* permerror */
	GPtrArray *hosts;  /* names of the last MX or PTR answer, not yet looked up */
	bool hosts_are_clients; /* they came from PTR: their failures are no error */
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

/* room for one more record of n bytes */
static SPF_dns_rr_data_t *rr_add(SPF_dns_rr_t *rr, size_t n)
{
	SPF_errcode_t error = SPF_dns_rr_buf_realloc(rr, rr->num_rr, n);

	g_assert(error == SPF_E_SUCCESS);
	return rr->rr[rr->num_rr++];
}

static void rr_add_text(SPF_dns_rr_t *rr, const char *text)
{
	size_t n = strlen(text) + 1;

	memcpy(rr_add(rr, MAX(n, sizeof(SPF_dns_rr_data_t)))->txt, text, n);
}

static void fill_addresses(const struct guard *g, const struct dns_answer *a, bool any,
			   SPF_dns_rr_t *rr)
{
	size_t n = rr->rr_type == ns_t_a ? 4 : 16;

	for (size_t i = 0; i < a->n; i++)
		memcpy(rr_add(rr, sizeof(SPF_dns_rr_data_t)), a->rrs[i].data.at, n);
	if (any && g->check->ipv6 == (rr->rr_type == ns_t_aaaa))
		memcpy(rr->rr[0], &g->check->client, n);
}

/* names of an MX or PTR answer; what the library asks next about them is no term */
static void fill_names(struct guard *g, const struct dns_answer *a, bool any,
		       SPF_dns_rr_t *rr)
{
	g_ptr_array_set_size(g->hosts, 0);
	g->hosts_are_clients = rr->rr_type == ns_t_ptr;
	for (size_t i = 0; i < a->n && rr->num_rr < MX_NAMES; i++) {
		if (a->rrs[i].data.n == 0)
			continue; /* the root: RFC 7505's "no mail" */
		g_string_assign(g->text, any ? SPF_ANY_MARK : "");
		g_string_append_len(g->text, a->rrs[i].data.at, (gssize)a->rrs[i].data.n);
		rr_add_text(rr, g->text->str);
		g_ptr_array_add(g->hosts, g_strdup(g->text->str));
	}
	if (rr->rr_type == ns_t_mx && a->n > MX_NAMES)
		g->wrong = "an mx names over 10 hosts";
}

/* the one SPF record among the texts */
static void fill_record(struct guard *g, const struct dns_answer *a, SPF_dns_rr_t *rr)
{
	const struct dns_rr *record = NULL;

	for (size_t i = 0; i < a->n; i++) {
		if (!spf_record_is(a->rrs[i].data))
			continue;
		if (record != NULL) {
			g->wrong = "two SPF records for one domain";
			return;
		}
		record = &a->rrs[i];
	}
	if (record == NULL)
		return;
	g_string_truncate(g->text, 0);
	g->wrong = record->cut
			   ? "a record over 2000 bytes"
			   : spf_record_rewrite(record->data, g->check->ipv6, g->text);
	if (g->wrong == NULL)
		rr_add_text(rr, g->text->str);
}

/* ---- the guard ---- */

/* is it one of the hosts just answered? then it is no longer one */
static bool host_taken(struct guard *g, const char *domain)
{
	for (guint i = 0; i < g->hosts->len; i++) {
		if (g_ascii_strcasecmp(g->hosts->pdata[i], domain) != 0)
			continue;
		g_ptr_array_remove_index_fast(g->hosts, i);
		return true;
	}
	return false;
}

/* count a question; *host_r: it belongs to the MX or PTR before it */
static bool guard_count(struct guard *g, const char *domain, ns_type type, bool *host_r)
{
	bool address = type == ns_t_a || type == ns_t_aaaa;

	*host_r = address && host_taken(g, domain);
	if (*host_r)
		return true;
	if (!g->started) {
		g->started = true;
		return true;
	}
	if (!address)
		g_ptr_array_set_size(g->hosts, 0);
	if (++g->terms > LIMIT_SPF_LOOKUPS)
		g->wrong = "over 10 terms that ask DNS";
	return g->wrong == NULL;
}

/* count an answer that holds nothing */
static void guard_void(struct guard *g, const struct dns_answer *a)
{
	if ((a->status == DNS_NXDOMAIN || a->status == DNS_NODATA) &&
	    ++g->voids > LIMIT_SPF_VOID)
		g->wrong = "over 2 questions without an answer";
}

static int herrno_of(enum dns_status status)
{
	switch (status) {
	case DNS_OK:
		return NETDB_SUCCESS;
	case DNS_NODATA:
		return NO_DATA;
	case DNS_NXDOMAIN:
		return HOST_NOT_FOUND;
	case DNS_TEMPFAIL:
		return TRY_AGAIN;
	}
	return TRY_AGAIN;
}

static bool type_known(ns_type type)
{
	return type == ns_t_a || type == ns_t_aaaa || type == ns_t_mx ||
	       type == ns_t_ptr || type == ns_t_txt;
}

static bool guard_over(const struct guard *g)
{
	return g->waits || g->failed || g->wrong != NULL;
}

static SPF_dns_rr_t *guard_fill(struct guard *g, const struct dns_answer *a, bool any,
				SPF_dns_rr_t *rr)
{
	if (rr->rr_type == ns_t_txt)
		fill_record(g, a, rr);
	else if (rr->rr_type == ns_t_mx || rr->rr_type == ns_t_ptr)
		fill_names(g, a, any, rr);
	else if (a->n > 0)
		fill_addresses(g, a, any, rr);
	if (g->wrong != NULL)
		rr->herrno = TRY_AGAIN;
	else if (rr->num_rr == 0 && rr->herrno == NETDB_SUCCESS)
		rr->herrno = NO_DATA;
	return rr;
}

/* libspf2 asks */
static SPF_dns_rr_t *guard_lookup(SPF_dns_server_t *self, const char *domain,
				  ns_type type, int unused)
{
	struct guard *g = self->hook;
	bool any = g_ascii_strncasecmp(domain, SPF_ANY_MARK, strlen(SPF_ANY_MARK)) == 0;
	bool first = !g->started, host;
	const struct dns_answer *a;

	(void)unused;
	if (guard_over(g))
		return rr_empty(self, domain, type, TRY_AGAIN);
	if (!type_known(type)) /* type SPF: RFC 7208 3.1 */
		return rr_empty(self, domain, type, NO_DATA);
	if (!guard_count(g, domain, type, &host))
		return rr_empty(self, domain, type, TRY_AGAIN);
	a = lookups_get(g->check->lookups, any ? domain + strlen(SPF_ANY_MARK) : domain,
			(enum dns_type)type);
	if (a == NULL) {
		g->waits = true;
		return rr_empty(self, domain, type, TRY_AGAIN);
	}
	if (a->status == DNS_TEMPFAIL &&
	    (type == ns_t_ptr || (host && g->hosts_are_clients)))
		return rr_empty(self, domain, type, NO_DATA); /* RFC 7208 5.5: no match */
	g->failed = a->status == DNS_TEMPFAIL;
	if (!first)
		guard_void(g, a);
	return guard_fill(g, a, any, rr_empty(self, domain, type, herrno_of(a->status)));
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
		s->sender = local > 0 ? g_strdup_printf("%.*s@%s", local, from, domain)
				      : g_strdup_printf("postmaster@%s", domain);
		s->result.domain = strrchr(s->sender, '@') + 1;
	}
	arena_destroy(&a);
}

/* false: it is no address, or a loopback address, which libspf2 would always let pass */
static bool client_read(struct spf_check *s, const char *text)
{
	struct in_addr four;

	if (text == NULL)
		return false;
	if (inet_pton(AF_INET6, text, &s->client) == 1) {
		s->ipv6 = !IN6_IS_ADDR_V4MAPPED(&s->client);
		if (!s->ipv6)
			memmove(&s->client, &s->client.s6_addr[12], 4);
	} else if (inet_pton(AF_INET, text, &four) == 1) {
		memcpy(&s->client, &four, 4);
	} else {
		return false;
	}
	inet_ntop(s->ipv6 ? AF_INET6 : AF_INET, &s->client, s->client_text,
		  sizeof(s->client_text));
	return s->ipv6 ? !IN6_IS_ADDR_LOOPBACK(&s->client) : s->client.s6_addr[0] != 127;
}

struct spf_check *spf_create(struct resolver *r, const struct envelope *env)
{
	struct spf_check *s = g_new0(struct spf_check, 1);

	s->lookups = lookups_create(r, LIMIT_SPF_QUERIES);
	s->helo = g_strdup(text_fit(env->helo, HELO_BYTES) ? env->helo : "unknown");
	sender_choose(s, env);
	if (!client_read(s, env->client_addr)) {
		g_free(s->sender);
		s->sender = NULL;
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

	if (g->wrong != NULL) {
		out->result = AUTH_PERMERROR;
		out->why = g->wrong;
		return;
	}
	out->result = g->failed ? AUTH_TEMPERROR : result_word(result, error);
	if (out->result == AUTH_TEMPERROR)
		out->why = "DNS did not answer";
	else if (out->result == AUTH_PERMERROR)
		out->why = error == SPF_E_INCLUDE_RETURNED_NONE
				   ? "an included domain has no SPF record"
				   : "the record cannot be evaluated";
}

static void library_run(struct guard *g)
{
	struct spf_check *s = g->check;
	SPF_dns_server_t dns = { .lookup = guard_lookup, .name = "guard", .hook = g };
	SPF_server_t *server = SPF_server_new_dns(&dns, 0);
	SPF_request_t *request = SPF_request_new(server);
	SPF_response_t *response = NULL;
	SPF_errcode_t error;

	if (s->ipv6)
		SPF_request_set_ipv6_str(request, s->client_text);
	else
		SPF_request_set_ipv4_str(request, s->client_text);
	SPF_request_set_helo_dom(request, s->helo);
	SPF_request_set_env_from(request, s->sender);
	error = SPF_request_query_mailfrom(request, &response);
	if (!g->waits)
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
	struct guard g = { .check = s };

	if (s->sender == NULL)
		return true;
	g.hosts = g_ptr_array_new_with_free_func(g_free);
	g.text = g_string_new(NULL);
	library_run(&g);
	g_string_free(g.text, TRUE);
	g_ptr_array_free(g.hosts, TRUE);
	return !g.waits;
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
	g_free(s->helo);
	g_free(s->sender);
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
