/* HTML made harmless for a parser that compares each attribute of a tag with all before it. */
#ifndef MESSAGE_HTML_TAGS_H
#define MESSAGE_HTML_TAGS_H

#include "base/arena.h"
#include "base/bytes.h"

/* html_few_attributes - the same HTML, as long, with blanks in place of the attributes of a tag
 *                       beyond LIMIT_ATTRIBUTES
 * out   html itself where no tag has so many
 * own   a
 * cost  linear */
struct bytes html_few_attributes(struct arena *a, struct bytes html);

#endif
