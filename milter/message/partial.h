/* Messages of which not all was read. */
#ifndef MESSAGE_PARTIAL_H
#define MESSAGE_PARTIAL_H

#include "message/message.h"

/* message_is_partial - were fields of its header or bytes of its end left out? Then hashes of it say
 *                      nothing, for or against, and nobody may write it again */
static inline bool message_is_partial(const struct message *m)
{
	return (m->truncated & (TRUNCATED_END | TRUNCATED_HEADERS)) != 0;
}

#endif
