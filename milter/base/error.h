/* What an operator must repair: a GError whose message names file, line or field, says what
 * is wrong and what to do. One domain; the code tells programs which exit status to use. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <glib.h>

enum wonted_error {
	WONTED_ERROR_INPUT, /* a file, option or argument is wrong: the user can repair it */
	WONTED_ERROR_SYSTEM, /* disk, socket, permission: the machine must be repaired */
	WONTED_ERROR_STORE,  /* a store is broken or did not answer */
};

/* exit statuses of all programs; documented in every manual page */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_WRONG_INPUT = 1, /* what was given is wrong: configuration, rules, file */
	EXIT_USAGE = 2,       /* the command line is wrong */
	EXIT_SYSTEM = 3,      /* something outside failed: disk, socket, store */
};

#define WONTED_ERROR g_quark_from_static_string("wonted")

/* error_exit_status - the exit status that fits an error
 * err   NULL gives EXIT_SYSTEM */
int error_exit_status(const GError *e);

#endif
