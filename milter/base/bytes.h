/* A stretch of memory somebody else owns. Mail is looked at through these, not copied. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const char *at; /* never NUL-terminated on purpose */
	size_t n;
};

/* bytes_of - a NUL-terminated text as bytes; NULL is no bytes */
static inline struct bytes bytes_of(const char *text)
{
	return (struct bytes){ .at = text, .n = text == NULL ? 0 : strlen(text) };
}

/* bytes_equal - the same bytes? */
static inline bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

/* bytes_hold - do they hold these at a place?
 * err   not beyond their end */
static inline bool bytes_hold(struct bytes text, size_t at, struct bytes part)
{
	return part.n <= text.n && at <= text.n - part.n &&
	       (part.n == 0 || memcmp(text.at + at, part.at, part.n) == 0);
}

/* bytes_have_8bit - is any of them above 0x7f? */
static inline bool bytes_have_8bit(struct bytes b)
{
	uint64_t all = 0, word;
	size_t i = 0;

	for (; i + sizeof(word) <= b.n; i += sizeof(word)) {
		memcpy(&word, b.at + i, sizeof(word));
		all |= word;
	}
	for (; i < b.n; i++)
		all |= (unsigned char)b.at[i];
	return (all & 0x8080808080808080) != 0;
}

#define BLANKS_OF_MAIL " \t\r\n"           /* RFC 5322 2.2.2 and line ends */
#define BLANKS_OF_TEXT BLANKS_OF_MAIL "\f" /* what g_ascii_isspace() takes for one */

/* bytes_trimmed - without what stands in blanks, at both ends
 * in    blanks   characters; a NUL is none of them */
static inline struct bytes bytes_trimmed(struct bytes text, const char *blanks)
{
	size_t n = strlen(blanks);

	while (text.n > 0 && memchr(blanks, text.at[0], n) != NULL) {
		text.at++;
		text.n--;
	}
	while (text.n > 0 && memchr(blanks, text.at[text.n - 1], n) != NULL)
		text.n--;
	return text;
}

#endif
