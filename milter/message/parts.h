/* The contents of the parts: texts, links, what attachments are. */
#ifndef MESSAGE_PARTS_H
#define MESSAGE_PARTS_H

#include "base/arena.h"
#include "message/message.h"

/* parts_read - fill parts, links, texts, and the bits of kind, broken and cut that come from
 *              contents; as far as depth says
 * in    m   raw, body_at and headers are set
 * own   a */
void parts_read(struct arena *a, struct message *m, enum message_body depth);

#endif
