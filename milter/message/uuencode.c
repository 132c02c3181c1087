/* uuencode in a text: "begin 644 NAME", lines of at most 45 bytes, "end". Mail programs take
 * it for an attachment wherever such a line stands, so it is looked for in all of a text; but
 * a word of prose is none, so the first line has to be what it says. */
#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "message/enclosed.h"

#define LINE_BYTES 45 /* most of what is written; the length is one character of 6 bits */

struct uu_line {
	const char *at;
	size_t n; /* without its end */
};

/* the line that begins at a place; *next_r is where the next one does */
static struct uu_line line_at(struct bytes text, size_t at, size_t *next_r)
{
	const char *lf = memchr(text.at + at, '\n', text.n - at);
	size_t end = lf == NULL ? text.n : (size_t)(lf - text.at);
	struct uu_line l = { .at = text.at + at, .n = end - at };

	*next_r = lf == NULL ? text.n : end + 1;
	if (l.n > 0 && l.at[l.n - 1] == '\r')
		l.n--;
	return l;
}

static size_t skip(struct uu_line l, size_t at, char c)
{
	while (at < l.n && l.at[at] == c)
		at++;
	return at;
}

/* "begin 644 NAME": three or four octal digits */
static bool is_begin(struct uu_line l, struct bytes *name_r)
{
	size_t at = skip(l, 5, ' '), digits = at;

	if (l.n < 5 || memcmp(l.at, "begin", 5) != 0 || at == 5)
		return false;
	while (at < l.n && l.at[at] >= '0' && l.at[at] <= '7')
		at++;
	digits = at - digits;
	if (digits < 3 || digits > 4 || at == l.n || l.at[at] != ' ')
		return false;
	at = skip(l, at, ' ');
	*name_r = (struct bytes){ .at = l.at + at, .n = l.n - at };
	return name_r->n > 0;
}

static unsigned value(struct uu_line l, size_t at)
{
	/* a blank at the end of a line may be gone */
	return at < l.n ? ((unsigned)(unsigned char)l.at[at] - 32) & 63 : 0;
}

/* How many bytes a line says it holds; 0: none, or it is no such line. */
static size_t said_bytes(struct uu_line l)
{
	size_t n = l.n == 0 ? 0 : value(l, 0);

	if (n == 0 || n > LINE_BYTES || l.n > 1 + (LINE_BYTES + 2) / 3 * 4 + 1)
		return 0;
	for (size_t i = 0; i < l.n; i++)
		if (l.at[i] < 32 || l.at[i] > 96)
			return 0;
	/* trailing blanks may be gone, but not all of it */
	return l.n < 2 ? 0 : n;
}

static void decode_line(struct uu_line l, size_t n, GByteArray *out)
{
	guint8 three[3];

	for (size_t at = 1; n > 0; at += 4) {
		unsigned bits = value(l, at) << 18 | value(l, at + 1) << 12 |
				value(l, at + 2) << 6 | value(l, at + 3);
		size_t take = MIN(n, sizeof(three));

		three[0] = (guint8)(bits >> 16);
		three[1] = (guint8)(bits >> 8);
		three[2] = (guint8)bits;
		g_byte_array_append(out, three, (guint)take);
		n -= take;
	}
}

/* The first line is whole, or nearly so: files begin with something. Prose does not. */
static bool is_first(struct uu_line l)
{
	size_t n = said_bytes(l);

	return n > 0 && l.n - 1 >= (n + 2) / 3 * 4 / 2;
}

/* The lines behind "begin"; out: where they end. */
static size_t decode(struct bytes text, size_t at, size_t budget, GByteArray *out)
{
	size_t next;

	if (at == text.n || !is_first(line_at(text, at, &next)))
		return at;
	while (at < text.n && out->len < budget) {
		struct uu_line l = line_at(text, at, &next);
		size_t n = said_bytes(l);

		if (n == 0)
			break;
		decode_line(l, n, out);
		at = next;
	}
	return at;
}

/* where the next line begins that starts so */
static bool find_begin(struct bytes text, size_t *at)
{
	while (*at < text.n) {
		const char *hit = memmem(text.at + *at, text.n - *at, "begin ", 6);

		if (hit == NULL)
			return false;
		*at = (size_t)(hit - text.at);
		if (*at == 0 || hit[-1] == '\n')
			return true;
		*at += 6;
	}
	return false;
}

void uuencode_find(struct bytes text, struct enclosures *all)
{
	GByteArray *out = g_byte_array_new();
	size_t budget = LIMIT_ENCLOSED_BYTES;

	for (size_t at = 0; find_begin(text, &at);) {
		struct bytes name;
		size_t next;
		struct uu_line begin = line_at(text, at, &next);

		at = next;
		if (!is_begin(begin, &name))
			continue;
		g_byte_array_set_size(out, 0);
		at = decode(text, at, MAX(budget, LINE_BYTES), out);
		if (out->len == 0)
			continue;
		budget -= MIN(budget, out->len);
		enclosures_add(all, name,
			       (struct bytes){ (const char *)out->data, out->len });
	}
	g_byte_array_unref(out);
}
