/* Parameters of Content-Type and Content-Disposition, read as mail programs read them: each
 * in its own way, so there may be several values of one parameter, and all are given. */
#ifndef MESSAGE_PARAMETERS_H
#define MESSAGE_PARAMETERS_H

#include <glib.h>

#include "base/arena.h"
#include "base/bytes.h"

/* parameters_find - every value that some reader takes for a parameter's
 * in    value    of the field, folds and all
 *       name     of the parameter, lower case: "filename"
 * out   all      const char * are added: valid UTF-8, each once, at most LIMIT_PARAMETER_VALUES
 *                in it; of values over LIMIT_FILENAME_BYTES the end
 * own   a; the caller owns all
 * err   what is no parameter is skipped
 * cost  linear; at most LIMIT_PARAMETERS are read
 * ref   RFC 2045 5.1, RFC 2231 3 and 4; RFC 2047 where RFC 2231 should stand */
void parameters_find(struct arena *a, struct bytes value, const char *name,
		     GPtrArray *all);

/* parameters_add_text - a text that may be a file's name, as the parameter above would be
 * in    text   raw: encoded words are decoded, blanks and controls cleaned
 * err   what does not look like "name.ending" is left out */
void parameters_add_text(struct arena *a, struct bytes text, GPtrArray *all);

#endif
