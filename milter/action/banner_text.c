/* The banner as plain text: ASCII only, so that it reads the same in every charset that has
 * ASCII in it, and no line longer than 72, so that no encoding has to fold it. No line ends
 * in a blank (RFC 3676 would join it to the next) or begins with "From " or ">". */
#include "action/banner_text.h"

#include <glib.h>

#include "action/unlinked.h"
#include "message/unicode.h"

#define OPENING "----------[ wonted ]----------------------------------------------------"
#define CLOSING "----------[ /wonted ]"
#define CLOSING_DASHES 49

enum {
	COLUMNS = 72,
	REASON_BYTES = 240, /* a banner must stay short to be read */
	BLOCK_BYTES = 4096, /* no block of ours is longer */
	MARK_BYTES = 200,   /* of a line that may be taken for one of its ends */
	MARK_SIGNS = 5,     /* dashes and the like in it: "* Wonted *" is a title */
};

size_t bytes_find(struct bytes text, size_t from, const char *phrase)
{
	const char *found;

	if (from >= text.n)
		return text.n;
	found = memmem(text.at + from, text.n - from, phrase, strlen(phrase));
	return found == NULL ? text.n : (size_t)(found - text.at);
}

/* One word in ASCII: as it is, with its accents taken off, or transliterated. */
static void append_word(struct arena *a, GString *out, const char *word)
{
	const char *latin;
	char *ascii;

	if (g_str_is_ascii(word)) {
		g_string_append(out, word);
		return;
	}
	ascii = g_str_to_ascii(word, "C");
	if (strchr(ascii, '?') == NULL || strchr(word, '?') != NULL) {
		g_string_append(out, ascii);
	} else {
		latin = unicode_latin(a, word);
		for (const char *p = latin; *p != '\0'; p++)
			g_string_append_c(out, g_ascii_isprint(*p) ? *p : '?');
	}
	g_free(ascii);
}

/* A line of ours in ASCII; it fits. */
static void append_line(struct arena *a, GString *out, const char *text, const char *eol)
{
	char **words = g_strsplit(text, " ", -1);

	for (size_t i = 0; words[i] != NULL; i++) {
		if (i > 0)
			g_string_append_c(out, ' ');
		append_word(a, out, words[i]);
	}
	g_string_append(out, eol);
	g_strfreev(words);
}

static void append_wrapped(struct arena *a, GString *out, const char *text,
			   const char *eol)
{
	size_t column = 1;
	char *valid = g_utf8_make_valid(text, (gssize)strnlen(text, REASON_BYTES));
	char *quiet = without_numbers(valid);
	char **words = g_strsplit(quiet, " ", -1);

	g_string_append_c(out, '-');
	for (size_t i = 0; words[i] != NULL; i++) {
		GString *word = g_string_new(NULL);

		append_word(a, word, words[i]);
		unlinked_ascii(word);
		if (column + 1 + word->len > COLUMNS && column > 1) {
			g_string_append(out, eol);
			g_string_append_c(out, ' ');
			column = 1;
		}
		if (word->len > 0) {
			g_string_append_c(out, ' ');
			g_string_append_len(out, word->str, (gssize)word->len);
			column += 1 + word->len;
		}
		g_string_free(word, TRUE);
	}
	g_string_append(out, eol);
	g_strfreev(words);
	g_free(quiet);
	g_free(valid);
}

struct bytes banner_text_block(struct arena *a, const struct banner_words *w,
			       const char *eol)
{
	GString *out = g_string_new(OPENING);
	size_t dashes = CLOSING_DASHES;
	struct bytes block;

	g_string_append(out, eol);
	append_line(a, out, w->heading, eol);
	for (size_t i = 0; i < w->n_reasons; i++)
		append_wrapped(a, out, w->reasons[i], eol);
	if (w->advice != NULL)
		append_line(a, out, w->advice, eol);
	g_string_append(out, CLOSING);
	while (dashes-- > 0)
		g_string_append_c(out, '-');
	while ((out->len + 2 * strlen(eol)) % 3 != 0)
		g_string_append_c(out, '-');
	g_string_append_printf(out, "%s%s", eol, eol);
	block.at = arena_strndup(a, out->str, out->len);
	block.n = out->len;
	g_string_free(out, TRUE);
	return block;
}

/* a line and its end */
struct line {
	size_t at, n, next;
};

static struct line line_at(struct bytes text, size_t at)
{
	const char *lf = at >= text.n ? NULL : memchr(text.at + at, '\n', text.n - at);
	size_t end = lf == NULL ? text.n : (size_t)(lf - text.at);
	struct line l = { .at = at, .n = end - at, .next = end + (lf != NULL) };

	while (l.n > 0 && g_ascii_isspace(text.at[l.at + l.n - 1]))
		l.n--;
	return l;
}

enum mark { MARK_NONE, MARK_OPENING, MARK_CLOSING };

/* Has the line no letters but those of our name, and enough of other signs around them? */
static enum mark mark_of(const char *line, size_t n)
{
	static const char name[] = "wonted";
	size_t found = 0, signs = 0;
	bool slash = false;

	if (n > MARK_BYTES)
		return MARK_NONE;
	for (size_t i = 0; i < n; i++) {
		char c = g_ascii_tolower(line[i]);

		if (g_ascii_isalnum(c)) {
			if (found >= strlen(name) || c != name[found++])
				return MARK_NONE;
		} else if (!g_ascii_isspace(c)) {
			slash |= c == '/' && found == 0;
			signs++;
		}
	}
	if (found < strlen(name) || signs < MARK_SIGNS)
		return MARK_NONE;
	return slash ? MARK_CLOSING : MARK_OPENING;
}

/* the first line from a place on with a mark; n is 0: there is none */
static struct line find_mark(struct bytes text, size_t from, enum mark mark)
{
	while (from < text.n) {
		struct line l = line_at(text, from);

		if (mark_of(text.at + l.at, l.n) == mark)
			return l;
		from = l.next;
	}
	return (struct line){ .at = text.n };
}

struct block banner_text_find(struct bytes text)
{
	struct line open = find_mark(text, 0, MARK_OPENING), close, behind;
	struct bytes near = text;

	if (open.n == 0)
		return (struct block){ 0 };
	near.n = MIN(near.n, open.at + BLOCK_BYTES);
	close = find_mark(near, open.next, MARK_CLOSING);
	if (close.n == 0)
		return (struct block){ .at = open.at, .n = open.next - open.at };
	behind = line_at(text, close.next);
	if (behind.n > 0)
		behind.next = close.next;
	return (struct block){ .at = open.at,
			       .n = behind.next - open.at,
			       .whole = behind.next > close.next &&
					text.at[behind.next - 1] == '\n' };
}
