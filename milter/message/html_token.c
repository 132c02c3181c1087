/* The states of the standard as functions: each reads from its first character to what leads
 * out of it. No byte is looked at more than a few times. */
#include "message/html_token.h"

#include <string.h>

#include "message/html_reference.h"

enum class {
	BLANK = 1 << 0,
	ENDS_NAME = 1 << 1,  /* of a tag */
	ENDS_KEY = 1 << 2,   /* of an attribute, behind its first letter */
	ENDS_VALUE = 1 << 3, /* without quotes */
};

#define ALL (ENDS_NAME | ENDS_KEY | ENDS_VALUE)
static const unsigned char classes[256] = {
	['\t'] = BLANK | ALL, ['\n'] = BLANK | ALL, ['\f'] = BLANK | ALL,
	['\r'] = BLANK | ALL, [' '] = BLANK | ALL,  ['/'] = ENDS_NAME | ENDS_KEY,
	['>'] = ALL,          ['='] = ENDS_KEY,
};

static inline bool is_class(char c, unsigned class)
{
	return (classes[(unsigned char)c] & class) != 0;
}

static struct bytes between(const struct html_tokens *t, size_t from, size_t to)
{
	return (struct bytes){ t->html.at + from, to - from };
}

/* where a character stands next, or the end */
static size_t find(const struct html_tokens *t, size_t from, char c)
{
	const char *p =
		from >= t->html.n ? NULL : memchr(t->html.at + from, c, t->html.n - from);

	return p == NULL ? t->html.n : (size_t)(p - t->html.at);
}

static bool is_name_at(const struct html_tokens *t, size_t at, struct bytes name)
{
	return at + name.n < t->html.n && is_class(t->html.at[at + name.n], ENDS_NAME) &&
	       g_ascii_strncasecmp(t->html.at + at, name.at, name.n) == 0;
}

/* does a tag, a comment or a declaration begin at this "<"? */
static bool is_markup(const struct html_tokens *t, size_t at)
{
	if (at + 1 >= t->html.n)
		return false;
	char c = t->html.at[at + 1];

	return g_ascii_isalpha(c) || c == '!' || c == '?' ||
	       (c == '/' && at + 2 < t->html.n);
}

static void make_text(struct html_tokens *t, struct html_token *token, size_t to,
		      bool coded)
{
	token->kind = HTML_TOKEN_TEXT;
	token->text = between(t, t->at, to);
	token->coded = coded && memchr(token->text.at, '&', token->text.n) != NULL;
	t->at = to;
}

static void read_text(struct html_tokens *t, struct html_token *token)
{
	size_t to = find(t, t->at, '<');

	while (to < t->html.n && !is_markup(t, to))
		to = find(t, to + 1, '<');
	make_text(t, token, to, true);
}

/* the value that begins at `at`; out: behind it, SIZE_MAX: it has no end */
static size_t read_value(const struct html_tokens *t, size_t at, struct bytes *value_r)
{
	const char *p = t->html.at;
	size_t n = t->html.n, to;

	while (at < n && is_class(p[at], BLANK))
		at++;
	if (at == n)
		return SIZE_MAX;
	if (p[at] == '"' || p[at] == '\'') {
		to = find(t, at + 1, p[at]);
		*value_r = between(t, at + 1, to);
		return to == n ? SIZE_MAX : to + 1;
	}
	for (to = at; to < n && !is_class(p[to], ENDS_VALUE); to++)
		;
	*value_r = between(t, at, to);
	return to == n ? SIZE_MAX : to;
}

/* one attribute, from its first letter on; out: as read_value() */
static size_t read_attribute(const struct html_tokens *t, struct html_token *tag,
			     size_t at)
{
	const char *p = t->html.at;
	struct bytes value = { p, 0 };
	size_t n = t->html.n, to = at + 1; /* a "=" may be the first letter */

	while (to < n && !is_class(p[to], ENDS_KEY))
		to++;
	enum html_key key = html_key_of(between(t, at, to));

	for (at = to; at < n && is_class(p[at], BLANK); at++)
		;
	if (at < n && p[at] == '=')
		at = read_value(t, at + 1, &value);
	if (key < HTML_KEYS && !html_has(tag, key)) {
		tag->has |= 1U << key;
		tag->values[key] = value;
	}
	return at;
}

/* false: the tag never ends */
static bool read_attributes(struct html_tokens *t, struct html_token *tag)
{
	const char *p = t->html.at;
	size_t at = t->at, n = t->html.n;

	tag->has = 0;
	tag->self_closing = false;
	while (at < n) {
		if (p[at] == '>') {
			t->at = at + 1;
			return true;
		}
		tag->self_closing = p[at] == '/';
		if (p[at] == '/' || is_class(p[at], BLANK))
			at++;
		else
			at = read_attribute(t, tag, at);
	}
	t->at = n;
	return false;
}

/* a tag whose name begins at `at` */
static bool read_tag(struct html_tokens *t, struct html_token *token, size_t at,
		     enum html_token_kind kind)
{
	size_t to = at;

	while (to < t->html.n && !is_class(t->html.at[to], ENDS_NAME))
		to++;
	token->kind = kind;
	token->text = between(t, at, to);
	token->element = html_element_of(token->text);
	t->at = to;
	return read_attributes(t, token);
}

static void read_bogus_comment(struct html_tokens *t, struct html_token *token, size_t at)
{
	size_t to = find(t, at, '>');

	token->kind = HTML_TOKEN_COMMENT;
	token->text = between(t, at, to);
	t->at = MIN(to + 1, t->html.n);
}

/* behind "<!--": where its text ends; *behind_r: where it does */
static size_t comment_end(const struct html_tokens *t, size_t from, size_t *behind_r)
{
	const char *p = t->html.at;
	size_t at = from;

	if (bytes_hold(t->html, from, bytes_of(">")) ||
	    bytes_hold(t->html, from, bytes_of("->"))) {
		*behind_r = from + (p[from] == '>' ? 1 : 2);
		return from;
	}
	for (; (at = find(t, at, '>')) < t->html.n; at++) {
		size_t n = at - from;

		*behind_r = at + 1;
		if (n >= 2 && memcmp(p + at - 2, "--", 2) == 0)
			return at - 2;
		if (n >= 3 && memcmp(p + at - 3, "--!", 3) == 0)
			return at - 3;
	}
	*behind_r = t->html.n;
	return t->html.n;
}

/* "<!DOCTYPE", a comment or what is taken for one; false: a declaration, which is no token */
static bool read_declaration(struct html_tokens *t, struct html_token *token)
{
	size_t at = t->at + 2;

	if (bytes_hold(t->html, at, bytes_of("--"))) {
		size_t from = at + 2, to = comment_end(t, from, &t->at);

		token->kind = HTML_TOKEN_COMMENT;
		token->text = between(t, from, to);
		return true;
	}
	if (t->foreign && bytes_hold(t->html, at, bytes_of("[CDATA["))) {
		const char *end =
			memmem(t->html.at + at + 7, t->html.n - at - 7, "]]>", 3);
		size_t to = end == NULL ? t->html.n : (size_t)(end - t->html.at);

		t->at = at + 7;
		make_text(t, token, to, false);
		t->at = end == NULL ? to : to + 3;
		return true;
	}
	bool doctype = at + 7 <= t->html.n &&
		       g_ascii_strncasecmp(t->html.at + at, "doctype", 7) == 0;

	read_bogus_comment(t, token, at);
	return !doctype;
}

/* what begins with "<"; false: nothing that is a token */
static bool read_markup(struct html_tokens *t, struct html_token *token)
{
	size_t at = t->at + 1;

	switch (t->html.at[at]) {
	case '!':
		return read_declaration(t, token);
	case '?':
		read_bogus_comment(t, token, at);
		return true;
	case '/':
		at++;
		if (g_ascii_isalpha(t->html.at[at]))
			return read_tag(t, token, at, HTML_TOKEN_END_TAG);
		read_bogus_comment(t, token, at);
		return token->text.n > 0;
	default:
		return read_tag(t, token, at, HTML_TOKEN_START_TAG);
	}
}

/* where "</name" stands, or the end */
static size_t end_tag(const struct html_tokens *t)
{
	size_t at = t->at;

	for (; (at = find(t, at, '<')) < t->html.n; at++)
		if (bytes_hold(t->html, at, bytes_of("</")) &&
		    is_name_at(t, at + 2, t->ended_by))
			return at;
	return at;
}

/* the same for a script: in "<!--" a script that begins has an end tag of its own */
static size_t script_end(const struct html_tokens *t)
{
	static const struct bytes script = { "script", 6 };
	enum { PLAIN, ESCAPED, TWICE_ESCAPED } state = PLAIN;
	const char *p = t->html.at;

	for (size_t at = t->at; at < t->html.n; at++) {
		if (p[at] == '-' && state != PLAIN &&
		    bytes_hold(t->html, at, bytes_of("-->")))
			state = PLAIN;
		if (p[at] != '<')
			continue;
		bool ends = bytes_hold(t->html, at, bytes_of("</")) &&
			    is_name_at(t, at + 2, script);

		if (ends && state != TWICE_ESCAPED)
			return at;
		if (ends)
			state = ESCAPED;
		else if (state == ESCAPED && is_name_at(t, at + 1, script))
			state = TWICE_ESCAPED;
		else if (state == PLAIN && bytes_hold(t->html, at, bytes_of("<!--"))) {
			state = ESCAPED;
			at++; /* "<!-->" ends at once */
		}
	}
	return t->html.n;
}

/* the text behind a start tag that holds no tags; false: there is none */
static bool read_raw(struct html_tokens *t, struct html_token *token)
{
	enum html_content content = t->content;
	size_t to = t->html.n;

	t->content = HTML_CONTENT_DATA;
	if (content == HTML_CONTENT_SCRIPT)
		to = script_end(t);
	else if (content != HTML_CONTENT_PLAINTEXT)
		to = end_tag(t);
	if (to == t->at)
		return false;
	make_text(t, token, to, content == HTML_CONTENT_RCDATA);
	return true;
}

void html_next(struct html_tokens *t, struct html_token *token)
{
	if (t->content != HTML_CONTENT_DATA && read_raw(t, token))
		return;
	while (t->at < t->html.n) {
		if (t->html.at[t->at] != '<' || !is_markup(t, t->at)) {
			read_text(t, token);
			return;
		}
		if (read_markup(t, token))
			return;
	}
	token->kind = HTML_TOKEN_END;
}

struct bytes html_value(struct arena *a, const struct html_token *tag, enum html_key key)
{
	if (!html_has(tag, key))
		return (struct bytes){ "", 0 };
	struct bytes coded = tag->values[key];

	if (memchr(coded.at, '&', coded.n) == NULL &&
	    memchr(coded.at, '\0', coded.n) == NULL)
		return coded;
	GString *out = g_string_sized_new(coded.n);

	html_decode(out, coded, true);
	struct bytes value = { arena_strndup(a, out->str, out->len), out->len };

	g_string_free(out, TRUE);
	return value;
}

const char *html_string(struct arena *a, const struct html_token *tag, enum html_key key)
{
	if (!html_has(tag, key))
		return NULL;
	struct bytes value = html_value(a, tag, key);

	/* what was decoded is a text of ours already */
	return value.at != tag->values[key].at ? value.at
					       : arena_strndup(a, value.at, value.n);
}
