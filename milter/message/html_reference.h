/* Character references of HTML: "&amp;", "&#8364;". */
#ifndef MESSAGE_HTML_REFERENCE_H
#define MESSAGE_HTML_REFERENCE_H

#include <glib.h>
#include <stdbool.h>

#include "base/bytes.h"

/* html_decode - append a text with characters in the place of its references
 * in    coded   valid UTF-8
 *       value   of an attribute, where "&copy=1" is none
 * err   what is no reference stays; a NUL becomes U+FFFD
 * cost  linear
 * ref   https://html.spec.whatwg.org/ 13.2.5.72 to 13.2.5.80 */
void html_decode(GString *out, struct bytes coded, bool value);

#endif
