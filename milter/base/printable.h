/* Foreign text made safe to show: in a log line, on a terminal, in a header we write. */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include <glib.h>
#include <stddef.h>

/* printable - text with control characters and bytes that are not UTF-8 as \xNN
 * in    text       NUL-terminated, any bytes; NULL reads as ""
 *       max_bytes  what is longer ends in "..."
 * own   the caller frees with g_free()
 * err   none */
char *printable(const char *text, size_t max_bytes);

/* printable_ascii - the same, and everything outside ASCII is shown as \u{NNNN}, for headers
 * own   the caller frees with g_free()
 * err   none */
char *printable_ascii(const char *text, size_t max_bytes);

/* quoted_append - text in double quotes, a backslash before each quote and backslash in it:
 *                 what wonted.conf and rule files read back as the same text
 * err   none */
void quoted_append(GString *out, const char *text);

#endif
