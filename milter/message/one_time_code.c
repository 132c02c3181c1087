#include "message/one_time_code.h"

#include <glib.h>
#include <stddef.h>
#include <string.h>

#include "base/compiler.h"

#define NEAR_BYTES 100
#define WORD_BYTES 40
#define DIGITS_LEAST 4
#define DIGITS_MOST 8

/* What words for it contain, in lower case: "passcode", "Bestätigungscode", "mTAN". */
static const char *const parts[] = {
	"code",  "código", "codigo", "codice",  "kod",
	"passw", "otp",    "verif",  "einmalp", "sicherheits"
};
static const char *const whole[] = { "pin", "tan", "mtan", "clave", "2fa", "token" };

static bool is_word_for_it(const char *at, size_t n)
{
	char *word = n > WORD_BYTES ? NULL : g_utf8_strdown(at, (gssize)n);
	bool is = false;

	for (size_t i = 0; word != NULL && !is && i < COUNT_OF(parts); i++)
		is = strstr(word, parts[i]) != NULL;
	for (size_t i = 0; word != NULL && !is && i < COUNT_OF(whole); i++)
		is = strcmp(word, whole[i]) == 0;
	g_free(word);
	return is;
}

static bool is_year(const char *at, size_t digits)
{
	return digits == 4 && (strncmp(at, "19", 2) == 0 || strncmp(at, "20", 2) == 0);
}

/* "482913", "482 913", "482-913"; no part of an amount, a date or a longer number
 * out   *end_r   behind it */
static bool is_code(const char *text, const char *at, const char **end_r)
{
	const char *p = at;
	size_t digits = 0;
	bool split = false;

	for (;; p++) {
		if (g_ascii_isdigit(*p))
			digits++;
		else if (digits == 3 && !split && (*p == ' ' || *p == '-') &&
			 g_ascii_isdigit(p[1]))
			split = true;
		else
			break;
	}
	*end_r = p;
	bool runs_on = (*p == '.' || *p == ',' || *p == '/' || *p == '-' || *p == ':') &&
		       g_ascii_isdigit(p[1]);
	bool ran_on = at > text + 1 && strchr(".,/:+", at[-1]) != NULL &&
		      g_ascii_isdigit(at[-2]);

	return digits >= DIGITS_LEAST && digits <= DIGITS_MOST && !runs_on && !ran_on &&
	       !is_year(at, digits);
}

static size_t word_length(const char *at)
{
	const char *p = at;

	while (*p != '\0' && g_unichar_isalnum(g_utf8_get_char(p)) &&
	       !(p == at && g_ascii_isdigit(*p)))
		p = g_utf8_next_char(p);
	return (size_t)(p - at);
}

bool one_time_code_in(const char *text)
{
	const char *said = NULL, *code = NULL, *end = NULL;

	for (const char *p = text; *p != '\0';) {
		size_t n = word_length(p);

		if (n > 0 && is_word_for_it(p, n))
			said = p;
		if (n == 0 && g_ascii_isdigit(*p)) {
			if (is_code(text, p, &end))
				code = p;
			n = (size_t)(end - p);
		}
		if (said != NULL && code != NULL &&
		    (said > code ? said - code : code - said) <= NEAR_BYTES)
			return true;
		p = n > 0 ? p + n : g_utf8_next_char(p);
	}
	return false;
}
