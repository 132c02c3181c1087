/* Junk raises spam to the policy's threshold; promotion does the same with graymail, and takes
 * spam below its own; wanted takes both away. Threat is read here, and never written. */
#include "verdict/preference_axes.h"

#include <glib.h>

#include "base/limits.h"
#include "base/printable.h"
#include "preference/preference.h"
#include "verdict/score.h"

static enum preference_kind kind_of(const struct rcpt_facts *facts)
{
	const struct value *kind =
		facts == NULL ? NULL : &facts->at[FACT_PREFERENCE_KIND];
	int found = kind == NULL || kind->known != ANSWER_YES
			    ? PREFERENCE_NONE
			    : word_find(preference_names, PREFERENCE_COUNT, kind->text);

	return found < 0 ? PREFERENCE_NONE : (enum preference_kind)found;
}

static void move(const struct policy *p, enum preference_kind kind, int64_t *milli)
{
	int64_t spam = score_threshold(VERDICT_SPAM, p);
	int64_t graymail = score_threshold(VERDICT_GRAYMAIL, p);
	bool suspicious = milli[AXIS_THREAT] >= score_threshold(VERDICT_SUSPICIOUS, p);

	switch (kind) {
	case PREFERENCE_JUNK:
		milli[AXIS_SPAM] = MAX(milli[AXIS_SPAM], spam);
		break;
	case PREFERENCE_GRAYMAIL:
		milli[AXIS_GRAYMAIL] = MAX(milli[AXIS_GRAYMAIL], graymail);
		if (!suspicious)
			milli[AXIS_SPAM] = MIN(milli[AXIS_SPAM], spam - 1);
		break;
	case PREFERENCE_WANTED:
		if (suspicious)
			break;
		milli[AXIS_SPAM] = MIN(milli[AXIS_SPAM], 0);
		milli[AXIS_GRAYMAIL] = MIN(milli[AXIS_GRAYMAIL], 0);
		break;
	case PREFERENCE_NONE:
	case PREFERENCE_COUNT:
		break;
	}
}

static const char *words_of(struct arena *a, const struct rcpt_facts *f,
			    enum preference_kind kind)
{
	const char *cause = f->at[FACT_PREFERENCE_CAUSE].text;
	const char *entry = f->at[FACT_PREFERENCE_ENTRY].text;
	bool stated = g_strcmp0(f->at[FACT_PREFERENCE_STRENGTH].text,
				preference_strength_names[STRENGTH_STATED]) == 0;
	char *text = g_strdup_printf("The recipient wants mail of %s as %s (%s%s)",
				     entry != NULL ? entry : "this sender",
				     preference_names[kind],
				     stated ? "stated by " : "earlier mail was ",
				     cause != NULL ? cause
				     : stated      ? "the recipient"
						   : "told so");
	char *safe = printable(text, LIMIT_REASON_BYTES);
	const char *kept = arena_strdup(a, safe);

	g_free(safe);
	g_free(text);
	return kept;
}

void preference_move(struct arena *a, const struct rcpt_facts *facts, struct decision *d,
		     struct reason *reason_r)
{
	enum preference_kind kind = kind_of(facts);
	const int64_t before[AXIS_COUNT] = {
		[AXIS_THREAT] = d->milli[AXIS_THREAT],
		[AXIS_SPAM] = d->milli[AXIS_SPAM],
		[AXIS_GRAYMAIL] = d->milli[AXIS_GRAYMAIL],
	};

	*reason_r = (struct reason){ .rule = PREFERENCE_RULE, .axis = AXIS_SPAM };
	if (kind == PREFERENCE_NONE)
		return;
	move(d->policy, kind, d->milli);
	g_assert(d->milli[AXIS_THREAT] == before[AXIS_THREAT]);
	for (enum axis x = AXIS_SPAM; x < AXIS_COUNT; x++) {
		int64_t by = d->milli[x] - before[x];

		if (ABS(by) <= ABS(reason_r->milli))
			continue;
		reason_r->axis = x;
		reason_r->milli = by;
	}
	d->preferred = reason_r->milli != 0;
	if (d->preferred)
		reason_r->text = words_of(a, facts, kind);
}
