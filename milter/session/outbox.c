/* The buffer is kept between messages while it is small. */
#include "session/outbox.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/limits.h"

#define COLLECT_BYTES (256 * 1024) /* sent at once when there is more */
#define KEEP_BYTES 4096            /* of an empty buffer: the edits of most messages */

size_t outbox_mark(const struct outbox *out)
{
	return out->bytes == NULL ? 0 : out->bytes->len;
}

void outbox_begin(struct outbox *out, enum reply what)
{
	if (out->bytes == NULL)
		out->bytes = g_string_sized_new(512);
	outbox_number(out, 0); /* the length, known at the end */
	g_string_append_c(out->bytes, (char)what);
}

void outbox_number(struct outbox *out, uint32_t n)
{
	uint32_t big = GUINT32_TO_BE(n);

	g_string_append_len(out->bytes, (const char *)&big, sizeof(big));
}

void outbox_text(struct outbox *out, const char *text)
{
	g_string_append(out->bytes, text);
	g_string_append_c(out->bytes, '\0');
}

void outbox_bytes(struct outbox *out, struct bytes b)
{
	g_string_append_len(out->bytes, b.at, (gssize)b.n);
}

bool outbox_end(struct outbox *out, size_t begin)
{
	size_t n = out->bytes->len - begin - PACKET_LENGTH_BYTES;
	uint32_t big = GUINT32_TO_BE((uint32_t)n);

	if (out->broken || n - 1 > LIMIT_PACKET_BYTES) {
		g_string_truncate(out->bytes, begin);
		return false;
	}
	memcpy(out->bytes->str + begin, &big, sizeof(big));
	return out->bytes->len < COLLECT_BYTES || outbox_flush(out);
}

bool outbox_answer(struct outbox *out, enum reply what)
{
	size_t begin = outbox_mark(out);

	outbox_begin(out, what);
	return outbox_end(out, begin);
}

bool outbox_flush(struct outbox *out)
{
	size_t sent = 0, all = outbox_mark(out);

	while (sent < all && !out->broken) {
		ssize_t n =
			send(out->fd, out->bytes->str + sent, all - sent, MSG_NOSIGNAL);

		if (n >= 0)
			sent += (size_t)n;
		else if (errno != EINTR)
			out->broken = true;
	}
	if (all > KEEP_BYTES)
		outbox_clear(out);
	else if (out->bytes != NULL)
		g_string_truncate(out->bytes, 0);
	return !out->broken;
}

void outbox_clear(struct outbox *out)
{
	if (out->bytes != NULL)
		g_string_free(out->bytes, TRUE);
	out->bytes = NULL;
}
