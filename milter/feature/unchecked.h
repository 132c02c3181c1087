/* What is attached and nobody looked into. */
#ifndef FEATURE_UNCHECKED_H
#define FEATURE_UNCHECKED_H

#include "feature/extract.h"

/* unchecked_take - kinds of attached files whose contents are not known: archives whose names
 *                  are not listed, archives within archives, pieces of a message that is
 *                  elsewhere
 * out   words are added to c: "rar", "zip within", "message/partial"
 * err   none */
void unchecked_take(struct collected *c, const struct message *m);

#endif
