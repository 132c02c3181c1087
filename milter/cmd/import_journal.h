/* wonted import --journal. */
#ifndef CMD_IMPORT_JOURNAL_H
#define CMD_IMPORT_JOURNAL_H

#include <glib.h>
#include <stdbool.h>

#include "config/options.h"

/* import_journal - learn from all records of a journal, for all tenants, and say what came
 *                  of it on standard output
 * err   false: the folder cannot be read, there is no record in it, or the store failed */
bool import_journal(const struct options *o, const char *folder, GError **e);

#endif
