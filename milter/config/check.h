/* What no value can be blamed for alone: combinations, and what the machine lacks. */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include <stdbool.h>

#include "config/diagnostic.h"
#include "config/options.h"

struct check {
	const struct options *options; /* indexed */
	struct diagnostics *diagnostics;
	const char *file; /* the first file, for what stands nowhere */
	GHashTable
		*wrong; /* members whose value was refused: no more is said about them */
};

/* check_options - report of impossible combinations, missing sections, and of files,
 *                 users and groups that are not there
 * use   one thread at a time
 * err   see diagnostics */
void check_options(const struct check *c);

#endif
