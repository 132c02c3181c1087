/* Points -> verdict -> action, by nothing but the policy's own numbers. The threat axis is
 * asked first, then spam, then graymail, because enum verdict runs from mild to strict. It
 * must never look at who the recipient is: that chose the policy already. */
#include "verdict/score.h"

#include <glib.h>

#include "verdict/verdict.h"

enum axis verdict_axis(enum verdict v)
{
	switch (v) {
	case VERDICT_MALICIOUS:
	case VERDICT_SUSPICIOUS:
		return AXIS_THREAT;
	case VERDICT_SPAM:
		return AXIS_SPAM;
	case VERDICT_GRAYMAIL:
		return AXIS_GRAYMAIL;
	case VERDICT_WANTED:
	case VERDICT_COUNT:
		break;
	}
	return AXIS_COUNT;
}

int64_t score_threshold(enum verdict v, const struct policy *p)
{
	switch (v) {
	case VERDICT_MALICIOUS:
		return p->malicious_points;
	case VERDICT_SUSPICIOUS:
		return p->suspicious_points;
	case VERDICT_SPAM:
		return p->spam_points;
	case VERDICT_GRAYMAIL:
		return p->graymail_points;
	case VERDICT_WANTED:
	case VERDICT_COUNT:
		break;
	}
	return 0;
}

enum verdict score_verdict(const int64_t *milli, const struct policy *p)
{
	for (enum verdict v = VERDICT_MALICIOUS; v > VERDICT_WANTED; v--)
		if (milli[verdict_axis(v)] >= score_threshold(v, p))
			return v;
	return VERDICT_WANTED;
}

enum action score_action(enum verdict v, const struct policy *p)
{
	switch (v) {
	case VERDICT_MALICIOUS:
		return p->on_malicious;
	case VERDICT_SUSPICIOUS:
		return p->on_suspicious;
	case VERDICT_SPAM:
		return p->on_spam;
	case VERDICT_GRAYMAIL:
		return p->on_graymail;
	case VERDICT_WANTED:
	case VERDICT_COUNT:
		break;
	}
	return ACTION_PASS;
}
