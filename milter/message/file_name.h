/* Names of files, as those see them who open the file. */
#ifndef MESSAGE_FILE_NAME_H
#define MESSAGE_FILE_NAME_H

#include "base/arena.h"

/* file_name_plain - the name that a file really gets, or seems to have: the last component
 *                   of a path, without a stream's name, without what Windows drops from its
 *                   end, percent escapes decoded, letters of one width, nothing invisible
 * in    name   valid UTF-8
 * out   NULL: nothing is left
 * own   a; name itself where nothing changes
 * cost  linear */
const char *file_name_plain(struct arena *a, const char *name);

#endif
