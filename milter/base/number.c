#include "base/number.h"

#include <glib.h>

bool number_parse(const char *text, int64_t min, int64_t max, int64_t *n_r)
{
	g_assert(min <= max);
	if (text == NULL || (!g_ascii_isdigit(text[0]) && text[0] != '-'))
		return false;
	return g_ascii_string_to_signed(text, 10, min, max, n_r, NULL);
}

bool milli_parse(const char *text, int64_t *milli_r)
{
	bool minus = *text == '-';
	int64_t whole = 0, part = 0, place = 100;
	const char *p = text + (minus || *text == '+');

	if (!g_ascii_isdigit(*p))
		return false;
	for (; g_ascii_isdigit(*p) && whole <= 1000000; p++)
		whole = whole * 10 + (*p - '0');
	if (*p == '.') {
		if (!g_ascii_isdigit(*++p))
			return false;
		for (; g_ascii_isdigit(*p) && place > 0; p++, place /= 10)
			part += (*p - '0') * place;
	}
	if (*p != '\0' || whole > 1000000)
		return false;
	*milli_r = (minus ? -1 : 1) * (whole * 1000 + part);
	return true;
}
