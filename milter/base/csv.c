/* CSV by RFC 4180, and as spreadsheets write it where commas are decimal signs: with
 * semicolons or tabs, and in UTF-16. Nothing else is guessed: a quote in the middle of a field
 * is an error somebody should see. */
#include "base/csv.h"

#include <glib.h>
#include <string.h>

#define FIELDS_MOST 64

static bool at_end(const struct csv *c)
{
	return c->rest.n == 0;
}

static char peek(const struct csv *c)
{
	return c->rest.at[0];
}

static char take(struct csv *c)
{
	g_assert(!at_end(c));
	char byte = c->rest.at[0];

	c->rest.at++;
	c->rest.n--;
	c->line += byte == '\n';
	return byte;
}

/* CR LF, LF; a CR alone is data */
static bool at_line_end(const struct csv *c)
{
	return at_end(c) || peek(c) == '\n' ||
	       (peek(c) == '\r' && (c->rest.n == 1 || c->rest.at[1] == '\n'));
}

static void skip_line_end(struct csv *c)
{
	if (!at_end(c) && peek(c) == '\r')
		take(c);
	if (!at_end(c) && peek(c) == '\n')
		take(c);
}

/* the code unit at i of UTF-16 */
static gunichar unit_at(struct bytes text, size_t i, bool big)
{
	unsigned first = (unsigned char)text.at[i],
		 second = (unsigned char)text.at[i + 1];

	return big ? first << 8 | second : second << 8 | first;
}

static struct bytes from_utf16(struct arena *a, struct bytes text, bool big)
{
	GString *out = g_string_sized_new(text.n);
	struct bytes kept;

	for (size_t i = 2; i + 1 < text.n; i += 2) {
		gunichar c = unit_at(text, i, big);

		if (c >= 0xd800 && c < 0xdc00 && i + 3 < text.n) {
			gunichar low = unit_at(text, i + 2, big);

			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				i += 2;
			}
		}
		g_string_append_unichar(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
	}
	if (text.n % 2 != 0)
		g_string_append_unichar(out, 0xfffd);
	kept = (struct bytes){ .at = arena_strndup(a, out->str, out->len),
			       .n = out->len };
	g_string_free(out, TRUE);
	return kept;
}

/* Spreadsheets in countries with decimal commas separate by semicolons. The header line names
 * columns, so what stands between its words is the separator. */
static char find_separator(struct bytes text)
{
	bool inside = false;

	for (size_t i = 0; i < text.n && text.at[i] != '\n'; i++) {
		if (text.at[i] == '"')
			inside = !inside;
		else if (!inside && text.at[i] != '\0' && strchr(",;\t", text.at[i]))
			return text.at[i];
	}
	return ',';
}

struct csv csv_begin(struct arena *a, struct bytes text)
{
	struct csv c = { .rest = text, .line = 1 };

	if (bytes_hold(text, 0, bytes_of("\xff\xfe")) ||
	    bytes_hold(text, 0, bytes_of("\xfe\xff")))
		c.rest = from_utf16(a, text, text.at[0] == '\xfe');
	else if (bytes_hold(text, 0, bytes_of("\xef\xbb\xbf")))
		c.rest = (struct bytes){ .at = text.at + 3, .n = text.n - 3 };
	while (!at_end(&c) && at_line_end(&c))
		skip_line_end(&c);
	if (bytes_hold(c.rest, 0, bytes_of("sep=")) &&
	    c.rest.n > 4) { /* Excel's own word */
		c.rest.at += 4, c.rest.n -= 4;
		c.separator = take(&c);
		while (!at_end(&c) && !at_line_end(&c))
			take(&c);
		skip_line_end(&c);
	} else {
		c.separator = find_separator(c.rest);
	}
	return c;
}

static const char *quoted(struct csv *c, GString *field)
{
	take(c);
	while (!at_end(c)) {
		char byte = take(c);

		if (byte != '"') {
			g_string_append_c(field, byte);
		} else if (!at_end(c) && peek(c) == '"') {
			g_string_append_c(field, take(c));
		} else {
			return at_line_end(c) || peek(c) == c->separator
				       ? NULL
				       : "text behind a closing quote";
		}
	}
	return "a quote that is never closed";
}

static const char *bare(struct csv *c, GString *field)
{
	while (!at_line_end(c) && peek(c) != c->separator) {
		if (peek(c) == '"')
			return "a quote inside a field that does not begin with one";
		g_string_append_c(field, take(c));
	}
	return NULL;
}

static void skip_line(struct csv *c)
{
	while (!at_end(c) && peek(c) != '\n')
		take(c);
	skip_line_end(c);
}

bool csv_next(struct csv *c, struct arena *a, struct csv_record *record_r)
{
	const char **fields = arena_new(a, const char *, FIELDS_MOST);
	GString *field = g_string_new(NULL);
	const char *why = NULL;
	size_t n = 0;

	while (!at_end(c) && at_line_end(c))
		skip_line_end(c);
	*record_r = (struct csv_record){ .fields = fields, .line = c->line };
	if (at_end(c)) {
		g_string_free(field, TRUE);
		return false;
	}
	do {
		if (n > 0 && !at_line_end(c))
			take(c); /* the separator */
		g_string_truncate(field, 0);
		why = !at_end(c) && peek(c) == '"' ? quoted(c, field) : bare(c, field);
		if (why == NULL && memchr(field->str, '\0', field->len) != NULL)
			why = "a NUL byte";
		if (why == NULL && n == FIELDS_MOST)
			why = "too many fields";
		if (why == NULL)
			fields[n++] = arena_strndup(a, field->str, field->len);
	} while (why == NULL && !at_line_end(c));
	if (why != NULL)
		skip_line(c);
	else
		skip_line_end(c);
	record_r->n = n;
	record_r->why = why;
	g_string_free(field, TRUE);
	return true;
}
