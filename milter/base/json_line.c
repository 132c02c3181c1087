/* Whether a comma is due is told by the last byte written: a value ends in a letter, a digit,
 * a quote or a closing bracket, and what opens ends in "{", "[" or ":". So nothing has to be
 * remembered between calls. It must never write a line end. */
#include "base/json_line.h"

#include <string.h>

#include "base/printable.h"

static bool needs_comma(const GString *out)
{
	char last = out->len == 0 ? '{' : out->str[out->len - 1];

	return last != '{' && last != '[' && last != ':';
}

static void begin_value(GString *out)
{
	if (needs_comma(out))
		g_string_append_c(out, ',');
}

/* n bytes in quotes, as they are, and the mark behind them; '\0': none */
static void append_quoted(GString *out, const char *text, size_t n, char mark)
{
	size_t at = out->len;
	bool comma = needs_comma(out);
	char *to;

	g_string_set_size(out, at + n + 2 + comma + (mark != '\0'));
	to = out->str + at;
	if (comma)
		*to++ = ',';
	*to++ = '"';
	to = (char *)memcpy(to, text, n) + n;
	*to++ = '"';
	if (mark != '\0')
		*to = mark;
}

/* ASCII that needs no escape: most texts are that to their end */
static size_t plain_bytes(const char *text)
{
	const char *at = text;

	while (*at >= 0x20 && *at < 0x7f && *at != '"' && *at != '\\')
		at++;
	return (size_t)(at - text);
}

void json_line_open(GString *out, char bracket)
{
	g_assert(bracket == '{' || bracket == '[');
	begin_value(out);
	g_string_append_c(out, bracket);
}

void json_line_close(GString *out, char bracket)
{
	g_assert(bracket == '}' || bracket == ']');
	g_string_append_c(out, bracket);
}

void json_line_name(GString *out, const char *name)
{
	size_t n = plain_bytes(name);

	g_assert(name[n] == '\0'); /* names are our own */
	append_quoted(out, name, n, ':');
}

/* RFC 8259 7: "quotation mark, reverse solidus, and the control characters"; and what is read
 * as more than a character by a terminal, or as the end of a line by others' readers. */
static bool needs_escape(gunichar c)
{
	return c < 0x20 || c == '"' || c == '\\' || (c >= 0x7f && !shows_itself(c));
}

static void append_escaped(GString *out, gunichar c)
{
	static const char letters[] = "btnfr\"\\", meant[] = "\b\t\n\f\r\"\\";
	const char *at = c == '\0' || c > 0x7f ? NULL : strchr(meant, (int)c);

	if (at != NULL)
		g_string_append_printf(out, "\\%c", letters[at - meant]);
	else if (c <= 0xffff)
		g_string_append_printf(out, "\\u%04X", c);
	else /* as two surrogates */
		g_string_append_printf(out, "\\u%04X\\u%04X", 0xd7c0 + (c >> 10),
				       0xdc00 + (c & 0x3ff));
}

static void append_valid(GString *out, const char *text)
{
	const char *from = text, *next;

	for (const char *at = text; *at != '\0'; at = next) {
		bool plain = (unsigned char)*at < 0x7f;
		gunichar c = plain ? (unsigned char)*at : g_utf8_get_char(at);

		next = plain ? at + 1 : g_utf8_next_char(at);
		if (!needs_escape(c))
			continue;
		g_string_append_len(out, from, at - from);
		append_escaped(out, c);
		from = next;
	}
	g_string_append(out, from);
}

void json_line_text(GString *out, const char *text)
{
	size_t plain = plain_bytes(text);

	if (text[plain] == '\0') {
		append_quoted(out, text, plain, '\0');
		return;
	}
	begin_value(out);
	g_string_append_c(out, '"');
	if (g_utf8_validate(text, -1, NULL)) {
		append_valid(out, text);
	} else {
		char *valid = g_utf8_make_valid(text, -1);

		append_valid(out, valid);
		g_free(valid);
	}
	g_string_append_c(out, '"');
}

void json_line_int(GString *out, int64_t n)
{
	char digits[24], *at = digits + sizeof(digits);
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	begin_value(out);
	do {
		*--at = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (n < 0)
		*--at = '-';
	g_string_append_len(out, at, digits + sizeof(digits) - at);
}

void json_line_bool(GString *out, bool yes)
{
	begin_value(out);
	g_string_append(out, yes ? "true" : "false");
}

void json_line_null(GString *out)
{
	begin_value(out);
	g_string_append(out, "null");
}

void json_line_put_text(GString *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	json_line_name(out, name);
	json_line_text(out, text);
}

void json_line_put_int(GString *out, const char *name, int64_t n)
{
	json_line_name(out, name);
	json_line_int(out, n);
}

void json_line_put_bool(GString *out, const char *name, bool yes)
{
	json_line_name(out, name);
	json_line_bool(out, yes);
}
