/* What has come from the MTA, cut into packets. Nothing here reads a socket: the caller fills
 * the space and takes packets out, so that one read may bring many of them. */
#ifndef SESSION_INBOX_H
#define SESSION_INBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* All zero is an empty one. */
struct inbox {
	char *at;
	size_t begin, end; /* what is not taken yet */
	size_t room;
	size_t dropped; /* bytes of a long field that are still to come */
};

struct packet {
	char command;
	struct bytes
		data;   /* in the inbox, until the next inbox_space() or inbox_shrink() */
	size_t dropped; /* of a header field: bytes beyond LIMIT_PACKET_BYTES */
};

enum inbox_state {
	INBOX_PACKET,
	INBOX_MORE,      /* the packet is not whole yet */
	INBOX_MALFORMED, /* no packet can have this length: what follows has no meaning */
};

/* inbox_take - the next packet
 * out   *p_r with INBOX_PACKET; of a header field of up to LIMIT_MESSAGE_BYTES the first
 *       LIMIT_PACKET_BYTES, of which the last is NUL
 * err   INBOX_MALFORMED: a length of 0, or other data of more than LIMIT_PACKET_BYTES */
enum inbox_state inbox_take(struct inbox *in, struct packet *p_r);

/* inbox_space - where the next bytes may be put; at least one
 * use   after INBOX_MORE; packets that were taken are gone with it
 * cost  linear in what comes: the room is doubled when it is full, whatever length was
 *       announced */
char *inbox_space(struct inbox *in, size_t *n_r);

/* inbox_filled - n bytes have been put there */
void inbox_filled(struct inbox *in, size_t n);

/* inbox_waits - has a packet begun that is not whole?
 * use   after INBOX_MORE */
bool inbox_waits(const struct inbox *in);

/* inbox_shrink - give back the room that a big packet took; with nothing in it, all of it */
void inbox_shrink(struct inbox *in);

#endif
