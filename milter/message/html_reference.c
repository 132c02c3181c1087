#include "message/html_reference.h"

#include <string.h>

#include "base/compiler.h"

#define MAX_NAME 31 /* CounterClockwiseContourIntegral */
#define MAX_SHORT 6 /* of names that need no ";": Aacute */
#define MIN_SHORT 2 /* lt */
#define REPLACEMENT 0xfffd

/* names with one first letter: "NAME:TEXT NAME.TEXT ", sorted by name */
static const struct group {
	const char *names;
	size_t n;
} groups['z' + 1] = {
#define ROW(letter, text) [letter] = { text, sizeof(text) - 1 },
#include "message/html_entities.def"
#undef ROW
};

/* what browsers read for C1 controls: windows-1252; 0 where they stay */
static const uint16_t c1[] = {
	0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
	0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

static const char *row_start(const char *from, const char *p)
{
	while (p > from && p[-1] != ' ')
		p--;
	return p;
}

/* as strcmp() says it of a name and a row's */
static int compare(struct bytes name, const char *row, size_t *length_r)
{
	*length_r = strcspn(row, ":.");
	int first = memcmp(name.at, row, MIN(name.n, *length_r));

	return first != 0 ? first : (name.n > *length_r) - (name.n < *length_r);
}

/* its text; short_only: only of those that need no ";" */
static struct bytes find(struct bytes name, bool short_only)
{
	const struct group *g = &groups[(unsigned char)name.at[0]];
	const char *from = g->names, *to;
	size_t length;

	if (from == NULL) /* no name begins so */
		return (struct bytes){ NULL, 0 };
	to = from + g->n;
	while (from < to) {
		const char *row = row_start(from, from + (to - from) / 2);
		int order = compare(name, row, &length);

		if (order == 0 && short_only && row[length] == ':')
			break;
		if (order == 0) {
			row += length + 1;
			return (struct bytes){ row, strcspn(row, " ") };
		}
		if (order < 0)
			to = row;
		else
			from = row + strcspn(row, " ") + 1;
	}
	return (struct bytes){ NULL, 0 };
}

/* behind the name at the begin of text; out: its length, 0: none */
static size_t read_name(GString *out, struct bytes text, bool value)
{
	size_t n = 0;
	struct bytes found;

	while (n < text.n && n <= MAX_NAME && g_ascii_isalnum(text.at[n]))
		n++;
	if (n > 0 && n <= MAX_NAME && n < text.n && text.at[n] == ';') {
		found = find((struct bytes){ text.at, n }, false);
		if (found.n > 0) {
			g_string_append_len(out, found.at, (gssize)found.n);
			return n + 1;
		}
	}
	for (n = MIN(n, MAX_SHORT); n >= MIN_SHORT; n--) {
		found = find((struct bytes){ text.at, n }, true);
		if (found.n == 0)
			continue;
		char next = n < text.n ? text.at[n] : '\0';

		if (value && (next == '=' || g_ascii_isalnum(next)))
			return 0;
		g_string_append_len(out, found.at, (gssize)found.n);
		return n;
	}
	return 0;
}

static gunichar readable(gunichar c)
{
	if (c >= 0x80 && c < 0x80 + COUNT_OF(c1) && c1[c - 0x80] != 0)
		return c1[c - 0x80];
	return c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? REPLACEMENT : c;
}

/* "#8364;" or "#x20ac;" at the begin of text; out: its length, 0: none */
static size_t read_number(GString *out, struct bytes text)
{
	bool hex = text.n > 1 && (text.at[1] | ('a' - 'A')) == 'x';
	size_t from = hex ? 2 : 1, n = from;
	gunichar c = 0;

	for (; n < text.n; n++) {
		int digit = hex ? g_ascii_xdigit_value(text.at[n])
				: g_ascii_digit_value(text.at[n]);

		if (digit < 0)
			break;
		if (c <= 0x10ffff)
			c = c * (hex ? 16 : 10) + (gunichar)digit;
	}
	if (n == from)
		return 0;
	g_string_append_unichar(out, readable(c));
	return n + (n < text.n && text.at[n] == ';');
}

static size_t read_reference(GString *out, struct bytes text, bool value)
{
	if (text.n == 0)
		return 0;
	return text.at[0] == '#' ? read_number(out, text) : read_name(out, text, value);
}

void html_decode(GString *out, struct bytes coded, bool value)
{
	size_t from = 0, i = 0;

	while (i < coded.n) {
		if (coded.at[i] != '&' && coded.at[i] != '\0') {
			i++;
			continue;
		}
		g_string_append_len(out, coded.at + from, (gssize)(i - from));
		from = i++;
		if (coded.at[from] == '\0')
			g_string_append_unichar(out, REPLACEMENT);
		else
			i += read_reference(
				out, (struct bytes){ coded.at + i, coded.n - i }, value);
		if (coded.at[from] == '\0' || i > from + 1)
			from = i;
	}
	g_string_append_len(out, coded.at + from, (gssize)(i - from));
}
