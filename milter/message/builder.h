/* The message as the MTA hands it over, piece by piece, put together again as bytes. */
#ifndef MESSAGE_BUILDER_H
#define MESSAGE_BUILDER_H

#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/headers.h"

struct builder;

/* builder_create - an empty message
 * in    max_bytes  kept at most, and one byte more, so that message_parse() under the same
 *                  limit sees that something was cut
 * own   the caller ends it with builder_destroy()
 * err   out of memory ends the process */
struct builder *builder_create(size_t max_bytes);

/* builder_header - one header field
 * in    value   as libmilter gives it with SMFIP_HDR_LEADSPC: leading blank kept, folds as
 *               bare LF (they become CRLF here)
 * err   none: what is over the limit is counted and dropped */
void builder_header(struct builder *b, const char *name, const char *value);

/* builder_end_headers - the empty line; called once, before the first body chunk
 * err   none */
void builder_end_headers(struct builder *b);

/* builder_body - a piece of the body, as it came
 * err   none: what is over the limit is counted and dropped */
void builder_body(struct builder *b, struct bytes chunk);

/* builder_headers - the fields so far, so that key queries can start before the body comes
 * own   a; the fields point into the builder: valid until the next builder_*() call
 * err   none */
void builder_headers(struct arena *a, const struct builder *b,
		     struct header_block *block_r);

/* builder_raw - the whole message so far
 * own   the builder: valid until the next builder_*() call
 * err   none */
struct bytes builder_raw(const struct builder *b);

/* builder_truncated - how many bytes the limit dropped
 * err   none */
size_t builder_truncated(const struct builder *b);

/* builder_destroy - free it, set *b to NULL
 * err   none; *b may be NULL */
void builder_destroy(struct builder **b);

#endif
