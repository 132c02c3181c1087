/* What goes to the MTA. Packets are collected, so that the edits of a message and the answer
 * behind them leave in one write. */
#ifndef SESSION_OUTBOX_H
#define SESSION_OUTBOX_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "session/protocol.h"

struct outbox {
	int fd;
	GString *bytes; /* NULL: nothing to be sent */
	bool broken;    /* a write has failed: nothing is sent any more */
};

/* outbox_begin - a packet begins; what belongs to it is put behind it */
void outbox_begin(struct outbox *out, enum reply what);

/* outbox_number - 4 bytes, big endian */
void outbox_number(struct outbox *out, uint32_t n);

/* outbox_text - a text with its NUL */
void outbox_text(struct outbox *out, const char *text);

/* outbox_bytes - bytes as they are */
void outbox_bytes(struct outbox *out, struct bytes b);

/* outbox_end - the packet is complete; much that has been collected is sent
 * in    begin   what outbox_mark() gave before outbox_begin()
 * err   false: it has more data than LIMIT_PACKET_BYTES and is left out, or the connection is
 *       gone */
bool outbox_end(struct outbox *out, size_t begin);

/* outbox_mark - where the next packet begins */
size_t outbox_mark(const struct outbox *out);

/* outbox_answer - a packet without data
 * err   as outbox_end() */
bool outbox_answer(struct outbox *out, enum reply what);

/* outbox_flush - send all
 * err   false: the MTA has gone, or did not read for the time that the socket allows */
bool outbox_flush(struct outbox *out);

/* outbox_clear - forget what was not sent */
void outbox_clear(struct outbox *out);

#endif
