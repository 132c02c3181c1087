/* What is erased on somebody's request; a part of hold.c. */
#ifndef QUARANTINE_FORGET_H
#define QUARANTINE_FORGET_H

#include "quarantine/hold.h"

/* hold_forget - as if it had never been held for some recipients: of their part nothing is left in
 *               files and index; with the last of them the message goes
 * in    of          of hold_list() in the scope of all
 *       forgotten   [of->n_rcpts]
 * use   then quarantine_tidy()
 * err   false: it is being released by somebody, or a file cannot be written; e says which */
bool hold_forget(struct quarantine *q, const struct hold *of, const bool *forgotten,
		 GError **e);

/* quarantine_tidy - nothing of what was forgotten is left in unused room of the index's files
 * cost  reads and writes all of its words
 * err   false: e says why */
bool quarantine_tidy(struct quarantine *q, GError **e);

#endif
