/* The banner as plain text: ASCII only, so that it reads the same in every charset that has
 * ASCII in it, and no line longer than 72, so that no encoding has to fold it. No line ends
 * in a blank (RFC 3676 would join it to the next) or begins with "From " or ">". */
#include "action/banner_text.h"

#include <glib.h>

#include "message/unicode.h"

#define OPENING "----------[ wonted ]----------------------------------------------------"
#define CLOSING "----------[ /wonted ]"
#define CLOSING_DASHES 49

enum {
	COLUMNS = 72,
	REASON_BYTES = 240, /* a banner must stay short to be read */
	BLOCK_BYTES = 4096, /* no block of ours is longer */
};

size_t bytes_find(struct bytes text, size_t from, const char *needle)
{
	const char *found;

	if (from >= text.n)
		return text.n;
	found = memmem(text.at + from, text.n - from, needle, strlen(needle));
	return found == NULL ? text.n : (size_t)(found - text.at);
}

bool bytes_begin(struct bytes text, const char *with)
{
	size_t i = 0;

	for (; *with != '\0'; with++) {
		while (i < text.n && text.at[i] == '\r')
			i++;
		if (i >= text.n || text.at[i++] != *with)
			return false;
	}
	return true;
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
	char **words = g_strsplit(valid, " ", -1);

	g_string_append_c(out, '-');
	for (size_t i = 0; words[i] != NULL; i++) {
		GString *word = g_string_new(NULL);

		append_word(a, word, words[i]);
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

bool banner_text_begins(struct arena *a, struct bytes text, const char *heading)
{
	GString *ours = g_string_new(OPENING "\n");
	bool begins;

	while (text.n > 0 && g_ascii_isspace(text.at[0])) {
		text.at++;
		text.n--;
	}
	append_line(a, ours, heading, "\n");
	begins = bytes_begin(text, ours->str);
	g_string_free(ours, TRUE);
	return begins;
}

/* Behind the line end at a place; 0 if there is none. */
static size_t behind_eol(struct bytes text, size_t i)
{
	if (i < text.n && text.at[i] == '\r')
		i++;
	return i < text.n && text.at[i] == '\n' ? i + 1 : 0;
}

struct block banner_text_find(struct bytes text)
{
	struct block none = { 0 };
	size_t at = bytes_find(text, 0, OPENING);
	size_t end = bytes_find(text, at, CLOSING);

	if (end == text.n || end - at > BLOCK_BYTES)
		return none;
	end += strlen(CLOSING);
	while (end < text.n && text.at[end] == '-')
		end++;
	end = behind_eol(text, end);
	end = end == 0 ? 0 : behind_eol(text, end);
	return end == 0 ? none : (struct block){ .at = at, .n = end - at };
}
