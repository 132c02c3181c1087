/* All that is wrong with a configuration, collected so that it can be told at once. */
#ifndef CONFIG_DIAGNOSTIC_H
#define CONFIG_DIAGNOSTIC_H

#include <glib.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "config/options.h"

struct diagnostics;

/* diagnostics_create - an empty list
 * own   the caller: diagnostics_destroy()
 * err   out of memory ends the process */
struct diagnostics *diagnostics_create(void);

/* diagnostics_destroy - free the list, set *c to NULL */
void diagnostics_destroy(struct diagnostics **c);

/* diagnostic_add - one more thing that is wrong; of too many the last are only counted
 * in    at   file and line; line 0: the file as a whole. The name must outlive the list */
void diagnostic_add(struct diagnostics *c, struct origin at, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* diagnostics_count - how many were there? */
size_t diagnostics_count(const struct diagnostics *c);

/* diagnostics_raise - put them into an error, one line each, in the order of the files
 * in    files   names in the order in which they were read
 * err   false when there are any, and then e is set; true when there are none */
bool diagnostics_raise(struct diagnostics *c, const GPtrArray *files, GError **e);

#endif
