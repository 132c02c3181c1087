/* The domain that a message says it is from. */
#ifndef AUTH_FROM_H
#define AUTH_FROM_H

#include <stddef.h>

#include "base/arena.h"
#include "message/message.h"

/* from_domain - the one domain that From names
 * in    h[n]   all fields of the message
 * out   as domain_key(); NULL: there is no From, several, no address, or several domains
 * own   a
 * err   NULL, see out
 * ref   RFC 7489 6.6.1 */
const char *from_domain(struct arena *a, const struct header *h, size_t n);

#endif
