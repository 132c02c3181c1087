/* What one connection wants of the data at once: its calls in a row, answered by a worker from one
 * generation. */
#ifndef SERVE_WORK_H
#define SERVE_WORK_H

#include <glib.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/worker_pool.h"
#include "serve/command.h"

struct work {
	struct job job; /* must be first; done() is the giver's */
	struct serving *s;
	struct arena *a;
	GArray *calls;  /* of struct call */
	size_t keys;    /* of all of them */
	guint answered; /* calls whose answers stand in out */
	GString *out;
	void *user; /* the giver's */
};

/* work_new - nothing to do yet
 * in    done   called when run() was, or will not be
 * own   work_free() */
struct work *work_new(struct serving *s, void (*done)(struct job *j),
		      void *user) MUST_CHECK;

/* work_free - NULL is allowed */
void work_free(struct work *w);

/* work_has_room - may a call of so many words be added? */
bool work_has_room(const struct work *w, size_t words);

/* work_add - one more call
 * in    q   its words are in w->a */
void work_add(struct work *w, const struct command_row *row, const struct request *q);

/* work_shed - answer all that is left with an error: nobody has time for it */
void work_shed(struct work *w);

#endif
