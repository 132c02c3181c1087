/* The header fields of a held message, one after the other, as an MTA counts them. */
#ifndef QUARANTINE_FIELDS_H
#define QUARANTINE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

struct field {
	struct bytes
		name; /* without blanks before the colon; n is 0: a line that is none */
	struct bytes whole; /* with the lines that continue it and their ends */
};

/* field_next - the field at a place
 * in    *at   0 at first; moves on
 * out   false: the header ends here; *at is where the empty line or the end stands */
bool field_next(struct bytes raw, size_t *at, struct field *f_r);

#endif
