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

/* The rest of a field whose beginning has been taken. */
static void drop(struct inbox *in)
{
	size_t n = MIN(in->dropped, in->end - in->begin);

	in->begin += n;
	in->dropped -= n;
}

/* A field may have any length, by the will of whoever wrote the message; if we hung up on it,
 * the MTA would let the message pass. */
static enum inbox_state state_of_long(const struct inbox *in, size_t here, size_t n)
{
	if (n - 1 > LIMIT_MESSAGE_BYTES)
		return INBOX_MALFORMED;
	if (here == PACKET_LENGTH_BYTES)
		return INBOX_MORE;
	return in->at[in->begin + PACKET_LENGTH_BYTES] == COMMAND_HEADER
		       ? INBOX_PACKET
		       : INBOX_MALFORMED;
}

enum inbox_state inbox_take(struct inbox *in, struct packet *p_r)
{
	g_assert(in->begin <= in->end && in->end <= in->room);
	drop(in);
	size_t here = in->end - in->begin;
	enum inbox_state state = INBOX_PACKET;

	if (here < PACKET_LENGTH_BYTES)
		return INBOX_MORE;
	size_t n = length_at(in->at + in->begin); /* the command is counted */
	size_t dropped = n > LIMIT_PACKET_BYTES + 1 ? n - LIMIT_PACKET_BYTES - 1 : 0;

	if (n == 0)
		return INBOX_MALFORMED;
	if (dropped > 0)
		state = state_of_long(in, here, n);
	if (state != INBOX_PACKET)
		return state;
	n -= dropped;
	if (here - PACKET_LENGTH_BYTES < n)
		return INBOX_MORE;
	char *packet = in->at + in->begin + PACKET_LENGTH_BYTES;

	if (dropped > 0)
		packet[n - 1] = '\0';
	*p_r = (struct packet){ .command = packet[0],
				.data = { .at = packet + 1, .n = n - 1 },
				.dropped = dropped };
	in->begin += PACKET_LENGTH_BYTES + n;
	in->dropped = dropped;
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
	return in->end > in->begin || in->dropped > 0;
}

void inbox_shrink(struct inbox *in)
{
	size_t here = in->end - in->begin;

	if (here == 0) {
		g_free(in->at);
		*in = (struct inbox){ .dropped = in->dropped };
	} else if (in->room > ROOM_BYTES && here <= ROOM_BYTES) {
		char *at = g_malloc(ROOM_BYTES);

		memcpy(at, in->at + in->begin, here);
		g_free(in->at);
		*in = (struct inbox){
			.at = at, .end = here, .room = ROOM_BYTES, .dropped = in->dropped
		};
	}
}
