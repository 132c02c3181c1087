/* An address inside a display name: "boss@example.org" <x@mail.example>. Only what could be
 * a real one counts: "Jane @ Sales" and "team@work" are names. */
#include "feature/name_address.h"

#include <glib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "message/address.h"

struct at_sign {
	const char *text;
	bool bracketed; /* blanks may stand around it */
};

static const struct at_sign at_signs[] = {
	{ "@", false },   { "＠", false },  { "﹫", false },
	{ "[at]", true }, { "(at)", true }, { "{at}", true },
};

static const struct at_sign *at_sign_here(const char *p)
{
	for (size_t i = 0; i < COUNT_OF(at_signs); i++)
		if (g_ascii_strncasecmp(p, at_signs[i].text, strlen(at_signs[i].text)) ==
		    0)
			return &at_signs[i];
	return NULL;
}

/* RFC 5322 3.2.3 atext, ASCII only: letters of other scripts mostly belong to the name that
 * stands before the address without a blank */
static bool is_local(char c)
{
	return g_ascii_isalnum(c) ||
	       (c != '\0' && strchr(".!#$%&*+/=?^_`{|}~-", c) != NULL);
}

static const char *local_begin(const char *from, const char *at)
{
	while (at > from && is_local(at[-1]))
		at--;
	while (*at == '.')
		at++;
	return at;
}

static const char *domain_end(const char *p)
{
	const char *begin = p;

	for (; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c != '-' && c != '.' && !g_unichar_isalnum(c))
			break;
	}
	while (p > begin && (p[-1] == '.' || p[-1] == '-'))
		p--;
	return p;
}

/* two labels, and a last one that could be a top-level domain */
static bool domain_real(const char *begin, const char *end)
{
	const char *dot = g_strrstr_len(begin, end - begin, ".");

	if (dot == NULL || dot == begin || end - dot < 3)
		return false;
	if (end - dot > 5 && g_ascii_strncasecmp(dot + 1, "xn--", 4) == 0)
		return true;
	for (const char *p = dot + 1; p < end; p = g_utf8_next_char(p))
		if (!g_unichar_isalpha(g_utf8_get_char(p)))
			return false;
	return true;
}

static const char *address_around(struct arena *a, const char *display, const char *at,
				  const struct at_sign *sign)
{
	const char *left = at, *right = at + strlen(sign->text);

	while (sign->bracketed && left > display && left[-1] == ' ')
		left--;
	while (sign->bracketed && *right == ' ')
		right++;

	const char *begin = local_begin(display, left), *end = domain_end(right);

	if (begin == left || !domain_real(right, end))
		return NULL;
	return address_key(a, arena_printf(a, "%.*s@%.*s", (int)(left - begin), begin,
					   (int)(end - right), right));
}

const char *name_address(struct arena *a, const char *display)
{
	if (display == NULL)
		return NULL;
	for (const char *p = display; *p != '\0' && p - display < LIMIT_DISPLAY_BYTES;
	     p++) {
		const struct at_sign *sign = at_sign_here(p);
		const char *found =
			sign == NULL ? NULL : address_around(a, display, p, sign);

		if (found != NULL)
			return found;
	}
	return NULL;
}
