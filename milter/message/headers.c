/* Own splitter of the header block: every field keeps its exact place, because edits and
 * signatures need the bytes as they came. It must never change or copy a byte, and never
 * take a line for a field because another program might. */
#include "message/headers.h"

#include <glib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"

/* RFC 5322 3.6: these may stand at most once; and RFC 2045 3 for the MIME fields */
static const char *const once[] = {
	"Date",
	"From",
	"Sender",
	"Reply-To",
	"To",
	"Cc",
	"Message-ID",
	"In-Reply-To",
	"References",
	"Subject",
	"MIME-Version",
	"Content-Type",
	"Content-Transfer-Encoding",
};

/* What readers and rules go by is kept wherever it stands: behind 1,001 fields of no meaning
 * a reader still sees who wrote. */
static const char *const kept[] = {
	"From",
	"Sender",
	"Reply-To",
	"Subject",
	"To",
	"Cc",
	"Date",
	"Message-ID",
	"In-Reply-To",
	"References",
	"MIME-Version",
	"Content-Type",
	"Content-Transfer-Encoding",
	"Content-Disposition",
	"List-Id",
	"List-Post",
	"List-Unsubscribe",
	"List-Unsubscribe-Post",
	"Precedence",
	"Auto-Submitted",
	"DKIM-Signature",
	"Authentication-Results",
};

struct split {
	struct header_block *block;
	GArray *fields;
	size_t beyond[G_N_ELEMENTS(kept)]; /* of each name, behind the bound */
};

/* the line at `at`, without its end; *next_r is where the following one starts */
static struct bytes line_at(struct bytes raw, size_t at, size_t *next_r)
{
	const char *start = raw.at + at;
	const char *lf = memchr(start, '\n', raw.n - at);
	size_t n = lf == NULL ? raw.n - at : (size_t)(lf - start);

	*next_r = at + n + (lf != NULL);
	if (lf != NULL && n > 0 && start[n - 1] == '\r')
		n--;
	return (struct bytes){ start, n };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* RFC 5322 2.2: "A field name MUST be composed of printable US-ASCII characters (i.e.,
 * characters that have values between 33 and 126, inclusive), except colon." 4.5 lets
 * blanks stand before the colon. 0: the line is no field */
static size_t name_length(struct bytes line, size_t *colon_r)
{
	size_t n = 0;

	while (n < line.n && line.at[n] > 32 && line.at[n] < 127 && line.at[n] != ':')
		n++;
	*colon_r = n;
	while (*colon_r < line.n && is_blank(line.at[*colon_r]))
		++*colon_r;
	return *colon_r < line.n && line.at[*colon_r] == ':' ? n : 0;
}

static bool name_is(struct bytes name, const char *text, size_t n)
{
	return name.n == n && strncasecmp(name.at, text, n) == 0;
}

static bool may_stand_once(struct bytes name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(once); i++)
		if (name_is(name, once[i], strlen(once[i])))
			return true;
	return false;
}

static size_t count_before(const GArray *fields, struct bytes name)
{
	size_t nth = 0;

	for (guint i = 0; i < fields->len; i++) {
		const struct header *h = &g_array_index(fields, struct header, i);

		nth += h->name.n == name.n &&
		       strncasecmp(h->name.at, name.at, name.n) == 0;
	}
	return nth;
}

static void append_field(struct split *s, struct header field)
{
	field.nth = count_before(s->fields, field.name);
	if (field.nth == 1 && may_stand_once(field.name))
		s->block->malformed |= MALFORMED_DUPLICATE;
	if (bytes_have_8bit(field.value))
		s->block->malformed |= MALFORMED_8BIT_HEADER;
	g_array_append_val(s->fields, field);
}

/* Behind the bound only what is kept counts, and not much of it, so that the cost of
 * counting stays bounded too. */
static void add_beyond(struct split *s, struct header field)
{
	s->block->truncated |= TRUNCATED_HEADERS;
	for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
		if (!name_is(field.name, kept[i], strlen(kept[i])))
			continue;
		if (s->beyond[i]++ < LIMIT_HEADERS_BEYOND)
			append_field(s, field);
		break;
	}
	g_assert(s->fields->len <=
		 LIMIT_HEADERS + G_N_ELEMENTS(kept) * LIMIT_HEADERS_BEYOND);
}

static void add_field(struct split *s, struct header field, bool beyond)
{
	if (beyond)
		add_beyond(s, field);
	else
		append_field(s, field);
}

/* one line that starts no continuation; returns where the next field starts */
static size_t take_field(struct split *s, struct bytes raw, size_t at)
{
	bool beyond = at > LIMIT_HEADER_BLOCK_BYTES || s->fields->len >= LIMIT_HEADERS;
	size_t next, after, colon;
	struct bytes line = line_at(raw, at, &next), more;
	size_t name_n = name_length(line, &colon);
	const char *end = line.at + line.n;

	while (next < raw.n && is_blank(raw.at[next])) {
		more = line_at(raw, next, &after);
		end = more.at + more.n;
		next = after;
	}
	if (name_n == 0) {
		s->block->malformed |= MALFORMED_HEADER_LINE;
		return next;
	}
	const char *value = line.at + colon + 1;

	add_field(s,
		  (struct header){ .name = { line.at, name_n },
				   .value = { value, (size_t)(end - value) },
				   .at = at },
		  beyond);
	return next;
}

void headers_split(struct arena *a, struct bytes raw, struct header_block *block_r)
{
	GArray *fields = g_array_sized_new(FALSE, FALSE, sizeof(struct header), 64);
	struct split s = { .block = block_r, .fields = fields };
	size_t at = 0, next;

	*block_r = (struct header_block){ .body_at = raw.n };
	while (at < raw.n) {
		if (line_at(raw, at, &next).n == 0) {
			block_r->body_at = next;
			break;
		}
		at = take_field(&s, raw, at);
	}
	struct header *copy = arena_new(a, struct header, fields->len);

	if (fields->len > 0)
		memcpy(copy, fields->data, fields->len * sizeof(*copy));
	block_r->fields = copy;
	block_r->n = fields->len;
	g_array_free(fields, TRUE);
}

const struct header *headers_find(const struct header *fields, size_t n, const char *name,
				  size_t nth)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < n; i++)
		if (fields[i].nth == nth && name_is(fields[i].name, name, length))
			return &fields[i];
	return NULL;
}

struct bytes header_unfold(struct arena *a, struct bytes value)
{
	char *out = arena_alloc(a, value.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < value.n; i++) {
		char c = value.at[i];

		if (c == '\r' || c == '\n') {
			while (i + 1 < value.n &&
			       strchr("\r\n \t", value.at[i + 1]) != NULL &&
			       value.at[i + 1] != '\0')
				i++;
			while (n > 0 && out[n - 1] == ' ')
				n--;
			c = ' ';
		} else if ((unsigned char)c < 0x20 || c == 0x7f) {
			c = ' ';
		}
		if (c != ' ' || n > 0)
			out[n++] = c;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return (struct bytes){ out, n };
}
