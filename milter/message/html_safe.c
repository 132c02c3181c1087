/* Allowed is what stands in the table, and no attribute but the spans of cells. Tags are closed
 * by our own stack, whatever the sender closed: what is written is always balanced. */
#include "message/html_safe.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <string.h>

#include "base/compiler.h"
#include "base/printable.h"
#include "message/html_tags.h"

#define MAX_NEST \
	256 /* as of html_text.c: the parser walks its stack for stray end tags */
#define SPAN_MOST 50 /* columns or rows of one cell */
#define TARGET_MOST 160

enum what {
	WHAT_DROP, /* the tag alone: its text is shown */
	WHAT_WRITE,
	WHAT_VOID,   /* it has no end */
	WHAT_SILENT, /* nothing inside is shown */
	WHAT_CELL,   /* written, with its spans */
	WHAT_LINK,
	WHAT_PICTURE,
};

static const struct row {
	const char *name;
	const char *as; /* NULL: as it is called */
	enum what what;
} rows[] = {
	/* sorted by name */
	{ "a", "u", WHAT_LINK },
	{ "abbr", NULL, WHAT_WRITE },
	{ "address", "div", WHAT_WRITE },
	{ "applet", NULL, WHAT_SILENT },
	{ "article", "div", WHAT_WRITE },
	{ "audio", NULL, WHAT_SILENT },
	{ "b", NULL, WHAT_WRITE },
	{ "big", "span", WHAT_WRITE },
	{ "blockquote", NULL, WHAT_WRITE },
	{ "br", NULL, WHAT_VOID },
	{ "canvas", NULL, WHAT_SILENT },
	{ "caption", NULL, WHAT_WRITE },
	{ "center", "div", WHAT_WRITE },
	{ "cite", NULL, WHAT_WRITE },
	{ "code", NULL, WHAT_WRITE },
	{ "dd", NULL, WHAT_WRITE },
	{ "del", NULL, WHAT_WRITE },
	{ "div", NULL, WHAT_WRITE },
	{ "dl", NULL, WHAT_WRITE },
	{ "dt", NULL, WHAT_WRITE },
	{ "em", NULL, WHAT_WRITE },
	{ "embed", NULL, WHAT_SILENT },
	{ "font", "span", WHAT_WRITE },
	{ "footer", "div", WHAT_WRITE },
	{ "frameset", NULL, WHAT_SILENT },
	{ "h1", NULL, WHAT_WRITE },
	{ "h2", NULL, WHAT_WRITE },
	{ "h3", NULL, WHAT_WRITE },
	{ "h4", NULL, WHAT_WRITE },
	{ "h5", NULL, WHAT_WRITE },
	{ "h6", NULL, WHAT_WRITE },
	{ "header", "div", WHAT_WRITE },
	{ "hr", NULL, WHAT_VOID },
	{ "i", NULL, WHAT_WRITE },
	{ "iframe", NULL, WHAT_SILENT },
	{ "img", NULL, WHAT_PICTURE },
	{ "ins", NULL, WHAT_WRITE },
	{ "kbd", NULL, WHAT_WRITE },
	{ "li", NULL, WHAT_WRITE },
	{ "main", "div", WHAT_WRITE },
	{ "math", NULL, WHAT_SILENT },
	{ "noembed", NULL, WHAT_SILENT },
	{ "noframes", NULL, WHAT_SILENT },
	{ "noscript", NULL, WHAT_SILENT },
	{ "object", NULL, WHAT_SILENT },
	{ "ol", NULL, WHAT_WRITE },
	{ "p", NULL, WHAT_WRITE },
	{ "pre", NULL, WHAT_WRITE },
	{ "q", NULL, WHAT_WRITE },
	{ "s", NULL, WHAT_WRITE },
	{ "samp", NULL, WHAT_WRITE },
	{ "script", NULL, WHAT_SILENT },
	{ "section", "div", WHAT_WRITE },
	{ "small", NULL, WHAT_WRITE },
	{ "span", NULL, WHAT_WRITE },
	{ "strike", "s", WHAT_WRITE },
	{ "strong", NULL, WHAT_WRITE },
	{ "style", NULL, WHAT_SILENT },
	{ "sub", NULL, WHAT_WRITE },
	{ "sup", NULL, WHAT_WRITE },
	{ "svg", NULL, WHAT_SILENT },
	{ "table", NULL, WHAT_WRITE },
	{ "tbody", NULL, WHAT_WRITE },
	{ "td", NULL, WHAT_CELL },
	{ "template", NULL, WHAT_SILENT },
	{ "tfoot", NULL, WHAT_WRITE },
	{ "th", NULL, WHAT_CELL },
	{ "thead", NULL, WHAT_WRITE },
	{ "title", NULL, WHAT_SILENT },
	{ "tr", NULL, WHAT_WRITE },
	{ "tt", "code", WHAT_WRITE },
	{ "u", "span", WHAT_WRITE },
	{ "ul", NULL, WHAT_WRITE },
	{ "var", NULL, WHAT_WRITE },
	{ "video", NULL, WHAT_SILENT },
};

struct open_tag {
	const char *as; /* NULL: nothing was written for it */
	char *target;   /* of a link */
	bool silent;    /* it, or what it stands in */
};

struct safe_writer {
	struct arena *a;
	GString *out;
	size_t most;
	bool cut;
	struct open_tag stack[MAX_NEST];
	size_t depth;
	htmlParserCtxtPtr parser;
	size_t stopped_at; /* bytes read when nesting went too deep; 0: it did not */
};

static int compare_row(const void *name, const void *row)
{
	return strcmp(name, ((const struct row *)row)->name);
}

static const struct row *row_of(const char *name)
{
	return bsearch(name, rows, COUNT_OF(rows), sizeof(rows[0]), compare_row);
}

/* what shows itself, blanks, and the joiners that some scripts and pictures need */
static bool is_plain(gunichar c)
{
	return c == '\n' || c == '\t' || c == ' ' || c == 0xa0 || c == 0xad ||
	       c == 0x200c || c == 0x200d || (c >= 0xfe00 && c <= 0xfe0f) ||
	       shows_itself(c);
}

static void append_one(GString *out, gunichar c)
{
	switch (c) {
	case '<':
		g_string_append(out, "&lt;");
		break;
	case '>':
		g_string_append(out, "&gt;");
		break;
	case '&':
		g_string_append(out, "&amp;");
		break;
	case '"':
		g_string_append(out, "&quot;");
		break;
	case '\'':
		g_string_append(out, "&#39;");
		break;
	case '\r':
		break;
	default:
		if (is_plain(c))
			g_string_append_unichar(out, c);
		else
			g_string_append_printf(out, "[U+%04X]", c);
	}
}

void html_escape_append(GString *out, struct bytes text)
{
	for (const char *p = text.at, *end = text.at + text.n; p < end;) {
		gunichar c = g_utf8_get_char_validated(p, end - p);
		bool good = c < 0x110000;

		append_one(out, good ? c : 0xfffd);
		p = good ? g_utf8_next_char(p) : p + 1;
	}
}

static bool is_silent(const struct safe_writer *w)
{
	return w->depth > 0 && w->stack[w->depth - 1].silent;
}

static void write_text(struct safe_writer *w, const char *text, size_t n)
{
	if (is_silent(w) || w->cut)
		return;
	if (w->out->len + n >= w->most) {
		w->cut = true;
		return;
	}
	html_escape_append(w->out, (struct bytes){ text, n });
}

/* a number that a cell may span */
static void write_span(struct safe_writer *w, const char *name,
		       const xmlChar **attributes)
{
	for (; attributes != NULL && attributes[0] != NULL; attributes += 2) {
		guint64 n;

		if (attributes[1] != NULL &&
		    strcmp((const char *)attributes[0], name) == 0 &&
		    g_ascii_string_to_unsigned((const char *)attributes[1], 10, 1,
					       SPAN_MOST, &n, NULL))
			g_string_append_printf(w->out, " %s=\"%u\"", name, (unsigned)n);
	}
}

static const char *attribute(const char *name, const xmlChar **attributes)
{
	for (; attributes != NULL && attributes[0] != NULL; attributes += 2)
		if (strcmp((const char *)attributes[0], name) == 0)
			return (const char *)attributes[1];
	return NULL;
}

/* Words of ours stand in brackets that the sender can write as well: they are a <samp>, which
 * his are, too, but the page says that no link and no picture is one. */
static void write_picture(struct safe_writer *w, const char *alt)
{
	if (alt == NULL || alt[0] == '\0' || is_silent(w) || w->cut)
		return;
	g_string_append(w->out, "<i>[");
	write_text(w, alt, strlen(alt));
	g_string_append(w->out, "]</i>");
}

static void write_target(struct safe_writer *w, const char *target)
{
	size_t n = strlen(target);

	if (w->cut)
		return;
	g_string_append(w->out, " <small>[");
	write_text(w, target, MIN(n, TARGET_MOST));
	g_string_append(w->out, n > TARGET_MOST ? "...]</small>" : "]</small>");
}

static void close_one(struct safe_writer *w)
{
	struct open_tag *t = &w->stack[--w->depth];

	if (t->as != NULL)
		g_string_append_printf(w->out, "</%s>", t->as);
	if (t->target != NULL)
		write_target(w, t->target);
	g_clear_pointer(&t->target, g_free);
}

static void open_one(struct safe_writer *w, const struct row *row,
		     const xmlChar **attributes)
{
	struct open_tag t = { .silent = is_silent(w) || row->what == WHAT_SILENT };

	if (!t.silent && !w->cut && row->what != WHAT_DROP) {
		t.as = row->as != NULL ? row->as : row->name;
		g_string_append_printf(w->out, "<%s", t.as);
		if (row->what == WHAT_CELL) {
			write_span(w, "colspan", attributes);
			write_span(w, "rowspan", attributes);
		}
		g_string_append_c(w->out, '>');
		if (row->what == WHAT_LINK)
			t.target = g_strdup(attribute("href", attributes));
	}
	w->stack[w->depth++] = t;
}

static void stop(struct safe_writer *w)
{
	long read = xmlByteConsumed(w->parser);

	w->stopped_at = read > 0 ? (size_t)read : SIZE_MAX;
	xmlStopParser(w->parser);
}

static void on_start(void *user, const xmlChar *element, const xmlChar **attributes)
{
	static const struct row dropped = { .name = "", .what = WHAT_DROP };
	struct safe_writer *w = user;
	const struct row *row = row_of((const char *)element);

	if (w->stopped_at > 0)
		return;
	if (row != NULL && row->what == WHAT_PICTURE)
		write_picture(w, attribute("alt", attributes));
	if (row != NULL && row->what == WHAT_VOID && !is_silent(w) && !w->cut)
		g_string_append_printf(w->out, "<%s>", row->name);
	open_one(w,
		 row == NULL || row->what == WHAT_PICTURE || row->what == WHAT_VOID
			 ? &dropped
			 : row,
		 attributes);
	if (w->depth == MAX_NEST)
		stop(w);
	if (w->out->len >= w->most)
		w->cut = true;
}

static void on_end(void *user, const xmlChar *element)
{
	struct safe_writer *w = user;

	(void)element;
	if (w->stopped_at == 0 && w->depth > 0)
		close_one(w);
}

static void on_text(void *user, const xmlChar *text, int n)
{
	struct safe_writer *w = user;

	if (w->stopped_at == 0)
		write_text(w, (const char *)text, (size_t)n);
}

/* one parser, up to the end or to where nesting goes too deep */
static void run_parser(struct safe_writer *w, struct bytes html)
{
	htmlParserCtxtPtr c = htmlCreateMemoryParserCtxt(html.at, (int)html.n);

	if (c == NULL)
		g_error("out of memory");
	*c->sax = (htmlSAXHandler){ .startElement = on_start,
				    .endElement = on_end,
				    .characters = on_text,
				    .ignorableWhitespace = on_text,
				    .cdataBlock = on_text };
	c->userData = w;
	htmlCtxtUseOptions(c, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
				      HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
				      HTML_PARSE_IGNORE_ENC);
	xmlSwitchEncoding(c, XML_CHAR_ENCODING_UTF8);
	w->parser = c;
	w->stopped_at = 0;
	htmlParseDocument(c);
	htmlFreeParserCtxt(c);
	while (w->depth > 0)
		close_one(w);
}

bool html_safe_append(struct arena *a, struct bytes html, size_t most, GString *out)
{
	struct safe_writer *w = g_new0(struct safe_writer, 1);

	w->a = a;
	w->out = out;
	w->most = most;
	html = html_few_attributes(a, html);
	while (html.n > 0 && !w->cut) {
		run_parser(w, html);
		const char *rest = w->stopped_at == 0 || w->stopped_at >= html.n
					   ? NULL
					   : memchr(html.at + w->stopped_at, '>',
						    html.n - w->stopped_at);

		if (rest == NULL)
			break;
		html.n -= (size_t)(rest + 1 - html.at);
		html.at = rest + 1;
	}
	bool whole = !w->cut;

	g_free(w);
	return whole;
}
