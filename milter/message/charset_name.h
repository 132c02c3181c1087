/* Names of character sets, as mail programs write and understand them. */
#ifndef MESSAGE_CHARSET_NAME_H
#define MESSAGE_CHARSET_NAME_H

#include "base/arena.h"

/* charset_name - the name by which iconv knows a set
 * in    said   as a message says it: case, blanks, quotes, "-" and "_" do not matter
 * out   "UTF-8", "CP1252" and "US-ASCII" stand for all their aliases; what readers take for
 *       a larger set is that one: iso-8859-1 is CP1252, gb2312 is GB18030
 * own   a, or static
 * err   the name itself, where no table has it; iconv may still know it
 * ref   Encoding Standard 4.2; IANA's registry of character sets */
const char *charset_name(struct arena *a, const char *said);

#endif
