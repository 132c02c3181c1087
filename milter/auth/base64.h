/* Base64 as signatures and keys have it. */
#ifndef AUTH_BASE64_H
#define AUTH_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* base64_read - decode; white space may stand anywhere, the padding may be missing
 * out   out_r[max], *n_r of them written
 * err   false: a foreign character, a lone last digit, nothing at all, or over max bytes
 * ref   RFC 4648 4, RFC 6376 2.10 */
bool base64_read(struct bytes text, uint8_t *out_r, size_t max, size_t *n_r);

#endif
