/* The message as the MTA hands it over, piece by piece, put together again as bytes. */
#ifndef MESSAGE_BUILDER_H
#define MESSAGE_BUILDER_H

#include <stddef.h>

#include "base/arena.h"
#include "base/budget.h"
#include "base/bytes.h"
#include "message/headers.h"

struct builder;

/* what all messages that are being built use together */
struct builder_memory {
	struct budget *shared;
	size_t most; /* bytes; each byte of a message counts twice, for what is made of it */
};

enum builder_kept {
	BUILDER_WHOLE,     /* all that came, up to max_bytes */
	BUILDER_BEGINNING, /* LIMIT_BEGINNING_BYTES: there was no memory for more */
	BUILDER_NOTHING,   /* not even that */
};

/* builder_create - an empty message
 * in    max_bytes  kept at most, and one byte more, so that message_parse() under the same
 *                  limit sees that something was cut
 *       memory     its bytes are counted there, which must live as long; NULL: nobody counts
 * own   the caller ends it with builder_destroy()
 * err   out of memory ends the process */
struct builder *builder_create(size_t max_bytes, const struct builder_memory *memory);

/* builder_header - one header field
 * in    value   as libmilter gives it with SMFIP_HDR_LEADSPC: leading blank kept, folds as
 *               bare LF (they become CRLF here)
 * err   what is over the limit, or has no memory, is counted and dropped */
void builder_header(struct builder *b, const char *name, const char *value);

/* builder_end_headers - the empty line; called once, before the first body chunk */
void builder_end_headers(struct builder *b);

/* builder_body - a piece of the body, as it came
 * err   what is over the limit, or has no memory, is counted and dropped */
void builder_body(struct builder *b, struct bytes chunk);

/* builder_headers - the fields so far, so that key queries can start before the body comes
 * own   a; the fields point into the builder: valid until the next builder_*() call */
void builder_headers(struct arena *a, const struct builder *b,
		     struct header_block *block_r);

/* builder_raw - the whole message so far
 * own   the builder: valid until the next builder_*() call */
struct bytes builder_raw(const struct builder *b);

/* builder_truncated - how many bytes were dropped, by the limit or for lack of memory */
size_t builder_truncated(const struct builder *b);

/* builder_kept - is the message there, as far as memory is concerned? */
enum builder_kept builder_kept(const struct builder *b);

/* builder_destroy - free it, set *b to NULL
 * in    *b may be NULL */
void builder_destroy(struct builder **b);

#endif
