/* Folding, transliteration and skeletons: how a name or word looks and sounds, without its
 * accents, case and disguises. The wall around ICU. */
#ifndef MESSAGE_UNICODE_H
#define MESSAGE_UNICODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* unicode_fold - NFKC, case-folded, marks removed, blanks folded; still the same script
 * own   a
 * err   none: bad UTF-8 becomes U+FFFD */
const char *unicode_fold(struct arena *a, const char *text);

/* unicode_latin - the folded text transliterated to ASCII letters where ICU knows how
 * own   a
 * err   none */
const char *unicode_latin(struct arena *a, const char *text);

/* unicode_skeleton - the text with every character replaced by what it looks like (UTS 39),
 *                    after folding
 * own   a
 * err   none */
const char *unicode_skeleton(struct arena *a, const char *text);

/* unicode_mixed_scripts - are letters of different scripts mixed in one word?
 * err   none */
bool unicode_mixed_scripts(const char *text);

#endif
