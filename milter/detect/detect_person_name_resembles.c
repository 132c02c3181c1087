/* A name that a reader in a hurry takes for that of a person of the tenant. */
#include "detect/person_name.h"

enum answer detect_person_name_resembles(const struct evidence *e, const char **words_r)
{
	const char *how = fact_text(e, FACT_PERSON_HOW);
	enum answer a = name_from_outside(e, false);

	if (a != ANSWER_YES)
		return a;
	if (g_strcmp0(how, "title") == 0) /* as facts.def says */
		return say(e, words_r, "\"%s\" is the title of %s, but the address is %s",
			   shown(e, feature_text(e, FEATURE_FROM_NAME)),
			   shown(e, fact_text(e, FACT_PERSON_NAME)),
			   shown(e, feature_text(e, FEATURE_FROM_ADDRESS)));
	return say(e, words_r,
		   "\"%s\" resembles the name of %s%s%s, but the address is %s",
		   shown(e, feature_text(e, FEATURE_FROM_NAME)), person_shown(e),
		   how == NULL ? "" : ": ", how == NULL ? "" : how,
		   shown(e, feature_text(e, FEATURE_FROM_ADDRESS)));
}
