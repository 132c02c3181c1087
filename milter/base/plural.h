/* "1 message", "2 messages": texts for people count in words. */
#ifndef BASE_PLURAL_H
#define BASE_PLURAL_H

#include <stdint.h>

/* plural - the word that follows a number
 * in    one, more   "message", "messages"; "entry that is", "entries that are" */
static inline const char *plural(uint64_t n, const char *one, const char *more)
{
	return n == 1 ? one : more;
}

#endif
