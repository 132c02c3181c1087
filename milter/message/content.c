/* Transfer encodings: what they hide, how much, and whether they keep their own rules. Our
 * own code, because what a filter decodes must be what a generous reader decodes: without
 * padding, with blanks after "=", with two encoded texts in one. */
#include "message/content.h"

#include <glib.h>
#include <string.h>

/* RFC 2045 6.8, table 1: the value of a letter and 1; 0: no letter */
static const unsigned char letters[256] = {
	/* clang-format off */
	['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8,
	['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
	['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
	['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
	['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
	['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
	['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
	['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
	/* clang-format on */
};

static bool is_blank(char c)
{
	return c == '\r' || c == '\n' || c == ' ' || c == '\t';
}

static struct content_scan look_base64(struct bytes content)
{
	struct content_scan s = { .sound = true };
	bool padded = false;

	for (size_t i = 0; i < content.n; i++) {
		char c = content.at[i];

		if (letters[(unsigned char)c] > 0) {
			s.chars++;
			s.sound &= !padded;
		} else if (c == '=') {
			padded = true;
		} else if (!is_blank(c)) {
			s.sound = false;
		}
	}
	s.sound &= s.chars % 4 != 1;
	s.bytes = s.chars * 3 / 4;
	return s;
}

/* RFC 2045 6.7: "=" is followed by two hexadecimal digits or ends the line */
static int hex_pair(const char *p, size_t left)
{
	return left >= 3 && g_ascii_isxdigit(p[1]) && g_ascii_isxdigit(p[2])
		       ? g_ascii_xdigit_value(p[1]) * 16 + g_ascii_xdigit_value(p[2])
		       : -1;
}

/* "=" at the end of a line, blanks may follow it: bytes up to the next line, 0 if it is not */
static size_t soft_break(const char *p, size_t left)
{
	size_t n = 1;

	while (n < left && (p[n] == ' ' || p[n] == '\t' || p[n] == '\r'))
		n++;
	if (n == left)
		return n;
	return p[n] == '\n' ? n + 1 : 0;
}

/* bytes up to the next "=" stay as they are */
static size_t copy_run(struct bytes rest, char *out)
{
	const char *escape = memchr(rest.at, '=', rest.n);
	size_t n = escape == NULL ? rest.n : (size_t)(escape - rest.at);

	if (out != NULL)
		memcpy(out, rest.at, n);
	return n;
}

/* RFC 2045 6.7: "=" is followed by two hexadecimal digits or ends the line; out may be NULL */
static struct content_scan walk_qp(struct bytes content, char *out)
{
	struct content_scan s = { .sound = true };
	size_t i = 0;

	while (i < content.n) {
		struct bytes rest = { content.at + i, content.n - i };
		size_t run = copy_run(rest, out == NULL ? NULL : out + s.bytes);

		s.bytes += run;
		i += run;
		if (i == content.n)
			break;
		rest = (struct bytes){ rest.at + run, rest.n - run };
		int c = hex_pair(rest.at, rest.n);
		size_t soft = c < 0 ? soft_break(rest.at, rest.n) : 0;

		if (soft == 0 && out != NULL)
			out[s.bytes] = c < 0 ? '=' : (char)c;
		s.bytes += soft == 0;
		s.sound &= soft > 0 || c >= 0;
		i += soft > 0 ? soft : c >= 0 ? 3 : 1;
	}
	return s;
}

struct content_scan content_look(struct bytes content, enum part_encoding encoding)
{
	if (encoding == ENCODING_BASE64)
		return look_base64(content);
	if (encoding == ENCODING_QP)
		return walk_qp(content, NULL);
	return (struct content_scan){ .bytes = content.n, .sound = true };
}

/* what is left of a group when it ends early */
static size_t end_group(unsigned group, unsigned n_letters, char *out)
{
	size_t n = 0;

	if (n_letters >= 2)
		out[n++] = (char)(group >> (n_letters == 2 ? 4 : 10));
	if (n_letters == 3)
		out[n++] = (char)(group >> 2);
	return n;
}

/* padding ends a group, wherever it stands, and so does the end */
static size_t decode_base64(struct bytes content, char *out)
{
	unsigned group = 0, n_letters = 0;
	size_t n = 0;

	for (size_t i = 0; i < content.n; i++) {
		unsigned value = letters[(unsigned char)content.at[i]];

		if (value > 0) {
			group = group << 6 | (value - 1);
			if (++n_letters < 4)
				continue;
			out[n++] = (char)(group >> 16);
			out[n++] = (char)(group >> 8);
			out[n++] = (char)group;
			n_letters = 0;
		} else if (content.at[i] == '=') {
			n += end_group(group, n_letters, out + n);
			n_letters = 0;
		}
	}
	return n + end_group(group, n_letters, out + n);
}

struct bytes content_decode(struct arena *a, struct bytes content,
			    enum part_encoding encoding)
{
	if ((encoding != ENCODING_BASE64 && encoding != ENCODING_QP) || content.n == 0)
		return content;
	char *out = arena_alloc_raw(a, content.n);

	if (encoding == ENCODING_BASE64)
		return (struct bytes){ out, decode_base64(content, out) };
	return (struct bytes){ out, walk_qp(content, out).bytes };
}

struct bytes content_tail(struct bytes content, size_t max_bytes)
{
	if (content.n <= max_bytes)
		return content;
	size_t from = content.n - max_bytes;
	size_t before = look_base64((struct bytes){ content.at, from }).chars % 4;

	/* on to where four letters begin */
	while (from < content.n && before % 4 != 0)
		before += letters[(unsigned char)content.at[from++]] > 0;
	return (struct bytes){ content.at + from, content.n - from };
}

struct bytes part_content(const struct message *m, const struct part *p)
{
	struct bytes raw = p->in != NULL ? *p->in : m->raw;

	g_assert(p->start <= p->end && p->end <= raw.n);
	return (struct bytes){ raw.at + p->start, p->end - p->start };
}
