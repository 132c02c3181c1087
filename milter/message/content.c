/* Transfer encodings: what they hide, how much, and whether they keep their own rules. Our
 * own code, because what a filter decodes must be what a generous reader decodes: without
 * padding, with blanks after "=", with two encoded texts in one. */
#include "message/content.h"

#include <glib.h>
#include <string.h>

enum base64_class { BASE64_OTHER, BASE64_LETTER, BASE64_BLANK, BASE64_PAD };

static enum base64_class class_of(unsigned char c)
{
	if (g_ascii_isalnum(c) || c == '+' || c == '/')
		return BASE64_LETTER;
	if (c == '=')
		return BASE64_PAD;
	return c == '\r' || c == '\n' || c == ' ' || c == '\t' ? BASE64_BLANK
							       : BASE64_OTHER;
}

static struct content_scan look_base64(struct bytes content)
{
	struct content_scan s = { .sound = true };
	bool padded = false;

	for (size_t i = 0; i < content.n; i++) {
		enum base64_class class = class_of((unsigned char)content.at[i]);

		if (class == BASE64_LETTER) {
			s.chars++;
			s.sound &= !padded;
		} else if (class == BASE64_PAD) {
			padded = true;
		} else if (class == BASE64_OTHER) {
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

/* RFC 2045 6.7: "=" is followed by two hexadecimal digits or ends the line; out may be NULL */
static struct content_scan walk_qp(struct bytes content, char *out)
{
	struct content_scan s = { .sound = true };
	size_t i = 0;

	while (i < content.n) {
		const char *p = content.at + i;
		size_t left = content.n - i, skip = 1;
		int c = *p == '=' ? hex_pair(p, left) : *p;
		bool escaped = *p == '=';
		size_t soft = escaped && c < 0 ? soft_break(p, left) : 0;

		if (soft > 0) {
			i += soft;
			continue;
		}
		if (escaped && c >= 0)
			skip = 3;
		else if (escaped)
			s.sound = false;
		if (out != NULL)
			out[s.bytes] = escaped && c < 0 ? '=' : (char)c;
		s.bytes++;
		i += skip;
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

static unsigned letter_value(char c)
{
	if (g_ascii_isupper(c))
		return (unsigned)(c - 'A');
	if (g_ascii_islower(c))
		return (unsigned)(c - 'a') + 26;
	if (g_ascii_isdigit(c))
		return (unsigned)(c - '0') + 52;
	return c == '+' ? 62 : 63;
}

/* padding ends a group, wherever it stands, and so does the end */
static size_t decode_base64(struct bytes content, char *out)
{
	unsigned group = 0, letters = 0;
	size_t n = 0;

	for (size_t i = 0; i <= content.n; i++) {
		enum base64_class class =
			i == content.n ? BASE64_PAD
				       : class_of((unsigned char)content.at[i]);

		if (class == BASE64_LETTER) {
			group = group << 6 | letter_value(content.at[i]);
			if (++letters < 4)
				continue;
			out[n++] = (char)(group >> 16);
			out[n++] = (char)(group >> 8);
			out[n++] = (char)group;
			letters = 0;
		} else if (class == BASE64_PAD) {
			if (letters >= 2)
				out[n++] = (char)(group >> (letters == 2 ? 4 : 10));
			if (letters == 3)
				out[n++] = (char)(group >> 2);
			letters = 0;
		}
	}
	return n;
}

struct bytes content_decode(struct arena *a, struct bytes content,
			    enum part_encoding encoding)
{
	if ((encoding != ENCODING_BASE64 && encoding != ENCODING_QP) || content.n == 0)
		return content;
	char *out = arena_alloc(a, content.n);

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
		before += class_of((unsigned char)content.at[from++]) == BASE64_LETTER;
	return (struct bytes){ content.at + from, content.n - from };
}
