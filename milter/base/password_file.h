/* A password in a file of its own, because options and URLs are shown to many. */
#ifndef BASE_PASSWORD_FILE_H
#define BASE_PASSWORD_FILE_H

#include <glib.h>

/* password_file_read - the first line of a file that others can't read
 * own   g_free()
 * err   NULL: there is none, it is empty, or its permissions are too wide; e says which */
char *password_file_read(const char *path, GError **e);

#endif
