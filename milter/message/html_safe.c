/* Allowed is what stands in the table, and no attribute but the spans of cells. Tags are closed
 * as html_tree.h tells, whatever the sender closed: what is written is always balanced. */
#include "message/html_safe.h"

#include <string.h>

#include "base/compiler.h"
#include "base/printable.h"
#include "message/html_tree.h"

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

/* what an element is written as; DROP where it is not here */
static const struct row {
	const char *as;
	enum what what;
} rows[HTML_ELEMENTS] = {
	[HTML_A] = { "u", WHAT_LINK },
	[HTML_ABBR] = { "abbr", WHAT_WRITE },
	[HTML_ADDRESS] = { "div", WHAT_WRITE },
	[HTML_APPLET] = { "applet", WHAT_SILENT },
	[HTML_ARTICLE] = { "div", WHAT_WRITE },
	[HTML_AUDIO] = { "audio", WHAT_SILENT },
	[HTML_B] = { "b", WHAT_WRITE },
	[HTML_BIG] = { "span", WHAT_WRITE },
	[HTML_BLOCKQUOTE] = { "blockquote", WHAT_WRITE },
	[HTML_BR] = { "br", WHAT_VOID },
	[HTML_CANVAS] = { "canvas", WHAT_SILENT },
	[HTML_CAPTION] = { "caption", WHAT_WRITE },
	[HTML_CENTER] = { "div", WHAT_WRITE },
	[HTML_CITE] = { "cite", WHAT_WRITE },
	[HTML_CODE] = { "code", WHAT_WRITE },
	[HTML_DD] = { "dd", WHAT_WRITE },
	[HTML_DEL] = { "del", WHAT_WRITE },
	[HTML_DIV] = { "div", WHAT_WRITE },
	[HTML_DL] = { "dl", WHAT_WRITE },
	[HTML_DT] = { "dt", WHAT_WRITE },
	[HTML_EM] = { "em", WHAT_WRITE },
	[HTML_EMBED] = { "embed", WHAT_SILENT },
	[HTML_FONT] = { "span", WHAT_WRITE },
	[HTML_FOOTER] = { "div", WHAT_WRITE },
	[HTML_FRAMESET] = { "frameset", WHAT_SILENT },
	[HTML_H1] = { "h1", WHAT_WRITE },
	[HTML_H2] = { "h2", WHAT_WRITE },
	[HTML_H3] = { "h3", WHAT_WRITE },
	[HTML_H4] = { "h4", WHAT_WRITE },
	[HTML_H5] = { "h5", WHAT_WRITE },
	[HTML_H6] = { "h6", WHAT_WRITE },
	[HTML_HEADER] = { "div", WHAT_WRITE },
	[HTML_HR] = { "hr", WHAT_VOID },
	[HTML_I] = { "i", WHAT_WRITE },
	[HTML_IFRAME] = { "iframe", WHAT_SILENT },
	[HTML_IMG] = { "img", WHAT_PICTURE },
	[HTML_INS] = { "ins", WHAT_WRITE },
	[HTML_KBD] = { "kbd", WHAT_WRITE },
	[HTML_LI] = { "li", WHAT_WRITE },
	[HTML_MAIN] = { "div", WHAT_WRITE },
	[HTML_MATH] = { "math", WHAT_SILENT },
	[HTML_NOEMBED] = { "noembed", WHAT_SILENT },
	[HTML_NOFRAMES] = { "noframes", WHAT_SILENT },
	[HTML_NOSCRIPT] = { "noscript", WHAT_SILENT },
	[HTML_OBJECT] = { "object", WHAT_SILENT },
	[HTML_OL] = { "ol", WHAT_WRITE },
	[HTML_P] = { "p", WHAT_WRITE },
	[HTML_PRE] = { "pre", WHAT_WRITE },
	[HTML_Q] = { "q", WHAT_WRITE },
	[HTML_S] = { "s", WHAT_WRITE },
	[HTML_SAMP] = { "samp", WHAT_WRITE },
	[HTML_SCRIPT] = { "script", WHAT_SILENT },
	[HTML_SECTION] = { "div", WHAT_WRITE },
	[HTML_SMALL] = { "small", WHAT_WRITE },
	[HTML_SPAN] = { "span", WHAT_WRITE },
	[HTML_STRIKE] = { "s", WHAT_WRITE },
	[HTML_STRONG] = { "strong", WHAT_WRITE },
	[HTML_STYLE] = { "style", WHAT_SILENT },
	[HTML_SUB] = { "sub", WHAT_WRITE },
	[HTML_SUP] = { "sup", WHAT_WRITE },
	[HTML_SVG] = { "svg", WHAT_SILENT },
	[HTML_TABLE] = { "table", WHAT_WRITE },
	[HTML_TBODY] = { "tbody", WHAT_WRITE },
	[HTML_TD] = { "td", WHAT_CELL },
	[HTML_TEMPLATE] = { "template", WHAT_SILENT },
	[HTML_TFOOT] = { "tfoot", WHAT_WRITE },
	[HTML_TH] = { "th", WHAT_CELL },
	[HTML_THEAD] = { "thead", WHAT_WRITE },
	[HTML_TITLE] = { "title", WHAT_SILENT },
	[HTML_TR] = { "tr", WHAT_WRITE },
	[HTML_TT] = { "code", WHAT_WRITE },
	[HTML_U] = { "span", WHAT_WRITE },
	[HTML_UL] = { "ul", WHAT_WRITE },
	[HTML_VAR] = { "var", WHAT_WRITE },
	[HTML_VIDEO] = { "video", WHAT_SILENT },
};

struct open_tag {
	const char *as;     /* NULL: nothing was written for it */
	const char *target; /* of a link */
	bool silent;        /* its content is not shown */
};

struct safe_writer {
	struct arena *a;
	GString *out;
	size_t most;
	bool cut;
	size_t depth,
		silent_from; /* elements open; from which one on all is silent, or 0 */
};

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
	return w->silent_from > 0;
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
static void write_span(struct safe_writer *w, const struct html_token *tag,
		       enum html_key key, const char *name)
{
	const char *value = html_string(w->a, tag, key);
	guint64 n;

	if (value != NULL &&
	    g_ascii_string_to_unsigned(value, 10, 1, SPAN_MOST, &n, NULL))
		g_string_append_printf(w->out, " %s=\"%u\"", name, (unsigned)n);
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

static void write_start(struct safe_writer *w, const char *as, enum what what,
			const struct html_token *tag)
{
	g_string_append_printf(w->out, "<%s", as);
	if (what == WHAT_CELL) {
		write_span(w, tag, HTML_KEY_COLSPAN, "colspan");
		write_span(w, tag, HTML_KEY_ROWSPAN, "rowspan");
	}
	g_string_append_c(w->out, '>');
}

static void *on_open(void *user, const struct html_token *tag, size_t inside)
{
	struct safe_writer *w = user;
	const struct row *row = &rows[tag->element];
	struct open_tag *t = arena_new(w->a, struct open_tag, 1);

	(void)inside;
	w->depth++;
	if (row->what == WHAT_PICTURE)
		write_picture(w, html_string(w->a, tag, HTML_KEY_ALT));
	t->silent = row->what == WHAT_SILENT;
	if (t->silent && w->silent_from == 0)
		w->silent_from = w->depth;
	if (is_silent(w) || w->cut || row->what == WHAT_DROP || row->what == WHAT_PICTURE)
		return t;
	write_start(w, row->as, row->what, tag);
	t->as = row->what == WHAT_VOID ? NULL : row->as;
	if (row->what == WHAT_LINK)
		t->target = html_string(w->a, tag, HTML_KEY_HREF);
	w->cut |= w->out->len >= w->most;
	return t;
}

/* What was not written when it opened is not written now, either. */
static void on_reopen(void *user, enum html_element element, void *own, size_t inside)
{
	struct safe_writer *w = user;
	struct open_tag *t = own;

	(void)element;
	(void)inside;
	w->depth++;
	if (t->silent && w->silent_from == 0)
		w->silent_from = w->depth;
	if (w->cut || is_silent(w))
		t->as = NULL;
	if (t->as != NULL)
		write_start(w, t->as, WHAT_WRITE, NULL);
	w->cut |= w->out->len >= w->most;
}

static void on_close(void *user, enum html_element element, void *own, bool moved)
{
	struct safe_writer *w = user;
	const struct open_tag *t = own;

	(void)element;
	if (w->silent_from == w->depth)
		w->silent_from = 0;
	w->depth--;
	if (t->as != NULL)
		g_string_append_printf(w->out, "</%s>", t->as);
	if (!moved && t->target != NULL)
		write_target(w, t->target);
}

static void on_drop(void *user, enum html_element element, void *own)
{
	const struct open_tag *t = own;

	(void)element;
	if (t->target != NULL)
		write_target(user, t->target);
}

static void on_text(void *user, struct bytes text, size_t inside)
{
	(void)inside;
	write_text(user, text.at, text.n);
}

bool html_safe_append(struct arena *a, struct bytes html, size_t most, GString *out)
{
	static const struct html_listener writer = {
		.open = on_open,
		.reopen = on_reopen,
		.close = on_close,
		.drop = on_drop,
		.text = on_text,
	};
	struct safe_writer w = { .a = a, .out = out, .most = most };

	html_tree_read(html, &writer, &w);
	return !w.cut;
}
