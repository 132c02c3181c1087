/* A stretch of memory somebody else owns. Mail is looked at through these, not copied. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct bytes {
	const char *at; /* never NUL-terminated on purpose */
	size_t n;
};

/* bytes_of - a NUL-terminated text as bytes; NULL is no bytes
 * err   none */
static inline struct bytes bytes_of(const char *text)
{
	return (struct bytes){ .at = text, .n = text == NULL ? 0 : strlen(text) };
}

/* bytes_equal - the same bytes?
 * err   none */
static inline bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

#endif
