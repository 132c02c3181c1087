/* It looks like an answer, but nobody here has seen what it answers, and the sender is a
 * stranger, or is not proven to be none. Lists that earned trust refer to what we have not seen
 * for good reasons, and so does who forwards something. But "Fwd:" is as easily written as
 * "Re:": it clears nobody who has never written here. */
#include "detect/evidence.h"

static enum answer looks_like_answer(const struct evidence *e)
{
	const struct value *refs = &e->features->at[FEATURE_REFERENCES];
	enum answer any = refs->known == ANSWER_YES && refs->n_items > 0 ? ANSWER_YES
			  : refs->known == ANSWER_UNKNOWN                ? ANSWER_UNKNOWN
									 : ANSWER_NO;
	enum answer forward = feature_answer(e, FEATURE_SUBJECT_FORWARD);
	enum answer looks = answer_or(feature_answer(e, FEATURE_SUBJECT_REPLY), any);

	if (forward == ANSWER_NO)
		return looks;
	return answer_and(forward, fact_answer(e, FACT_SENDER_FIRST_CONTACT));
}

enum answer detect_fake_thread(const struct evidence *e, const char **words_r)
{
	enum answer cleared = answer_or(feature_answer(e, FEATURE_INTERNAL),
					fact_answer(e, FACT_THREAD_KNOWN));

	cleared = answer_or(cleared, fact_answer(e, FACT_LIST_TRUSTED));
	cleared = answer_or(cleared, answer_or(proven(e, FACT_PAIR_TRUSTED),
					       proven(e, FACT_SENDER_TRUSTED)));

	enum answer a = answer_and(looks_like_answer(e), answer_not(cleared));

	if (a != ANSWER_YES)
		return a;
	if (feature_answer(e, FEATURE_SUBJECT_FORWARD) == ANSWER_YES)
		return say(e, words_r,
			   "\"%s\" is written like a forward, but the sender has never "
			   "written here",
			   shown(e, feature_text(e, FEATURE_SUBJECT)));
	if (feature_answer(e, FEATURE_SUBJECT_REPLY) == ANSWER_YES)
		return say(e, words_r,
			   "\"%s\" is written like an answer, but no earlier message is "
			   "known",
			   shown(e, feature_text(e, FEATURE_SUBJECT)));
	return say(e, words_r, "refers to earlier messages that nobody here has seen");
}
