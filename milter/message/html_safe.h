/* HTML of a stranger, made again for a page that shows it: nothing of it is passed on as it
 * stands, only what an allowlist names is written anew. */
#ifndef MESSAGE_HTML_SAFE_H
#define MESSAGE_HTML_SAFE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

/* html_safe_append - the structure and the texts of an HTML part, without anything that acts,
 *                    loads, covers or leads somewhere: no style, script, form, picture or link.
 *                    Where a link would lead stands behind its text; what turns the direction
 *                    of text is shown as its number
 * in    html   valid UTF-8
 *       most   of out, in bytes; all that is open there is closed
 * out   false: it was cut off there
 * cost  linear: nesting is bounded, beyond it the outer half is forgotten */
bool html_safe_append(struct arena *a, struct bytes html, size_t most, GString *out);

/* html_escape_append - a text as text of HTML, or as a value of an attribute between '"'
 * in    text   any bytes; those that are not UTF-8 become U+FFFD, controls and what turns
 *              the direction of text become their number */
void html_escape_append(GString *out, struct bytes text);

#endif
