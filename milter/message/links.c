/* Where a link leads, read as browsers read it and not as its writer wants a filter to.
 * It must never fetch anything. */
#include "message/links.h"

#include <string.h>
#include <strings.h>

#include "message/domain.h"

#define MAX_URL 2048
#define MAX_HOST 1024 /* percent-encoded and in UTF-8 */

static bool starts(const char *text, size_t n, const char *word)
{
	return n >= strlen(word) && strncasecmp(text, word, strlen(word)) == 0;
}

/* what browsers take for the end of a scheme's name: RFC 3986 3.1 */
static size_t scheme_length(const char *url)
{
	size_t n = 0;

	if (!g_ascii_isalpha(url[0]))
		return 0;
	while (g_ascii_isalnum(url[n]) ||
	       (url[n] != '\0' && strchr("+-.", url[n]) != NULL))
		n++;
	return url[n] == ':' ? n : 0;
}

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* tabs and line ends inside of a URL do not count */
static char *without_breaks(struct arena *a, const char *url)
{
	char *out = arena_alloc(a, strlen(url) + 1), *to = out;

	for (; *url != '\0'; url++)
		if (*url != '\t' && *url != '\r' && *url != '\n')
			*to++ = *url;
	*to = '\0';
	return out;
}

void links_percent_decode(char *text)
{
	char *to = text;

	for (const char *p = text; *p != '\0'; p++) {
		int high = p[0] == '%' ? g_ascii_xdigit_value(p[1]) : -1;
		int low = high < 0 ? -1 : g_ascii_xdigit_value(p[2]);
		int c = high * 16 + low;

		if (low < 0 || c <= ' ') {
			*to++ = *p;
			continue;
		}
		*to++ = (char)c;
		p += 2;
	}
	*to = '\0';
}

/* one part of a number in 0x hexadecimal, 0 octal or decimal; false: it is none */
static bool ipv4_part(const char *text, guint64 *n_r)
{
	unsigned base = 10;
	char *end;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	} else if (text[0] == '0' && text[1] != '\0') {
		base = 8;
	}
	*n_r = 0;
	if (!g_ascii_isxdigit(text[0]))
		return text[0] == '\0' && base == 16;
	*n_r = g_ascii_strtoull(text, &end, base);
	return *end == '\0' && *n_r <= G_MAXUINT32;
}

/* 0x7f.1, 2130706433 and 127.0.0.1 are one host; NULL: it is no number */
static const char *ipv4_host(struct arena *a, const char *host)
{
	char **part = g_strsplit(host, ".", 5);
	guint n = g_strv_length(part);
	guint64 value = 0, k;
	bool good = n >= 1 && n <= 4;

	for (guint i = 0; i < n && good; i++) {
		bool last = i + 1 == n;

		good = ipv4_part(part[i], &k) && part[i][0] != '\0' &&
		       k <= (last ? G_MAXUINT32 >> (8 * i) : 255);
		value |= last ? k : k << (24 - 8 * i);
	}
	g_strfreev(part);
	if (!good)
		return NULL;
	return arena_printf(a, "%u.%u.%u.%u", (unsigned)(value >> 24) & 255,
			    (unsigned)(value >> 16) & 255, (unsigned)(value >> 8) & 255,
			    (unsigned)value & 255);
}

static const char *host_key(struct arena *a, char *host)
{
	links_percent_decode(host);
	if (host[0] == '[') {
		char *close = strchr(host, ']');

		if (close == NULL)
			return NULL;
		close[1] = '\0';
		return g_utf8_validate(host, -1, NULL) ? host : NULL;
	}
	host[strcspn(host, ":")] = '\0';
	if (!g_utf8_validate(host, -1, NULL))
		return NULL;
	const char *key = domain_key(a, host);
	const char *number = key == NULL ? NULL : ipv4_host(a, key);

	return number != NULL ? number : key;
}

/* user:password@host:port, up to the path */
static const char *authority_host(struct arena *a, const char *text)
{
	size_t n = strcspn(text, "/\\?#");
	const char *at = n == 0 ? NULL : memrchr(text, '@', n);

	if (at != NULL) {
		n -= (size_t)(at + 1 - text);
		text = at + 1;
	}
	if (n == 0 || n > MAX_HOST)
		return NULL;
	return host_key(a, arena_strndup(a, text, n));
}

/* Schemes that open a program with a place: file://host/share, and a page's own address in
 * "ms-word:ofe|u|https://host/". What stays within the message or is written in the link itself
 * leads to no host. */
static const char *other_host(struct arena *a, const char *url, size_t scheme)
{
	static const char *const inner[] = { "mailto", "javascript", "vbscript", "data",
					     "cid",    "mid",        "tel",      "sms",
					     "about",  "urn" };
	const char *place;

	for (size_t i = 0; i < G_N_ELEMENTS(inner); i++)
		if (strlen(inner[i]) == scheme && starts(url, scheme, inner[i]))
			return NULL;
	place = strstr(url + scheme, "//");
	for (; place != NULL && is_slash(*place); place++)
		;
	return place == NULL ? NULL : authority_host(a, place);
}

/* *relative_r: the place depends on the document's own */
static const char *url_host(struct arena *a, const char *text, bool *relative_r)
{
	const char *url = without_breaks(a, text);
	size_t scheme = scheme_length(url);

	*relative_r = false;
	if (scheme > 0) {
		bool web = starts(url, scheme, "http") || starts(url, scheme, "ftp");

		if (!web)
			return other_host(a, url, scheme);
		for (url += scheme + 1; is_slash(*url); url++)
			;
		return authority_host(a, url);
	}
	if (is_slash(url[0]) && is_slash(url[1])) {
		for (; is_slash(*url); url++)
			;
		return authority_host(a, url);
	}
	if (starts(url, strlen(url), "www."))
		return authority_host(a, url);
	*relative_r = true;
	return NULL;
}

/* "host.example/path" where nothing says what it is relative to: mail programs put a scheme in
 * front of it. A name of a file is none. */
static const char *bare_host(struct arena *a, const char *text)
{
	const char *url = without_breaks(a, text);
	size_t n = strcspn(url, "/\\?#");
	const char *dot = n == 0 ? NULL : memrchr(url, '.', n);
	const char *host = dot == NULL || dot == url ? NULL : authority_host(a, url);

	if (host == NULL || !domain_is_public(host))
		return NULL;
	return url[n] == '/' || strchr(host, '.') != strrchr(host, '.') ? host : NULL;
}

/* "https:login" and "https:/login" are places of the document's own host, where that one has the
 * same scheme: URL Standard 4.4, special relative or authority state */
static bool is_place_of(struct arena *a, const char *text, const char *base)
{
	const char *url = without_breaks(a, text);
	size_t n = scheme_length(url);
	bool web = n > 0 && starts(url, n, "http");

	return web && scheme_length(base) == n &&
	       g_ascii_strncasecmp(url, base, n) == 0 &&
	       !(is_slash(url[n + 1]) && is_slash(url[n + 2]));
}

void links_resolve(struct arena *a, struct link *link, const char *base)
{
	bool relative;

	if (base != NULL && is_place_of(a, link->url, base)) {
		link->host = url_host(a, base, &relative);
		link->org = link->host == NULL ? NULL : domain_org(link->host);
		return;
	}
	link->host = url_host(a, link->url, &relative);
	if (relative && base != NULL)
		link->host = url_host(a, base, &relative);
	else if (relative)
		link->host = bare_host(a, link->url);
	link->org = link->host == NULL ? NULL : domain_org(link->host);
}

static bool ends_url(unsigned char c)
{
	return c <= ' ' || c == '<' || c == '>' || c == '"' || c == 0x7f;
}

/* the full stop after an address is not a part of it; a bracket is if it was opened inside */
static size_t url_length(const char *p, size_t left)
{
	size_t n = 0, opened = 0, closed = 0;

	while (n < left && n < MAX_URL && !ends_url((unsigned char)p[n])) {
		/* a no-break space is a blank too */
		if ((unsigned char)p[n] == 0xc2 && n + 1 < left &&
		    (unsigned char)p[n + 1] == 0xa0)
			break;
		opened += p[n] == '(';
		closed += p[n] == ')';
		n++;
	}
	while (n > 0 && strchr(".,;:!?'*_]}|)", p[n - 1]) != NULL) {
		if (p[n - 1] == ')' && opened >= closed)
			break;
		closed -= p[n - 1] == ')';
		n--;
	}
	while (n > 0 && n < left && ((unsigned char)p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* how long the marker is that starts a web address here; 0: none does */
static size_t marker(const char *p, size_t left)
{
	char c = g_ascii_tolower(*p);

	if (c == 'h' && starts(p, left, "http://"))
		return 7;
	if (c == 'h' && starts(p, left, "https://"))
		return 8;
	return c == 'w' && starts(p, left, "www.") ? 4 : 0;
}

/* bytes up to where "ht" or "ww" stands: all else needs no closer look */
static size_t to_marker(const char *p, size_t left)
{
	static const bool begins[256] = {
		['h'] = true, ['H'] = true, ['w'] = true, ['W'] = true
	};

	for (size_t i = 0; i + 1 < left; i++) {
		if (!begins[(unsigned char)p[i]])
			continue;
		char next = (char)(p[i + 1] | 0x20);

		if (next == ((p[i] | 0x20) == 'h' ? 't' : 'w'))
			return i;
	}
	return left;
}

bool links_in_text(struct arena *a, struct bytes text, GArray *links, size_t max)
{
	size_t at = 0;

	while ((at += to_marker(text.at + at, text.n - at)) < text.n) {
		const char *p = text.at + at;
		bool inside = at > 0 && g_ascii_isalnum(p[-1]);
		size_t mark = inside ? 0 : marker(p, text.n - at);
		size_t n = mark == 0 ? 0 : url_length(p, text.n - at);

		if (n <= mark) {
			at++;
			continue;
		}
		if (links->len >= max)
			return true;
		struct link link = { .url = arena_strndup(a, p, n) };

		g_array_append_val(links, link);
		at += n;
	}
	return false;
}
