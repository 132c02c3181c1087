/* What a banner says, as a block of HTML, and how it is found again. */
#ifndef ACTION_BANNER_HTML_H
#define ACTION_BANNER_HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "action/banner_text.h"
#include "base/arena.h"
#include "base/bytes.h"

enum { BANNER_BLOCK_BYTES = 32768 }; /* of a block at most: three reasons are 10 kB */

/* how a block stands in a document */
struct html_setting {
	const char *eol;
	bool in_line; /* it goes behind a tag: begins with eol and ends in ">". Else it begins a
			 line and ends with eol */
};

/* banner_html_block - the block: ASCII with entities, inline style, nothing remote; well-formed
 *                     as XML, too
 * out   n is a multiple of 3, for base64
 * own   a */
struct bytes banner_html_block(struct arena *a, const struct banner_words *w,
			       const struct html_setting *s);

/* banner_html_find - the first block in a document, with the eol that belongs to it; of one
 *                    that is not whole, its opening comment
 * err   n is 0: there is none */
struct block banner_html_find(struct bytes html);

#endif
