#include "base/printable.h"

#include <stdbool.h>

/* most texts are plain from end to end: how many bytes from here are */
static size_t plain_bytes(const char *p, size_t most)
{
	size_t n = 0;

	while (n < most && p[n] >= 0x20 && p[n] < 0x7f)
		n++;
	return n;
}

/* GLib counts the separators of lines and paragraphs among what can be printed, and letters
 * without a glyph; a terminal, a log reader or a mail client breaks the line at the ones, and
 * shows a gap or nothing for the others. */
bool shows_itself(gunichar c)
{
	GUnicodeType type = g_unichar_type(c);

	if (type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR ||
	    type == G_UNICODE_PRIVATE_USE)
		return false;
	if (c == 0x034f || c == 0x115f || c == 0x1160 || c == 0x2800 || c == 0x3164 ||
	    c == 0xffa0)
		return false;
	return g_unichar_isprint(c);
}

static char *make_printable(const char *text, size_t max_bytes, bool ascii)
{
	GString *out = g_string_sized_new(64);
	const char *p = text == NULL ? "" : text;

	while (*p != '\0') {
		size_t before = out->len;

		g_assert(before <= max_bytes); /* what was longer ended the loop */
		size_t plain = plain_bytes(p, max_bytes - before);

		if (plain > 0) {
			g_string_append_len(out, p, (gssize)plain);
			p += plain;
			continue;
		}

		gunichar c = g_utf8_get_char_validated(p, -1);

		if (c == (gunichar)-1 || c == (gunichar)-2 || c == 0) {
			g_string_append_printf(out, "\\x%02X", (unsigned char)*p++);
		} else {
			if (c < 0x20 || c == 0x7f)
				g_string_append_printf(out, "\\x%02X", c);
			else if ((ascii && c > 0x7f) || !shows_itself(c))
				g_string_append_printf(out, "\\u{%04X}", c);
			else
				g_string_append_unichar(out, c);
			p = g_utf8_next_char(p);
		}
		if (out->len > max_bytes) {
			g_string_truncate(out, before);
			g_string_append(out, "...");
			break;
		}
	}
	return g_string_free(out, FALSE);
}

char *printable(const char *text, size_t max_bytes)
{
	return make_printable(text, max_bytes, false);
}

char *printable_ascii(const char *text, size_t max_bytes)
{
	return make_printable(text, max_bytes, true);
}

void quoted_append(GString *out, const char *text)
{
	g_string_append_c(out, '"');
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			g_string_append_c(out, '\\');
		g_string_append_c(out, *p);
	}
	g_string_append_c(out, '"');
}
