/* How far the consumers of a spool have come. Each has a file of its own beside the segments,
 * NAME.position; a segment may go when the applied position of every one has passed it. */
#ifndef JOURNAL_CURSOR_H
#define JOURNAL_CURSOR_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "journal/reader.h"

#define CURSOR_ENDING ".position"

struct cursor {
	const char *folder;   /* of the spool */
	const char *consumer; /* its name: letters, digits, "-" */
	const char
		*target; /* what its effects are written to: another one knows nothing */
	struct journal_position applied; /* what is before it is safely written */
	struct journal_position until;   /* where a batch ends that was begun and perhaps
					    not written; file "": there is none */
};

/* cursor_load - read c->applied and c->until of where this consumer stopped
 * in    c   folder, consumer, target
 * err   what cannot be read, or is of another target, is said in the log and begins
 *       at the oldest record */
void cursor_load(struct cursor *c);

/* cursor_save - keep both positions; on disk when it returns
 * err   false: e names the file; nothing was changed */
bool cursor_save(const struct cursor *c, GError **e);

/* cursor_is_begun - was anything read, or begun to be? */
bool cursor_is_begun(const struct cursor *c);

/* cursors_passed - how many of the oldest segments all consumers have applied
 * in    closed   names as spool_closed_files() gives them
 * out   closed->len where there is no consumer. A position that is in no segment that is left
 *       holds all back: nobody knows what its consumer has read */
size_t cursors_passed(const char *folder, const GPtrArray *closed);

#endif
