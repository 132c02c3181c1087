/* Files read whole under a bound, and files replaced as a whole. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* file_read - a whole regular file
 * in    max_bytes   a larger file is an error that names the bound
 * out   *text_r     NUL-terminated, the caller frees with g_free(); *n_r its length
 * err   false: cannot open or read, not a regular file, too large; e names the path */
bool file_read(const char *path, size_t max_bytes, char **text_r, size_t *n_r,
	       GError **e);

/* file_replace - write a file so that it is there whole or not at all: a temporary file
 *                beside it, fsync, rename, fsync of the folder
 * in    mode    permissions of the new file
 * err   false: nothing was changed; e names the path */
bool file_replace(const char *path, struct bytes content, int mode, GError **e);

/* file_make - write a file that is not there, whole or not at all; what is there stays, so that of
 *             several who make it at once the first is believed by all
 * in    mode    permissions of the new file
 * err   false: nothing was made; e names the path. That it is there is no error */
bool file_make(const char *path, struct bytes content, int mode, GError **e);

/* folder_sync - fsync a folder, so that a rename or unlink in it survives a crash
 * err   false: e names the path */
bool folder_sync(const char *path, GError **e);

#endif
