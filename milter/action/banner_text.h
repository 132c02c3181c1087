/* What a banner says, as a block of plain text. */
#ifndef ACTION_BANNER_TEXT_H
#define ACTION_BANNER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

struct banner_words {
	const char *heading;        /* valid UTF-8 */
	const char *const *reasons; /* valid UTF-8 */
	size_t n_reasons;
	const char *advice; /* valid UTF-8, or NULL */
};

/* a block found in a decoded part */
struct block {
	size_t at;
	size_t n;   /* 0: there is none */
	bool whole; /* with all that belongs to one of ours */
};

/* banner_text_block - the block: marked lines of ASCII, each and the empty one behind it
 *                     ended by eol
 * out   n is a multiple of 3, for base64
 * own   a
 * err   what is not ASCII is written in Latin letters where that is known */
struct bytes banner_text_block(struct arena *a, const struct banner_words *w,
			       const char *eol);

/* banner_text_find - the first block in a text, also one that only looks much like ours; of one
 *                    that is not whole, its first line
 * err   n is 0: there is none */
struct block banner_text_find(struct bytes text);

/* bytes_find - offset of the first phrase from `from` on
 * err   text.n: there is none */
size_t bytes_find(struct bytes text, size_t from, const char *phrase);

#endif
