/* Where in an HTML document the first thing that a reader sees would stand. */
#ifndef ACTION_HTML_PLACE_H
#define ACTION_HTML_PLACE_H

#include <stddef.h>

#include "base/bytes.h"

/* html_place - the place for something to be shown first
 * in    html   the beginning of a document, in a charset that has ASCII in it, bytes of other
 *              characters not mistaken for ASCII
 * out   behind the start tag of body; where content comes before that or there is none,
 *       behind the last complete tag, comment or declaration before the content; else the
 *       beginning, behind a byte order mark. So it is 0, 3, or behind a ">", and never
 *       inside a comment, script, style or attribute
 * cost  linear
 * ref   https://html.spec.whatwg.org/ 13.2.6.4, insertion modes up to "after head" */
size_t html_place(struct bytes html);

#endif
