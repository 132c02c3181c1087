/* The editor of our own engine: each edit becomes a packet of the outbox, and leaves with the
 * answer. */
#ifndef SESSION_OUTBOX_EDITOR_H
#define SESSION_OUTBOX_EDITOR_H

#include "action/editor.h"
#include "session/negotiation.h"
#include "session/outbox.h"

struct outbox_editor {
	struct outbox *out;
	const struct negotiated *negotiated;
	char *reply; /* what set_reply() was given, as the protocol wants it; NULL */
};

/* outbox_editor - the functions over e, which must live as long
 * out   its functions return false for what the MTA does not grant, what is longer than a
 *       packet, and when the MTA has gone
 * own   g_free(e->reply) */
struct editor outbox_editor(struct outbox_editor *e);

#endif
