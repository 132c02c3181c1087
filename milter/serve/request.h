/* Requests of clients in Redis' protocol, RESP2: arrays of texts, or a line of words. What comes
 * is hostile: each byte is looked at once, and nothing is kept that was only announced. */
#ifndef SERVE_REQUEST_H
#define SERVE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/compiler.h"

struct request_reader;

struct request {
	struct bytes *word; /* the command first */
	size_t n;           /* at least 1 */
};

struct request_bounds {
	size_t words, word_bytes, bytes; /* of one request */
};

enum request_state {
	REQUEST_MORE,  /* all was taken, and the request is not at its end */
	REQUEST_WHOLE, /* request_take() it before more is given */
	REQUEST_BAD,   /* request_error(); nothing more can be understood */
};

/* request_reader_new - at the beginning of a request
 * own   request_reader_free() */
struct request_reader *request_reader_new(void) MUST_CHECK;

/* request_reader_free - NULL is allowed */
void request_reader_free(struct request_reader *r);

/* request_feed - take some bytes of a connection
 * out   *input    without what was taken; what is behind a whole request stays
 * cost  linear in what is taken; memory: at most twice what came */
enum request_state request_feed(struct request_reader *r, const struct request_bounds *b,
				struct bytes *input);

/* request_take - the request that is whole; the reader is at the beginning of the next
 * own   a: a copy */
struct request request_take(struct request_reader *r, struct arena *a);

/* request_peek - the command of the request that is whole, and how many words it has
 * own   the reader, until request_take() */
struct bytes request_peek(const struct request_reader *r, size_t *words_r);

/* request_error - what was wrong, as the client is told it */
const char *request_error(const struct request_reader *r);

/* request_held - bytes that the reader keeps of a request that is not at its end */
size_t request_held(const struct request_reader *r);

/* request_is_begun - has a part of a request come? */
bool request_is_begun(const struct request_reader *r);

#endif
