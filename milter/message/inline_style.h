/* What a style attribute does to how a text is seen. */
#ifndef MESSAGE_INLINE_STYLE_H
#define MESSAGE_INLINE_STYLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

enum { COLOR_UNSET = -1, COLOR_UNKNOWN = -2, COLOR_NONE = -3 };

enum style_state { STYLE_UNSET, STYLE_SHOWN, STYLE_HIDDEN };

struct inline_style {
	int color;      /* 0xRRGGBB or COLOR_*; NONE: transparent */
	int background; /* the same */
	bool gone;      /* nothing below can be seen: display:none, opacity:0 ... */
	enum style_state visibility; /* what is below may undo it */
	enum style_state font;       /* HIDDEN: too small to be seen; below may undo it */
};

/* style_read - read the declarations of a style attribute
 * in    css   any bytes
 * out   *style_r: later declarations win
 * err   what is not understood is skipped
 * cost  linear
 * ref   CSS 2.2, 4.1.8 */
void style_read(struct bytes css, struct inline_style *style_r);

/* style_color - a colour as in bgcolor="..." or color:...
 * out   0xRRGGBB, COLOR_NONE, or COLOR_UNKNOWN */
int style_color(struct bytes text);

/* style_colors_alike - can a reader not tell one from the other?
 * err   no when one is not known */
bool style_colors_alike(int one, int other);

#endif
