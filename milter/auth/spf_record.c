/* See spf_record.h. A record is cut at its blanks into terms; each term is checked against
 * the grammar of RFC 7208 12 and appended in its plainest form. No domain and no macro gets
 * to the library, which loses letters of macros with digits. Terms and records of a size
 * that overruns libspf2's buffers (CVE-2023-42118) are wrong by decree. */
#include "auth/spf_record.h"

#include <arpa/inet.h>
#include <string.h>

#include "auth/spf_term.h"
#include "base/limits.h"

struct rewrite {
	GString *out;
	GPtrArray *terms;
	const char *domain;
	bool ipv6;
	bool all; /* a redirect= beside it has no effect */
	bool explained;
	struct bytes redirect;
	const char *wrong;
};

bool spf_record_is(struct bytes text)
{
	return text.n >= 6 && g_ascii_strncasecmp(text.at, "v=spf1", 6) == 0 &&
	       (text.n == 6 || text.at[6] == ' ');
}

static bool one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* ---- terms ---- */

/* a prefix length without leading zeros; -1: it is none */
static int prefix_length(const char *from, const char *to, int max)
{
	int n = 0;

	if (from == to || (*from == '0' && to - from > 1))
		return -1;
	for (; from < to; from++) {
		if (!g_ascii_isdigit(*from))
			return -1;
		n = n * 10 + (*from - '0');
		if (n > max)
			return -1;
	}
	return n;
}

static bool wrong(struct rewrite *rw, const char *what)
{
	rw->wrong = what;
	return false;
}

/* a term that asks DNS: before is what stands before its name */
static void append(struct rewrite *rw, const char *before, struct spf_term *term)
{
	g_string_append_printf(rw->out, "%s" SPF_TERM_NAME, before, rw->terms->len);
	g_ptr_array_add(rw->terms, term);
}

static void append_exists(struct rewrite *rw, char sign, struct spf_term *term)
{
	char before[] = { ' ', sign, 'e', 'x', 'i', 's', 't', 's', ':', '\0' };

	append(rw, before, term);
}

static bool term_all(struct rewrite *rw, char sign, struct bytes rest)
{
	if (rest.n > 0)
		return wrong(rw, "\"all\" takes nothing");
	rw->all = true;
	g_string_append_printf(rw->out, " %call", sign);
	return true;
}

/* ":" and a domain */
static bool domain_read(struct rewrite *rw, struct bytes rest, struct bytes *domain_r)
{
	*domain_r = (struct bytes){ .at = rest.at + 1, .n = rest.n - 1 };
	if (rest.n == 0 || rest.at[0] != ':' || !spf_macro_domain_ok(*domain_r))
		return wrong(rw, "a mechanism lacks its domain, or has a broken one");
	return true;
}

static bool term_include(struct rewrite *rw, char sign, struct bytes rest)
{
	char before[] = { ' ', sign, 'i', 'n', 'c', 'l', 'u', 'd', 'e', ':', '\0' };
	struct bytes domain;

	if (!domain_read(rw, rest, &domain))
		return false;
	append(rw, before, spf_term_create(SPF_ASK_RECORD, rw->domain, domain, 0));
	return true;
}

static bool term_exists(struct rewrite *rw, char sign, struct bytes rest)
{
	struct bytes domain;

	if (!domain_read(rw, rest, &domain))
		return false;
	append_exists(rw, sign, spf_term_create(SPF_ASK_EXISTS, rw->domain, domain, 0));
	return true;
}

static bool term_ptr(struct rewrite *rw, char sign, struct bytes rest)
{
	struct bytes domain = { 0 };

	if (rest.n > 0 && !domain_read(rw, rest, &domain))
		return false;
	append_exists(rw, sign, spf_term_create(SPF_ASK_PTR, rw->domain, domain, 0));
	return true;
}

static bool term_ip(struct rewrite *rw, char sign, bool six, struct bytes rest)
{
	const char *from = rest.at + 1, *end = rest.at + rest.n, *slash;
	char address[INET6_ADDRSTRLEN], binary[16];
	int length = six ? 128 : 32;
	size_t n;

	if (rest.n == 0 || rest.at[0] != ':')
		return wrong(rw, "ip4 or ip6 without an address");
	slash = memchr(from, '/', rest.n - 1);
	n = (size_t)((slash == NULL ? end : slash) - from);
	if (n >= sizeof(address))
		return wrong(rw, "a broken address");
	memcpy(address, from, n);
	address[n] = '\0';
	if (inet_pton(six ? AF_INET6 : AF_INET, address, binary) != 1)
		return wrong(rw, "a broken address");
	if (slash != NULL)
		length = prefix_length(slash + 1, end, length);
	if (length < 0)
		return wrong(rw, "a broken prefix length");
	if (length > 0)
		g_string_append_printf(rw->out, " %c%s:%s/%d", sign, six ? "ip6" : "ip4",
				       address, length);
	else if (six)
		g_string_append_printf(rw->out, " %cip6:::/1 %cip6:8000::/1", sign, sign);
	else
		g_string_append_printf(rw->out, " %cip4:0.0.0.0/1 %cip4:128.0.0.0/1",
				       sign, sign);
	return true;
}

/* digits at the end of [from, *to) with slashes slashes before them; moves *to before these.
 * -1: broken; max: there are none */
static int cut_prefix(const char *from, const char **to, const char *slashes, int max)
{
	const char *digits = *to;
	ptrdiff_t n = (ptrdiff_t)strlen(slashes);
	int length;

	while (digits > from && g_ascii_isdigit(digits[-1]))
		digits--;
	if (digits - from < n || memcmp(digits - n, slashes, (size_t)n) != 0)
		return max;
	length = prefix_length(digits, *to, max);
	*to = digits - n;
	return length;
}

/* a and mx: an optional domain, and optional prefix lengths for both families */
static bool term_address(struct rewrite *rw, char sign, enum spf_ask ask,
			 struct bytes rest)
{
	const char *from = rest.at, *end = rest.at + rest.n;
	bool named = rest.n > 0 && *from == ':';
	struct bytes domain = { 0 };
	int four, six;

	if (named)
		from++;
	six = cut_prefix(from, &end, "//", 128);
	four = cut_prefix(from, &end, "/", 32);
	if (four < 0 || six < 0)
		return wrong(rw, "a broken prefix length");
	domain = (struct bytes){ .at = from, .n = (size_t)(end - from) };
	if (named ? !spf_macro_domain_ok(domain) : domain.n > 0)
		return wrong(rw, "a mechanism has a broken domain");
	append_exists(rw, sign,
		      spf_term_create(ask, rw->domain, domain, rw->ipv6 ? six : four));
	return true;
}

static bool term_mechanism(struct rewrite *rw, struct bytes term)
{
	char sign = '+', name[8];
	size_t n = 0;
	struct bytes rest;

	if (one_of(*term.at, "+-~?")) {
		sign = *term.at++;
		term.n--;
	}
	while (n < term.n && n < sizeof(name) - 1 && g_ascii_isalnum(term.at[n])) {
		name[n] = g_ascii_tolower(term.at[n]);
		n++;
	}
	name[n] = '\0';
	rest = (struct bytes){ .at = term.at + n, .n = term.n - n };
	if (strcmp(name, "all") == 0)
		return term_all(rw, sign, rest);
	if (strcmp(name, "include") == 0)
		return term_include(rw, sign, rest);
	if (strcmp(name, "exists") == 0)
		return term_exists(rw, sign, rest);
	if (strcmp(name, "ptr") == 0)
		return term_ptr(rw, sign, rest);
	if (strcmp(name, "ip4") == 0 || strcmp(name, "ip6") == 0)
		return term_ip(rw, sign, name[2] == '6', rest);
	if (strcmp(name, "a") == 0 || strcmp(name, "mx") == 0)
		return term_address(rw, sign, name[0] == 'a' ? SPF_ASK_A : SPF_ASK_MX,
				    rest);
	return wrong(rw, "an unknown mechanism");
}

static bool term_modifier(struct rewrite *rw, struct bytes name, struct bytes value)
{
	if (name.n == 8 && g_ascii_strncasecmp(name.at, "redirect", 8) == 0) {
		if (rw->redirect.n > 0)
			return wrong(rw, "redirect= stands twice");
		rw->redirect = value;
		return spf_macro_domain_ok(value) ||
		       wrong(rw, "redirect= has a broken domain");
	}
	if (name.n == 3 && g_ascii_strncasecmp(name.at, "exp", 3) == 0) {
		if (rw->explained)
			return wrong(rw, "exp= stands twice");
		rw->explained = true;
		return spf_macro_domain_ok(value) ||
		       wrong(rw, "exp= has a broken domain");
	}
	return spf_macro_string_ok(value) || wrong(rw, "a modifier is broken");
}

static bool read_term(struct rewrite *rw, struct bytes term)
{
	size_t n = 0;

	if (term.n > LIMIT_SPF_TERM_BYTES)
		return wrong(rw, "a term over 255 bytes");
	if (g_ascii_isalpha(*term.at))
		while (n < term.n &&
		       (g_ascii_isalnum(term.at[n]) || one_of(term.at[n], "-_.")))
			n++;
	if (n > 0 && n < term.n && term.at[n] == '=')
		return term_modifier(
			rw, (struct bytes){ .at = term.at, .n = n },
			(struct bytes){ .at = term.at + n + 1, .n = term.n - n - 1 });
	return term_mechanism(rw, term);
}

static const char *text_wrong(struct bytes text)
{
	if (text.n > LIMIT_SPF_RECORD_BYTES)
		return "a record over 2000 bytes";
	for (size_t i = 0; i < text.n; i++)
		if (text.at[i] < 0x20 || text.at[i] > 0x7e)
			return "a byte that is not printable ASCII";
	return NULL;
}

const char *spf_record_rewrite(struct bytes text, const char *domain, bool ipv6,
			       GPtrArray *terms, GString *out)
{
	struct rewrite rw = { .out = out,
			      .terms = terms,
			      .domain = domain,
			      .ipv6 = ipv6,
			      .wrong = text_wrong(text) };
	const char *at = text.at + 6, *end = text.at + text.n;
	int n = 0;

	g_string_append(out, "v=spf1");
	while (rw.wrong == NULL && at < end) {
		const char *blank = memchr(at, ' ', (size_t)(end - at));
		struct bytes term = { .at = at };

		if (blank == NULL)
			blank = end;
		term.n = (size_t)(blank - at);
		at = blank < end ? blank + 1 : end;
		if (term.n == 0)
			continue;
		if (++n > LIMIT_SPF_TERMS)
			rw.wrong = "over 250 terms";
		else
			read_term(&rw, term);
	}
	if (rw.wrong == NULL && rw.redirect.n > 0 && !rw.all)
		append(&rw, " redirect=",
		       spf_term_create(SPF_ASK_RECORD, domain, rw.redirect, 0));
	return rw.wrong;
}
