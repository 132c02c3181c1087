/* Files of other machines: the wall around libcurl. A path of this machine (a share that is mounted)
 * is read the same way. */
#ifndef CMD_DOWNLOAD_H
#define CMD_DOWNLOAD_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* download_is_url - does it name something beyond this machine's files? */
bool download_is_url(const char *from);

/* download_text - a small file, whole
 * out   *text_r   NUL-terminated: g_free()
 * err   false: it can't be had, or has more than most bytes; e says why */
bool download_text(const char *from, size_t most, char **text_r, GError **e);

/* download_append - what a file has behind what is there already
 * in    fd     opened for writing; what it has is its beginning. Where a server can't begin in the
 *              middle it is emptied first
 *       bytes  of the whole file: more is an error
 * err   false: e says why; what came until then is in the file */
bool download_append(const char *from, int fd, int64_t bytes, GError **e);

#endif
