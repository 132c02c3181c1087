/* Can the styles of a document hide what stands first in its body? */
#ifndef ACTION_HTML_HIDING_H
#define ACTION_HTML_HIDING_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"

/* html_may_hide - may a reader not see the banner that goes to html_place()?
 * in    html   without the banner
 * out   true also for styles that only look as if they could: what is not known to be harmless
 *       on html, body, head and pseudo-elements, and what lies as high as the banner
 * own   a
 * cost  linear
 * ref   CSS Syntax Level 3, CSS Cascade 5 */
bool html_may_hide(struct arena *a, struct bytes html);

#endif
