/* What a reader takes for the address of a site: "https://bank.example/login",
 * "www.bank.example", "bank.example". A sentence that mentions a domain promises nothing, an
 * e-mail address is no site, and "report.pdf" is a file. */
#include "feature/link_text.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "feature/link_target.h"
#include "feature/link_wrap.h"
#include "message/domain.h"

enum { TEXT_BYTES_MOST = 512 };

/* Last labels of bare names that are files, not sites, though they are top-level domains, too.
 * What is no such domain (gain_block.cpp) needs no row. */
static const char *const file_endings[] = {
	"am", "app", "cc", "la", "md", "mk", "ml", "mov", "pl",
	"pm", "ps",  "py", "rs", "sh", "so", "st", "zip",
};

static bool is_file_ending(const char *label)
{
	for (size_t i = 0; i < COUNT_OF(file_endings); i++)
		if (g_ascii_strcasecmp(label, file_endings[i]) == 0)
			return true;
	return false;
}

/* past "https://" and the like; the same place if there is none */
static const char *skip_scheme(const char *p)
{
	static const char *const schemes[] = { "http://", "https://", "ftp://" };

	for (size_t i = 0; i < COUNT_OF(schemes); i++)
		if (g_ascii_strncasecmp(p, schemes[i], strlen(schemes[i])) == 0)
			return p + strlen(schemes[i]);
	return p;
}

static bool single_word(const char *p)
{
	for (; *p != '\0'; p = g_utf8_next_char(p))
		if (g_unichar_isspace(g_utf8_get_char(p)))
			return false;
	return true;
}

/* sites whose names are written with them are written with more in front */
static bool file_like(const char *host, const char *ending)
{
	return is_file_ending(ending) || strchr(host, '_') != NULL;
}

static bool host_like(const char *host, bool bare)
{
	const char *dot = strrchr(host, '.');

	if (dot == NULL || dot == host || strlen(dot + 1) < 2)
		return false;
	for (const char *p = dot + 1; *p != '\0'; p = g_utf8_next_char(p))
		if (!g_unichar_isalpha(g_utf8_get_char(p)) &&
		    strncmp(dot + 1, "xn--", 4) != 0)
			return false;
	return !bare || !file_like(host, dot + 1);
}

const char *link_text_host(struct arena *a, const char *text)
{
	if (text == NULL)
		return NULL;
	text += strspn(text, " \t\r\n<([\"'");

	const char *begin = skip_scheme(text);
	bool www = g_ascii_strncasecmp(begin, "www.", 4) == 0;
	bool bare = begin == text && !www;

	if (strnlen(text, TEXT_BYTES_MOST) == TEXT_BYTES_MOST && bare)
		return NULL;

	size_t n = strcspn(begin, " \t\r\n/:?#\\<>()[]\"'|,;");
	char *host = arena_strndup(a, begin, MIN(n, TEXT_BYTES_MOST));

	g_strchomp(host);
	while (g_str_has_suffix(host, "."))
		host[strlen(host) - 1] = '\0';
	/* a bare name alone: what follows the host may be a path, never another word */
	if (bare && (strchr(host, '@') != NULL ||
		     !single_word(g_strchomp(arena_strdup(a, text)))))
		return NULL;
	/* "https://bank.example@evil.example": a reader sees the first */
	host[strcspn(host, "@")] = '\0';
	const char *key = host_like(host, bare) ? domain_key(a, host) : NULL;

	return key == NULL || (bare && !domain_is_public(key)) ? NULL : key;
}

const char *link_shown(struct arena *a, const struct link *l, const char **real_r)
{
	if (l->org == NULL || l->host == NULL || l->hidden)
		return NULL;
	/* most texts show the very host */
	if (g_strcmp0(l->text, l->host) == 0 && strchr(l->url, '@') == NULL)
		return NULL;

	const char *shown = link_user_host(a, l->url);

	if (shown == NULL)
		shown = link_text_host(a, l->text);

	if (shown == NULL || strcmp(shown, l->host) == 0 || domain_has_org(shown, l->org))
		return NULL;
	*real_r = link_unwrap(a, l->url, l->host);
	return strcmp(domain_org(shown), domain_org(*real_r)) == 0 ? NULL : shown;
}
