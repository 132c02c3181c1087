/* What a browser sends beside the path: fields of a query or a form, and cookies. Hostile. */
#ifndef REVIEW_FORM_H
#define REVIEW_FORM_H

#include <stddef.h>

#include "base/bytes.h"

struct form;

/* form_read - fields of a query or of a form's body, application/x-www-form-urlencoded
 * out   values are valid UTF-8 without NUL; a CR LF is LF
 * own   form_free()
 * err   NULL: more than LIMIT_REVIEW_FIELDS, or what is no UTF-8 behind its escapes
 * cost  linear */
struct form *form_read(struct bytes text);

/* form_read_cookies - what stands in a Cookie field
 * own   form_free()
 * err   NULL: as form_read()
 * ref   RFC 6265 4.2.1 */
struct form *form_read_cookies(struct bytes text);

/* form_free - give back; NULL is allowed */
void form_free(struct form *f);

/* form_get - the first value of a name
 * err   NULL: there is none */
const char *form_get(const struct form *f, const char *name);

/* form_text - the same, "" where there is none */
const char *form_text(const struct form *f, const char *name);

/* form_values - all values of a name, in their order
 * out   NULL-terminated
 * own   the list: g_free(); its texts are the form's */
const char **form_values(const struct form *f, const char *name, size_t *n_r);

#endif
