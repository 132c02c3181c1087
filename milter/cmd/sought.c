/* Letters of either case are the same. What follows "=" is the address itself (BATV), what follows
 * "+" or "-" is another one's extension. */
#include "cmd/sought.h"

#include <glib.h>
#include <string.h>

#include "base/json_line.h"
#include "message/address.h"
#include "store/keys.h"

#define TOKEN_BYTES 512 /* longer than any address */

/* a text as a member of JSON has it, without its quotes */
static const char *json_form(struct arena *a, const char *text)
{
	GString *out = g_string_new("[");
	const char *form;

	json_line_text(out, text);
	form = arena_strndup(a, out->str + 2, out->len - 3);
	g_string_free(out, TRUE);
	return form;
}

static bool has_wide(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return true;
	return false;
}

bool sought_make(struct arena *a, const char *typed, struct sought *s_r)
{
	const char *key = address_key(a, typed), *domain = address_domain(key);
	struct key_parts parts;

	if (domain == NULL || domain[0] == '\0' || domain[-1] != '@')
		return false;
	*s_r = (struct sought){
		.address = key,
		.in_json = json_form(a, key),
		.returned =
			arena_printf(a, "%.*s=%s", (int)(domain - 1 - key), key, domain),
		.wide = has_wide(key) || strstr(domain, "xn--") != NULL,
	};
	if (!key_split(a, key_build(a, FAMILY_SENDER, "-", key, NULL), &parts))
		g_assert_not_reached();
	s_r->part = parts.part1;
	return true;
}

/* ---- as it is spelled in keys ---- */

static bool goes_on(unsigned char c)
{
	return g_ascii_isalnum(c) || c >= 0x80 || strchr("!#$%&*+-./^_`~@", c) != NULL;
}

/* an address begins here, before which stands that */
static bool begins(struct bytes text, size_t at, bool returned)
{
	unsigned char before = at == 0 ? ' ' : (unsigned char)text.at[at - 1];

	return at == 0 ||
	       (returned ? !g_ascii_isalnum(before) && before < 0x80 : !goes_on(before));
}

static bool ends(struct bytes text, size_t at, bool returned)
{
	unsigned char c = at == text.n ? ' ' : (unsigned char)text.at[at];
	unsigned char next = at + 1 >= text.n ? ' ' : (unsigned char)text.at[at + 1];

	if (returned)
		return c == '@';
	return !g_ascii_isalnum(c) && c < 0x80 && c != '-' && c != '_' &&
	       !(c == '.' && g_ascii_isalnum(next));
}

static bool stands_in(struct bytes text, const char *form, bool returned)
{
	size_t n = strlen(form);
	char first = g_ascii_tolower(form[0]);

	for (size_t at = 0; at + n <= text.n; at++)
		if (g_ascii_tolower(text.at[at]) == first &&
		    g_ascii_strncasecmp(text.at + at, form, n) == 0 &&
		    begins(text, at, returned) && ends(text, at + n, returned))
			return true;
	return false;
}

/* ---- in other spellings ---- */

static bool delimits(char c)
{
	return (unsigned char)c <= ' ' || strchr("\"<>()[],;:\\|{}?=", c) != NULL;
}

/* text[from, to) around the "@" at `at`, quotes of the local part included */
static void token_around(struct bytes text, size_t at, size_t *from, size_t *to)
{
	size_t b = at, e = at + 1;
	bool quoted = b > 0 && text.at[b - 1] == '"';

	if (quoted)
		for (b--; b > 0 && text.at[b - 1] != '"'; b--)
			;
	else
		while (b > 0 && !delimits(text.at[b - 1]))
			b--;
	*from = quoted && b > 0 ? b - 1 : b;
	while (e < text.n && !delimits(text.at[e]))
		e++;
	while (e > at + 1 && text.at[e - 1] == '.')
		e--;
	*to = e;
}

/* JSON's backslash before a quote is none of the address */
static bool is_spelling(const struct sought *s, const char *from, size_t n)
{
	char plain[TOKEN_BYTES];
	size_t put = 0;
	bool unusual = s->wide;

	if (n >= sizeof(plain))
		return false;
	for (size_t i = 0; i < n; i++) {
		unusual |= (unsigned char)from[i] >= 0x80 || from[i] == '"';
		if (from[i] != '\\')
			plain[put++] = from[i];
	}
	plain[put] = '\0';
	if (!unusual)
		return false;
	struct arena *a = arena_create();
	bool is = g_strcmp0(address_key(a, plain), s->address) == 0;

	arena_destroy(&a);
	return is;
}

static bool is_spelled_in(const struct sought *s, struct bytes text)
{
	const char *at = text.at, *end = text.at + text.n;

	while (at < end && (at = memchr(at, '@', (size_t)(end - at))) != NULL) {
		size_t from, to;

		token_around(text, (size_t)(at - text.at), &from, &to);
		if (is_spelling(s, text.at + from, to - from))
			return true;
		at++;
	}
	return false;
}

bool sought_in(const struct sought *s, struct bytes text)
{
	return stands_in(text, s->address, false) ||
	       (strcmp(s->address, s->in_json) != 0 &&
		stands_in(text, s->in_json, false)) ||
	       stands_in(text, s->returned, true) || is_spelled_in(s, text);
}
