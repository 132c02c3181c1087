/* Nobody of the tenant has ever exchanged mail with the sender. */
#include "detect/evidence.h"

enum answer detect_first_contact_tenant(const struct evidence *e, const char **words_r)
{
	enum answer a = answer_and(answer_not(feature_answer(e, FEATURE_INTERNAL)),
				   fact_answer(e, FACT_SENDER_FIRST_CONTACT));

	if (a != ANSWER_YES)
		return a;
	return say(e, words_r, "the first message from %s to anybody here",
		   shown(e, feature_text(e, FEATURE_FROM_ADDRESS)));
}
