/* A buffer that moves what is left to its front only when it needs the space: a sender of
 * single bytes makes it move each packet once. */
#include "session/inbox.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "session/protocol.h"

/* most packets of a message are small; its body comes in pieces of 64 KB */
#define ROOM_BYTES (16 * 1024)

static size_t length_at(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;

	return (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
}

enum inbox_state inbox_take(struct inbox *in, struct packet *p_r)
{
	size_t here = in->end - in->begin;

	g_assert(in->begin <= in->end && in->end <= in->room);
	if (here < PACKET_LENGTH_BYTES)
		return INBOX_MORE;
	size_t n = length_at(in->at + in->begin); /* the command is counted */

	if (n == 0 || n - 1 > LIMIT_PACKET_BYTES)
		return INBOX_MALFORMED;
	if (here - PACKET_LENGTH_BYTES < n)
		return INBOX_MORE;
	const char *packet = in->at + in->begin + PACKET_LENGTH_BYTES;

	*p_r = (struct packet){ .command = packet[0],
				.data = { .at = packet + 1, .n = n - 1 } };
	in->begin += PACKET_LENGTH_BYTES + n;
	return INBOX_PACKET;
}

char *inbox_space(struct inbox *in, size_t *n_r)
{
	size_t here = in->end - in->begin;

	if (in->begin > 0 && (here == 0 || in->end == in->room)) {
		memmove(in->at, in->at + in->begin, here);
		in->begin = 0;
		in->end = here;
	}
	if (in->end == in->room) {
		in->room = in->room == 0 ? ROOM_BYTES : in->room * 2;
		in->at = g_realloc(in->at, in->room);
	}
	*n_r = in->room - in->end;
	return in->at + in->end;
}

void inbox_filled(struct inbox *in, size_t n)
{
	g_assert(n <= in->room - in->end);
	in->end += n;
}

bool inbox_waits(const struct inbox *in)
{
	return in->end > in->begin;
}

void inbox_shrink(struct inbox *in)
{
	size_t here = in->end - in->begin;

	if (here == 0) {
		g_free(in->at);
		*in = (struct inbox){ 0 };
	} else if (in->room > ROOM_BYTES && here <= ROOM_BYTES) {
		char *at = g_malloc(ROOM_BYTES);

		memcpy(at, in->at + in->begin, here);
		g_free(in->at);
		*in = (struct inbox){ .at = at, .end = here, .room = ROOM_BYTES };
	}
}
