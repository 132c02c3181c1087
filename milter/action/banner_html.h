/* What a banner says, as a block of HTML, and the place in a document where it belongs. */
#ifndef ACTION_BANNER_HTML_H
#define ACTION_BANNER_HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "action/banner_text.h"
#include "base/arena.h"
#include "base/bytes.h"

/* banner_html_block - the block: a table in ASCII with entities, inline style, nothing remote
 * in    in_line   it goes behind a tag: begins with eol and ends in ">". Else it begins a
 *                 line and ends with eol
 * out   n is a multiple of 3, for base64
 * own   a
 * err   none */
struct bytes banner_html_block(struct arena *a, const struct banner_words *w,
			       const char *eol, bool in_line);

/* banner_html_begins - does it begin, at its place, with a block of this heading?
 * err   none */
bool banner_html_begins(struct bytes html, const char *heading);

/* banner_html_find - the first block in a document, with the eol that belongs to it
 * err   n is 0: there is none */
struct block banner_html_find(struct bytes html);

/* banner_html_is_marked - does a comment that opens a block stand here?
 * err   none */
bool banner_html_is_marked(struct bytes html);

#endif
