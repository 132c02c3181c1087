/* What plan.c and plan_pass.c share. */
#ifndef ACTION_PLAN_PASS_H
#define ACTION_PLAN_PASS_H

#include <glib.h>

#include "action/plan.h"

/* plan_refuse_flood - the plan for what has more fields in our name than can be removed */
void plan_refuse_flood(struct arena *a, const struct plan_setup *s, struct plan *p_r);

/* plan_keep_edits - edits become those of the plan
 * own   takes edits */
void plan_keep_edits(struct arena *a, GArray *edits, struct plan *p_r);

#endif
