/* Sender and recipient have never exchanged mail. The words don't name the recipient: a
 * banner may be read by others. */
#include "detect/evidence.h"

enum answer detect_first_contact(const struct evidence *e, const char **words_r)
{
	enum answer a = answer_and(answer_not(feature_answer(e, FEATURE_INTERNAL)),
				   fact_answer(e, FACT_PAIR_FIRST_CONTACT));

	if (a != ANSWER_YES)
		return a;
	return say(e, words_r, "the first message from %s to this recipient",
		   shown(e, feature_text(e, FEATURE_FROM_ADDRESS)));
}
