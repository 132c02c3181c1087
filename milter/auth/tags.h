/* The tag=value lists of DKIM and DMARC. */
#ifndef AUTH_TAGS_H
#define AUTH_TAGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/limits.h"

struct tag {
	struct bytes name;
	struct bytes value; /* without white space at its ends; folds inside stay */
};

struct tags {
	struct tag at[LIMIT_TAGS];
	size_t n;
};

/* tags_read - cut a tag list into its tags
 * in    text   any bytes; nothing is copied
 * err   false: it breaks the syntax, names a tag twice, has none or over LIMIT_TAGS;
 *              *tags_r holds what came before that
 * ref   RFC 6376 3.2 */
bool tags_read(struct bytes text, struct tags *tags_r);

/* tags_find - a tag's value
 * out   false: there is no such tag, *value_r is empty */
bool tags_find(const struct tags *tags, const char *name, struct bytes *value_r);

/* tag_is - is a value this word? letter case does not matter */
bool tag_is(struct bytes value, const char *word);

/* tag_next - cut the next item off a list with colons, without white space at its ends
 * in    *rest   what is left; NULL at its start once the list has ended
 * err   false: the list has ended */
bool tag_next(struct bytes *rest, struct bytes *item_r);

/* tag_number - a value of 1 to 12 digits
 * err   false: it is none */
bool tag_number(struct bytes value, long long *n_r);

#endif
