/* What is attached and nobody looked into. */
#ifndef FEATURE_UNCHECKED_H
#define FEATURE_UNCHECKED_H

#include "feature/extract.h"

/* unchecked_take - kinds of attached files whose contents are not known, with why a decoder
 *                  could not tell them; pieces of a message that is elsewhere
 * out   words are added to c: "rar", "zip within: encrypted", "message/partial"
 * own   a */
void unchecked_take(struct arena *a, struct collected *c, const struct message *m);

#endif
