/* Words in which letters of other alphabets stand for those of the reader's: "payment" with a
 * Cyrillic a. A reader sees no difference, and whoever looks for words does. */
#ifndef MESSAGE_DISGUISE_H
#define MESSAGE_DISGUISE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

/* What was found in a text. */
struct disguise {
	struct bytes
		plain; /* the text with the letters that are meant; at NULL: there is no
			       disguised word */
	size_t mixed;  /* words in which letters of two alphabets are mixed so */
};

/* disguise_look - put plain letters in the place of those that only look like them
 *
 * That is: in words of Latin and other letters, where all of the others look like Latin ones;
 * in words of other letters that all look like Latin ones, where the text around is Latin;
 * letters that are Latin in another style (small capitals); and Latin letters in words of
 * Cyrillic or Greek ones that look like no Latin letter. Text in an alphabet of its own
 * stays as it is.
 *
 * in    text   UTF-8; other bytes are kept
 * own   a
 * cost  linear; of ASCII one look at each byte
 * ref   UTS 39 4, from whose table of confusables the letters are */
struct disguise disguise_look(struct arena *a, struct bytes text);

#endif
