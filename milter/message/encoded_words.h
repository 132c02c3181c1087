/* Header text in other character sets. */
#ifndef MESSAGE_ENCODED_WORDS_H
#define MESSAGE_ENCODED_WORDS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

/* encoded_words - a header value with its encoded words decoded; raw 8-bit text is read as
 *                 UTF-8 or else windows-1252
 * in    text   unfolded
 * own   a; valid UTF-8 without NUL
 * err   what does not decode stays as it is written
 * cost  linear
 * ref   RFC 2047, RFC 6532 */
const char *encoded_words(struct arena *a, struct bytes text);

/* encoded_word_length - how long the encoded word is that text starts with
 * out   0: it starts with none
 * ref   RFC 2047 2: no blanks inside */
size_t encoded_word_length(struct bytes text);

#endif
