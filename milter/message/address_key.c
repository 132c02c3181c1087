/* The one form under which an address is known to stores, policies and lists, however it was
 * spelled. Two spellings that an MTA delivers to one mailbox must not make two people of
 * their owner. */
#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "base/printable.h"
#include "message/address.h"
#include "message/domain.h"
#include "message/unicode.h"

#define IPV6_TAG "[ipv6:"

/* RFC 5321 4.1.2: Dot-string */
static bool is_dot_string(const char *text)
{
	if (text[0] == '\0' || text[0] == '.' || g_str_has_suffix(text, ".") ||
	    strstr(text, "..") != NULL)
		return false;
	for (const char *p = text; *p != '\0'; p++)
		if (!address_atom_char(*p))
			return false;
	return true;
}

static const char *address_local(struct arena *a, const char *plain)
{
	if (is_dot_string(plain))
		return plain;
	GString *quoted = g_string_new(NULL);

	quoted_append(quoted, plain);
	const char *out = arena_strndup(a, quoted->str, quoted->len);

	g_string_free(quoted, TRUE);
	return out;
}

/* lower case; letters with marks as one character, as RFC 6532 3.1 wants them */
static const char *folded(struct arena *a, const char *text)
{
	if (g_str_is_ascii(text))
		return unicode_lower(a, text);
	char *whole = g_utf8_normalize(text, -1, G_NORMALIZE_DEFAULT_COMPOSE);
	char *lower = g_utf8_normalize(unicode_lower(a, whole == NULL ? text : whole), -1,
				       G_NORMALIZE_DEFAULT_COMPOSE);
	const char *out = arena_strdup(a, lower == NULL ? text : lower);

	g_free(whole);
	g_free(lower);
	return out;
}

/* RFC 5321 4.1.3: an address literal as inet_ntop() writes it */
static const char *literal_key(struct arena *a, const char *text)
{
	char *lower = g_ascii_strdown(text, -1), *end = strrchr(lower, ']');
	bool six = g_str_has_prefix(lower, IPV6_TAG);
	const char *inside = lower + (six ? strlen(IPV6_TAG) : 1);
	char binary[sizeof(struct in6_addr)], shown[INET6_ADDRSTRLEN];
	int family = six ? AF_INET6 : AF_INET;

	*end = '\0';
	bool read = inet_pton(family, inside, binary) == 1 &&
		    inet_ntop(family, binary, shown, sizeof(shown)) != NULL;
	const char *key =
		arena_printf(a, "%s%s]", six ? IPV6_TAG : "[", read ? shown : inside);

	g_free(lower);
	return key;
}

/* a domain, or [a literal] which is its own organisation */
static const char *domain_of(struct arena *a, const char *text)
{
	size_t n = strlen(text);

	if (text[0] != '[')
		return domain_key(a, text);
	if (n < 3 || n > 64 || text[n - 1] != ']' ||
	    strspn(text + 1, "0123456789abcdefABCDEF"
			     ".:IPvip6") != n - 2)
		return NULL;
	return literal_key(a, text);
}

bool address_make(struct arena *a, const char *local, const char *domain,
		  struct mailaddr *m_r)
{
	for (const char *p = local; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	if (strlen(local) + (domain == NULL ? 0 : strlen(domain)) >= LIMIT_ADDRESS_BYTES)
		return false;
	const char *valid = unicode_valid(a, bytes_of(local));

	m_r->address = address_local(a, valid);
	m_r->key = address_local(a, folded(a, valid));
	m_r->domain = domain == NULL ? NULL : domain_of(a, domain);
	if (domain != NULL && m_r->domain == NULL)
		return false;
	if (domain != NULL) {
		m_r->address = arena_printf(a, "%s@%s", m_r->address, m_r->domain);
		m_r->key = arena_printf(a, "%s@%s", m_r->key, m_r->domain);
	}
	/* bad bytes, quotes and small letters may have made it longer */
	return strlen(m_r->address) <= LIMIT_ADDRESS_BYTES &&
	       strlen(m_r->key) <= LIMIT_ADDRESS_BYTES;
}

/* "quoted-string" from its first quote on; out   what follows it; NULL: it has no end */
static const char *read_quoted(const char *p, const char *end, GString *plain)
{
	for (p++; p < end && *p != '"'; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		g_string_append_c(plain, *p);
	}
	return p < end ? p + 1 : NULL;
}

/* RFC 5322 4.4: obs-local-part = word *("." word), and dots where mail programs put them;
 * out   without quotes and backslashes; NULL: it is none */
static const char *plain_local(struct arena *a, const char *p, const char *end)
{
	GString *plain = g_string_new(NULL);
	bool done = p == end, word = true; /* may a word begin here? */

	while (!done && p != NULL && p < end) {
		if (*p == '"' && word)
			p = read_quoted(p, end, plain);
		else if (address_atom_char(*p) && (word || *p == '.'))
			do
				g_string_append_c(plain, *p++);
			while (p < end && address_atom_char(*p));
		else
			done = true;
		word = p != NULL && p[-1] == '.';
	}
	const char *out =
		done || p == NULL ? NULL : arena_strndup(a, plain->str, plain->len);

	g_string_free(plain, TRUE);
	return out;
}

/* RFC 5321 4.1.2: A-d-l ":" before the mailbox must be accepted, and ignored */
static const char *without_route(const char *text)
{
	const char *colon = text[0] == '@' ? strchr(text, ':') : NULL;

	return colon == NULL ? text : colon + 1;
}

const char *address_key(struct arena *a, const char *text)
{
	char *trimmed = g_strstrip(arena_strdup(a, text));
	size_t n = strlen(trimmed);
	struct mailaddr m;

	if (n >= 2 && trimmed[0] == '<' && trimmed[n - 1] == '>') {
		trimmed[n - 1] = '\0';
		trimmed++;
	}
	if (trimmed[0] == '\0')
		return "";
	const char *bare = without_route(trimmed), *at = strrchr(bare, '@');

	if (at == NULL || strlen(bare) > LIMIT_ADDRESS_BYTES)
		return NULL;
	const char *local = plain_local(a, bare, at);

	return local != NULL && address_make(a, local, at + 1, &m) ? m.key : NULL;
}

/* RFC 2142, RFC 5233: where an extension begins; Postfix leaves these two with "-" alone */
static size_t extension_at(const char *local, const char *delimiters)
{
	size_t n = strcspn(local, delimiters);
	bool role = local[n] == '-' && (g_ascii_strncasecmp(local, "owner-", 6) == 0 ||
					g_str_has_suffix(local, "-request"));

	return n == 0 || role ? strlen(local) : n;
}

const char *address_extended(struct arena *a, const char *address, const char *delimiters,
			     const char *extension)
{
	const char *at = strrchr(address, '@');
	const char *end = at != NULL ? at : address + strlen(address);
	const char *plain = plain_local(a, address, end);
	size_t n = plain == NULL ? 0 : extension_at(plain, delimiters);

	if (plain == NULL || (plain[n] == '\0' && extension[0] == '\0'))
		return address;
	plain = arena_printf(a, "%.*s%s", (int)n, plain, extension);
	return arena_printf(a, "%s%s", address_local(a, plain), end);
}

const char *address_domain(const char *key)
{
	const char *at = key == NULL ? NULL : strrchr(key, '@');

	return at == NULL ? NULL : at + 1;
}
