/* Bytes put between encoded bytes. For 7bit and 8bit that is nothing; in quoted-printable a
 * soft line break may be needed before and after; in base64 the new text must fill whole
 * groups of three, and lines of its own.
 *
 * Base64, when the place is not a multiple of three (k = 3q + 1; c0..c3 stood for x y z):
 *
 *	before	c0 c1 c2 c3		= x y z
 *	after	c0 [e1 e2 e3 ... d0] c1 c2 c3	= x b0 b1 ... bn y z
 *
 * c1 holds the low bits of x and the high bits of y; it still does its work if bn has the
 * low bits of x. That is why the text must end in the byte that stands before it. */
#include "action/transfer.h"

#include <glib.h>

#include "base/base64.h"

enum { LINE_CHARS = 76 }; /* RFC 2045 6.7, 6.8: encoded lines are not longer */

static struct bytes base64_decode(struct arena *a, struct bytes raw, size_t max)
{
	char *out = arena_alloc(a, MIN(max, raw.n) + 3);
	unsigned bits = 0, n_chars = 0;
	size_t n = 0;

	for (size_t i = 0; i < raw.n && n < max && raw.at[i] != '='; i++) {
		int v = base64_digit(raw.at[i]);

		if (v < 0)
			continue;
		bits = bits << 6 | (unsigned)v;
		if (++n_chars % 4 != 1)
			out[n++] = (char)(bits >> (8 - n_chars % 4 * 2) % 8);
	}
	return (struct bytes){ .at = out, .n = n };
}

/* Length of the line end at a place, 0 if there is none. */
static size_t eol_at(struct bytes raw, size_t i)
{
	if (i < raw.n && raw.at[i] == '\n')
		return 1;
	return i + 1 < raw.n && raw.at[i] == '\r' && raw.at[i + 1] == '\n' ? 2 : 0;
}

/* How many encoded bytes make the next step, and whether it gives a decoded byte. */
static size_t qp_step(struct bytes raw, size_t i, int *byte_r)
{
	size_t soft;

	*byte_r = (unsigned char)raw.at[i];
	if (raw.at[i] != '=')
		return 1;
	soft = eol_at(raw, i + 1);
	if (soft > 0) {
		*byte_r = -1;
		return 1 + soft;
	}
	if (i + 2 < raw.n && g_ascii_isxdigit(raw.at[i + 1]) &&
	    g_ascii_isxdigit(raw.at[i + 2])) {
		*byte_r = g_ascii_xdigit_value(raw.at[i + 1]) << 4 |
			  g_ascii_xdigit_value(raw.at[i + 2]);
		return 3;
	}
	return 1;
}

static struct bytes qp_decode(struct arena *a, struct bytes raw, size_t max)
{
	char *out = arena_alloc(a, MIN(max, raw.n));
	size_t n = 0;
	int byte;

	for (size_t i = 0; i < raw.n && n < max;) {
		i += qp_step(raw, i, &byte);
		if (byte >= 0)
			out[n++] = (char)byte;
	}
	return (struct bytes){ .at = out, .n = n };
}

struct bytes transfer_decode(struct arena *a, const struct coded *c, size_t max)
{
	if (c->encoding == ENCODING_BASE64)
		return base64_decode(a, c->raw, max);
	if (c->encoding == ENCODING_QP)
		return qp_decode(a, c->raw, max);
	return (struct bytes){ .at = c->raw.at, .n = MIN(c->raw.n, max) };
}

/* Offset behind the encoded form of the first k decoded bytes. */
static size_t qp_offset(struct bytes raw, size_t k)
{
	size_t i = 0;
	int byte;

	while (k > 0 && i < raw.n) {
		i += qp_step(raw, i, &byte);
		k -= byte >= 0;
	}
	return i;
}

/* Offset behind the first n characters of the alphabet. */
static size_t base64_offset(struct bytes raw, size_t n)
{
	size_t i = 0;

	for (; n > 0 && i < raw.n && raw.at[i] != '='; i++)
		n -= base64_digit(raw.at[i]) >= 0;
	return i;
}

static size_t rest_of_line(struct bytes raw, size_t i)
{
	size_t n = 0;

	while (i + n < raw.n && raw.at[i + n] != '\n')
		n++;
	return n > 0 && i + n < raw.n && raw.at[i + n - 1] == '\r' ? n - 1 : n;
}

static void qp_append(GString *out, struct bytes text, size_t i)
{
	char c = text.at[i];
	bool blank = c == ' ' || c == '\t';

	if ((c > ' ' && c < 0x7f && c != '=') ||
	    (blank && i + 1 < text.n && eol_at(text, i + 1) == 0))
		g_string_append_c(out, c);
	else
		g_string_append_printf(out, "=%02X", (unsigned char)c);
}

static GString *qp_insert(const struct coded *c, struct bytes text, size_t at)
{
	GString *out = g_string_sized_new(text.n + text.n / 4);
	size_t column = 0, last = 0;

	while (column < at && c->raw.at[at - 1 - column] != '\n')
		column++;
	for (size_t i = 0; i < text.n;) {
		size_t eol = eol_at(text, i), before = out->len;

		if (eol > 0) {
			g_string_append(out, c->eol);
			column = 0;
			i += eol;
			last = out->len;
			continue;
		}
		qp_append(out, text, i++);
		last = before;
		column += out->len - before;
		if (column >= LINE_CHARS) {
			column = out->len - before;
			g_string_insert(out, (gssize)before, c->eol);
			g_string_insert_c(out, (gssize)before, '=');
			last = out->len - column;
		}
	}
	/* what stood behind the place must not make the last line too long */
	if (column > 0 && column + rest_of_line(c->raw, at) > LINE_CHARS) {
		g_string_insert(out, (gssize)last, c->eol);
		g_string_insert_c(out, (gssize)last, '=');
	}
	return out;
}

/* The characters that stand for the text when `phase` bytes before it share its first
 * group. */
static char *base64_chars(struct bytes text, struct bytes before)
{
	GString *both = g_string_sized_new(text.n + 2);
	char *chars;

	g_string_append_len(both, before.at, (gssize)before.n);
	g_string_append_len(both, text.at, (gssize)text.n);
	chars = g_base64_encode((const guchar *)both->str, both->len);
	g_string_free(both, TRUE);
	return chars;
}

static void append_lines(GString *out, const char *chars, size_t n, const char *eol)
{
	for (size_t i = 0; i < n; i += LINE_CHARS) {
		if (i > 0)
			g_string_append(out, eol);
		g_string_append_len(out, chars + i, (gssize)MIN(n - i, LINE_CHARS));
	}
}

/* Where the next character of the alphabet stands; if there is none, behind the line end. */
static size_t base64_next(struct bytes raw, size_t at)
{
	for (size_t i = at; i < raw.n && raw.at[i] != '='; i++)
		if (base64_digit(raw.at[i]) >= 0)
			return i;
	return at + eol_at(raw, at);
}

/* At a border of groups. On a line of its own, or, where the place is within a line, with
 * the first group still on that line: else one could not tell from the result whether there
 * was a line end before. */
static GString *base64_insert_lines(const struct coded *c, const char *chars, size_t n,
				    size_t *at)
{
	GString *out = g_string_sized_new(n + n / 16);
	size_t done = 0;
	bool line_begins;

	*at = base64_next(c->raw, *at);
	line_begins = *at == 0 || c->raw.at[*at - 1] == '\n';
	if (!line_begins) {
		bool text_behind = *at < c->raw.n && base64_digit(c->raw.at[*at]) >= 0;

		done = text_behind ? 4 : 0;
		g_string_append_len(out, chars, (gssize)done);
		g_string_append(out, c->eol);
		append_lines(out, chars + done, n - done, c->eol);
		if (text_behind && n > done)
			g_string_append(out, c->eol);
		return out;
	}
	/* also at the end of an empty part: a boundary may follow at once */
	append_lines(out, chars, n, c->eol);
	g_string_append(out, c->eol);
	return out;
}

static GString *base64_insert(const struct coded *c, const struct insertion *in,
			      struct bytes before, size_t *at)
{
	size_t phase = before.n, n = in->text.n / 3 * 4;
	char *chars = base64_chars(in->text, before);
	GString *out;

	if (phase == 0) {
		out = base64_insert_lines(c, chars, n, at);
	} else {
		out = g_string_new_len(chars + phase, (gssize)(4 - phase));
		g_string_append(out, c->eol);
		append_lines(out, chars + 4, n - 4, c->eol);
		if (n > 4)
			g_string_append(out, c->eol);
		g_string_append_len(out, chars + n, (gssize)phase);
	}
	g_free(chars);
	return out;
}

static struct bytes kept(struct arena *a, GString *out)
{
	struct bytes b = { .at = arena_strndup(a, out->str, out->len), .n = out->len };

	g_string_free(out, TRUE);
	return b;
}

/* Do the characters that stand there keep their meaning? */
static bool base64_fits(const struct insertion *in, struct bytes head)
{
	return in->text.n % 3 == 0 && head.n == in->at &&
	       (in->at % 3 == 0 || in->text.at[in->text.n - 1] == head.at[in->at - 1]);
}

struct bytes transfer_insert(struct arena *a, const struct coded *c,
			     const struct insertion *in, size_t *at_r)
{
	size_t phase = in->at % 3;
	struct bytes head;

	*at_r = in->at;
	if (in->text.n == 0)
		return (struct bytes){ 0 };
	if (c->encoding == ENCODING_QP) {
		*at_r = qp_offset(c->raw, in->at);
		return kept(a, qp_insert(c, in->text, *at_r));
	}
	if (c->encoding != ENCODING_BASE64)
		return in->text;
	head = base64_decode(a, c->raw, in->at);
	if (!base64_fits(in, head))
		return (struct bytes){ 0 };
	*at_r = base64_offset(c->raw, in->at / 3 * 4 + phase);
	head = (struct bytes){ .at = head.at + in->at - phase, .n = phase };
	return kept(a, base64_insert(c, in, head, at_r));
}

/* Would the rest, without [at, at + n), be made to what it is by the insertion? */
static bool is_made_by(struct arena *a, const struct coded *c, const struct insertion *in,
		       size_t at, size_t n)
{
	char *rest;
	struct coded without = *c;
	struct bytes made;
	size_t made_at;

	if (at + n > c->raw.n)
		return false;
	rest = arena_alloc(a, c->raw.n - n);
	memcpy(rest, c->raw.at, at);
	memcpy(rest + at, c->raw.at + at + n, c->raw.n - at - n);
	without.raw = (struct bytes){ .at = rest, .n = c->raw.n - n };
	made = transfer_insert(a, &without, in, &made_at);
	return made.n > 0 && made_at == at &&
	       bytes_equal(made, (struct bytes){ .at = c->raw.at + at, .n = n });
}

static bool base64_remove(struct arena *a, const struct coded *c,
			  const struct insertion *in, size_t *at_r, size_t *n_r)
{
	size_t first = in->at / 3 * 4 + in->at % 3;
	size_t from = base64_offset(c->raw, first);
	size_t to = base64_offset(c->raw, first + in->text.n / 3 * 4);

	/* line ends before and behind may be ours or may have been there; and in front of the
	 * first character there may be bytes that decoders ignore */
	for (int i = 0; i < 4; i++) {
		size_t f = i & 1 ? base64_next(c->raw, from) : from;
		size_t t = i & 2 ? to + eol_at(c->raw, to) : to;

		if (t > f && is_made_by(a, c, in, f, t - f)) {
			*at_r = f;
			*n_r = t - f;
			return true;
		}
	}
	return false;
}

bool transfer_remove(struct arena *a, const struct coded *c, const struct insertion *in,
		     size_t *at_r, size_t *n_r)
{
	size_t to;

	if (c->encoding == ENCODING_BASE64)
		return base64_remove(a, c, in, at_r, n_r);
	if (c->encoding == ENCODING_QP) {
		*at_r = qp_offset(c->raw, in->at);
		to = qp_offset(c->raw, in->at + in->text.n);
	} else {
		*at_r = in->at;
		to = in->at + in->text.n;
	}
	*n_r = to - *at_r;
	return to > *at_r && is_made_by(a, c, in, *at_r, *n_r);
}

/* What is left of the groups of three around a stretch, filled up with blanks, as lines of their
 * own. */
static struct bytes base64_cut(struct arena *a, const struct coded *c, struct stretch s,
			       size_t *at_r, size_t *n_r)
{
	size_t first = s.at / 3 * 3, last = (s.at + s.n + 2) / 3 * 3, to;
	struct bytes text = base64_decode(a, c->raw, last);
	bool at_end = text.n < last;
	GString *left = g_string_new_len(text.at + first, (gssize)(s.at - first));
	GString *out = g_string_new(NULL);
	size_t tail = MIN(text.n, last) - (s.at + s.n);
	char *chars;

	g_string_append_c(left, '\n');
	while (!at_end && (left->len + tail) % 3 != 0)
		g_string_append_c(left, ' ');
	g_string_append_len(left, text.at + s.at + s.n, (gssize)tail);
	*at_r = base64_next(c->raw, base64_offset(c->raw, first / 3 * 4));
	to = at_end ? c->raw.n : base64_offset(c->raw, last / 3 * 4);
	*n_r = to - *at_r;
	if (*at_r > 0 && c->raw.at[*at_r - 1] != '\n')
		g_string_append(out, c->eol);
	chars = g_base64_encode((const guchar *)left->str, left->len);
	g_string_append(out, chars);
	if (eol_at(c->raw, to) == 0 && to < c->raw.n)
		g_string_append(out, c->eol);
	g_free(chars);
	g_string_free(left, TRUE);
	return kept(a, out);
}

struct bytes transfer_cut(struct arena *a, const struct coded *c, struct stretch s,
			  size_t *at_r, size_t *n_r)
{
	if (c->encoding == ENCODING_BASE64)
		return base64_cut(a, c, s, at_r, n_r);
	*at_r = c->encoding == ENCODING_QP ? qp_offset(c->raw, s.at) : s.at;
	*n_r = c->encoding == ENCODING_QP ? qp_offset(c->raw, s.at + s.n) : s.at + s.n;
	*n_r -= *at_r;
	return bytes_of(c->eol);
}
