/* Redirectors are no guards: whoever makes the link says where it leads on. What their addresses
 * carry is read in plain, percent-encoded once or twice, and in base64. */
#include "feature/link_target.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "feature/link_wrap.h"
#include "message/domain.h"
#include "message/links.h"

enum { HOST_BYTES_MOST = 255, SCHEME_BYTES_MOST = 30, BASE64_BYTES_MOST = 2048 };

static char *percent_decoded(struct arena *a, const char *text)
{
	char *out = arena_strdup(a, text);

	links_percent_decode(out);
	return out;
}

/* behind the scheme and its slashes; NULL: it has no such beginning */
static const char *authority(const char *url)
{
	const char *colon = strchr(url, ':'), *at = colon;

	if (colon == NULL || (size_t)(colon - url) != strcspn(url, ":/\\?#"))
		return NULL;
	for (at = colon + 1; *at == '/' || *at == '\\'; at++)
		;
	return at == colon + 1 ? NULL : at;
}

/* the path and what follows it, "" if there is none */
static const char *behind_host(const char *url)
{
	const char *at = authority(url);

	at = at == NULL ? url : at;
	return at + strcspn(at, "/\\?#");
}

/* the host at the beginning of a text */
static const char *host_at(struct arena *a, const char *text)
{
	size_t n = strcspn(text, "/\\?#&;,\"'<> %");
	const char *at = n == 0 ? NULL : memrchr(text, '@', n);

	if (at != NULL) {
		n -= (size_t)(at + 1 - text);
		text = at + 1;
	}
	n = MIN(n, strcspn(text, ":"));
	if (n == 0 || n > HOST_BYTES_MOST || memchr(text, '.', n) == NULL)
		return NULL;
	return domain_key(a, arena_strndup(a, text, n));
}

const char *link_user_host(struct arena *a, const char *url)
{
	const char *at = authority(url), *user;
	size_t n = at == NULL ? 0 : strcspn(at, "/\\?#");
	const char *mark = n == 0 ? NULL : memrchr(at, '@', n);

	if (mark == NULL)
		return NULL;
	user = percent_decoded(a, arena_strndup(a, at, (size_t)(mark - at)));
	n = strcspn(user, ":/\\@ ");

	const char *key =
		n == 0 || n > HOST_BYTES_MOST || !g_utf8_validate(user, -1, NULL)
			? NULL
			: domain_key(a, arena_strndup(a, user, n));

	return key != NULL && strchr(key, '.') != NULL && domain_is_public(key) ? key
										: NULL;
}

const char *link_scheme(struct arena *a, const char *url)
{
	char scheme[SCHEME_BYTES_MOST + 1];
	size_t n = 0;

	for (; *url != '\0' && *url != ':'; url++) {
		if (strchr("\t\r\n", *url) != NULL)
			continue;
		bool good =
			g_ascii_isalpha(*url) ||
			(n > 0 && (g_ascii_isdigit(*url) || strchr("+-.", *url) != NULL));

		if (!good || n == SCHEME_BYTES_MOST)
			return NULL;
		scheme[n++] = g_ascii_tolower(*url);
	}
	/* "host.example:8080/" is none */
	if (n == 0 || *url != ':' || memchr(scheme, '.', n) != NULL)
		return NULL;
	return arena_strndup(a, scheme, n);
}

const char *link_readable(struct arena *a, const struct link *link)
{
	const char *scheme = link_scheme(a, link->url), *text;

	if (link->host == NULL)
		return NULL;
	text = arena_printf(a, "%s://%s%s", scheme == NULL ? "http" : scheme, link->host,
			    percent_decoded(a, behind_host(link->url)));
	if (g_utf8_validate(text, -1, NULL))
		return text;

	char *valid = g_utf8_make_valid(text, -1);

	text = arena_strdup(a, valid);
	g_free(valid);
	return text;
}

/* where an address begins in what an address carries: behind "https://", or what redirectors of
 * their own kind have; NULL: nowhere */
static const char *carried(const char *text)
{
	static const char *const marks[] = { "http://",    "https://", "http:\\\\",
					     "https:\\\\", "=//",      "/amp/s/" };

	for (const char *p = text; *p != '\0'; p++) {
		if (*p != 'h' && *p != 'H' && *p != '=' && *p != '/')
			continue;
		for (size_t i = 0; i < COUNT_OF(marks); i++)
			if (g_ascii_strncasecmp(p, marks[i], strlen(marks[i])) == 0)
				return p + strlen(marks[i]);
	}
	return NULL;
}

/* "aHR0c" is "http" in base64 */
static const char *carried_base64(struct arena *a, const char *text)
{
	const char *at = strstr(text, "aHR0c");
	size_t n = at == NULL
			   ? 0
			   : strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
					"uvwxyz0123456789+/-_");

	if (n == 0 || n > BASE64_BYTES_MOST)
		return NULL;
	char *code = arena_printf(a, "%.*s%.*s", (int)n, at, (int)(-n % 4), "===");

	/* RFC 4648 5 */
	g_strdelimit(g_strdelimit(code, "-", '+'), "_", '/');

	gsize length;
	guchar *plain = g_base64_decode(code, &length);
	const char *out = arena_strndup(a, (const char *)plain, length);

	g_free(plain);
	return carried(out);
}

const char *link_beyond(struct arena *a, const struct link *link)
{
	const char *rest = behind_host(link->url), *found = NULL;

	if (link->host == NULL || rest[0] == '\0' ||
	    strcmp(link_unwrap(a, link->url, link->host), link->host) != 0)
		return NULL;
	for (int i = 0; i < 3 && (found = carried(rest)) == NULL; i++) {
		if (strchr(rest, '%') == NULL)
			break;
		rest = percent_decoded(a, rest);
	}
	if (found == NULL)
		found = carried_base64(a, rest);

	const char *key = found == NULL || !g_utf8_validate(found, -1, NULL)
				  ? NULL
				  : host_at(a, found);

	if (key == NULL || g_strcmp0(domain_org(key), link->org) == 0)
		return NULL;
	return key;
}
