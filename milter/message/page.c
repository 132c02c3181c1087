/* Signs are looked for in the bytes, not in elements: a page that is broken on purpose is read by
 * browsers in ways of their own. Zero bytes are left out, which makes ASCII of UTF-16, and letters
 * that are written as numbers are read. */
#include "message/page.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"

enum { SIGN_BYTES = 24, WINDOW_BYTES = 8 * SIGN_BYTES, ENTITY_BYTES = 12 };

/* lower case, without blanks and quotes, which may stand anywhere around a value */
static const struct {
	const char *text;
	unsigned acts;
} signs[] = {
	{ "<script", PAGE_SCRIPT },
	{ "javascript:", PAGE_SCRIPT },
	{ "vbscript:", PAGE_SCRIPT },
	{ "srcdoc=", PAGE_SCRIPT },
	{ "<foreignobject", PAGE_SCRIPT },
	{ "data:text/html", PAGE_SCRIPT },
	{ "data:image/svg", PAGE_SCRIPT },
	{ "data:application/xhtml", PAGE_SCRIPT },
	{ "http-equiv=refresh", PAGE_LEADS },
	{ "<iframe", PAGE_LEADS },
	{ "<frame", PAGE_LEADS },
	{ "<embed", PAGE_LEADS },
	{ "<object", PAGE_LEADS },
	{ "<form", PAGE_FORM },
	{ "type=password", PAGE_PASSWORD },
	{ "newblob(", PAGE_BUILDS },
	{ "newfile(", PAGE_BUILDS },
	{ "createobjecturl", PAGE_BUILDS },
	{ "mssaveoropenblob", PAGE_BUILDS },
	{ "mssaveblob", PAGE_BUILDS },
	{ "data:application/", PAGE_BUILDS },
	{ "href=data:", PAGE_BUILDS },
	{ "showsavefilepicker", PAGE_BUILDS },
};

/* the last bytes that count, as a sign would have them */
struct window {
	char last[WINDOW_BYTES];
	size_t n;
	unsigned acts;
	size_t handler; /* letters since " on"; 0: none begins here */
	bool blank;     /* before this one */
};

static bool ends_with(const struct window *w, const char *sign)
{
	size_t n = strlen(sign);

	return w->n >= n && memcmp(w->last + w->n - n, sign, n) == 0;
}

static void look_at_end(struct window *w)
{
	char c = w->last[w->n - 1];

	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (signs[i].text[strlen(signs[i].text) - 1] == c &&
		    ends_with(w, signs[i].text))
			w->acts |= signs[i].acts;
}

/* HTML 8.1.8: an attribute whose name begins with "on" is a script: onload, onfocus, onbegin */
static void look_for_handler(struct window *w, char c)
{
	if (w->handler == 0 || (w->blank && c != '='))
		w->handler = w->blank && c == 'o' ? 1 : 0;
	else if (w->handler == 1)
		w->handler = c == 'n' ? 2 : 0;
	else if (g_ascii_islower(c))
		w->handler++;
	else if (c == '=' && w->handler >= 5)
		w->acts |= PAGE_SCRIPT;
	else
		w->handler = 0;
}

static void take(struct window *w, unsigned char byte)
{
	char c = g_ascii_tolower((char)byte);

	if (c == '\0')
		return;
	if (byte <= ' ' || c == '"' || c == '\'' || c == '`') {
		w->blank = true;
		return;
	}
	if (w->n == WINDOW_BYTES) {
		memmove(w->last, w->last + WINDOW_BYTES - SIGN_BYTES, SIGN_BYTES);
		w->n = SIGN_BYTES;
	}
	w->last[w->n++] = c;
	look_at_end(w);
	look_for_handler(w, c);
	w->blank = c == '/'; /* <svg/onload= */
}

/* "&#106;" and "&#x6a": its bytes; 0: none stands here, or it is none of ASCII */
static size_t numbered(struct bytes at, unsigned char *c_r)
{
	size_t i = 2, n = MIN(at.n, ENTITY_BYTES);
	unsigned value = 0;

	if (n < 4 || at.at[0] != '&' || at.at[1] != '#')
		return 0;
	unsigned base = (at.at[2] | 0x20) == 'x' ? 16 : 10;

	for (i += base == 16; i < n; i++) {
		int digit = base == 16 ? g_ascii_xdigit_value(at.at[i])
				       : g_ascii_digit_value(at.at[i]);

		if (digit < 0)
			break;
		value = MIN(value * base + (unsigned)digit, 0x110000U);
	}
	*c_r = (unsigned char)value;
	if (value == 0 || value > 0x7e)
		return 0;
	return i < n && at.at[i] == ';' ? i + 1 : i;
}

unsigned page_acts(struct bytes text)
{
	struct window w = { .blank = false };

	for (size_t i = 0; i < text.n;) {
		unsigned char c = (unsigned char)text.at[i];
		size_t n = c != '&' ? 0
				    : numbered((struct bytes){ text.at + i, text.n - i },
					       &c);

		take(&w, c);
		i += MAX(n, 1);
	}
	return w.acts;
}
