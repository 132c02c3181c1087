/* What is shown stays readable; only no program recognises it. */
#include "action/unlinked.h"

#include <string.h>

#include "base/compiler.h"

/* telephone numbers with their area have more; a date has 8 */
#define NUMBER_DIGITS 9

static bool is_in(gunichar c, const gunichar *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == c)
			return true;
	return false;
}

bool makes_link(gunichar before, gunichar c, gunichar after)
{
	/* and the wide forms that browsers read as these */
	static const gunichar signs[] = { '.',    ':',    '@',    0x3002,
					  0xff0e, 0xff1a, 0xff20, 0xff61 };

	if (!is_in(c, signs, COUNT_OF(signs)) || before == 0 || after == 0)
		return false;
	if (g_unichar_isspace(before) || g_unichar_isspace(after))
		return false;
	return !g_unichar_isdigit(before) || !g_unichar_isdigit(after);
}

void unlinked_ascii(GString *word)
{
	for (gsize i = 1; i + 1 < word->len; i++) {
		if (!makes_link((guchar)word->str[i - 1], (guchar)word->str[i],
				(guchar)word->str[i + 1]))
			continue;
		g_string_insert_c(word, (gssize)i, '[');
		g_string_insert_c(word, (gssize)i + 2, ']');
		i += 2;
	}
}

/* between the digits of a number as people write it */
static bool is_between(gunichar c)
{
	return g_unichar_isspace(c) || g_unichar_type(c) == G_UNICODE_DASH_PUNCTUATION ||
	       (c < 0x80 && c != 0 && strchr("()/.,", (int)c) != NULL);
}

/* out: where the number that begins at text ends; *digits_r: how many it has */
static const char *number_end(const char *text, size_t *digits_r)
{
	const char *end = text;

	*digits_r = 0;
	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (g_unichar_digit_value(c) >= 0) {
			*digits_r += 1;
			end = g_utf8_next_char(p);
		} else if (!is_between(c)) {
			break;
		}
	}
	return end;
}

char *without_numbers(const char *text)
{
	GString *out = g_string_new(NULL);

	while (*text != '\0') {
		const char *next = g_utf8_next_char(text);
		size_t digits = 0;

		if (g_unichar_digit_value(g_utf8_get_char(text)) >= 0)
			next = number_end(text, &digits);
		if (digits >= NUMBER_DIGITS)
			g_string_append(out, "[number]");
		else
			g_string_append_len(out, text, next - text);
		text = next;
	}
	return g_string_free(out, FALSE);
}
