/* The From domain can be taken for that of an organisation the tenant corresponds with. It says
 * what it sees, whoever it is: two old acquaintances may resemble each other honestly, and a rule
 * weighs that. */
#include "detect/evidence.h"

enum answer detect_lookalike_correspondent(const struct evidence *e, const char **words_r)
{
	const struct value *like = &e->facts->at[FACT_DOMAIN_LOOKALIKE];
	const char *how = fact_text(e, FACT_DOMAIN_LOOKALIKE_HOW);

	if (like->known != ANSWER_YES)
		return like->known;
	return say(e, words_r, "%s looks like %s, with which you have mail%s%s",
		   shown(e, feature_text(e, FEATURE_FROM_DOMAIN)), shown(e, like->text),
		   how == NULL ? "" : ": ", how == NULL ? "" : how);
}
