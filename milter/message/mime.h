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
	unsigned kind;      /* enum message_kind bits that types alone tell */
	unsigned malformed; /* MALFORMED_BOUNDARY */
	unsigned truncated; /* TRUNCATED_PARTS, TRUNCATED_DEPTH, TRUNCATED_HEADERS */
};

/* mime_read - the parts of a message
 * in    m   raw, body_at and headers are set
 * own   a; nothing of GMime stays behind
 * ref   RFC 2045, 2046, 2183, 2231 */
void mime_read(struct arena *a, const struct message *m, struct mime_tree *tree_r);

/* mime_date - seconds since 1970 of a Date value; 0 if it cannot be read
 * err   0, see above
 * ref   RFC 5322 3.3, 4.3 */
int64_t mime_date(struct arena *a, struct bytes value);

/* mime_library_init - let GMime make its tables
 * use   once a process, see message_library_init() */
void mime_library_init(void);

#endif
