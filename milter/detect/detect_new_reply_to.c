/* A known sender whose answers suddenly go elsewhere: the second act of many frauds. */
#include "detect/evidence.h"

enum answer detect_new_reply_to(const struct evidence *e, const char **words_r)
{
	enum answer a = answer_and(answer_not(feature_answer(e, FEATURE_INTERNAL)),
				   fact_answer(e, FACT_SENDER_NEW_REPLY_TO));

	if (a != ANSWER_YES)
		return a;
	return say(e, words_r, "an answer would go to %s, which %s has never used",
		   shown(e, feature_text(e, FEATURE_REPLY_TO_DOMAIN)),
		   shown(e, feature_text(e, FEATURE_FROM_ADDRESS)));
}
