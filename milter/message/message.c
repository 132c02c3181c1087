/* One message read once: the header block, what its fields mean, then the parts. Each step
 * fills fields of struct message and reads only what earlier steps filled. */
#include "message/message.h"

#include <glib.h>
#include <string.h>

#include "message/fields.h"
#include "message/headers.h"
#include "message/mime.h"
#include "message/parts.h"
#include "message/unicode.h"

void message_library_init(void)
{
	mime_library_init();
}

void message_library_warm(void)
{
	struct arena *a = arena_create();

	unicode_latin(a, "\xe5\xb1\xb1"); /* neither Latin, Greek nor Cyrillic */
	arena_destroy(&a);
}

struct message *message_parse_header(struct arena *a, struct bytes raw,
				     const struct message_limits *limits)
{
	struct message *m = arena_new(a, struct message, 1);
	struct header_block block;

	if (raw.n > limits->max_bytes) {
		raw.n = limits->max_bytes;
		m->truncated |= TRUNCATED_SIZE;
	}
	m->raw = raw;
	m->decoder = limits->decoder;
	if (raw.n > 0 && memchr(raw.at, '\0', raw.n) != NULL)
		m->malformed |= MALFORMED_NUL;
	headers_split(a, raw, &block);
	m->headers = block.fields;
	m->n_headers = block.n;
	m->body_at = block.body_at;
	m->malformed |= block.malformed;
	m->truncated |= block.truncated;
	m->alternatives_shared = -1;
	m->text = m->hidden = m->html_text = m->plain_text = "";
	fields_read(a, m);
	return m;
}

void message_read_body(struct arena *a, struct message *m, enum message_body depth)
{
	parts_read(a, m, depth);
}

struct message *message_parse(struct arena *a, struct bytes raw,
			      const struct message_limits *limits)
{
	struct message *m = message_parse_header(a, raw, limits);

	message_read_body(a, m, BODY_ALL);
	return m;
}

const struct header *message_header(const struct message *m, const char *name, size_t nth)
{
	return headers_find(m->headers, m->n_headers, name, nth);
}
