/* CSV by RFC 4180, and nothing that merely looks like it: a quote in the middle of a field is
 * an error somebody should see, not a guess about what was meant. */
#include "base/csv.h"

#include <glib.h>

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

struct csv csv_begin(struct bytes text)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct csv c = { .rest = text, .line = 1 };

	if (text.n >= 3 && memcmp(text.at, mark, 3) == 0) {
		c.rest.at += 3;
		c.rest.n -= 3;
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
			return at_line_end(c) || peek(c) == ','
				       ? NULL
				       : "text behind a closing quote";
		}
	}
	return "a quote that is never closed";
}

static const char *bare(struct csv *c, GString *field)
{
	while (!at_line_end(c) && peek(c) != ',') {
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
			take(c); /* the comma */
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
