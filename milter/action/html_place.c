/* A walk over the tokens that may stand before the body: white space, comments, declarations,
 * html, head and what belongs into a head. The first token of another kind is content, and a
 * browser opens the body there, whether a tag says so or not: a document that shows its text
 * first and has <body> behind it must not push the banner down. A token that is never closed
 * is not passed, so what we put in stands before it and is shown. */
#include "action/html_place.h"

#include <glib.h>
#include <stdbool.h>

#include "action/banner_html.h"

struct walk {
	struct bytes html;
	size_t at;    /* next byte to look at */
	size_t place; /* the best so far */
};

static const char *const bare_tags[] = { "html", "head",    "meta",    "link",
					 "base", "bgsound", "basefont" };
static const char *const closed_tags[] = { "title",    "style",    "script",
					   "noscript", "template", "noframes" };

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

/* Pass one start tag. False: the place is found. */
static bool pass_start(struct walk *w)
{
	char name[16];
	size_t end;

	tag_name(w, w->at + 1, name, sizeof(name));
	if (is_one_of(closed_tags, G_N_ELEMENTS(closed_tags), name))
		end = behind_element(w, name);
	else if (strcmp(name, "body") == 0 ||
		 is_one_of(bare_tags, G_N_ELEMENTS(bare_tags), name))
		end = behind_tag(w);
	else
		return false;
	if (end == 0)
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

static bool pass_token(struct walk *w)
{
	size_t end;

	if (is_at(w, w->at, "<!--")) {
		struct bytes rest = { .at = w->html.at + w->at, .n = w->html.n - w->at };

		end = banner_html_is_marked(rest) ? 0 : behind_comment(w);
	} else if (is_at(w, w->at, "<!") || is_at(w, w->at, "<?")) {
		end = behind(w, w->at, ">");
	} else if (w->at + 2 < w->html.n && w->html.at[w->at] == '<' &&
		   w->html.at[w->at + 1] == '/' &&
		   g_ascii_isalpha(w->html.at[w->at + 2])) {
		return pass_end(w);
	} else if (w->at + 1 < w->html.n && w->html.at[w->at] == '<' &&
		   g_ascii_isalpha(w->html.at[w->at + 1])) {
		return pass_start(w);
	} else {
		return false;
	}
	if (end == 0)
		return false;
	w->at = w->place = end;
	return true;
}

size_t html_place(struct bytes html)
{
	struct walk w = { .html = html };

	if (html.n >= 3 && memcmp(html.at, "\xef\xbb\xbf", 3) == 0)
		w.at = w.place = 3;
	do {
		while (w.at < html.n && g_ascii_isspace(html.at[w.at]))
			w.at++;
	} while (w.at < html.n && pass_token(&w));
	return w.place;
}
