/* How far a long work is: a bar on a terminal, a line now and then elsewhere. */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct progress;

/* progress_create - begin to show, on standard error
 * in    unit   what is counted: "messages"; static text
 * own   the caller, progress_destroy() */
struct progress *progress_create(const char *unit) MUST_CHECK;

/* progress_show - where we are; cheap, call it for every single thing
 * in    count   things done
 *       part, whole   in any unit; whole 0: nobody knows */
void progress_show(struct progress *p, size_t count, int64_t part, int64_t whole);

/* progress_seconds - since it began */
double progress_seconds(const struct progress *p);

/* progress_destroy - take the bar away; sets *p to NULL
 * in    *p may be NULL */
void progress_destroy(struct progress **p);

#endif
