/* No sheet wins against the banner's own style, which insists on every property (banner_html.c), and
 * it lies higher than all that does not have the highest z-index. What is left to a sender: the
 * elements around it (html, body) and before it (head), pseudo-elements that no style attribute
 * reaches, and that highest z-index. On those, everything counts that is not known as harmless.
 * Blocks of at-rules and nested rules count as if they always held, and comments of HTML as if
 * they were none: a false alarm costs a mark in the subject. */
#include "action/html_hiding.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "action/banner_text.h"

enum {
	FAR_PX =
		80, /* of each margin, border and padding: six of them are under a screen */
	NARROW_PX = 280,
	WIDE_PX = 1000,       /* no page is less wide, or has less height */
	HIGHEST = 2147483647, /* z-index of the banner */
	DEPTH = 32,           /* of blocks in blocks; deeper ones count for the last */
};

struct look {
	struct arena *a;
	GHashTable *names; /* classes and ids of html, body and what is in a head */
	bool foreign;      /* there is SVG or MathML */
	bool may_hide;
};

static const char *const around[] = { "html", "body", "head", "title", "style",
				      "meta", "link", "base", NULL };
static const char *const ours[] = { "div", "b", "span", "br", "wbr", NULL };

/* what they do to the elements around the banner it undoes, or it is not to be seen */
static const char *const harmless[] = {
	"accent-color",
	"background",
	"background-",
	"border-collapse",
	"border-color",
	"border-radius",
	"border-spacing",
	"border-style",
	"box-sizing",
	"caret-color",
	"color",
	"color-scheme",
	"cursor",
	"direction",
	"font",
	"font-",
	"hyphens",
	"letter-spacing",
	"line-break",
	"line-height",
	"list-style",
	"list-style-",
	"mso-",
	"-ms-text-size-adjust",
	"-moz-text-size-adjust",
	"-webkit-text-size-adjust",
	"-webkit-font-smoothing",
	"-moz-osx-font-smoothing",
	"-webkit-tap-highlight-color",
	"-webkit-nbsp-mode",
	"-webkit-line-break",
	"outline",
	"outline-",
	"overflow-wrap",
	"overflow-x",
	"page",
	"quotes",
	"scrollbar-color",
	"tab-size",
	"vertical-align",
	"visibility",
	"white-space",
	"word-break",
	"word-spacing",
	"word-wrap",
	"supported-color-schemes",
	"text-",
	"-ms-",
	"-webkit-text-",
	"-webkit-box-sizing",
};

/* One that ends in "-" stands for all that begin so. */
static bool is_harmless(const char *property)
{
	for (size_t i = 0; i < G_N_ELEMENTS(harmless); i++) {
		const char *h = harmless[i];

		if (strcmp(h, property) == 0 ||
		    (g_str_has_suffix(h, "-") && g_str_has_prefix(property, h)))
			return true;
	}
	return false;
}

/* pixels of a plain length; -1: of no plain one */
static double pixels(const char *word)
{
	static const struct {
		const char *unit;
		double px;
	} units[] = { { "", 1 },     { "px", 1 },  { "pt", 1.34 }, { "em", 16 },
		      { "rem", 16 }, { "cm", 38 }, { "mm", 3.8 },  { "in", 96 },
		      { "pc", 16 },  { "ex", 8 },  { "%", 8 } };
	char *end;
	double n = g_ascii_strtod(word, &end);

	for (size_t i = 0; end != word && i < G_N_ELEMENTS(units); i++)
		if (strcmp(end, units[i].unit) == 0)
			return n < 0 ? -1 : n * units[i].px;
	return -1;
}

/* Are all words of a value among these, or lengths between two? */
static bool is_plain(const char *value, const char *const *words, double least,
		     double most)
{
	char **all = g_strsplit_set(value, " \t\r\n\f", -1);
	bool plain = true;

	for (char **w = all; *w != NULL && plain; w++) {
		double px = pixels(*w);

		plain = **w == '\0' || (px >= least && px <= most) ||
			g_strv_contains(words, *w);
	}
	g_strfreev(all);
	return plain;
}

/* Is there a length in a value that is long, or not a plain one? */
static bool has_long_word(const char *value)
{
	char **all = g_strsplit_set(value, " \t\r\n\f", -1);
	bool is_long = strstr(value, "calc") != NULL || strstr(value, "var") != NULL ||
		       strstr(value, "max") != NULL || strstr(value, "image") != NULL;

	for (char **w = all; *w != NULL; w++)
		if (g_ascii_isdigit(**w) || **w == '.' || **w == '+')
			is_long |= pixels(*w) < 0 || pixels(*w) > FAR_PX;
	g_strfreev(all);
	return is_long;
}

/* May this on html, body or in a head move, cover or hide what is in the body? */
static bool is_harmful(const char *property, const char *value)
{
	static const char *const spaces[] = { "auto",    "0",       "none",  "solid",
					      "initial", "inherit", "unset", "white",
					      "black",   NULL };
	static const char *const sizes[] = { "auto",  "100%",    "none",    "100vh",
					     "100vw", "initial", "inherit", NULL };
	static const char *const flows[] = { "visible", "auto", "initial", NULL };

	if (is_harmless(property))
		return false;
	if (g_str_has_prefix(property, "margin") || g_str_has_prefix(property, "padding"))
		return !is_plain(value, spaces, 0, FAR_PX);
	if (g_str_has_prefix(property, "border"))
		return has_long_word(value);
	if (g_str_has_suffix(property, "width") || g_str_has_suffix(property, "height"))
		return !is_plain(value, sizes,
				 g_str_has_prefix(property, "min-") ? 0 : NARROW_PX,
				 g_str_has_suffix(property, "width") ? WIDE_PX : HIGHEST);
	if (g_str_has_prefix(property, "overflow"))
		return !is_plain(value, flows, 1, 0);
	if (strcmp(property, "position") == 0)
		return strcmp(value, "static") != 0;
	return true;
}

/* A name at a place, in lower case, and behind it. */
static char *take_name(struct arena *a, const char **p)
{
	const char *from = *p;

	while (g_ascii_isalnum(**p) || **p == '-' || **p == '_' ||
	       (unsigned char)**p >= 0x80)
		(*p)++;
	return g_ascii_strdown(arena_strndup(a, from, (size_t)(*p - from)), -1);
}

/* A name as it is compared: all that a sheet may only write as an escape is alike. */
static char *comparable(char *name)
{
	char *to = name;

	for (const char *p = name; *p != '\0'; p++) {
		char c = g_ascii_isalnum(*p) || *p == '-' ? g_ascii_tolower(*p) : 'x';

		if (c != 'x' || to == name || to[-1] != 'x')
			*to++ = c;
	}
	*to = '\0';
	return name;
}

/* May the last part of a selector, behind all combinators, mean one of these elements? With a
 * pseudo-class that we do not look into it may mean any. */
static bool may_mean(struct look *l, const char *part, const char *const *tags,
		     bool by_name)
{
	const char *p = part;
	char *tag = take_name(l->a, &p);
	bool may = tag[0] == '\0' || g_strv_contains(tags, tag);

	g_free(tag);
	while (may && *p != '\0') {
		char mark = *p++;

		if (mark == '(')
			break;
		if (mark != '.' && mark != '#')
			continue;
		char *name = take_name(l->a, &p);

		may = by_name && g_hash_table_contains(l->names, comparable(name));
		g_free(name);
	}
	return may;
}

static bool has_pseudo_element(const char *part)
{
	return strstr(part, ":before") != NULL || strstr(part, ":after") != NULL;
}

/* the last part of one selector: behind blanks and > + ~ that stand in no brackets */
static const char *last_part(const char *selector)
{
	const char *last = selector;
	int depth = 0;

	for (const char *p = selector; *p != '\0'; p++) {
		depth += (*p == '(' || *p == '[') - (*p == ')' || *p == ']');
		if (depth <= 0 && strchr(" \t\r\n\f>+~&", *p) != NULL && p[1] != '\0')
			last = p + 1;
	}
	return last;
}

enum scope { SCOPE_NONE = 0, SCOPE_AROUND = 1, SCOPE_PSEUDO = 2 };

static unsigned scope_of(struct look *l, const char *selectors)
{
	char **all = g_strsplit(selectors, ",", -1);
	unsigned scope = SCOPE_NONE;

	for (char **s = all; *s != NULL; s++) {
		const char *part = last_part(g_strstrip(*s));
		bool pseudo = has_pseudo_element(part);

		if (may_mean(l, part, around, true))
			scope |= pseudo ? SCOPE_PSEUDO : SCOPE_AROUND;
		if (pseudo && may_mean(l, part, ours, false))
			scope |= SCOPE_PSEUDO;
	}
	g_strfreev(all);
	return scope;
}

static void look_at_declaration(struct look *l, const char *text, unsigned scope)
{
	const char *colon = strchr(text, ':');

	if (colon == NULL || l->may_hide)
		return;
	char *property = g_strstrip(g_ascii_strdown(text, colon - text));
	char *value = g_strstrip(g_ascii_strdown(colon + 1, -1));
	char *bang = strchr(value, '!');

	if (bang != NULL)
		*bang = '\0';
	g_strstrip(value);
	if (strcmp(property, "z-index") == 0 && strcmp(value, "auto") != 0) {
		char *end;
		double z = g_ascii_strtod(value, &end);

		l->may_hide |= *end != '\0' || z >= HIGHEST;
	}
	if ((scope & SCOPE_AROUND) != 0 && is_harmful(property, value))
		l->may_hide = true;
	if ((scope & SCOPE_PSEUDO) != 0 && strcmp(property, "content") == 0 &&
	    strcmp(value, "none") != 0)
		l->may_hide = true;
	g_free(property);
	g_free(value);
}

/* The character that the escape at css[*i] stands for, 'x' for all outside ASCII; css[*i] is its
 * last byte then. */
static char escaped(const char *css, size_t n, size_t *i)
{
	unsigned c = 0, k = 0;

	for (; k < 6 && *i + 1 < n && g_ascii_isxdigit(css[*i + 1]); k++)
		c = c * 16 + (unsigned)g_ascii_xdigit_value(css[++*i]);
	if (k == 0)
		c = (unsigned char)css[++*i];
	if ((k > 0 && *i + 1 < n && g_ascii_isspace(css[*i + 1])) ||
	    (k == 0 && c == '\r' && *i + 1 < n && css[*i + 1] == '\n'))
		++*i;
	return c < 0x80 ? (char)c : 'x';
}

/* An address is read without its tabs and line ends, so they are left out. */
static void put_letter(char **to, char c, char mark)
{
	if (c != '\t' && c != '\r' && c != '\n')
		*(*to)++ = g_ascii_isalnum(c) || c == mark ? c : 'x';
}

/* Of the string at i its words, and of its signs the colon behind "data"; where it ends. */
static size_t take_string(const char *css, size_t n, size_t i, char **to)
{
	char quote = css[i++];

	*(*to)++ = 'x'; /* no keyword */
	for (; i < n && css[i] != quote && strchr("\r\n\f", css[i]) == NULL; i++) {
		bool escape = css[i] == '\\' && i + 1 < n;

		put_letter(to, escape ? escaped(css, n, &i) : css[i], ':');
	}
	return i;
}

/* CSS without comments, nothing in its strings that ends them, its escapes of ASCII letters
 * resolved. */
static char *simplified(struct arena *a, const char *css, size_t n)
{
	char *out = arena_alloc(a, n + 1), *to = out;

	for (size_t i = 0; i < n; i++) {
		if (css[i] == '/' && i + 1 < n && css[i + 1] == '*') {
			const char *end = memmem(css + i + 2, n - i - 2, "*/", 2);

			i = end == NULL ? n : (size_t)(end - css) + 1;
		} else if (css[i] == '"' || css[i] == '\'') {
			i = take_string(css, n, i, &to);
		} else if (css[i] == '\\' && i + 1 < n) {
			put_letter(&to, escaped(css, n, &i), '-');
		} else if (css[i] != '\0') {
			*to++ = css[i];
		}
	}
	*to = '\0';
	return out;
}

/* A sheet from elsewhere is not loaded, one that comes along is. */
static bool is_own_sheet(const char *href)
{
	return strcasestr(href, "data:") != NULL || strstr(href, "&#") != NULL;
}

/* A sheet, or with a scope the declarations of an attribute. */
static void look_at_css(struct look *l, const char *css, size_t n, unsigned outer)
{
	unsigned scopes[DEPTH] = { outer };
	size_t depth = 0;
	char *text = simplified(l->a, css, n);

	for (char *p = text; *p != '\0' && !l->may_hide;) {
		size_t word = strcspn(p, ";{}");
		char stop = p[word];

		p[word] = '\0';
		g_strstrip(p);
		if (g_ascii_strncasecmp(p, "@import", strlen("@import")) == 0)
			l->may_hide |= is_own_sheet(p);
		if (stop == '{') {
			unsigned scope = p[0] == '@' ? scopes[depth] : scope_of(l, p);

			depth += depth + 1 < DEPTH;
			scopes[depth] = scope;
		} else {
			look_at_declaration(l, p, scopes[depth]);
			depth -= stop == '}' && depth > 0;
		}
		p += word + (stop != '\0');
	}
}

static void keep_names(struct look *l, const char *value)
{
	char **all = g_strsplit_set(value, " \t\r\n\f", -1);

	for (char **w = all; *w != NULL; w++)
		if (**w != '\0')
			g_hash_table_add(l->names, comparable(g_strdup(*w)));
	g_strfreev(all);
}

/* An address as it is read. */
static const char *without_line_ends(struct arena *a, const char *address)
{
	char *out = arena_strdup(a, address), *to = out;

	for (const char *p = address; *p != '\0'; p++)
		if (strchr("\t\r\n", *p) == NULL)
			*to++ = *p;
	*to = '\0';
	return out;
}

/* Does what stands behind an "&" name a character? Without its semicolon few do, and of those
 * only a quotation mark means anything to CSS. */
static bool is_reference(const char *p)
{
	size_t n = 0;

	while (g_ascii_isalnum(p[n]))
		n++;
	return p[0] == '#' || (n > 0 && p[n] == ';') ||
	       g_ascii_strncasecmp(p, "quot", strlen("quot")) == 0;
}

/* A value with the references resolved that usual mail has.
 * out   odd_r: there are others, too */
static const char *dereferenced(struct arena *a, const char *value, bool *odd_r)
{
	static const struct {
		const char *reference;
		char c;
	} usual[] = { { "&quot;", '"' },
		      { "&apos;", '\'' },
		      { "&amp;", '&' },
		      { "&lt;", '<' },
		      { "&gt;", '>' } };
	char *out = arena_strdup(a, value), *to = out;

	for (const char *p = value; *p != '\0';) {
		size_t i = 0;

		while (i < G_N_ELEMENTS(usual) &&
		       !g_str_has_prefix(p, usual[i].reference))
			i++;
		if (i < G_N_ELEMENTS(usual)) {
			*to++ = usual[i].c;
			p += strlen(usual[i].reference);
			continue;
		}
		*odd_r = *odd_r || (*p == '&' && is_reference(p + 1));
		*to++ = *p++;
	}
	*to = '\0';
	return out;
}

/* What an attribute of a start tag says. */
static void look_at_attribute(struct look *l, bool is_around, const char *name,
			      const char *value)
{
	static const char *const read[] = { "class",     "id",           "href",
					    "topmargin", "marginheight", NULL };
	bool is_style = strcmp(name, "style") == 0, odd = false;

	if (strchr(value, '&') != NULL)
		value = dereferenced(l->a, value, &odd);
	if (odd && (is_style || (is_around && g_strv_contains(read, name))))
		l->may_hide = true;
	if (is_style)
		look_at_css(l, value, strlen(value),
			    is_around ? SCOPE_AROUND : SCOPE_NONE);
	if (strcmp(name, "autofocus") == 0)
		l->may_hide = true; /* a reader's window moves there */
	if (!is_around)
		return;
	if (strcmp(name, "class") == 0 || strcmp(name, "id") == 0)
		keep_names(l, value);
	if (strcmp(name, "href") == 0)
		l->may_hide |= is_own_sheet(without_line_ends(l->a, value));
	if (strcmp(name, "hidden") == 0 ||
	    ((strcmp(name, "topmargin") == 0 || strcmp(name, "marginheight") == 0) &&
	     g_ascii_strtod(value, NULL) > FAR_PX))
		l->may_hide = true;
}

/* The attributes of the start tag whose name ends at p; behind its last one. */
static const char *look_at_tag(struct look *l, const char *p, bool is_around)
{
	while (*p != '\0' && *p != '>') {
		size_t n = strcspn(p, " \t\r\n\f/>=");
		char *name = g_ascii_strdown(arena_strndup(l->a, p, n), -1);
		const char *value = "";

		p += n + strspn(p + n, " \t\r\n\f/");
		if (*p == '=') {
			p += 1 + strspn(p + 1, " \t\r\n\f");
			char quote = *p == '"' || *p == '\'' ? *p++ : '\0';
			const char mark[] = { quote, '\0' };

			n = strcspn(p, quote != '\0' ? mark : " \t\r\n\f>");
			value = arena_strndup(l->a, p, n);
			p += n + (quote != '\0' && p[n] == quote);
			p += strspn(p, " \t\r\n\f/");
		}
		look_at_attribute(l, is_around, name, value);
		g_free(name);
	}
	return p;
}

/* In SVG and MathML a sheet is read as other texts are: with references and elements in it. */
static void look_at_sheet(struct look *l, const char *css, size_t n)
{
	bool odd = false;

	look_at_css(l, css, n, SCOPE_NONE);
	if (!l->foreign)
		return;
	const char *text = dereferenced(l->a, arena_strndup(l->a, css, n), &odd);

	l->may_hide |= odd || memchr(css, '<', n) != NULL;
	look_at_css(l, text, strlen(text), SCOPE_NONE);
}

/* Start tags, and with sheets set, what is in style elements. */
static void walk(struct look *l, const char *html, bool sheets)
{
	for (const char *p = html; (p = strchr(p, '<')) != NULL && !l->may_hide;) {
		p++;
		if (!g_ascii_isalpha(*p))
			continue;
		char *tag = take_name(l->a, &p);

		if (!sheets) {
			p += strspn(p, " \t\r\n\f/");
			p = look_at_tag(l, p, g_strv_contains(around, tag));
		} else if (strcmp(tag, "style") == 0) {
			size_t n = strcspn(p, ">");
			const char *css = p + n, *end = strcasestr(css, "</style");

			n = end == NULL ? strlen(css) : (size_t)(end - css);
			look_at_sheet(l, css + (n > 0), n - (n > 0));
			p = css + n;
		}
		g_free(tag);
	}
}

bool html_may_hide(struct arena *a, struct bytes html)
{
	struct look l = { .a = a,
			  .names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
							 NULL) };
	char *text = arena_strndup(a, html.at, html.n);

	for (size_t i = 0; i < html.n; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	l.foreign = strcasestr(text, "<svg") != NULL || strcasestr(text, "<math") != NULL;
	l.may_hide = strcasestr(text, "@import") != NULL && is_own_sheet(text);
	walk(&l, text, false);
	walk(&l, text, true);
	g_hash_table_destroy(l.names);
	return l.may_hide;
}
