/* Complaints about what an admin wrote: each says FILE:LINE:COLUMN, what is wrong, and what
 * is allowed. They are gathered, so that one look at a file shows all of them. */
#ifndef RULE_COMPLAINT_H
#define RULE_COMPLAINT_H

#include <glib.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/compiler.h"

/* where something stands; lines and columns count from 1, columns in characters */
struct place {
	const char *file;
	unsigned line, column;
};

struct complaints {
	GPtrArray *said; /* struct complaint, the first LIMIT_COMPLAINTS */
	unsigned n;      /* of all */
};

/* complaints_init - begin without any
 * own   end with complaints_end()
 * err   none */
void complaints_init(struct complaints *c);

/* complaints_end - none is left: true; else e is set to all of them, ordered by place
 * out   everything is given back in both cases
 * err   false: there are complaints; e may be NULL */
bool complaints_end(struct complaints *c, GError **e);

/* complain - add one
 * in    format   without a line end or full stop
 * err   none: what goes beyond LIMIT_COMPLAINTS is counted only */
void complain(struct complaints *c, struct place at, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* complaints_mark - where complaints stand now, for complaints_forget()
 * err   none */
unsigned complaints_mark(const struct complaints *c);

/* complaints_forget - take back what was added since a mark
 * err   none */
void complaints_forget(struct complaints *c, unsigned mark);

/* quoted - foreign text as it can be shown inside a complaint, cut
 * own   a
 * err   none */
const char *quoted(struct arena *a, const char *text);

#endif
