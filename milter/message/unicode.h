/* Folding, transliteration and skeletons: how a name or word looks and sounds, without its
 * accents, case and disguises. The wall around ICU. */
#ifndef MESSAGE_UNICODE_H
#define MESSAGE_UNICODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

/* unicode_fold - NFKC, case-folded, marks removed, blanks folded; still the same script
 * own   a
 * err   bad UTF-8 becomes U+FFFD */
const char *unicode_fold(struct arena *a, const char *text);

/* unicode_latin - the folded text in ASCII letters: Greek and Cyrillic as in passports,
 *                 other scripts as ICU knows them; what nobody knows stays
 * own   a
 * cost  1 us for Latin, Greek and Cyrillic; 400 to 700 us for other scripts */
const char *unicode_latin(struct arena *a, const char *text);

/* unicode_skeleton - the text with every character replaced by what it looks like (UTS 39),
 *                    after folding
 * own   a
 * cost  0.5 us for ASCII, 5 us for other text
 * ref   UTS 39 4 */
const char *unicode_skeleton(struct arena *a, const char *text);

/* unicode_mixed_scripts - are letters of different scripts mixed in one word? */
bool unicode_mixed_scripts(const char *text);

/* unicode_visual - the text as it is shown, from left to right, where it holds characters that
 *                  tell letters to run otherwise; else the text itself
 * own   a
 * ref   UAX 9 */
const char *unicode_visual(struct arena *a, const char *text);

/* unicode_lower - lower case, nothing else changed; the same in every locale
 * own   a
 * err   bad UTF-8 becomes U+FFFD */
const char *unicode_lower(struct arena *a, const char *text);

/* unicode_valid - a copy that is UTF-8 without NUL: bad bytes become U+FFFD
 * own   a */
const char *unicode_valid(struct arena *a, struct bytes text);

/* unicode_ascii_end - from a place on, where the first byte stands that is not ASCII
 * out   text.n: there is none */
size_t unicode_ascii_end(struct bytes text, size_t at);

/* unicode_domain - a name with letters outside ASCII as A-labels
 * out   NULL: not a domain name
 * own   a
 * err   NULL, see out
 * cost  some 2 us to open the tables
 * ref   UTS 46, not transitional */
const char *unicode_domain(struct arena *a, const char *name);

/* unicode_domain_shown - a name in A-labels as a reader sees it
 * out   labels that do not decode stay as they are
 * own   a
 * ref   UTS 46 */
const char *unicode_domain_shown(struct arena *a, const char *key);

#endif
