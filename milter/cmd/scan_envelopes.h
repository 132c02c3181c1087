/* What a mail server told of message files, in a table: for "wonted scan --envelopes". */
#ifndef CMD_SCAN_ENVELOPES_H
#define CMD_SCAN_ENVELOPES_H

#include <glib.h>
#include <stdbool.h>

#include "base/arena.h"
#include "cmd/message_run.h"

struct told_file {
	const char *path;
	const char *time; /* as --time has it; NULL: not told */
	struct message_told told;
};

/* envelopes_read - the lines of a table that a spreadsheet, or a tool, wrote. Its first line names
 *                  the columns, in any order: path, client_ip, rdns, helo, mail_from, rcpt, time;
 *                  others are for others
 * in    path   files that begin with no "/" lie beside it
 * own   all in a
 * err   false: cannot read, no column "path", a malformed line; e names file and line
 * cost  linear */
bool envelopes_read(struct arena *a, const char *path, const struct told_file **files_r,
		    size_t *n_r, GError **e);

#endif
