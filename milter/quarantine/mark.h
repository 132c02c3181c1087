/* Marks of doubt beside the holds: what was begun, and nobody has heard how it ended. A mark
 * is there before the step and goes after it; one that stays tells that somebody may have got
 * the message though it is held.
 *
 * In the folder "marks", empty but for what is under way or was broken off:
 *   ID.answer.BY     the MTA has yet to hear that the message is held as ID; BY is that of one
 *                    arrival: the hold's own id, or that of a later copy
 *   ID.release.WHEN  a release stands at its last dot */
#ifndef QUARANTINE_MARK_H
#define QUARANTINE_MARK_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "quarantine/hold.h"

/* mark_answer - an answer to the MTA begins; durable when it returns
 * in    folder   of the quarantine; "marks" is made if missing
 * err   false: e says why */
bool mark_answer(const char *folder, const char *id, const char *by, GError **e);

/* mark_answered - the MTA has taken the answer
 * err   a mark that cannot go is a doubt that stays */
void mark_answered(const char *folder, const char *id, const char *by);

/* mark_release - a release of these recipients stands before its last dot; durable
 * in    taken[h->n_rcpts]
 * own   *name_r: g_free(); for the calls below
 * err   false: it must not be sent; e says why */
bool mark_release(const char *folder, const struct hold *h, const bool *taken,
		  char **name_r, GError **e);

/* mark_taken - the listener took it. Written in place: a full disk has room for it
 * in    reply   what it said
 * err   false: the doubt stays */
bool mark_taken(const char *folder, const char *name, const char *reply);

/* mark_remove - the step ended, and what it did is written elsewhere */
void mark_remove(const char *folder, const char *name);

/* mark_remove_all - the marks of a hold that is gone */
void mark_remove_all(const char *folder, const char *id);

struct marks;

/* marks_read - all that there are now
 * own   marks_free()
 * err   what cannot be read is no doubt that could be told */
struct marks *marks_read(const char *folder);

/* marks_free - give back; NULL is allowed */
void marks_free(struct marks *m);

/* marks_apply - set may_be_delivered, and sent of each recipient */
void marks_apply(const struct marks *m, struct hold *h, struct hold_rcpt *rcpts);

/* marks_young - is one of these answers still on its way that began less than some seconds ago? */
bool marks_young(const struct marks *m);

#endif
