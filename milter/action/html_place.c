/* A walk over the tokens that may stand before the body: white space, comments, declarations,
 * html, head and what belongs into a head. The first token of another kind is content, and a
 * browser opens the body there, whether a tag says so or not: a document that shows its text
 * first and has <body> behind it must not push the banner down. A token that is never closed
 * is not passed, so what we put in stands before it and is shown. Where readers differ, as with
 * <noscript> and comments that are conditions, a token is passed only if none of them would show
 * what is in it. */
#include "action/html_place.h"

#include <glib.h>
#include <stdbool.h>

#include "action/banner_text.h"

struct walk {
	struct bytes html;
	size_t at;    /* next byte to look at */
	size_t place; /* the best so far */
	int within; /* levels of what only some readers pass: a body in there is content */
};

static const char *const bare_tags[] = { "html", "head",    "meta",    "link",
					 "base", "bgsound", "basefont" };
/* not template: it may hold others of its kind, or become what the body shows */
static const char *const closed_tags[] = { "title", "style", "script", "noframes" };

static bool is_one_of(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static bool is_at(const struct walk *w, size_t at, const char *text)
{
	size_t n = strlen(text);

	return at + n <= w->html.n && g_ascii_strncasecmp(w->html.at + at, text, n) == 0;
}

/* Behind the next such text, or 0. */
static size_t behind(const struct walk *w, size_t from, const char *text)
{
	size_t at = bytes_find(w->html, from, text);

	return at >= w->html.n ? 0 : at + strlen(text);
}

/* <!--> and <!---> are whole comments; else "-->" or "--!>" ends one. */
static size_t behind_comment(const struct walk *w)
{
	struct bytes within = w->html;
	size_t text = w->at + 4, end, odd;

	if (is_at(w, text, ">"))
		return text + 1;
	if (is_at(w, text, "->"))
		return text + 2;
	end = behind(w, text, "-->");
	within.n = end == 0 ? within.n : end;
	odd = bytes_find(within, text, "--!>");
	return odd < within.n ? odd + 4 : end;
}

/* Behind the ">" of a tag; one inside a quoted attribute value does not count. */
static size_t behind_tag(const struct walk *w)
{
	const char *p = w->html.at, *quote;
	size_t i = w->at + 1;
	bool value = false; /* an attribute value may begin here */

	for (; i < w->html.n && p[i] != '>'; i++) {
		if (value && (p[i] == '"' || p[i] == '\'')) {
			quote = memchr(p + i + 1, p[i], w->html.n - i - 1);
			if (quote == NULL)
				return 0;
			i = (size_t)(quote - p);
			value = false;
		} else if (!g_ascii_isspace(p[i])) {
			value = p[i] == '=';
		}
	}
	return i < w->html.n ? i + 1 : 0;
}

static void tag_name(const struct walk *w, size_t at, char *name, size_t room)
{
	size_t n = 0;

	while (at + n < w->html.n && n + 1 < room &&
	       !g_ascii_isspace(w->html.at[at + n]) && w->html.at[at + n] != '>' &&
	       w->html.at[at + n] != '/') {
		name[n] = g_ascii_tolower(w->html.at[at + n]);
		n++;
	}
	name[n] = '\0';
}

/* Behind the end tag of an element whose content is not shown. */
static size_t behind_element(const struct walk *w, const char *name)
{
	struct walk end = *w;

	end.at = behind_tag(w);
	while (end.at != 0) {
		char found[16];

		end.at = behind(&end, end.at, "</");
		if (end.at == 0)
			break;
		tag_name(&end, end.at, found, sizeof(found));
		if (strcmp(found, name) == 0)
			return behind_tag(&end);
	}
	return 0;
}

static bool pass_token(struct walk *w);

/* Is there nothing to be seen between two places, for whoever reads it as a part of a head? */
static bool is_head_only(const struct walk *around, size_t from, size_t to)
{
	struct walk w = { .html = { around->html.at, to },
			  .at = from,
			  .within = around->within + 1 };

	do {
		while (w.at < to && g_ascii_isspace(w.html.at[w.at]))
			w.at++;
	} while (w.at < to && pass_token(&w));
	return w.at >= to;
}

/* A script that opens a comment may go on behind its first end tag: 13.2.5.27, "script data
 * double escaped state". */
static bool is_plain_script(const struct walk *w, size_t end)
{
	struct bytes script = { w->html.at + w->at, end - w->at };

	return bytes_find(script, 0, "<!--") == script.n;
}

/* Behind <noscript>: its content is a head's or nothing, as scripts are on or off. */
static size_t behind_noscript(const struct walk *w)
{
	size_t from = behind_tag(w), end = behind_element(w, "noscript"), to = end;

	if (from == 0 || end == 0 || w->within > 1)
		return 0;
	while (to > from && w->html.at[to - 1] != '<')
		to--;
	return to > from && is_head_only(w, from, to - 1) ? end : 0;
}

/* Pass one start tag. False: the place is found. */
static bool pass_start(struct walk *w)
{
	char name[16];
	size_t end;

	tag_name(w, w->at + 1, name, sizeof(name));
	if (is_one_of(closed_tags, G_N_ELEMENTS(closed_tags), name))
		end = behind_element(w, name);
	else if (strcmp(name, "noscript") == 0)
		end = behind_noscript(w);
	else if (w->within > 0 && strcmp(name, "xml") == 0)
		end = behind_element(w, name);
	else if ((strcmp(name, "body") == 0 && w->within == 0) ||
		 is_one_of(bare_tags, G_N_ELEMENTS(bare_tags), name))
		end = behind_tag(w);
	else
		return false;
	if (end == 0 || (strcmp(name, "script") == 0 && !is_plain_script(w, end)))
		return false;
	w->at = w->place = end;
	return strcmp(name, "body") != 0;
}

/* Pass one end tag. These four make a browser open the body. */
static bool pass_end(struct walk *w)
{
	static const char *const openers[] = { "body", "html", "br", "p" };
	char name[16];
	size_t end = behind_tag(w);

	tag_name(w, w->at + 2, name, sizeof(name));
	if (end == 0 || is_one_of(openers, G_N_ELEMENTS(openers), name))
		return false;
	w->at = w->place = end;
	return true;
}

/* <!--[if mso]> ... <![endif]-->: some readers read on inside of it. */
static bool is_shown_by_some(const struct walk *w, size_t end)
{
	struct bytes comment = { w->html.at, end };
	size_t from = w->at + 4, to;

	while (from < end && g_ascii_isspace(w->html.at[from]))
		from++;
	if (!is_at(w, from, "[if"))
		return false;
	from = bytes_find(comment, from, ">") + 1;
	to = bytes_find(comment, w->at, "<![endif]");
	return w->within > 0 || from > to || to >= end || !is_head_only(w, from, to);
}

static bool is_letter_at(const struct walk *w, size_t at)
{
	return at < w->html.n && g_ascii_isalpha(w->html.at[at]);
}

/* A comment or declaration. Not "<![if": what is behind it is gone for some readers. */
static bool pass_declaration(struct walk *w)
{
	size_t end;

	if (is_at(w, w->at, "<!["))
		return false;
	if (is_at(w, w->at, "<!--")) {
		end = behind_comment(w);
		if (end != 0 && is_shown_by_some(w, end))
			return false;
	} else {
		end = behind(w, w->at, ">");
	}
	if (end == 0)
		return false;
	w->at = w->place = end;
	return true;
}

static bool pass_token(struct walk *w)
{
	if (is_at(w, w->at, "<!") || is_at(w, w->at, "<?"))
		return pass_declaration(w);
	if (is_at(w, w->at, "</") && is_letter_at(w, w->at + 2))
		return pass_end(w);
	return is_at(w, w->at, "<") && is_letter_at(w, w->at + 1) && pass_start(w);
}

size_t html_place(struct bytes html)
{
	struct walk w = { .html = html };

	if (bytes_hold(html, 0, bytes_of("\xef\xbb\xbf")))
		w.at = w.place = 3;
	do {
		while (w.at < html.n && g_ascii_isspace(html.at[w.at]))
			w.at++;
	} while (w.at < html.n && pass_token(&w));
	return w.place;
}
