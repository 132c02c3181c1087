/* Inside of the module: pictures as rows of light and dark, whatever they were packed with. */
#ifndef DECODE_PICTURE_H
#define DECODE_PICTURE_H

#include <glib.h>

#include "decode/walk.h"

/* one byte a pixel, 0 is black; row after row */
struct picture {
	unsigned width, height;
	guint8 *gray;
};

/* code_see - tell the codes in unpacked pixels */
void code_see(struct decode_walk *w, const struct picture *p);

typedef void picture_visitor(void *user, const struct picture *p);

/* picture_show - unpack a picture, all that a GIF has of them
 * in    kind   of file_magic(): png, jpeg, gif or webp; another one is DECODE_UNKNOWN
 *       see    is called for each; its pixels are gone afterwards
 * out   DECODE_WHOLE; DECODE_DAMAGED, DECODE_BIG, DECODE_MANY
 * err   as out
 * cost  linear in the pixels, of which there are at most LIMIT_PICTURE_PIXELS */
enum decode_why picture_show(struct bytes file, const char *kind, picture_visitor *see,
			     void *user);

#endif
