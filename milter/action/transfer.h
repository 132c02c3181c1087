/* Transfer encodings of a part: reading its beginning, and putting bytes in without moving
 * or changing one that is there. */
#ifndef ACTION_TRANSFER_H
#define ACTION_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/message.h"

/* a part as it stands in the message */
struct coded {
	enum part_encoding encoding; /* not ENCODING_OTHER */
	struct bytes raw;
	const char *eol; /* "\n" or "\r\n": the line end of its encoded form */
};

/* text to be put into the decoded form */
struct insertion {
	size_t at; /* offset in the decoded form */
	struct bytes text;
};

/* a piece of the decoded form */
struct stretch {
	size_t at, n;
};

/* transfer_decode - the decoded beginning of a part
 * in    max   bytes of it that are wanted
 * own   a, or raw itself for 7bit and 8bit
 * err   base64 ends where it breaks off, a "=" of quoted-printable that says nothing
 *       is itself
 * ref   RFC 2045 6.7, 6.8 */
struct bytes transfer_decode(struct arena *a, const struct coded *c, size_t max);

/* transfer_insert - the bytes that put a text in, and where
 * in    in   for base64: text.n is a multiple of 3, and if at is none, the text ends in the
 *            byte that stands before it. So every 6 bits that were there stay together, and
 *            not one character has to change
 * out   *at_r   offset in c->raw
 * own   a
 * err   nothing (n is 0): the text is empty, or not so for base64, or the part ends before
 * ref   RFC 2045 6.7, 6.8 */
struct bytes transfer_insert(struct arena *a, const struct coded *c,
			     const struct insertion *in, size_t *at_r);

/* transfer_remove - the reverse: where a text was put in by transfer_insert()
 * in    in   the text as it stands in the decoded form
 * out   *at_r, *n_r   what to cut out of c->raw
 * err   false: it was not put in byte by byte so */
bool transfer_remove(struct arena *a, const struct coded *c, const struct insertion *in,
		     size_t *at_r, size_t *n_r);

/* transfer_cut - take a stretch of the decoded form out, wherever it comes from; a line end takes
 *                its place, so that what stood around it does not grow together
 * out   *at_r, *n_r   the encoded bytes that go; what is returned comes in their place
 * own   a */
struct bytes transfer_cut(struct arena *a, const struct coded *c, struct stretch s,
			  size_t *at_r, size_t *n_r);

#endif
