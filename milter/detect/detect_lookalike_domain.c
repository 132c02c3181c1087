/* The From domain can be taken for an own or a partner's one. It says what it sees, whoever
 * it is: whether that domain is an old acquaintance is for a rule to weigh. */
#include "detect/evidence.h"

enum answer detect_lookalike_domain(const struct evidence *e, const char **words_r)
{
	const struct value *like = &e->facts->at[FACT_TENANT_LOOKALIKE];
	const char *how = fact_text(e, FACT_TENANT_LOOKALIKE_HOW);

	if (like->known != ANSWER_YES)
		return like->known;
	return say(e, words_r, "%s looks like %s%s%s",
		   shown(e, feature_text(e, FEATURE_FROM_DOMAIN)), shown(e, like->text),
		   how == NULL ? "" : ": ", how == NULL ? "" : how);
}
