/* Calendar programs put an invitation before its reader by themselves, with its own words and
 * links. Lines are unfolded and looked at one by one; no event is ever built. */
#include "message/calendar.h"

#include <string.h>

#include "base/compiler.h"
#include "message/address.h"
#include "message/links.h"

enum {
	LINE_BYTES = 65536,   /* of a line that is read; descriptions are shorter */
	ORGANIZERS_MOST = 20, /* an event has one */
};

static const char *const shown_names[] = { "SUMMARY", "DESCRIPTION", "LOCATION",
					   "COMMENT", "CONTACT" };
static const char *const html_names[] = { "X-ALT-DESC" };
/* identifiers that only look like addresses of pages */
static const char *const unlinked_names[] = { "UID",  "PRODID",  "TZURL",
					      "TZID", "DTSTAMP", "X-LIC-LOCATION" };

static bool is_one_of(const char *const *names, size_t n, struct bytes name)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(names[i]) == name.n &&
		    g_ascii_strncasecmp(names[i], name.at, name.n) == 0)
			return true;
	return false;
}

/* One content line without its folds, RFC 5545 3.1; *at_r moves behind it. */
static void unfold(struct bytes text, size_t *at_r, GString *line)
{
	size_t at = *at_r;

	g_string_truncate(line, 0);
	do {
		const char *lf = memchr(text.at + at, '\n', text.n - at);
		size_t end = lf == NULL ? text.n : (size_t)(lf - text.at), n = end - at;

		n -= n > 0 && text.at[end - 1] == '\r';
		g_string_append_len(line, text.at + at,
				    (gssize)MIN(n, LINE_BYTES - line->len));
		at = lf == NULL ? end : end + 1;
		if (at >= text.n || (text.at[at] != ' ' && text.at[at] != '\t'))
			break;
		at++;
	} while (at < text.n);
	*at_r = at;
}

/* Behind the ":" that ends name and parameters; a quoted one does not count. n: there is none. */
static size_t value_begin(const GString *line)
{
	bool quoted = false;

	for (size_t i = 0; i < line->len; i++) {
		quoted ^= line->str[i] == '"';
		if (line->str[i] == ':' && !quoted)
			return i + 1;
	}
	return line->len;
}

/* RFC 5545 3.3.11, in place */
static void unescape(char *text)
{
	char *to = text;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p != '\\' || p[1] == '\0')
			*to++ = *p;
		else
			*to++ = *++p == 'n' || *p == 'N' ? '\n' : *p;
	}
	*to = '\0';
}

/* RFC 5545 3.8.4.3: a mailto: address, or another one that names it in EMAIL (RFC 7986 6.2) */
static void take_organizer(struct arena *a, const GString *line, const char *value,
			   GPtrArray *organizers)
{
	static const char scheme[] = "mailto:", parameter[] = ";EMAIL=";
	const char *text = value, *email = strcasestr(line->str, parameter);

	if (g_ascii_strncasecmp(text, scheme, sizeof(scheme) - 1) == 0)
		text += sizeof(scheme) - 1;
	else if (email != NULL && email < value)
		text = email + sizeof(parameter) - 1;
	text += *text == '"';

	const char *key = address_key(a, arena_strndup(a, text, strcspn(text, "\";:?")));

	/* the array takes non-const pointers, and nobody writes through them */
	if (key != NULL && organizers->len < ORGANIZERS_MOST)
		g_ptr_array_add(organizers, (gpointer)(uintptr_t)key);
}

static void read_line(struct arena *a, GString *line, struct html_text *html,
		      GString *shown, GPtrArray *organizers)
{
	static const char *const organizer[] = { "ORGANIZER" };

	struct bytes name = { line->str, strcspn(line->str, ";:") };
	char *value = line->str + value_begin(line);

	if (name.n == line->len)
		return;
	if (!is_one_of(unlinked_names, COUNT_OF(unlinked_names), name) &&
	    links_in_text(a, (struct bytes){ name.at, (size_t)(value - name.at) },
			  html->links, html->max_links))
		html->truncated |= TRUNCATED_LINKS;
	unescape(value);
	if (is_one_of(organizer, COUNT_OF(organizer), name))
		take_organizer(a, line, value, organizers);
	if (is_one_of(html_names, COUNT_OF(html_names), name)) {
		html_text_read(a, (struct bytes){ value, strlen(value) }, html);
		return;
	}
	if (!is_one_of(unlinked_names, COUNT_OF(unlinked_names), name) &&
	    links_in_text(a, bytes_of(value), html->links, html->max_links))
		html->truncated |= TRUNCATED_LINKS;
	if (!is_one_of(shown_names, COUNT_OF(shown_names), name) || shown == NULL)
		return;
	if (shown->len + strlen(value) + 1 > html->max_bytes) {
		html->truncated |= TRUNCATED_TEXT;
		return;
	}
	g_string_append(shown, value);
	g_string_append_c(shown, '\n');
}

void calendar_read(struct arena *a, struct bytes text, struct html_text *html,
		   GString *shown, GPtrArray *organizers)
{
	GString *line = g_string_new(NULL);

	for (size_t at = 0; at < text.n;) {
		unfold(text, &at, line);
		read_line(a, line, html, shown, organizers);
	}
	g_string_free(line, TRUE);
}
