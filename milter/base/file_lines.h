/* Files of lines that others append to: read line by line, and lines of them made nothing. */
#ifndef BASE_FILE_LINES_H
#define BASE_FILE_LINES_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* Which lines, and what stands in their place. */
struct file_lines_choice {
	bool (*pick)(struct bytes line, void *user); /* line: without its end */
	/* writes what stands there instead, no longer than the line; the rest is blanks.
	 * NULL: nothing but blanks */
	void (*fill)(struct bytes line, char *to);
	void *user;
};

/* file_lines_read - see all whole lines of a file
 * err   false: it cannot be read; e names it. That there is none is no error */
bool file_lines_read(const char *path, void (*each)(struct bytes line, void *user),
		     void *user, GError **e);

/* file_lines_erase - write blanks over some whole lines; all others stay where they are, and so
 *                    does the end of the file, so that who appends or reads is not disturbed
 * in    path   what a link leads to is left alone
 * out   *n_r   raised by how many there were; on disk when it returns
 * err   false: it cannot be read or written; e names it. That there is none is no error */
bool file_lines_erase(const char *path, const struct file_lines_choice *c, size_t *n_r,
		      GError **e);

#endif
