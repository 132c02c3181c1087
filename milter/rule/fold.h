/* How texts are compared: what does not count is taken out of both before. */
#ifndef RULE_FOLD_H
#define RULE_FOLD_H

#include "base/arena.h"
#include "base/bytes.h"

/* fold - a text without what does not count: case, accents, the width and style of letters,
 *        invisible characters; any run of blanks is one, none at the ends
 * in    text   valid UTF-8; other bytes are kept as they are
 * out   NUL-terminated
 * own   a
 * cost  linear */
struct bytes fold(struct arena *a, struct bytes text);

/* fold_source - the words of a text that are at a place of its folded form
 * in    text     as it was given to fold()
 *       at, n    in what fold() made of it
 * out   in text; as many bytes as were folded to these, marks of the last letter too
 * err   what lies behind its end: as far as there is any
 * cost  linear in what stands before */
struct bytes fold_source(struct bytes text, size_t at, size_t n);

/* fold_name - the same for entries of lists and for what is compared as a whole: a domain, or
 *             that of an address, which is not ASCII becomes A-labels, as names in rules
 *             hold them
 * own   a */
struct bytes fold_name(struct arena *a, struct bytes text);

#endif
