/* The banner as HTML. All that is not a tag of ours is ASCII without markup: foreign words
 * come as entities, so that they mean the same in every charset and can open no tag. The
 * style sheet of the message around it is the sender's, so every element of ours has an inline
 * style that insists: no sheet can win against that (CSS Cascade 5, 6.1), but for a transition,
 * and those are switched off. Only one element encloses the text, because what a parser adds by
 * itself (tbody) or what a style calls first-line would have no style of ours. Programs that do
 * not know "!important" in a style attribute read the plain declarations before it. The last
 * line is the end of a comment: what stood behind the place follows it on the same line, and its
 * line grows by three bytes only. */
#include "action/banner_html.h"

#include <glib.h>

#include "action/unlinked.h"

#define OPENING "<!--wonted:banner-->"
#define WORD "wonted:banner"
#define CLOSING "/" WORD

enum {
	REASON_BYTES = 240, /* as in plain text */
	WORD_CHARS = 40,    /* a longer one may be broken: lines of mail end before 998 */
	COMMENT_BYTES = 64, /* between the marks of a comment of ours */
};

static const char opening[] = OPENING
	"\n<div data-wonted=\"banner\" style=\"color:#222222;background:#fff4ce;\n"
	" font:14px/1.4 sans-serif;padding:10px 14px;margin:0 0 12px 0;\n"
	" border:1px solid #b58900;border-left:6px solid #b58900;\n"
	" all:initial!important;display:block!important;visibility:visible!important;\n"
	" opacity:1!important;float:none!important;clear:both!important;\n"
	" width:auto!important;min-width:0!important;max-width:none!important;\n"
	" height:auto!important;min-height:0!important;max-height:none!important;\n"
	" overflow:visible!important;clip:auto!important;clip-path:none!important;\n"
	" transform:none!important;filter:none!important;transition:none!important;\n"
	" animation:none!important;zoom:1!important;box-sizing:border-box!important;\n"
	" direction:ltr!important;unicode-bidi:isolate!important;\n"
	" text-indent:0!important;text-align:left!important;line-height:1.4!important;\n"
	" color:#222222!important;background:#fff4ce!important;\n"
	" padding:10px 14px!important;margin:0 0 12px 0!important;\n"
	" border:1px solid #b58900!important;border-left:6px solid #b58900!important;\n"
	" font:14px/1.4 sans-serif!important;z-index:2147483647!important;\n"
	" position:relative!important\">\n";

/* The letters have the style of an element of their own: ::first-line of the block around them
 * is weaker. */
#define LETTERS                                                                  \
	" style=\"all:initial!important;display:inline!important;\n"             \
	" visibility:visible!important;direction:ltr!important;color:#222222;\n" \
	" color:#222222!important;-webkit-text-fill-color:#222222!important;\n"  \
	" font:14px/1.4 sans-serif!important"

static const char heading_begins[] = "<b" LETTERS ";font-weight:bold!important\">";
static const char text_begins[] = "<span" LETTERS "\">\n";

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

/* a character without width (ZWNJ), which no link goes over */
#define NO_LINK "&#8204;"

static void append_reason(GString *out, const char *reason)
{
	char *valid = g_utf8_make_valid(reason, (gssize)strnlen(reason, REASON_BYTES));
	char *quiet = without_numbers(valid);
	size_t word = 0, line = out->len;
	gunichar before = 0, c;

	g_string_append(out, "<br/>&#8226;&#160;");
	for (const char *p = quiet; *p != '\0'; p = g_utf8_next_char(p), before = c) {
		c = g_utf8_get_char(p);

		word = c == ' ' ? 0 : word + 1;
		if (c == ' ' && out->len - line > 60) {
			g_string_append_c(out, '\n');
			line = out->len;
		} else if (word > WORD_CHARS) {
			g_string_append(out, "<wbr\n/>");
			line = out->len;
			word = 0;
		}
		append_entity(out, c);
		if (makes_link(before, c, g_utf8_get_char(g_utf8_next_char(p))))
			g_string_append(out, NO_LINK);
	}
	g_string_append_c(out, '\n');
	g_free(quiet);
	g_free(valid);
}

struct bytes banner_html_block(struct arena *a, const struct banner_words *w,
			       const struct html_setting *s)
{
	GString *out = g_string_new(s->in_line ? "\n" : "");
	size_t end = s->in_line ? 3 : 3 + strlen(s->eol); /* of the last line */
	struct bytes block;

	g_string_append(out, opening);
	g_string_append(out, heading_begins);
	append_entities(out, w->heading);
	g_string_append(out, "</b>\n");
	g_string_append(out, text_begins);
	for (size_t i = 0; i < w->n_reasons; i++)
		append_reason(out, w->reasons[i]);
	if (w->advice != NULL) {
		g_string_append(out, "<br/>");
		append_entities(out, w->advice);
		g_string_append_c(out, '\n');
	}
	g_string_append(out, "</span></div>\n<!--" CLOSING "\n-->");
	if (!s->in_line)
		g_string_append_c(out, '\n');
	g_string_replace(out, "\n", s->eol, 0);
	while (out->len % 3 != 0)
		g_string_insert_c(out, (gssize)(out->len - end), ' ');
	block.at = arena_strndup(a, out->str, out->len);
	block.n = out->len;
	g_assert(block.n <= BANNER_BLOCK_BYTES);
	g_string_free(out, TRUE);
	return block;
}

static size_t eol_before(struct bytes text, size_t i)
{
	if (i == 0 || text.at[i - 1] != '\n')
		return 0;
	return i > 1 && text.at[i - 2] == '\r' ? 2 : 1;
}

/* The comment whose text contains the word at a place. False: it stands in none. */
static bool comment_around(struct bytes html, size_t word, struct block *b_r)
{
	size_t at = word, least = word > COMMENT_BYTES ? word - COMMENT_BYTES : 0, end;

	while (at > least && html.at[at - 1] != '<' && html.at[at - 1] != '>')
		at--;
	if (at == 0 || html.at[at - 1] != '<' || html.n - at < 3 ||
	    memcmp(html.at + at, "!--", 3) != 0)
		return false;
	at--;
	html.n = MIN(html.n, word + COMMENT_BYTES);
	end = bytes_find(html, word, "-->");
	if (end >= html.n)
		return false;
	*b_r = (struct block){ .at = at, .n = end + 3 - at };
	return true;
}

/* The first comment of ours that opens a block. */
static struct block find_opening(struct bytes html)
{
	struct block found;

	for (size_t at = 0; (at = bytes_find(html, at, WORD)) < html.n; at++)
		if ((at == 0 || html.at[at - 1] != '/') &&
		    comment_around(html, at, &found))
			return found;
	return (struct block){ 0 };
}

struct block banner_html_find(struct bytes html)
{
	struct block open = find_opening(html), close = { 0 };
	size_t eol, end;

	if (open.n == 0)
		return open;
	end = bytes_find(html, open.at, CLOSING);
	if (end >= html.n || end - open.at > BANNER_BLOCK_BYTES ||
	    !comment_around(html, end, &close))
		return open;
	eol = eol_before(html, open.at);
	end = close.at + close.n;
	if (eol > 0 && open.at > eol && html.at[open.at - eol - 1] == '>')
		return (struct block){ .at = open.at - eol,
				       .n = end + eol - open.at,
				       .whole = true };
	if (end < html.n && html.at[end] == '\r')
		end++;
	end += end < html.n && html.at[end] == '\n';
	return (struct block){ .at = open.at,
			       .n = end - open.at,
			       .whole = html.at[end - 1] == '\n' };
}
