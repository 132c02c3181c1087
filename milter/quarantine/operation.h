/* What people do with holds: release, delete and report them. Each is written down before it is
 * done and after it, with who did it, and kept for who learns from it (quarantine/hold_event.h). */
#ifndef QUARANTINE_OPERATION_H
#define QUARANTINE_OPERATION_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "quarantine/acts.h"
#include "quarantine/hold.h"
#include "quarantine/scope.h"

struct operation {
	enum operation_kind kind;
	struct hold_scope scope;
	struct hold_parts parts; /* of each hold; nothing outside the scope */
	const char *server;      /* release: HOST:PORT */
	bool again;              /* release: also what may have been delivered already */
	const char *who, *tool;  /* for the log of acts, as of struct act */
	int64_t uid;
	const char *audit_dir;  /* where it is written down for good */
	const char *role, *why; /* NULL: none, not said */
	bool owner, many;       /* as of struct hold_event */
};

/* What operation_make() did. */
struct operation_done {
	char *id;    /* the hold's own; NULL where it was not found */
	char *reply; /* of a release: what the listener said to the last dot, with the queue
			   id there, printable; NULL: nothing was sent now */
	unsigned rcpts; /* that it was done for */
};

/* operation_make - do it to the chosen parts of one hold that are still held
 * in    id    the hold's, or the MTA's queue id
 * own   *done_r: operation_done_clear(), in any case
 * err   false: e says why; some recipients may have been released */
bool operation_make(const struct operation *o, const char *id,
		    struct operation_done *done_r, GError **e);

/* operation_done_clear - give back what is in it */
void operation_done_clear(struct operation_done *done);

/* What operation_find() found. */
struct operation_found {
	char **ids;   /* newest first, NULL-terminated */
	size_t holds; /* how many */
	size_t rcpts; /* parts of them that are still held and would be touched */
};

/* operation_find - what a filter means, before it is done: only what is still held
 * in    filter   its `most` may be 0: all that there are
 * own   *found_r: operation_found_clear()
 * err   false: e says why */
bool operation_find(const struct hold_scope *scope, const struct hold_filter *filter,
		    struct operation_found *found_r, GError **e);

/* operation_found_clear - give back what is in it */
void operation_found_clear(struct operation_found *found);

#endif
