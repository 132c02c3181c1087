/* Who nearly always proves that he sent his mail does not this time. Lists that earned trust
 * break signatures, and are proven themselves. */
#include "detect/evidence.h"

enum answer detect_proof_missing(const struct evidence *e, const char **words_r)
{
	enum answer usual = answer_or(fact_answer(e, FACT_SENDER_USUALLY_PROVEN),
				      fact_answer(e, FACT_DOMAIN_USUALLY_PROVEN));
	enum answer cleared = answer_or(feature_answer(e, FEATURE_INTERNAL),
					fact_answer(e, FACT_LIST_TRUSTED));
	enum answer a = answer_and(usual, answer_not(cleared));

	a = answer_and(a, answer_not(feature_answer(e, FEATURE_AUTH_ALIGNED)));
	if (a != ANSWER_YES)
		return a;
	return say(e, words_r,
		   "nothing proves that %s sent it, as nearly all earlier mail was",
		   shown(e, feature_text(e, FEATURE_FROM_ADDRESS)));
}
