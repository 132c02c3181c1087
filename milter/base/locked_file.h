/* A file that several processes append lines to: one at a time, and no line runs into another. */
#ifndef BASE_LOCKED_FILE_H
#define BASE_LOCKED_FILE_H

#include <stdbool.h>

/* locked_file_open - the file that stands at the path now, locked; made if it is not there
 * in    mode   of a file that is made
 * own   a file descriptor for reading and appending: close() ends the lock
 * err   -1: errno says why */
int locked_file_open(const char *path, int mode);

/* locked_file_ends_in_line - is there no line that was broken off (a full disk, a crash)?
 * err   what cannot be read ends in a line */
bool locked_file_ends_in_line(int fd);

#endif
