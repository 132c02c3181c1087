/* Folding letter by letter, so that no text can make it slow: the full normal forms of
 * Unicode sort marks, and a long row of marks would be sorted in square time. */
#include "rule/fold.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "message/domain.h"

#define PARTS_MAX 18 /* the longest decomposition of one character (U+FDFA) */

static void add_blank(GString *out)
{
	if (out->len > 0 && out->str[out->len - 1] != ' ')
		g_string_append_c(out, ' ');
}

/* marks that word processors put in place of those on the keyboard */
static gunichar plain_mark(gunichar c)
{
	if (c == 0x2018 || c == 0x2019 || c == 0x02BC || c == 0x00B4)
		return '\'';
	if (c == 0x201C || c == 0x201D || c == 0x201E || c == 0x00AB || c == 0x00BB)
		return '"';
	return c >= 0x2010 && c <= 0x2015 ? '-' : c;
}

/* letters of Hangul that take a place and show nothing */
static bool is_filler(gunichar c)
{
	return c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0;
}

static void add_char(GString *out, gunichar c)
{
	if (is_filler(c))
		return;
	switch ((int)g_unichar_type(c)) {
	case G_UNICODE_NON_SPACING_MARK:
	case G_UNICODE_ENCLOSING_MARK:
	case G_UNICODE_FORMAT:
		break;
	case G_UNICODE_SPACE_SEPARATOR:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
		add_blank(out);
		break;
	default:
		g_string_append_unichar(out, g_unichar_tolower(plain_mark(c)));
	}
}

/* one character that is not ASCII; its length in bytes */
static size_t add_wide(GString *out, const char *at, size_t n)
{
	gunichar c = g_utf8_get_char_validated(at, (gssize)n), parts[PARTS_MAX];

	if (c == (gunichar)-1 || c == (gunichar)-2) {
		g_string_append_c(out, *at);
		return 1;
	}
	gsize n_parts = g_unichar_fully_decompose(c, TRUE, parts, PARTS_MAX);

	for (gsize i = 0; i < n_parts; i++)
		add_char(out, parts[i]);
	return (size_t)g_unichar_to_utf8(c, NULL);
}

static bool all_plain(struct bytes text)
{
	bool blank = true; /* the one before; a text may not begin with one */

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.at[i];

		if (c > 0x7e || c < 0x20 || (c == ' ' && blank))
			return false;
		blank = c == ' ';
	}
	return !blank || text.n == 0;
}

static void lower(char *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned letter = (unsigned)(unsigned char)at[i] - 'A';

		/* without a branch: capitals come where nobody can tell */
		at[i] = (char)((unsigned char)at[i] | (unsigned)(letter < 26) << 5);
	}
}

/* how many bytes from here on are plain: one blank between words, no controls */
static size_t plain_run(struct bytes text, size_t i)
{
	size_t from = i;

	for (; i < text.n; i++) {
		unsigned char c = (unsigned char)text.at[i];

		if (c > '~' || c < ' ' ||
		    (c == ' ' && (i == from || text.at[i - 1] == ' ')))
			break;
	}
	return i - from;
}

static void add_plain(GString *out, const char *at, size_t n)
{
	g_string_append_len(out, at, (gssize)n);
	lower(out->str + out->len - n, n);
}

/* most texts are short and plain: no buffer is needed */
static struct bytes fold_plain(struct arena *a, struct bytes text)
{
	char *out = arena_strndup(a, text.at, text.n);

	lower(out, text.n);
	return (struct bytes){ .at = out, .n = text.n };
}

/* fold from i on, until the folded text has stop bytes; where the text was left */
static size_t fold_until(GString *out, struct bytes text, size_t i, size_t stop)
{
	while (i < text.n && out->len < stop) {
		size_t run = MIN(plain_run(text, i), stop - out->len);
		unsigned char c = (unsigned char)text.at[i];

		add_plain(out, text.at + i, run);
		i += run;
		if (run > 0)
			continue;
		if (c > 0x7f) {
			i += add_wide(out, text.at + i, text.n - i);
			continue;
		}
		i++;
		if (c == ' ' || (c >= '\t' && c <= '\r'))
			add_blank(out);
		else if (c != '\0' && c != 0x7f)
			g_string_append_c(out, (char)c);
	}
	return i;
}

struct bytes fold(struct arena *a, struct bytes text)
{
	if (text.n == 0)
		return (struct bytes){ .at = "", .n = 0 };
	if (all_plain(text))
		return fold_plain(a, text);
	GString *out = g_string_sized_new(text.n + 1);

	fold_until(out, text, 0, SIZE_MAX);
	if (out->len > 0 && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
	struct bytes kept = { .at = arena_strndup(a, out->str, out->len), .n = out->len };

	g_string_free(out, TRUE);
	return kept;
}

/* past characters that add nothing: marks, and what cannot be seen */
static size_t skip_silent(struct bytes text, size_t i)
{
	GString *added = g_string_new(NULL);

	while (i < text.n && (unsigned char)text.at[i] > 0x7f) {
		size_t n = add_wide(added, text.at + i, text.n - i);

		if (added->len > 0)
			break;
		i += n;
	}
	g_string_free(added, TRUE);
	return i;
}

struct bytes fold_source(struct bytes text, size_t at, size_t n)
{
	GString *out = g_string_sized_new(at + n + 1);
	size_t from = fold_until(out, text, 0, at), to;

	while (from < text.n && g_ascii_isspace(text.at[from]))
		from++; /* of a row of blanks, all but one */
	from = skip_silent(text, from);
	to = skip_silent(text, fold_until(out, text, from, at + n));
	g_string_free(out, TRUE);
	return (struct bytes){ .at = text.at + from, .n = to - from };
}

struct bytes fold_name(struct arena *a, struct bytes text)
{
	struct bytes folded = fold(a, text);
	const char *at = memrchr(text.at == NULL ? "" : text.at, '@', text.n), *key;
	size_t local = at == NULL ? 0 : (size_t)(at + 1 - text.at);
	bool ascii = true;

	for (size_t i = local; i < text.n; i++)
		ascii &= (unsigned char)text.at[i] < 0x80;
	if (ascii || memchr(text.at + local, '.', text.n - local) == NULL ||
	    memchr(text.at + local, ' ', text.n - local) != NULL)
		return folded;
	key = domain_key(a, arena_strndup(a, text.at + local, text.n - local));
	if (key == NULL)
		return folded;
	return bytes_of(arena_printf(
		a, "%s%s", fold(a, (struct bytes){ .at = text.at, .n = local }).at, key));
}
