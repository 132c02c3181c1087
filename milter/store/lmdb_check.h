/* Is a file whole enough to be mapped? */
#ifndef STORE_LMDB_CHECK_H
#define STORE_LMDB_CHECK_H

#include <glib.h>
#include <stdbool.h>

/* lmdb_check - look at size and meta pages of an open LMDB file, without mapping it
 * in    path   only for the error
 * err   false: a page of it, once touched, could end the process; e says what is wrong */
bool lmdb_check(int fd, const char *path, GError **e);

#endif
