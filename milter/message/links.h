/* Addresses of web pages: in running text, and what host one leads to. */
#ifndef MESSAGE_LINKS_H
#define MESSAGE_LINKS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/message.h"

/* links_in_text - http:, https: and www. addresses of a plain text
 * in    text   valid UTF-8
 *       max    links that may stand in the array
 * out   appended to links (struct link); true: there were more
 * own   a
 * cost  linear */
bool links_in_text(struct arena *a, struct bytes text, GArray *links, size_t max);

/* links_percent_decode - letters for their numbers ("%61"), in place; blanks and control
 *                        characters stay as they are written
 * err   what is no number stays
 * ref   RFC 3986 2.1 */
void links_percent_decode(char *text);

/* links_resolve - fill host and org of a link from its url
 * in    base   of the document, or NULL
 * own   a
 * err   no host for mailto:, javascript:, #place and the like
 * ref   URL Standard 4.4, as browsers read: backslashes, blanks, user@ and ports */
void links_resolve(struct arena *a, struct link *link, const char *base);

#endif
