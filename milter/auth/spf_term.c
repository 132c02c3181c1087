/* See spf_term.h. A term is one of the ten that RFC 7208 4.6.4 allows, whatever it asks on
 * its way; it is void when its own question (the MX of mx, the PTR of ptr) has no answer. That
 * a host of an mx has no address of the client's family says nothing about the record. */
#include "auth/spf_term.h"

#include "base/limits.h"
#include "message/domain.h"

#define TERM_NAMES 10 /* RFC 7208 4.6.4: more are an error for mx, and left out for ptr */

struct spf_term *spf_term_create(enum spf_ask ask, const char *domain, struct bytes spec,
				 int length)
{
	struct spf_term *term = g_new0(struct spf_term, 1);

	term->ask = ask;
	term->domain = g_strdup(domain);
	term->spec = spec.n == 0 ? NULL : g_strndup(spec.at, spec.n);
	term->length = length;
	return term;
}

void spf_term_free(void *arg)
{
	struct spf_term *term = arg;

	if (term == NULL)
		return;
	g_free(term->spec);
	g_free(term->domain);
	g_free(term);
}

bool spf_run_over(const struct spf_run *run)
{
	return run->waits || run->failed || run->wrong != NULL;
}

void spf_run_clear(struct spf_run *run)
{
	if (run->names != NULL)
		g_ptr_array_free(run->names, TRUE);
	run->names = NULL;
}

/* ---- questions ---- */

static void count_term(struct spf_run *run)
{
	if (++run->terms > LIMIT_SPF_LOOKUPS)
		run->wrong = "over 10 terms that ask DNS";
}

static void count_void(struct spf_run *run)
{
	if (++run->voids > LIMIT_SPF_VOID)
		run->wrong = "over 2 terms without an answer";
}

static bool is_void(const struct dns_answer *a)
{
	return a->status == DNS_NXDOMAIN || a->status == DNS_NODATA;
}

/* an answer that is needed; NULL: the run is over */
static const struct dns_answer *run_get(struct spf_run *run, const char *name,
					enum dns_type type)
{
	const struct dns_answer *a = lookups_get(run->lookups, name, type);

	run->waits |= a == NULL;
	run->failed |= a != NULL && a->status == DNS_TEMPFAIL;
	return spf_run_over(run) ? NULL : a;
}

/* a term's own question */
static const struct dns_answer *run_ask(struct spf_run *run, const char *name,
					enum dns_type type)
{
	const struct dns_answer *a = run_get(run, name, type);

	if (a != NULL && is_void(a))
		count_void(run);
	return spf_run_over(run) ? NULL : a;
}

static enum dns_type address_type(const struct spf_run *run)
{
	return run->who->ipv6 ? DNS_AAAA : DNS_A;
}

static struct bytes address_of(const struct spf_run *run)
{
	return (struct bytes){ .at = (const char *)&run->who->address,
			       .n = run->who->ipv6 ? 16 : 4 };
}

/* ---- the client's names, for ptr and %{p} ---- */

/* all names at once; those that DNS does not answer are no names, RFC 7208 5.5 */
static void names_check(struct spf_run *run, const struct dns_answer *ptr)
{
	for (size_t i = 0; i < MIN(ptr->n, TERM_NAMES); i++) {
		const char *name = ptr->rrs[i].data.at;
		const struct dns_answer *a;

		if (ptr->rrs[i].data.n == 0)
			continue;
		a = lookups_get(run->lookups, name, address_type(run));
		run->waits |= a == NULL;
		if (a != NULL && dns_answer_holds(a, address_of(run)))
			g_ptr_array_add(run->names, g_strdup(name));
	}
}

static void names_find(struct spf_run *run)
{
	const struct dns_answer *ptr;
	char *reverse;

	if (run->names != NULL)
		return;
	run->names = g_ptr_array_new_with_free_func(g_free);
	reverse = dns_reverse_name(address_of(run));
	ptr = lookups_get(run->lookups, reverse, DNS_PTR);
	g_free(reverse);
	run->waits |= ptr == NULL;
	if (ptr == NULL)
		return;
	run->names_void = is_void(ptr);
	names_check(run, ptr);
}

/* the name for %{p}: the domain itself, else one below it, else any; NULL: there is none */
static const char *names_choose(const struct spf_run *run, const char *domain)
{
	const char *below = NULL;

	for (guint i = 0; i < run->names->len; i++) {
		const char *name = run->names->pdata[i];

		if (strcmp(name, domain) == 0)
			return name;
		if (below == NULL && domain_within(name, domain))
			below = name;
	}
	return below != NULL || run->names->len == 0 ? below : run->names->pdata[0];
}

/* ---- terms ---- */

/* NULL: the run is over */
static char *term_name(struct spf_run *run, const struct spf_term *term)
{
	struct bytes spec = bytes_of(term->spec);
	struct spf_macros macros = { .who = run->who, .domain = term->domain };

	if (term->spec == NULL)
		return g_strdup(term->domain);
	if (spf_macro_asks_name(spec)) {
		if (run->names == NULL)
			count_term(run);
		names_find(run);
		if (spf_run_over(run))
			return NULL;
		macros.name = names_choose(run, term->domain);
	}
	return spf_macro_expand(spec, &macros);
}

static bool prefix_equal(const char *a, const char *b, int bits)
{
	int bytes = bits / 8, rest = bits % 8;

	if (memcmp(a, b, (size_t)bytes) != 0)
		return false;
	return rest == 0 || ((unsigned char)(a[bytes] ^ b[bytes]) >> (8 - rest)) == 0;
}

static bool address_within(const struct spf_run *run, const struct dns_answer *a,
			   int length)
{
	for (size_t i = 0; i < a->n; i++)
		if (prefix_equal(a->rrs[i].data.at, address_of(run).at, length))
			return true;
	return false;
}

static bool match_a(struct spf_run *run, const struct spf_term *term, const char *name)
{
	const struct dns_answer *a = run_ask(run, name, address_type(run));

	return a != NULL && address_within(run, a, term->length);
}

static bool match_mx(struct spf_run *run, const struct spf_term *term, const char *name)
{
	const struct dns_answer *mx = run_ask(run, name, DNS_MX);

	if (mx == NULL)
		return false;
	if (mx->n > TERM_NAMES) {
		run->wrong = "an mx names over 10 hosts";
		return false;
	}
	for (size_t i = 0; i < mx->n; i++) /* all on their way at once */
		if (mx->rrs[i].data.n > 0)
			lookups_get(run->lookups, mx->rrs[i].data.at, address_type(run));
	for (size_t i = 0; i < mx->n; i++) {
		const struct dns_answer *a;

		if (mx->rrs[i].data.n == 0)
			continue; /* the root: RFC 7505's "no mail" */
		a = run_get(run, mx->rrs[i].data.at, address_type(run));
		if (a == NULL)
			return false;
		if (address_within(run, a, term->length))
			return true;
	}
	return false;
}

static bool match_ptr(struct spf_run *run, const char *name)
{
	char *lower = g_ascii_strdown(name, -1);
	bool match = false;

	names_find(run);
	if (!spf_run_over(run) && run->names_void)
		count_void(run);
	for (guint i = 0; !spf_run_over(run) && i < run->names->len; i++)
		match |= domain_within(run->names->pdata[i], lower);
	g_free(lower);
	return match;
}

static bool match_exists(struct spf_run *run, const char *name)
{
	const struct dns_answer *a = run_ask(run, name, DNS_A);

	return a != NULL && a->n > 0;
}

bool spf_term_matches(struct spf_run *run, const struct spf_term *term)
{
	bool match = false;
	char *name;

	count_term(run);
	name = spf_run_over(run) ? NULL : term_name(run, term);
	if (name == NULL)
		return false;
	switch (term->ask) {
	case SPF_ASK_A:
		match = match_a(run, term, name);
		break;
	case SPF_ASK_MX:
		match = match_mx(run, term, name);
		break;
	case SPF_ASK_PTR:
		match = match_ptr(run, name);
		break;
	case SPF_ASK_EXISTS:
		match = match_exists(run, name);
		break;
	case SPF_ASK_RECORD:
		g_assert_not_reached();
	}
	g_free(name);
	return match;
}

const struct dns_answer *spf_term_texts(struct spf_run *run, const struct spf_term *term,
					char **name_r)
{
	const struct dns_answer *a;

	g_assert(term->ask == SPF_ASK_RECORD);
	*name_r = NULL;
	count_term(run);
	if (spf_run_over(run))
		return NULL;
	*name_r = term_name(run, term);
	a = *name_r == NULL ? NULL : run_ask(run, *name_r, DNS_TXT);
	if (a == NULL)
		g_clear_pointer(name_r, g_free);
	return a;
}
