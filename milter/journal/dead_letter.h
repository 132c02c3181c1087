/* Records that nobody can read or apply: set aside beside the spool, so that they never stop
 * the rest, and somebody can look at them. */
#ifndef JOURNAL_DEAD_LETTER_H
#define JOURNAL_DEAD_LETTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define DEAD_LETTER_FILE "dead-letter.jsonl"
#define DEAD_LETTER_OLD_FILE "dead-letter.old.jsonl"

/* dead_letter_put - set one record aside: a line of JSON with time, why, and the record
 * in    folder   of the spool
 *       line     of what is longer than LIMIT_DEAD_LETTER_LINE_BYTES the beginning
 * use   one process at a time
 * err   false: said in the log (seldom). A file of LIMIT_DEAD_LETTER_BYTES is moved to
 *       dead-letter.old.jsonl, and what was there goes */
bool dead_letter_put(const char *folder, struct bytes line, const char *why);

#endif
