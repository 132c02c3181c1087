/* An answer would leave for another organisation. Cleared by: an address of ours (a form on
 * our pages that somebody else hosts), lists that earned trust, and trusted senders who always
 * did so. Those need no proof: answers to a forged one go where they always went. */
#include "detect/evidence.h"

#include <string.h>

static enum answer usual_of_them(const struct evidence *e)
{
	return answer_and(fact_answer(e, FACT_SENDER_TRUSTED),
			  answer_not(fact_answer(e, FACT_SENDER_NEW_REPLY_TO)));
}

enum answer detect_reply_to_elsewhere(const struct evidence *e, const char **words_r)
{
	const struct value *from = &e->features->at[FEATURE_FROM_ORG];
	const struct value *reply = &e->features->at[FEATURE_REPLY_TO_ORG];
	enum answer both = answer_and(from->known, reply->known);

	if (both != ANSWER_YES || strcmp(from->text, reply->text) == 0)
		return both == ANSWER_YES ? ANSWER_NO : both;

	enum answer cleared = answer_or(feature_answer(e, FEATURE_INTERNAL),
					fact_answer(e, FACT_TENANT_OWNS_REPLY_TO));

	cleared = answer_or(
		cleared, answer_or(fact_answer(e, FACT_LIST_TRUSTED), usual_of_them(e)));
	if (cleared != ANSWER_NO)
		return answer_not(cleared);
	return say(e, words_r, "written by %s, but an answer would go to %s",
		   shown(e, feature_text(e, FEATURE_FROM_ADDRESS)),
		   shown(e, feature_text(e, FEATURE_REPLY_TO_ADDRESS)));
}
