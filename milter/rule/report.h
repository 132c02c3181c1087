/* Errors about what an admin wrote: each says FILE:LINE:COLUMN, what is wrong, and what
 * is allowed. They are gathered, so that one look at a file shows all of them. */
#ifndef RULE_REPORT_H
#define RULE_REPORT_H

#include <glib.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/compiler.h"

/* where something stands; lines and columns count from 1, columns in characters */
struct place {
	const char *file;
	unsigned line, column;
};

struct rule_errors {
	GPtrArray *said; /* struct rule_error, the first LIMIT_RULE_ERRORS */
	unsigned n;      /* of all */
};

/* rule_errors_init - begin without any
 * own   end with rule_errors_end() */
void rule_errors_init(struct rule_errors *c);

/* rule_errors_end - none is left: true; else e is set to all of them, ordered by place
 * out   everything is given back in both cases
 * err   false: there are errors; e may be NULL */
bool rule_errors_end(struct rule_errors *c, GError **e);

/* report_error - add one
 * in    format   without a line end or full stop
 * err   what goes beyond LIMIT_RULE_ERRORS is counted only */
void report_error(struct rule_errors *c, struct place at, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* rule_errors_mark - where errors stand now, for rule_errors_forget() */
unsigned rule_errors_mark(const struct rule_errors *c);

/* rule_errors_forget - take back what was added since a mark */
void rule_errors_forget(struct rule_errors *c, unsigned mark);

/* quoted - foreign text as it can be shown inside an error, cut
 * own   a */
const char *quoted(struct arena *a, const char *text);

#endif
