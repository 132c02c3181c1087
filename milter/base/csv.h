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
	char separator;
};

struct csv_record {
	const char *const *fields;
	size_t n;
	size_t line;     /* where it begins */
	const char *why; /* NULL, or what is wrong with it: static words */
};

/* csv_begin - read from the start, as a spreadsheet saved it: the first line tells whether
 *             fields are separated by commas, semicolons or tabs, a byte order mark whether
 *             the text is UTF-8 or UTF-16
 * in    text   stays as long as the reading
 * own   a holds what had to be converted
 * err   UTF-16 that is cut short or malformed ends there with U+FFFD
 * cost  linear */
struct csv csv_begin(struct arena *a, struct bytes text);

/* csv_next - the next record; empty lines are skipped
 * out   record_r   with why set the fields are unusable, and the next call goes on behind it
 * own   fields live in a
 * err   false: no more records
 * ref   RFC 4180 2; LF alone ends a record too */
bool csv_next(struct csv *c, struct arena *a, struct csv_record *record_r);

#endif
