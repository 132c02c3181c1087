/* Puts together what milter callbacks hand over. It must never grow past its limit and
 * never look at what the bytes mean. */
#include "message/builder.h"

#include <glib.h>
#include <string.h>

struct builder {
	GByteArray *raw;
	size_t limit; /* max_bytes + 1 */
	size_t truncated;
};

struct builder *builder_create(size_t max_bytes)
{
	struct builder *b = g_new0(struct builder, 1);

	/* GByteArray counts in guint */
	b->limit = MIN(max_bytes, (size_t)G_MAXINT32) + 1;
	b->raw = g_byte_array_new();
	return b;
}

static void append(struct builder *b, const char *text, size_t n)
{
	size_t room = b->limit - b->raw->len;
	size_t take = MIN(n, room);

	if (take > 0)
		g_byte_array_append(b->raw, (const guint8 *)text, (guint)take);
	b->truncated += n - take;
}

void builder_header(struct builder *b, const char *name, const char *value)
{
	append(b, name, strlen(name));
	append(b, ":", 1);
	for (const char *lf; (lf = strchr(value, '\n')) != NULL; value = lf + 1) {
		size_t n = (size_t)(lf - value);

		append(b, value, n > 0 && lf[-1] == '\r' ? n - 1 : n);
		append(b, "\r\n", 2);
	}
	append(b, value, strlen(value));
	append(b, "\r\n", 2);
}

void builder_end_headers(struct builder *b)
{
	append(b, "\r\n", 2);
}

void builder_body(struct builder *b, struct bytes chunk)
{
	append(b, chunk.at, chunk.n);
}

void builder_headers(struct arena *a, const struct builder *b,
		     struct header_block *block_r)
{
	headers_split(a, builder_raw(b), block_r);
}

struct bytes builder_raw(const struct builder *b)
{
	return (struct bytes){ (const char *)b->raw->data, b->raw->len };
}

size_t builder_truncated(const struct builder *b)
{
	return b->truncated;
}

void builder_destroy(struct builder **bp)
{
	struct builder *b = *bp;

	if (b == NULL)
		return;
	*bp = NULL;
	g_byte_array_unref(b->raw);
	g_free(b);
}
