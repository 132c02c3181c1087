/* The parts of a message that its reader sees, as far as a banner is concerned. */
#ifndef ACTION_BANNER_PARTS_H
#define ACTION_BANNER_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "action/transfer.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "message/message.h"

enum {
	BANNER_PARTS = 8, /* with more, nobody can tell what is seen first */
	BANNER_SCAN_BYTES =
		256 * 1024, /* of a text; heads of documents end before 100 kB */
};

/* one part and what becomes of it */
struct banner_part {
	const struct message *message;
	const struct part *part;
	struct coded coded;
	struct bytes text;   /* its decoded beginning */
	const char *eol;     /* of the decoded form */
	const char *why_not; /* static words, NULL: it is done */
	bool hidden;         /* done, but a style around it may hide it */
};

struct banner_parts {
	struct banner_part at[BANNER_PARTS]; /* in the order of the message */
	size_t n;
	bool others; /* there is more that a reader may see first: too many parts, a text of
			another type */
};

/* banner_parts_find - the texts that a reader may see first: the first one of each kind, and
 *                     all that may be shown in its place
 * out   message and part are set, nothing is opened */
void banner_parts_find(const struct message *m, struct banner_parts *p_r);

/* banner_part_open - a part's bytes and its decoded beginning
 * own   a
 * err   false: p->why_not says why not */
bool banner_part_open(struct arena *a, struct banner_part *p);

/* banner_message_is_signed - is all of the message in a signature that could be real? One without
 *                            the form of a signature protects nothing that we could break
 * err   false
 * ref   RFC 1847 2.1, RFC 8551 3.5.3, RFC 9580 6.2 and 5.2 */
bool banner_message_is_signed(const struct message *m);

/* is_behind_header - does an empty line end the header before this place? Without one, what we
 *                    put in would become a header
 * err   false */
bool is_behind_header(struct bytes raw, size_t at);

#endif
