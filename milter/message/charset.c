/* Character sets as mail really uses them, through iconv as GMime knows its names. Whatever
 * comes in, what goes out is valid UTF-8. */
#include "message/charset.h"

#include <errno.h>
#include <glib.h>
#include <gmime/gmime.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "message/charset_name.h"
#include "message/unicode.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* 0x80-0x9f of windows-1252; 0: not assigned */
static const unsigned short windows_1252[32] = {
	0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
	0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

/* 1 to 127 only, so that it is UTF-8 as it stands */
static bool is_ascii(struct bytes text)
{
	return !bytes_have_8bit(text) &&
	       (text.n == 0 || memchr(text.at, '\0', text.n) == NULL);
}

static struct bytes from_windows_1252(struct arena *a, struct bytes text)
{
	char *out = arena_alloc(a, text.n * 3 + 1), *to = out;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.at[i];
		gunichar u = c;

		if (c > 0 && c < 0x80) {
			*to++ = (char)c;
			continue;
		}
		if (c < 0xa0)
			u = c == 0 ? 0 : windows_1252[c - 0x80];
		to += g_unichar_to_utf8(u == 0 ? 0xfffd : u, to);
	}
	*to = '\0';
	return (struct bytes){ out, (size_t)(to - out) };
}

static struct bytes made_valid(struct arena *a, struct bytes text)
{
	const char *valid = unicode_valid(a, text);

	return (struct bytes){ valid, strlen(valid) };
}

/* what iconv gives, U+FFFD for each byte that it refuses */
static GString *converted(iconv_t cd, struct bytes text, bool *sound_r)
{
	GString *out = g_string_sized_new(text.n + text.n / 2 + 16);
	char *in = g_memdup2(text.at, text.n), *from = in; /* iconv wants it writable */
	size_t left = text.n;

	while (left > 0) {
		char buffer[4096], *to = buffer;
		size_t room = sizeof(buffer);
		size_t done = iconv(cd, &from, &left, &to, &room);
		int why = errno;

		g_string_append_len(out, buffer, to - buffer);
		if (done != (size_t)-1 || why == E2BIG)
			continue;
		*sound_r = false;
		g_string_append(out, REPLACEMENT);
		if (why != EILSEQ || left == 0)
			break;
		from++;
		left--;
	}
	g_free(in);
	return out;
}

static struct bytes by_iconv(struct arena *a, struct bytes text, const char *name,
			     bool *sound_r)
{
	iconv_t cd = g_mime_iconv_open("UTF-8", name);

	if (cd == (iconv_t)-1) {
		*sound_r = false;
		return made_valid(a, text);
	}
	GString *out = converted(cd, text, sound_r);
	struct bytes valid = made_valid(a, (struct bytes){ out->str, out->len });

	g_mime_iconv_close(cd);
	g_string_free(out, TRUE);
	return valid;
}

/* bytes of ASCII can mean other letters there */
static bool is_stateful(const char *name)
{
	static const char *const starts[] = { "ISO-2022", "UTF-7", "UTF-16", "UTF-32",
					      "HZ" };

	for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
		if (g_ascii_strncasecmp(name, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static struct bytes as_utf8(struct arena *a, struct bytes text, bool *sound_r)
{
	struct bytes valid = made_valid(a, text);

	*sound_r = bytes_equal(valid, text);
	return valid;
}

/* no set is said, or one that has no letters above 127 */
static struct bytes as_ascii(struct arena *a, struct bytes text, bool *sound_r)
{
	*sound_r = false;
	if (g_utf8_validate_len(text.at, text.n, NULL))
		return made_valid(a, text);
	return from_windows_1252(a, text);
}

struct bytes charset_decode(struct arena *a, struct bytes text, const char *name,
			    bool *sound_r)
{
	const char *known = name == NULL ? "US-ASCII" : charset_name(a, name);

	*sound_r = true;
	if (known != name && !is_stateful(known) && is_ascii(text))
		return (struct bytes){ arena_strndup(a, text.at, text.n), text.n };
	if (strcmp(known, "US-ASCII") == 0)
		return as_ascii(a, text, sound_r);
	if (strcmp(known, "CP1252") == 0)
		return from_windows_1252(a, text);
	if (strcmp(known, "UTF-8") == 0)
		return as_utf8(a, text, sound_r);
	return by_iconv(a, text, known, sound_r);
}
