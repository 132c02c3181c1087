/* The header block, split into fields with their exact places in the raw bytes. */
#ifndef MESSAGE_HEADERS_H
#define MESSAGE_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/message.h"

struct header_block {
	const struct header *fields;
	size_t n;
	size_t body_at; /* offset of the first byte after the empty line; raw.n if none */
	unsigned
		malformed; /* MALFORMED_HEADER_LINE, MALFORMED_8BIT_HEADER, MALFORMED_DUPLICATE */
	unsigned
		truncated; /* TRUNCATED_HEADERS: more fields or bytes than the limits let in; of
			    those behind them stand here only the ones that tell who
			    writes what to whom: From, Subject, Content-Type ... */
};

/* headers_split - find the fields of a header block
 * in    raw   starts at the first field; CRLF or LF, mixed too
 * out   *block_r: fields in their order; lines that are no field are skipped and flagged
 * own   a; names and values point into raw
 * cost  linear
 * ref   RFC 5322 2.2, 3.6, 4.5 (blanks before the colon) */
void headers_split(struct arena *a, struct bytes raw, struct header_block *block_r);

/* headers_find - the nth field of a name
 * in    name   any case
 * out   NULL if there is none */
const struct header *headers_find(const struct header *fields, size_t n, const char *name,
				  size_t nth);

/* header_unfold - a value without its line ends and outer blanks, each inner fold one blank
 * own   a
 * err   control characters become blanks
 * ref   RFC 5322 2.2.3 */
struct bytes header_unfold(struct arena *a, struct bytes value);

#endif
