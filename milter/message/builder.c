/* Puts together what milter callbacks hand over. It must never grow past its limit, never look
 * at what the bytes mean, and never take memory that all messages together do not have. */
#include "message/builder.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"

enum {
	FIRST_BYTES = 16 * 1024, /* most mail is smaller */
	GROWTH = 4,              /* a quarter more at a time */
	BYTES_CHARGED =
		2, /* for each byte: one here, one for what is made of it at the end
			      (the copy that is held, the body with a banner) */
};

struct builder {
	char *at;
	size_t n, room;
	size_t limit; /* max_bytes + 1; less, once there was no memory */
	size_t truncated;
	struct builder_memory memory;
	enum builder_kept kept;
};

struct builder *builder_create(size_t max_bytes, const struct builder_memory *memory)
{
	struct builder *b = g_new0(struct builder, 1);

	b->limit = MIN(max_bytes, (size_t)G_MAXINT32) + 1;
	if (memory != NULL)
		b->memory = *memory;
	return b;
}

static void resize(struct builder *b, size_t room)
{
	b->at = g_realloc(b->at, room);
	b->room = room;
}

/* Of the rest of a message three quarters of all memory can be used: the last quarter is for
 * the beginnings of others, so that big messages do not keep small ones from being read. */
static bool take(struct builder *b, size_t more, size_t room)
{
	size_t most = b->memory.most;

	if (b->memory.shared == NULL)
		return true;
	if (room > LIMIT_BEGINNING_BYTES)
		most = most / 4 * 3;
	return budget_take(b->memory.shared, more * BYTES_CHARGED, most);
}

static void give(struct builder *b, size_t less)
{
	if (b->memory.shared != NULL)
		budget_give(b->memory.shared, less * BYTES_CHARGED);
}

static bool make_room(struct builder *b, size_t need)
{
	size_t room = MAX(MAX(need, b->room + b->room / GROWTH), FIRST_BYTES);

	if (need <= b->room)
		return true;
	room = MIN(room, b->limit);
	if (need <= LIMIT_BEGINNING_BYTES)
		room = MIN(room, LIMIT_BEGINNING_BYTES);
	if (!take(b, room - b->room, room))
		return false;
	resize(b, room);
	return true;
}

/* There is no memory for more: the beginning stays, or where there is none for that, nothing. */
static void shed(struct builder *b)
{
	bool whole_beginning = b->n >= LIMIT_BEGINNING_BYTES;
	size_t keep = whole_beginning ? LIMIT_BEGINNING_BYTES : 0;

	b->truncated += b->n - keep;
	b->kept = whole_beginning ? BUILDER_BEGINNING : BUILDER_NOTHING;
	b->n = b->limit = keep;
	give(b, b->room - keep);
	resize(b, keep);
}

/* n bytes of which all are on one side of the end of the beginning */
static void append_piece(struct builder *b, const char *text, size_t n)
{
	size_t kept = MIN(n, b->limit - b->n);

	if (kept > 0 && !make_room(b, b->n + kept)) {
		shed(b);
		kept = 0;
	}
	if (kept > 0)
		memcpy(b->at + b->n, text, kept);
	b->n += kept;
	b->truncated += n - kept;
	g_assert(b->n <= b->room && b->n <= b->limit);
}

static void append(struct builder *b, const char *text, size_t n)
{
	size_t first =
		b->n < LIMIT_BEGINNING_BYTES ? MIN(n, LIMIT_BEGINNING_BYTES - b->n) : 0;

	append_piece(b, text, first);
	append_piece(b, text + first, n - first);
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
	return (struct bytes){ b->at, b->n };
}

size_t builder_truncated(const struct builder *b)
{
	return b->truncated;
}

enum builder_kept builder_kept(const struct builder *b)
{
	return b->kept;
}

void builder_destroy(struct builder **bp)
{
	struct builder *b = *bp;

	if (b == NULL)
		return;
	*bp = NULL;
	give(b, b->room);
	g_free(b->at);
	g_free(b);
}
