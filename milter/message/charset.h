/* Bytes in some character set become UTF-8. */
#ifndef MESSAGE_CHARSET_H
#define MESSAGE_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

/* charset_decode - text as UTF-8 without NUL
 * in    name   as said by the part, NULL if not said; iso-8859-1 and us-ascii are read as
 *              windows-1252, as all readers do; bytes that are UTF-8 beat us-ascii or none
 * out   *sound_r   false: the set is unknown, or bytes are not of it (they become U+FFFD)
 * own   a
 * cost  linear
 * ref   RFC 2046 4.1.2; Encoding Standard 4.2 */
struct bytes charset_decode(struct arena *a, struct bytes text, const char *name,
			    bool *sound_r);

#endif
