/* Points -> verdict -> action, by nothing but the policy's own numbers. The threat axis is
 * asked first, then spam, then graymail, because enum verdict runs from mild to strict. It
 * must never look at who the recipient is: that chose the policy already. */
#include "verdict/score.h"

#include <glib.h>

#include "verdict/verdict.h"

/* what makes a verdict, and what a policy says of it; nowhere: no points make it, or always
 * ACTION_PASS */
struct row {
	enum axis axis;
	size_t points, action; /* offset in struct policy */
};

#define NOWHERE ((size_t)-1)

static const struct row rows[VERDICT_COUNT] = {
	[VERDICT_WANTED] = { AXIS_COUNT, NOWHERE, NOWHERE },
	[VERDICT_GRAYMAIL] = { AXIS_GRAYMAIL, offsetof(struct policy, graymail_points),
			       offsetof(struct policy, on_graymail) },
	[VERDICT_UNDECIDED] = { AXIS_COUNT, NOWHERE,
				offsetof(struct policy, on_undecided) },
	[VERDICT_SPAM] = { AXIS_SPAM, offsetof(struct policy, spam_points),
			   offsetof(struct policy, on_spam) },
	[VERDICT_SUSPICIOUS] = { AXIS_THREAT, offsetof(struct policy, suspicious_points),
				 offsetof(struct policy, on_suspicious) },
	[VERDICT_MALICIOUS] = { AXIS_THREAT, offsetof(struct policy, malicious_points),
				offsetof(struct policy, on_malicious) },
};

static const struct row *row_of(enum verdict v)
{
	g_assert(v < VERDICT_COUNT);
	return &rows[v];
}

enum axis verdict_axis(enum verdict v)
{
	return row_of(v)->axis;
}

int64_t score_threshold(enum verdict v, const struct policy *p)
{
	size_t at = row_of(v)->points;

	return at == NOWHERE ? 0 : *(const int64_t *)((const char *)p + at);
}

enum verdict score_verdict(const int64_t *milli, const struct policy *p)
{
	for (enum verdict v = VERDICT_MALICIOUS; v > VERDICT_WANTED; v--)
		if (verdict_axis(v) != AXIS_COUNT &&
		    milli[verdict_axis(v)] >= score_threshold(v, p))
			return v;
	return VERDICT_WANTED;
}

enum action score_action(enum verdict v, const struct policy *p)
{
	size_t at = row_of(v)->action;

	return at == NOWHERE ? ACTION_PASS : *(const enum action *)((const char *)p + at);
}
