/* Lines of an LDIF file: unfolded, decoded, without comments. */
#ifndef BASE_LDIF_H
#define BASE_LDIF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

struct ldif {
	struct bytes rest;
	size_t line; /* of the next byte, from 1 */
};

struct ldif_line {
	const char *name;  /* of the attribute, without options; NULL: the entry ends */
	const char *value; /* UTF-8 or whatever stands there; "" for what is no text */
	size_t line;       /* where it begins */
	const char *why;   /* NULL, or what is wrong with it: static words */
};

/* ldif_begin - read from the start */
struct ldif ldif_begin(struct bytes text);

/* ldif_next - the next line that says something, or ends an entry
 * out   line_r   with why set there is neither name nor value, and the next call goes on
 *                behind it
 * own   name and value live in a
 * err   false: no more lines; the last entry ends there, too
 * ref   RFC 2849 */
bool ldif_next(struct ldif *l, struct arena *a, struct ldif_line *line_r);

#endif
