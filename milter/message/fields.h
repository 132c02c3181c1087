/* What header fields mean: addresses, ids, dates, the way a message came. */
#ifndef MESSAGE_FIELDS_H
#define MESSAGE_FIELDS_H

#include "base/arena.h"
#include "message/message.h"

/* fields_read - fill what message.h says comes from header fields, with its bits
 * in    m   headers are set
 * own   a */
void fields_read(struct arena *a, struct message *m);

#endif
