/* What files of a message are called. */
#ifndef FEATURE_FILE_NAMES_H
#define FEATURE_FILE_NAMES_H

#include "feature/extract.h"

/* file_names_add - a name as it is written; and as it is called once it lies on a disk, where
 *                  that is of another kind
 * in    name   NULL: none */
void file_names_add(struct arena *a, struct collected *c, const char *name);

/* file_names_of - names of a part that readers are shown as those of a file. What is shown in the
 *                 text has a name too, sometimes: one that suits it tells nothing */
void file_names_of(struct arena *a, struct collected *c, const struct part *p);

#endif
