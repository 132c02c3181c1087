/* The part of the control socket's language that is about the roll-out: who is enforced, who is
 * only observed, and which parts are asked. */
#ifndef CMD_CONTROL_ROLLOUT_H
#define CMD_CONTROL_ROLLOUT_H

#include <glib.h>
#include <stdbool.h>

#include "metrics/metrics.h"
#include "runtime.h"

/* control_rollout - answer "rollout status", "rollout set SCOPE [NAME] VALUE", and of the guard
 *                   "rollout guard SCOPE NAME SINCE WHY": observe, unless a person has said
 *                   otherwise since then
 * in    w      the present runtime
 *       word   the whole request
 * out   to     the answer; one that begins with "error:" is no success
 * err   false: the request is another one; nothing is appended */
bool control_rollout(const struct runtime *w, struct metrics *m, const char *word,
		     GString *to);

#endif
