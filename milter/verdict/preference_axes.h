/* What a recipient wants moves the spam and graymail axes of that recipient, and no other. */
#ifndef VERDICT_PREFERENCE_AXES_H
#define VERDICT_PREFERENCE_AXES_H

#include "lookup/lookup.h"
#include "verdict/verdict.h"

/* preference_move - lay a preference over the points that rules gave
 * in    facts   NULL: nothing is known
 * out   d->milli of spam and graymail, d->preferred; reason_r where it moved any: of the axis
 *       that it moved most
 * own   a
 * err   what excuses does nothing from suspicious on */
void preference_move(struct arena *a, const struct rcpt_facts *facts, struct decision *d,
		     struct reason *reason_r);

#endif
