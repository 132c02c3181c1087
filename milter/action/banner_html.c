/* The banner as HTML. All that is not a tag of ours is ASCII without markup: foreign words
 * come as entities, so that they mean the same in every charset and can open no tag. The
 * style is inline and insists, because the style sheet of the message around it is the
 * sender's. The last line is the end of a comment: what stood behind the place follows it on
 * the same line, and its line grows by three bytes only. */
#include "action/banner_html.h"

#include <glib.h>

#include "action/html_place.h"

#define OPENING "<!--wonted:banner-->"
#define CLOSING "/wonted:banner"

enum {
	REASON_BYTES = 240, /* as in plain text */
	WORD_CHARS = 40,    /* a longer one may be broken: lines of mail end before 998 */
	BLOCK_BYTES = 32768,
};

/* Up to the heading it is the same in every block: by that it is known again. */
static const char opening[] = OPENING
	"\n<table data-wonted=\"banner\" role=\"presentation\" width=\"100%\" "
	"border=\"0\"\n"
	" cellpadding=\"0\" cellspacing=\"0\" style=\"display:table!important;\n"
	" visibility:visible!important;opacity:1!important;width:100%;margin:0 0 12px "
	"0;\n"
	" border-collapse:collapse\"><tr><td style=\"padding:10px 14px;text-align:left;\n"
	" background:#fff4ce;border:1px solid #b58900;border-left:6px solid #b58900;\n"
	" color:#222222!important;font:14px/1.4 sans-serif!important\">\n";

static void append_entity(GString *out, gunichar c)
{
	if (c < 0x80 &&
	    (g_ascii_isalnum((char)c) || strchr(" .,:;-_@/()[]+%!?*", (int)c)))
		g_string_append_c(out, (char)c);
	else
		g_string_append_printf(out, "&#%u;", c);
}

static void append_entities(GString *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
		append_entity(out, g_utf8_get_char(p));
}

/* the block as far as its heading */
static void append_opening(GString *out, const char *heading)
{
	g_string_append(out, opening);
	g_string_append(out, "<b>");
	append_entities(out, heading);
	g_string_append(out, "</b>\n");
}

static void append_reason(GString *out, const char *reason)
{
	char *valid = g_utf8_make_valid(reason, (gssize)strnlen(reason, REASON_BYTES));
	size_t word = 0, line = out->len;

	g_string_append(out, "<br>&#8226;&nbsp;");
	for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		word = c == ' ' ? 0 : word + 1;
		if (c == ' ' && out->len - line > 60) {
			g_string_append_c(out, '\n');
			line = out->len;
		} else if (word > WORD_CHARS) {
			g_string_append(out, "<wbr\n>");
			line = out->len;
			word = 0;
		}
		append_entity(out, c);
	}
	g_string_append_c(out, '\n');
	g_free(valid);
}

struct bytes banner_html_block(struct arena *a, const struct banner_words *w,
			       const char *eol, bool in_line)
{
	GString *out = g_string_new(in_line ? "\n" : "");
	size_t end = in_line ? 3 : 3 + strlen(eol); /* of the last line */
	struct bytes block;

	append_opening(out, w->heading);
	for (size_t i = 0; i < w->n_reasons; i++)
		append_reason(out, w->reasons[i]);
	if (w->advice != NULL) {
		g_string_append(out, "<br>");
		append_entities(out, w->advice);
		g_string_append_c(out, '\n');
	}
	g_string_append(out, "</td></tr></table>\n<!--" CLOSING "\n-->");
	if (!in_line)
		g_string_append_c(out, '\n');
	g_string_replace(out, "\n", eol, 0);
	while (out->len % 3 != 0)
		g_string_insert_c(out, (gssize)(out->len - end), ' ');
	block.at = arena_strndup(a, out->str, out->len);
	block.n = out->len;
	g_string_free(out, TRUE);
	return block;
}

static struct bytes from(struct bytes text, size_t at)
{
	return (struct bytes){ .at = text.at + at, .n = text.n - at };
}

bool banner_html_begins(struct bytes html, const char *heading)
{
	GString *ours = g_string_new(NULL);
	size_t at = 0;
	bool begins;

	while (at < html.n && g_ascii_isspace(html.at[at]))
		at++;
	append_opening(ours, heading);
	begins = bytes_begin(from(html, at), ours->str);
	g_string_free(ours, TRUE);
	return begins;
}

bool banner_html_is_marked(struct bytes html)
{
	return bytes_begin(html, OPENING);
}

/* Behind white space of at most a line end and two blanks. */
static size_t behind_blanks(struct bytes text, size_t i)
{
	size_t most = MIN(text.n, i + 4);

	while (i < most && g_ascii_isspace(text.at[i]))
		i++;
	return i;
}

static size_t eol_before(struct bytes text, size_t i)
{
	if (i == 0 || text.at[i - 1] != '\n')
		return 0;
	return i > 1 && text.at[i - 2] == '\r' ? 2 : 1;
}

struct block banner_html_find(struct bytes html)
{
	struct block none = { 0 };
	size_t at = bytes_find(html, 0, OPENING), eol = eol_before(html, at);
	size_t end = bytes_find(html, at, CLOSING);

	if (end == html.n || end - at > BLOCK_BYTES ||
	    !bytes_begin(from(html, at), opening))
		return none;
	end = behind_blanks(html, end + strlen(CLOSING));
	if (!bytes_begin(from(html, end), "-->"))
		return none;
	end += 3;
	if (at > eol && html.at[at - eol - 1] == '>' && eol > 0)
		return (struct block){ .at = at - eol, .n = end + eol - at };
	if (end < html.n && html.at[end] == '\r')
		end++;
	if (end == html.n || html.at[end] != '\n')
		return none;
	return (struct block){ .at = at, .n = end + 1 - at };
}
