/* What a banner says of its own, in the languages of mail users. */
#ifndef ACTION_BANNER_WORDS_H
#define ACTION_BANNER_WORDS_H

#include "base/arena.h"
#include "config/words.h"

/* banner_heading - the line that says what it is
 * out   valid UTF-8; its Latin letters without accents are at most 72 columns, as all of the
 *       module's phrases */
const char *banner_heading(enum language l, enum verdict v);

/* banner_advice - the line that says what to do
 * err   NULL: nothing */
const char *banner_advice(enum language l, enum verdict v);

/* banner_mark - the first word of the heading in brackets, for a subject: "[CAUTION]"
 * out   ASCII
 * own   a */
const char *banner_mark(struct arena *a, enum language l, enum verdict v);

/* banner_language - the language of a locale
 * in    locale   "de", "de_AT", "DE-at"; NULL
 * err   otherwise: there is none, or nobody has written our words in it
 * ref   RFC 5646 2.2.1 */
enum language banner_language(const char *locale, enum language otherwise);

#endif
