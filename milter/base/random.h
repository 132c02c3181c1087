/* Random bytes of the system: for keys and tokens that nobody may guess. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>

/* random_fill - fill with bytes of getrandom(2)
 * err   none: a system without randomness ends the process */
void random_fill(void *at, size_t n);

/* random_hex - so many random bytes as hexadecimal digits
 * own   the caller frees with g_free()
 * err   none */
char *random_hex(size_t n_bytes);

/* hex_of - bytes as hexadecimal digits in lower case
 * own   the caller frees with g_free()
 * err   none */
char *hex_of(const void *at, size_t n);

#endif
