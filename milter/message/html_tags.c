/* libxml2 looks through all attributes of a tag for each new one. Nobody writes a tag with
 * hundreds of them, but a megabyte of them would keep it busy for ten seconds. */
#include "message/html_tags.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "base/limits.h"

struct tag {
	size_t attributes;
	char quote;   /* that a value stands in; 0: none */
	char before;  /* the last character that is no blank */
	bool in_word; /* of a name or an unquoted value */
};

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* one character of a tag, outside of quotes; out: does the tag go on? */
static bool tag_goes_on(struct tag *t, char c)
{
	if (c == '>')
		return false;
	if (is_blank(c) || c == '/') {
		t->in_word = false;
		return true;
	}
	if ((c == '"' || c == '\'') && t->before == '=') {
		t->quote = c;
	} else {
		t->attributes += !t->in_word && c != '=' && t->before != '=';
		t->in_word = true;
	}
	t->before = c;
	return true;
}

/* behind the quote that ends a value */
static size_t quote_end(struct bytes html, size_t at, struct tag *t)
{
	const char *end = memchr(html.at + at, t->quote, html.n - at);

	if (end == NULL)
		return html.n;
	t->before = t->quote;
	t->quote = 0;
	t->in_word = false;
	return (size_t)(end - html.at) + 1;
}

/* where the tag ends that begins at `at`; *over_r: where its attributes become too many */
static size_t tag_end(struct bytes html, size_t at, size_t *over_r)
{
	struct tag t = { .before = '<', .in_word = true };

	*over_r = html.n;
	for (at++; at < html.n && tag_goes_on(&t, html.at[at]);) {
		at++;
		if (t.quote != 0 && at < html.n)
			at = quote_end(html, at, &t);
		if (t.attributes > LIMIT_ATTRIBUTES && *over_r == html.n)
			*over_r = at - 1;
	}
	return at;
}

struct bytes html_few_attributes(struct arena *a, struct bytes html)
{
	char *copy = NULL;
	size_t at = 0, over;

	while (at < html.n) {
		const char *open = memchr(html.at + at, '<', html.n - at);

		if (open == NULL)
			break;
		at = (size_t)(open - html.at);
		if (at + 1 == html.n || !g_ascii_isalpha(html.at[at + 1])) {
			at++;
			continue;
		}
		size_t end = tag_end(html, at, &over);

		if (over < end) {
			if (copy == NULL)
				copy = arena_strndup(a, html.at, html.n);
			memset(copy + over, ' ', end - over);
		}
		at = end;
	}
	return copy == NULL ? html : (struct bytes){ copy, html.n };
}
