/* Events of the feedback spool -> changes of preferences. A consumer of its own, with a cursor
 * of its own; its changes may be repeated, so that a kill at any moment costs nothing. */
#ifndef LEARN_APPLY_H
#define LEARN_APPLY_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "store/store.h"

#define FEEDBACK_FOLDER "feedback" /* in journal_dir */

struct apply_done {
	size_t events;  /* applied; those that came again count again */
	size_t mass;    /* that do nothing: too many at once */
	size_t damaged; /* set aside */
	size_t keys;    /* written */
};

struct applier;

/* apply_begin - get ready to apply what is in a spool of events
 * in    folder   of the spool; there already
 *       store    opened for writing; it must outlive it
 *       afresh   the store knows nothing: begin at the oldest event
 * own   the caller, apply_end() */
struct applier *apply_begin(const char *folder, struct store *store,
			    bool afresh) MUST_CHECK;

/* apply_some - apply one batch
 * out   *more_r   there may be more at once
 * err   false: not applied, or not certainly; e says why. The next call tries it again */
bool apply_some(struct applier *p, bool *more_r, GError **e);

/* apply_done_so_far - what became of the events */
struct apply_done apply_done_so_far(const struct applier *p);

/* apply_end - sets *p to NULL
 * in    *p may be NULL */
void apply_end(struct applier **p);

#endif
