/* Records of a CSV file, strictly. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

struct csv {
	struct bytes rest;
	size_t line; /* of the next byte, from 1 */
};

struct csv_record {
	const char *const *fields;
	size_t n;
	size_t line;     /* where it begins */
	const char *why; /* NULL, or what is wrong with it: static words */
};

/* csv_begin - read from the start; a byte order mark is skipped
 * err   none */
struct csv csv_begin(struct bytes text);

/* csv_next - the next record; empty lines are skipped
 * out   record_r   with why set the fields are unusable, and the next call goes on behind it
 * own   fields live in a
 * err   false: no more records
 * ref   RFC 4180 2; LF alone ends a record too */
bool csv_next(struct csv *c, struct arena *a, struct csv_record *record_r);

#endif
