/* A word in front of the subject, where a banner cannot be seen. */
#ifndef ACTION_SUBJECT_MARK_H
#define ACTION_SUBJECT_MARK_H

#include <glib.h>

#include "base/arena.h"
#include "message/message.h"

/* subject_mark_edits - edits that put a word in front of each Subject field, for readers differ
 *                      on which one they show; without one, a field is added
 * in    mark    in ASCII: "[CAUTION]"
 *       edits   struct edit are appended
 * out   none is appended where the word stands already
 * own   a */
void subject_mark_edits(struct arena *a, const struct message *m, const char *mark,
			GArray *edits);

#endif
