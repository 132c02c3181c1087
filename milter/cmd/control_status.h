/* The words "status" and "status json" of a control socket: the same for every daemon. */
#ifndef CMD_CONTROL_STATUS_H
#define CMD_CONTROL_STATUS_H

#include <glib.h>
#include <stdbool.h>

#include "metrics/metrics.h"

/* control_status - answer a word with all that a daemon counts: lines, or one line of JSON
 * in    program   its name
 * err   false: it is another word */
bool control_status(const char *word, const char *program, struct metrics *m,
		    GString *to);

#endif
