/* Transfer encodings: what they hide, how much, and whether they keep their own rules. */
#include "message/content.h"

#include <glib.h>
#include <gmime/gmime.h>
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
static struct content_scan look_qp(struct bytes content)
{
	struct content_scan s = { .bytes = content.n, .sound = true };
	const char *p = content.at, *end = content.at + content.n;

	while (p < end && (p = memchr(p, '=', (size_t)(end - p))) != NULL) {
		size_t left = (size_t)(end - p) - 1, n = 0;

		if (left >= 2 && g_ascii_isxdigit(p[1]) && g_ascii_isxdigit(p[2])) {
			s.bytes -= 2;
			p += 3;
			continue;
		}
		while (n < left && strchr(" \t\r", p[n + 1]) != NULL && p[n + 1] != '\0')
			n++;
		if (n == left || p[n + 1] == '\n')
			s.bytes -= MIN(n + 2, left + 1);
		else
			s.sound = false;
		p++;
	}
	return s;
}

struct content_scan content_look(struct bytes content, enum part_encoding encoding)
{
	if (encoding == ENCODING_BASE64)
		return look_base64(content);
	if (encoding == ENCODING_QP)
		return look_qp(content);
	return (struct content_scan){ .bytes = content.n, .sound = true };
}

struct bytes content_decode(struct arena *a, struct bytes content,
			    enum part_encoding encoding)
{
	GMimeEncoding state;

	if ((encoding != ENCODING_BASE64 && encoding != ENCODING_QP) || content.n == 0)
		return content;
	g_mime_encoding_init_decode(
		&state, encoding == ENCODING_QP ? GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE
						: GMIME_CONTENT_ENCODING_BASE64);
	char *out = arena_alloc(a, g_mime_encoding_outlen(&state, content.n) + 4);
	size_t n = g_mime_encoding_flush(&state, content.at, content.n, out);

	return (struct bytes){ out, n };
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
