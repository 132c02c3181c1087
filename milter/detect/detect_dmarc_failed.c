/* The From domain says how its mail can be recognised, and this is not it. Mailing lists
 * cause this too: a rule weighs it. */
#include "detect/evidence.h"

#include <string.h>

enum answer detect_dmarc_failed(const struct evidence *e, const char **words_r)
{
	const struct value *result = &e->features->at[FEATURE_DMARC_RESULT];

	if (feature_answer(e, FEATURE_INTERNAL) == ANSWER_YES)
		return ANSWER_NO;
	if (result->known != ANSWER_YES)
		return result->known;
	if (strcmp(result->text, "temperror") == 0)
		return ANSWER_UNKNOWN;
	if (strcmp(result->text, "fail") != 0)
		return ANSWER_NO;
	return say(e, words_r, "DMARC of %s failed; its policy for such mail is %s",
		   shown(e, feature_text(e, FEATURE_FROM_DOMAIN)),
		   shown(e, feature_text(e, FEATURE_DMARC_POLICY)));
}
