/* The files of the spool, in the order they were written. */
#ifndef JOURNAL_SPOOL_FILES_H
#define JOURNAL_SPOOL_FILES_H

#include <glib.h>

#define SPOOL_CURRENT "current.jsonl" /* the one that is written */

/* spool_closed_files - names of the files that were closed, oldest first
 * own   the caller: g_ptr_array_free(names, TRUE), which frees the names
 * err   NULL: the folder cannot be read; e says why */
GPtrArray *spool_closed_files(const char *folder, GError **e);

#endif
