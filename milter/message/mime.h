/* The wall around GMime's parser: the tree of parts, flat, with places in the raw bytes. */
#ifndef MESSAGE_MIME_H
#define MESSAGE_MIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/message.h"

struct mime_tree {
	struct part *parts; /* depth first; bytes, magic and inside not filled */
	size_t n;
	unsigned kind;   /* enum message_kind bits that types alone tell */
	unsigned broken; /* BROKEN_BOUNDARY */
	unsigned cut;    /* CUT_PARTS, CUT_DEPTH, CUT_HEADERS */
};

/* mime_read - the parts of a message
 * in    m   raw, body_at and headers are set
 * own   a; nothing of GMime stays behind
 * err   none
 * ref   RFC 2045, 2046, 2183, 2231 */
void mime_read(struct arena *a, const struct message *m, struct mime_tree *tree_r);

struct mime_scan {
	size_t bytes; /* decoded size, exact for base64 that is sound */
	size_t chars; /* of base64's alphabet */
	bool sound;   /* false: there are bytes the encoding does not know */
};

/* mime_look - size and soundness of a part's content, without decoding it
 * err   none
 * cost  linear, about a nanosecond a byte */
struct mime_scan mime_look(struct bytes content, enum part_encoding encoding);

/* mime_decode - content of a part without its transfer encoding
 * own   a
 * err   none: what does not decode is left out
 * ref   RFC 2045 6.7, 6.8 */
struct bytes mime_decode(struct arena *a, struct bytes content,
			 enum part_encoding encoding);

/* mime_tail - the last pieces of base64 content that decode without what stands before
 * in    max_bytes  of content, about
 * out   a slice of content
 * err   none */
struct bytes mime_tail(struct bytes content, size_t max_bytes);

/* mime_date - seconds since 1970 of a Date value; 0 if it cannot be read
 * err   0, see above
 * ref   RFC 5322 3.3, 4.3 */
int64_t mime_date(struct arena *a, struct bytes value);

/* mime_library_init - let GMime make its tables
 * err   none
 * use   once a process, see message_library_init() */
void mime_library_init(void);

#endif
