/* Foreign text made safe to show: in a log line, on a terminal, in a header we write. What
 * ends a line for some reader, changes the direction of the text around it, or shows nothing
 * at all is written as its number. */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* shows_itself - does a character stand for itself wherever it is shown? Not: controls (C0,
 *                C1), format characters (direction, zero width, tags), separators of lines
 *                and paragraphs, letters without a glyph, private and unassigned ones */
bool shows_itself(gunichar c);

/* printable - text with control characters and bytes that are not UTF-8 as \xNN, and other
 *             characters that do not show themselves as \u{NNNN}
 * in    text       NUL-terminated, any bytes; NULL reads as ""
 *       max_bytes  what is longer ends in "..."
 * own   the caller frees with g_free() */
char *printable(const char *text, size_t max_bytes);

/* printable_ascii - the same, and everything outside ASCII is shown as \u{NNNN}, for headers
 * own   the caller frees with g_free() */
char *printable_ascii(const char *text, size_t max_bytes);

/* quoted_append - text in double quotes, a backslash before each quote and backslash in it:
 *                 what wonted.conf and rule files read back as the same text */
void quoted_append(GString *out, const char *text);

#endif
