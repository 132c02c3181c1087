/* Whether a comma is due is told by the last byte written: a value ends in a letter, a digit,
 * a quote or a closing bracket, and what opens ends in "{", "[" or ":". So nothing has to be
 * remembered between calls. It must never write a line end. */
#include "base/json_line.h"

#include <string.h>

static void begin_value(GString *out)
{
	char last = out->len == 0 ? '{' : out->str[out->len - 1];

	if (last != '{' && last != '[' && last != ':')
		g_string_append_c(out, ',');
}

void json_line_open(GString *out, char bracket)
{
	begin_value(out);
	g_string_append_c(out, bracket);
}

void json_line_close(GString *out, char bracket)
{
	g_string_append_c(out, bracket);
}

void json_line_name(GString *out, const char *name)
{
	begin_value(out);
	g_string_append_c(out, '"');
	g_string_append(out, name);
	g_string_append_len(out, "\":", 2);
}

/* RFC 8259 7: "quotation mark, reverse solidus, and the control characters" */
static bool needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

static void append_escaped(GString *out, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF", letters[] = "btnfr\"\\",
			  meant[] = "\b\t\n\f\r\"\\";
	const char *at = c == '\0' ? NULL : strchr(meant, c);

	g_string_append_c(out, '\\');
	if (at != NULL) {
		g_string_append_c(out, letters[at - meant]);
		return;
	}
	g_string_append_len(out, "u00", 3);
	g_string_append_c(out, digits[c >> 4]);
	g_string_append_c(out, digits[c & 15]);
}

static void append_valid(GString *out, const char *text)
{
	const char *from = text, *at = text;

	for (; *at != '\0'; at++) {
		if (!needs_escape((unsigned char)*at))
			continue;
		g_string_append_len(out, from, at - from);
		append_escaped(out, (unsigned char)*at);
		from = at + 1;
	}
	g_string_append_len(out, from, at - from);
}

void json_line_text(GString *out, const char *text)
{
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
