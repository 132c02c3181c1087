/* The very name of a person of the tenant, from a foreign address. */
#include "detect/person_name.h"

enum answer detect_person_name_from_outside(const struct evidence *e,
					    const char **words_r)
{
	enum answer a = name_from_outside(e, true);

	if (a != ANSWER_YES)
		return a;
	return say(e, words_r, "the name of %s, but the address %s", person_shown(e),
		   shown(e, feature_text(e, FEATURE_FROM_ADDRESS)));
}
