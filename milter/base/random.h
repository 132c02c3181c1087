/* Random bytes of the system: for keys and tokens that nobody may guess. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <glib.h>
#include <stddef.h>

/* random_fill - fill with bytes of getrandom(2)
 * err   a system without randomness ends the process */
void random_fill(void *at, size_t n);

/* random_hex - so many random bytes as hexadecimal digits
 * own   the caller frees with g_free() */
char *random_hex(size_t n_bytes);

#define RANDOM_KEY_CHARS 64 /* of a key that is made */

/* random_key_file - the key that stands in a file; made at random when the file is not there.
 *                   Whoever asks at the same time gets the same key
 * in    least    characters that it must have
 *       remedy   what to do when it has less, as the end of a sentence
 * own   the caller frees with g_free()
 * err   NULL: e names the file */
char *random_key_file(const char *path, size_t least, const char *remedy, GError **e);

#endif
