/* HTML as its reader sees it: the wall around libxml2's SAX parser. The events are weighed
 * with a stack of what is inherited (hidden or not, colours); no tree is ever built. It must
 * never be the push parser: that one drops whatever comes after "</html>", and readers do
 * not. Nesting is bounded, because libxml2 walks its own stack for every stray end tag: past
 * the bound a fresh parser goes on behind the last tag. */
#include "message/html_text.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "message/html_tags.h"
#include "message/inline_style.h"
#include "message/links.h"
#include "message/style_sheet.h"

#define MAX_NEST \
	256 /* real mail, with twenty replies quoted in each other, stays below */
#define MAX_SHEET 65536 /* newsletters have some 10 kB */
#define MAX_LINK_TEXT 1024
#define MAX_URL 2048

enum element_flags {
	ELEMENT_BLOCK = 1 << 0,  /* starts and ends a line */
	ELEMENT_SILENT = 1 << 1, /* its content is no text */
	ELEMENT_LINK = 1 << 2,
	ELEMENT_PLACE = 1 << 3,   /* leads somewhere, but encloses no text of its own */
	ELEMENT_CELL = 1 << 4,    /* a blank between it and the next */
	ELEMENT_SHEET = 1 << 5,   /* its content is a style sheet */
	ELEMENT_REFRESH = 1 << 6, /* leads on by itself */
};

static const struct element {
	const char *name;
	unsigned flags;
} elements[] = {
	/* sorted by name */
	{ "a", ELEMENT_LINK },
	{ "address", ELEMENT_BLOCK },
	{ "animate", ELEMENT_PLACE },
	{ "area", ELEMENT_PLACE },
	{ "article", ELEMENT_BLOCK },
	{ "blockquote", ELEMENT_BLOCK },
	{ "br", ELEMENT_BLOCK },
	{ "button", ELEMENT_PLACE },
	{ "center", ELEMENT_BLOCK },
	{ "dd", ELEMENT_BLOCK },
	{ "div", ELEMENT_BLOCK },
	{ "dl", ELEMENT_BLOCK },
	{ "dt", ELEMENT_BLOCK },
	{ "embed", ELEMENT_PLACE },
	{ "fieldset", ELEMENT_BLOCK },
	{ "footer", ELEMENT_BLOCK },
	{ "form", ELEMENT_BLOCK | ELEMENT_PLACE },
	{ "frame", ELEMENT_PLACE },
	{ "h1", ELEMENT_BLOCK },
	{ "h2", ELEMENT_BLOCK },
	{ "h3", ELEMENT_BLOCK },
	{ "h4", ELEMENT_BLOCK },
	{ "h5", ELEMENT_BLOCK },
	{ "h6", ELEMENT_BLOCK },
	{ "header", ELEMENT_BLOCK },
	{ "hr", ELEMENT_BLOCK },
	{ "iframe", ELEMENT_SILENT | ELEMENT_PLACE },
	{ "input", ELEMENT_PLACE },
	{ "li", ELEMENT_BLOCK },
	{ "main", ELEMENT_BLOCK },
	{ "meta", ELEMENT_REFRESH },
	{ "nav", ELEMENT_BLOCK },
	{ "noembed", ELEMENT_SILENT },
	{ "noframes", ELEMENT_SILENT },
	{ "object", ELEMENT_PLACE },
	{ "ol", ELEMENT_BLOCK },
	{ "option", ELEMENT_BLOCK },
	{ "p", ELEMENT_BLOCK },
	{ "pre", ELEMENT_BLOCK },
	{ "script", ELEMENT_SILENT },
	{ "section", ELEMENT_BLOCK },
	{ "set", ELEMENT_PLACE },
	{ "style", ELEMENT_SILENT | ELEMENT_SHEET },
	{ "table", ELEMENT_BLOCK },
	{ "td", ELEMENT_CELL },
	{ "template", ELEMENT_SILENT },
	{ "th", ELEMENT_CELL },
	{ "title", ELEMENT_SILENT },
	{ "tr", ELEMENT_BLOCK },
	{ "ul", ELEMENT_BLOCK },
	{ "use", ELEMENT_PLACE },
};

/* what an element hands down */
struct frame {
	bool gone, invisible, tiny, silent, sheet;
	bool hidden; /* the sum of the above and of the colours */
	int color, background;
};

/* one place text goes to; blanks are held back until something follows */
struct sink {
	GString *out;
	size_t max;
	bool blank, line;
};

struct open_link {
	bool open;
	struct link link;
	struct sink text;
	size_t from;                /* in the visible text */
	bool seen, unseen, picture; /* visible text, hidden text, an image inside */
};

/* of the visible text */
struct stretch {
	size_t from, to;
};

struct reader {
	struct arena *a;
	struct html_text *t;
	struct sink visible, hidden;
	struct open_link link;
	GArray *linked; /* struct stretch: visible text that stands in links */
	GString *sheet; /* of the <style> that is open */
	GArray *rules;  /* struct style_rule */
	struct frame stack[MAX_NEST];
	size_t depth; /* elements open */
	htmlParserCtxtPtr parser;
	size_t stopped_at; /* bytes read when nesting went too deep; 0: it did not */
};

/* As strcmp() tells: most names differ in their first letters. */
static bool is_name(const char *one, const char *other)
{
	return one[0] == other[0] && strcmp(one, other) == 0;
}

static int compare_element(const void *name, const void *element)
{
	const char *one = name, *other = ((const struct element *)element)->name;
	int first = (unsigned char)one[0] - (unsigned char)other[0];

	return first != 0 ? first : strcmp(one, other);
}

static unsigned flags_of(const char *name)
{
	const struct element *e = bsearch(name, elements, G_N_ELEMENTS(elements),
					  sizeof(elements[0]), compare_element);

	return e == NULL ? 0 : e->flags;
}

static struct frame *top(struct reader *r)
{
	return &r->stack[r->depth];
}

/* blanks outside ASCII, and characters without width: how many bytes, and which of both */
static size_t odd_space(const char *p, size_t left, bool *blank_r)
{
	const unsigned char *u = (const unsigned char *)p;

	*blank_r = false;
	if (left >= 2 && u[0] == 0xc2 && (u[1] == 0xa0 || u[1] == 0xad)) {
		*blank_r = u[1] == 0xa0;
		return 2;
	}
	if (left >= 2 && u[0] == 0xcd && u[1] == 0x8f) /* combining grapheme joiner */
		return 2;
	if (left < 3)
		return 0;
	if (u[0] == 0xe2 && u[1] == 0x80) { /* spaces, zero widths, directions */
		*blank_r = u[2] <= 0x8a || u[2] == 0xaf;
		return u[2] <= 0x8f || (u[2] >= 0xaa && u[2] <= 0xaf) ? 3 : 0;
	}
	if (u[0] == 0xe2 && u[1] == 0x81) {
		*blank_r = u[2] == 0x9f;
		return u[2] >= 0x9f && u[2] <= 0xaf ? 3 : 0;
	}
	if (u[0] == 0xe3 && u[1] == 0x80 && u[2] == 0x80) {
		*blank_r = true;
		return 3;
	}
	return u[0] == 0xef && u[1] == 0xbb && u[2] == 0xbf ? 3 : 0;
}

/* false: no room is left */
static bool sink_run(struct sink *s, const char *text, size_t n)
{
	if (n == 0)
		return true;
	if (s->out->len + n + 1 > s->max)
		return false;
	if (s->out->len > 0 && (s->line || s->blank))
		g_string_append_c(s->out, s->line ? '\n' : ' ');
	s->line = s->blank = false;
	g_string_append_len(s->out, text, (gssize)n);
	return true;
}

/* a blank between two letters of ASCII stays as it is */
static bool is_inner_blank(const char *text, size_t n, size_t i)
{
	return text[i] == ' ' && i + 1 < n && text[i + 1] > ' ' && text[i + 1] < 0x7f;
}

/* where letters end that are neither blank nor the begin of an odd space */
static size_t ink_end(const char *text, size_t n, size_t i)
{
	while (i < n && (unsigned char)text[i] > ' ' && (unsigned char)text[i] < 0xc2)
		i++;
	return i;
}

static bool sink_text(struct sink *s, const char *text, size_t n)
{
	size_t from = 0, i = 0, odd;
	bool blank, fits = true;
	/* where room ends, words go one by one */
	bool roomy = s->out->len + n + 2 <= s->max;

	while (i < n && fits) {
		i = ink_end(text, n, i);
		if (i == n)
			break;

		unsigned char c = (unsigned char)text[i];

		if (roomy && i > from && is_inner_blank(text, n, i)) {
			i += 2;
			continue;
		}
		odd = 0;
		blank = false;
		if (c <= ' ') {
			odd = 1;
			blank = true;
		} else if (c >= 0xc2 && c <= 0xef) {
			odd = odd_space(text + i, n - i, &blank);
		}
		if (odd == 0) {
			i++;
			continue;
		}
		fits = sink_run(s, text + from, i - from);
		s->blank |= blank;
		i += odd;
		from = i;
	}
	return fits && sink_run(s, text + from, n - from);
}

static bool has_ink(const char *text, size_t n)
{
	bool blank;

	for (size_t i = 0; i < n;) {
		size_t odd = (unsigned char)text[i] <= ' '
				     ? 1
				     : odd_space(text + i, n - i, &blank);

		if (odd == 0)
			return true;
		i += odd;
	}
	return false;
}

static void on_text(void *user, const xmlChar *text, int length)
{
	struct reader *r = user;
	const struct frame *f = top(r);
	const char *p = (const char *)text;
	size_t n = length > 0 ? (size_t)length : 0;

	if (f->sheet && r->sheet->len + n <= MAX_SHEET)
		g_string_append_len(r->sheet, p, (gssize)n);
	if (f->silent)
		return;
	if (!sink_text(f->hidden ? &r->hidden : &r->visible, p, n))
		r->t->truncated |= TRUNCATED_TEXT;
	if (!r->link.open)
		return;
	if (!f->hidden)
		sink_text(&r->link.text, p, n);
	if (has_ink(p, n))
		*(f->hidden ? &r->link.unseen : &r->link.seen) = true;
}

static void close_link(struct reader *r)
{
	struct open_link *l = &r->link;

	if (!l->open)
		return;
	l->open = false;
	if (!r->t->places_alone) {
		struct stretch in = { l->from, r->visible.out->len };

		g_array_append_val(r->linked, in);
	}
	if (l->text.out != NULL) {
		l->link.text = arena_strndup(r->a, l->text.out->str, l->text.out->len);
		l->link.hidden |= l->unseen && !l->seen && !l->picture;
		g_string_free(l->text.out, TRUE);
	}
	if (r->t->links->len < r->t->max_links)
		g_array_append_val(r->t->links, l->link);
	else
		r->t->truncated |= TRUNCATED_LINKS;
}

static const char *url_of(struct arena *a, const char *text)
{
	size_t n;

	while (*text != '\0' && (unsigned char)*text <= ' ')
		text++;
	n = strnlen(text, MAX_URL + 1);
	if (n > MAX_URL)
		for (n = MAX_URL; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
			;
	while (n > 0 && (unsigned char)text[n - 1] <= ' ')
		n--;
	return arena_strndup(a, text, n);
}

static void open_link(struct reader *r, unsigned flags, const char *target)
{
	struct open_link *l = &r->link;

	if (flags & ELEMENT_LINK)
		close_link(r);
	if (target == NULL || target[0] == '\0' || target[0] == '#')
		return;
	if (r->t->links->len >= r->t->max_links) {
		r->t->truncated |= TRUNCATED_LINKS;
		return;
	}
	struct link link = { .url = url_of(r->a, target),
			     .text = "",
			     .hidden = top(r)->hidden };

	if (flags & (ELEMENT_PLACE | ELEMENT_REFRESH)) {
		g_array_append_val(r->t->links, link);
		return;
	}
	*l = (struct open_link){ .open = true, .link = link };
	if (r->t->places_alone)
		return;
	l->from = r->visible.out->len;
	l->text = (struct sink){ .out = g_string_sized_new(64), .max = MAX_LINK_TEXT };
}

static void apply_style(struct frame *f, const struct inline_style *s)
{
	f->gone |= s->gone;
	if (s->visibility != STYLE_UNSET)
		f->invisible = s->visibility == STYLE_HIDDEN;
	if (s->font != STYLE_UNSET)
		f->tiny = s->font == STYLE_HIDDEN;
	if (s->color != COLOR_UNSET)
		f->color = s->color;
	if (s->background != COLOR_UNSET && s->background != COLOR_NONE)
		f->background = s->background;
}

static void apply_attribute(struct frame *f, const char *key, const char *value)
{
	if (is_name(key, "bgcolor"))
		f->background = style_color(bytes_of(value));
	else if (is_name(key, "background"))
		f->background = COLOR_UNKNOWN;
	else if (is_name(key, "color") || is_name(key, "text"))
		f->color = style_color(bytes_of(value));
}

/* what the page's sheets say, then what the element says itself */
static void apply_styles(struct reader *r, struct frame *f, const struct styled *element,
			 const char *css)
{
	struct inline_style style;

	for (guint i = 0; i < r->rules->len; i++) {
		const struct style_rule *rule =
			&g_array_index(r->rules, struct style_rule, i);

		if (style_rule_fits(rule, element))
			apply_style(f, &rule->style);
	}
	if (css == NULL)
		return;
	style_read(bytes_of(css), &style);
	apply_style(f, &style);
}

/* What an element's attributes lead to. */
struct target {
	const char *at;      /* NULL: nowhere */
	const char *content; /* of <meta>, where it is one that leads on */
	bool refresh;
};

/* Which attribute leads somewhere, in which elements (NULL: all that lead at all). Where several
 * do, the last one counts, but a scripted value does not take the place of a real one. */
static const struct {
	const char *key, *element;
} target_keys[] = {
	{ "href", NULL },           { "xlink:href", NULL },    { "action", "form" },
	{ "formaction", "button" }, { "formaction", "input" }, { "src", "iframe" },
	{ "src", "frame" },         { "src", "embed" },        { "data", "object" },
	{ "to", "animate" },        { "to", "set" },           { "values", "animate" },
};

static void read_target(struct target *t, const char *name, const char *key,
			const char *value)
{
	if (is_name(name, "meta")) {
		if (is_name(key, "http-equiv"))
			t->refresh = g_ascii_strcasecmp(value, "refresh") == 0;
		else if (is_name(key, "content"))
			t->content = value;
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(target_keys); i++)
		if (is_name(key, target_keys[i].key) &&
		    (target_keys[i].element == NULL ||
		     is_name(name, target_keys[i].element)))
			t->at = value;
}

/* "0; url='https://...'", https://html.spec.whatwg.org/ 4.2.5.3; NULL: it stays here */
static const char *refresh_url(struct arena *a, const char *content)
{
	static const char blanks[] = " \t\r\n\f";
	const char *p = content + strspn(content, blanks);

	p += strspn(p, "0123456789.");
	p += strspn(p, ";, \t\r\n\f");
	if (g_ascii_strncasecmp(p, "url", 3) == 0) {
		const char *equals = p + 3 + strspn(p + 3, blanks);

		if (*equals == '=')
			p = equals + 1 + strspn(equals + 1, blanks);
	}
	if (*p == '"' || *p == '\'')
		return arena_strndup(a, p + 1, strcspn(p + 1, *p == '"' ? "\"" : "'"));
	return *p == '\0' ? NULL : p;
}

static void take_base(struct reader *r, const char *name, const char *target)
{
	if (target != NULL && is_name(name, "base") && r->t->base == NULL)
		r->t->base = url_of(r->a, target);
}

/* HTML 4.10.5: a type that is not known is a text, but many need no reader's hand */
static unsigned field_of(const char *name, const char *type)
{
	static const char *const others[] = { "hidden", "submit",   "button",
					      "image",  "checkbox", "radio",
					      "reset",  "range",    "color" };

	if (is_name(name, "textarea"))
		return HTML_FIELD_TEXT;
	if (!is_name(name, "input"))
		return 0;
	for (size_t i = 0; type != NULL && i < G_N_ELEMENTS(others); i++)
		if (g_ascii_strcasecmp(type, others[i]) == 0)
			return 0;
	if (type != NULL && g_ascii_strcasecmp(type, "password") == 0)
		return HTML_FIELD_PASSWORD;
	return type != NULL && g_ascii_strcasecmp(type, "file") == 0 ? HTML_FIELD_FILE
								     : HTML_FIELD_TEXT;
}

static const char *target_of(struct arena *a, const struct target *t)
{
	if (t->refresh && t->content != NULL)
		return refresh_url(a, t->content);
	return t->at;
}

/* returns where the element leads to, NULL if nowhere */
static const char *read_attributes(struct reader *r, const char *name, struct frame *f,
				   const xmlChar **attributes)
{
	struct styled element = { .tag = name };
	struct target to = { 0 };
	const char *css = NULL, *type = NULL;

	for (; attributes != NULL && attributes[0] != NULL; attributes += 2) {
		const char *key = (const char *)attributes[0];
		const char *value = (const char *)attributes[1];

		if (is_name(key, "hidden"))
			f->gone = true;
		if (value == NULL)
			continue;
		if (is_name(key, "style"))
			css = value;
		else if (is_name(key, "class"))
			element.class = value;
		else if (is_name(key, "id"))
			element.id = value;
		else if (is_name(key, "type"))
			type = value;
		else
			apply_attribute(f, key, value);
		read_target(&to, name, key, value);
	}
	apply_styles(r, f, &element, css);
	r->t->fields |= field_of(name, type);
	take_base(r, name, to.at);
	return target_of(r->a, &to);
}

static void end_line(struct reader *r, unsigned flags)
{
	if (flags & ELEMENT_BLOCK)
		r->visible.line = r->hidden.line = true;
	if (flags & (ELEMENT_CELL | ELEMENT_BLOCK))
		r->visible.blank = r->hidden.blank = r->link.text.blank = true;
}

/* libxml2 puts a <p> around text that has none, even in the middle of a line. A written one
 * is heard when the parser stands at its ">". */
static bool is_implied(const struct reader *r, const char *name,
		       const xmlChar **attributes)
{
	const xmlChar *at = r->parser->input->cur;

	return attributes == NULL && is_name(name, "p") && *at != '>' && *at != '/';
}

/* deep enough: the parser ends after this tag */
static void stop(struct reader *r)
{
	long read = xmlByteConsumed(r->parser);

	r->stopped_at = read > 0 ? (size_t)read : SIZE_MAX;
	xmlStopParser(r->parser);
}

static void on_start(void *user, const xmlChar *element, const xmlChar **attributes)
{
	struct reader *r = user;
	const char *name = (const char *)element;
	unsigned flags = flags_of(name);
	struct frame f = *top(r);
	const char *target;

	if (r->stopped_at > 0)
		return;
	if (is_implied(r, name, attributes))
		flags = 0;
	if (flags & ELEMENT_LINK)
		f.color = 0x0000ee; /* browsers' own blue, unless said otherwise */
	target = read_attributes(r, name, &f, attributes);
	f.silent |= (flags & ELEMENT_SILENT) != 0;
	f.sheet = (flags & ELEMENT_SHEET) != 0;
	f.hidden = f.gone || f.invisible || f.tiny ||
		   style_colors_alike(f.color, f.background);
	r->stack[++r->depth] = f;
	if (r->depth + 1 == MAX_NEST)
		stop(r);
	end_line(r, flags);
	if (flags & (ELEMENT_LINK | ELEMENT_PLACE | ELEMENT_REFRESH))
		open_link(r, flags, target);
	else if (is_name(name, "img"))
		r->link.picture |= !f.gone;
}

/* the same events, when nobody asks what a reader sees */
static void on_place(void *user, const xmlChar *element, const xmlChar **attributes)
{
	struct reader *r = user;
	const char *name = (const char *)element;
	unsigned flags = flags_of(name);
	struct target to = { 0 };

	if (r->stopped_at > 0)
		return;
	for (; attributes != NULL && attributes[0] != NULL; attributes += 2)
		if (attributes[1] != NULL)
			read_target(&to, name, (const char *)attributes[0],
				    (const char *)attributes[1]);
	take_base(r, name, to.at);
	if (++r->depth + 1 == MAX_NEST)
		stop(r);
	if (flags & (ELEMENT_LINK | ELEMENT_PLACE | ELEMENT_REFRESH))
		open_link(r, flags, target_of(r->a, &to));
}

static void on_place_end(void *user, const xmlChar *element)
{
	struct reader *r = user;

	if (flags_of((const char *)element) & ELEMENT_LINK)
		close_link(r);
	if (r->depth > 0)
		r->depth--;
}

static void on_end(void *user, const xmlChar *element)
{
	struct reader *r = user;
	unsigned flags = flags_of((const char *)element);

	if (flags & ELEMENT_LINK)
		close_link(r);
	if (flags & ELEMENT_SHEET) {
		style_sheet_read(r->a, (struct bytes){ r->sheet->str, r->sheet->len },
				 r->rules);
		g_string_truncate(r->sheet, 0);
	}
	end_line(r, flags);
	if (r->depth > 0)
		r->depth--;
}

static void reset_depth(struct reader *r)
{
	r->depth = 0;
	r->stack[0] = (struct frame){ .color = 0x000000, .background = 0xffffff };
}

/* Some readers read on inside of a comment that is a condition: its links count, its texts are not
 * looked at. A link that everybody sees there, too, is one. */
static void on_comment(void *user, const xmlChar *comment)
{
	struct reader *r = user;
	const char *text = (const char *)comment, *p = text;

	if (!g_str_has_prefix(text + strspn(text, " \t\r\n"), "[if"))
		return;
	while ((p = strcasestr(p, "href")) != NULL) {
		p += 4;
		p += strspn(p, " \t\r\n");
		if (*p != '=')
			continue;
		p += 1 + strspn(p + 1, " \t\r\n");
		const char *end = *p == '"' || *p == '\'' ? strchr(p + 1, *p) : NULL;

		if (end == NULL)
			continue;
		open_link(
			r, ELEMENT_PLACE,
			arena_strndup(r->a, p + 1, MIN((size_t)(end - p - 1), MAX_URL)));
		p = end;
	}
}

/* Addresses in the running text, which mail programs make links of. What stands in a link leads
 * where that one does. */
static void read_bare_links(struct reader *r, size_t from)
{
	const struct bytes all = { r->visible.out->str, r->visible.out->len };

	for (guint i = 0; i <= r->linked->len; i++) {
		bool last = i == r->linked->len;
		struct stretch in = last ? (struct stretch){ all.n, all.n }
					 : g_array_index(r->linked, struct stretch, i);
		struct bytes gap = { all.at + from, in.from - from };

		if (in.from < from)
			continue;
		if (links_in_text(r->a, gap, r->t->links, r->t->max_links))
			r->t->truncated |= TRUNCATED_LINKS;
		from = in.to;
	}
}

static htmlSAXHandler handler_of(const struct html_text *t)
{
	if (t->places_alone)
		return (htmlSAXHandler){ .startElement = on_place,
					 .endElement = on_place_end,
					 .comment = on_comment };
	return (htmlSAXHandler){ .startElement = on_start,
				 .endElement = on_end,
				 .characters = on_text,
				 .ignorableWhitespace = on_text,
				 .cdataBlock = on_text,
				 .comment = on_comment };
}

/* one parser, up to the end or to where nesting goes too deep */
static void run_parser(struct reader *r, struct bytes html)
{
	htmlParserCtxtPtr c = htmlCreateMemoryParserCtxt(html.at, (int)html.n);

	if (c == NULL)
		g_error("out of memory");
	*c->sax = handler_of(r->t);
	c->userData = r;
	htmlCtxtUseOptions(c, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
				      HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
				      HTML_PARSE_IGNORE_ENC);
	xmlSwitchEncoding(c, XML_CHAR_ENCODING_UTF8);
	r->parser = c;
	r->stopped_at = 0;
	reset_depth(r);
	htmlParseDocument(c);
	htmlFreeParserCtxt(c);
	close_link(r);
}

static void parse(struct reader *r, struct bytes html)
{
	while (html.n > 0) {
		run_parser(r, html);
		if (r->stopped_at == 0 || r->stopped_at >= html.n)
			return;
		/* the tag it stopped at has been heard; its ">" is still to come */
		const char *rest =
			memchr(html.at + r->stopped_at, '>', html.n - r->stopped_at);

		if (rest == NULL)
			return;
		html.n -= (size_t)(rest + 1 - html.at);
		html.at = rest + 1;
	}
}

static bool ends_in(const char *at, size_t n, const char *word)
{
	size_t k = strlen(word);

	return n >= k && strncasecmp(at + n - k, word, k) == 0;
}

/* does it hold anything that leads somewhere? Not to be missed: a name and "=" */
static bool may_lead(struct bytes html)
{
	static const char *const leading[] = { "href", "action", "src", "content",
					       "data" };
	const char *end = html.at + html.n, *p = html.at;

	for (; p < end && (p = memchr(p, '=', (size_t)(end - p))) != NULL; p++) {
		size_t n = (size_t)(p - html.at);

		while (n > 0 && (unsigned char)html.at[n - 1] <= ' ')
			n--;
		for (size_t i = 0; i < G_N_ELEMENTS(leading); i++)
			if (ends_in(html.at, n, leading[i]))
				return true;
	}
	return false;
}

void html_text_read(struct arena *a, struct bytes html, struct html_text *t)
{
	if (t->places_alone && !may_lead(html))
		return;

	struct reader *r = g_new0(struct reader, 1);

	r->a = a;
	r->t = t;
	r->visible =
		(struct sink){ .out = t->visible, .max = t->max_bytes, .line = true };
	r->hidden = (struct sink){ .out = t->hidden, .max = t->max_bytes, .line = true };
	r->sheet = g_string_new(NULL);
	r->rules = g_array_new(FALSE, FALSE, sizeof(struct style_rule));
	r->linked = g_array_new(FALSE, FALSE, sizeof(struct stretch));
	size_t before = t->places_alone ? 0 : t->visible->len;

	parse(r, html_few_attributes(a, html));
	if (!t->places_alone)
		read_bare_links(r, before);
	g_array_free(r->linked, TRUE);
	g_string_free(r->sheet, TRUE);
	g_array_free(r->rules, TRUE);
	g_free(r);
}

void html_library_init(void)
{
	xmlInitParser();
}
