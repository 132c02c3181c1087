/* Patterns of SCAN ... MATCH, as Redis has them: * ? [a-z] [^a] and a backslash. */
#ifndef SERVE_GLOB_H
#define SERVE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

/* glob_prefix - what every text that fits begins with
 * own   a */
struct bytes glob_prefix(struct bytes pattern, struct arena *a);

/* glob_fits - does it fit?
 * in    *steps   what may still be looked at
 * out   *steps   less what was; 0: it was given up, and the answer is false
 * cost  at most *steps */
bool glob_fits(struct bytes pattern, struct bytes text, size_t *steps);

#endif
