/* The canonical forms that signatures are about, as SHA-256 sees them. For ARC: libopendkim, which
 * does it for DKIM, knows no other signature. Of a body that DKIM signed in part, its length. */
#ifndef AUTH_CANON_H
#define AUTH_CANON_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/keys.h"
#include "base/bytes.h"
#include "message/message.h"

/* canon_add_field - add a header field, with its line end
 * in    relaxed   by RFC 6376 3.4.2, else as it stands (3.4.1)
 * cost  linear */
void canon_add_field(struct digest *sum, const struct header *h, bool relaxed);

/* canon_add_signature - add a signature field without the value of its b= and without line end
 * ref   RFC 6376 3.7 */
void canon_add_signature(struct digest *sum, const struct header *h, bool relaxed);

/* canon_add_body - add a body; a line end of LF alone counts as CRLF
 * in    max   of the canonical body only so many bytes; -1: all
 * err   false: it is shorter than max
 * cost  linear
 * ref   RFC 6376 3.4.3, 3.4.4, 3.4.5 */
bool canon_add_body(struct digest *sum, struct bytes body, bool relaxed, int64_t max);

/* canon_body_bytes - how long the canonical form of a body is
 * cost  linear
 * ref   RFC 6376 3.4.3, 3.4.4 */
int64_t canon_body_bytes(struct bytes body, bool relaxed);

#endif
