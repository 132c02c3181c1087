/* Records taken out of the spool for good, while it is written and read. */
#ifndef JOURNAL_ERASE_H
#define JOURNAL_ERASE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* journal_erase - put nothing in the place of some records of a spool, and of those that were set
 *                 aside beside it; other records, and how far somebody has read, stay
 * in    pick   called for each line; what it points to lives for the call only
 * out   *n_r   how many there were
 * use   while others append and read
 * err   false: a file cannot be read or written; e names it. What was done until then stays */
bool journal_erase(const char *folder, bool (*pick)(struct bytes line, void *user),
		   void *user, size_t *n_r, GError **e);

/* journal_set_aside - see the records of a spool that were set aside, as their lines are
 * err   false: a file cannot be read; e names it. That there is none is no error */
bool journal_set_aside(const char *folder, void (*each)(struct bytes line, void *user),
		       void *user, GError **e);

#endif
