/* Contents of parts without their transfer encoding. */
#ifndef MESSAGE_CONTENT_H
#define MESSAGE_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/message.h"

struct content_scan {
	size_t bytes; /* decoded size, exact for base64 that is sound */
	size_t chars; /* of base64's alphabet */
	bool sound;   /* false: there are bytes the encoding does not know */
};

/* content_look - size and soundness of a part's content, without decoding it
 * cost  linear, about a nanosecond a byte */
struct content_scan content_look(struct bytes content, enum part_encoding encoding);

/* content_decode - content of a part without its transfer encoding
 * own   a
 * err   what does not decode is left out
 * ref   RFC 2045 6.7, 6.8 */
struct bytes content_decode(struct arena *a, struct bytes content,
			    enum part_encoding encoding);

/* content_tail - the last pieces of base64 content that decode without what stands before
 * in    max_bytes  of content, about
 * out   a slice of content */
struct bytes content_tail(struct bytes content, size_t max_bytes);

#endif
