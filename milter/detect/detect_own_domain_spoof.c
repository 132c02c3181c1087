/* From says it is one of us, and nothing proves it. Mail of ours that comes
 * back from a list which has earned trust, signed as usual, is none: lists break signatures. */
#include "detect/evidence.h"

enum answer detect_own_domain_spoof(const struct evidence *e, const char **words_r)
{
	enum answer cleared = answer_or(feature_answer(e, FEATURE_INTERNAL),
					feature_answer(e, FEATURE_AUTH_ALIGNED));
	enum answer a = answer_and(
		fact_answer(e, FACT_TENANT_OWNS_FROM),
		answer_not(answer_or(cleared, fact_answer(e, FACT_LIST_TRUSTED))));

	if (a != ANSWER_YES)
		return a;
	return say(e, words_r,
		   "claims to be %s without proof (SPF %s, DKIM %s), sent by %s",
		   shown(e, feature_text(e, FEATURE_FROM_ADDRESS)),
		   shown(e, feature_text(e, FEATURE_SPF_RESULT)),
		   shown(e, feature_text(e, FEATURE_DKIM_RESULT)),
		   shown(e, feature_text(e, FEATURE_CLIENT_ADDR)));
}
