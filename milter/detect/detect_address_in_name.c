/* The display name is, or holds, an address of another organisation than the one that
 * writes: many programs show only the name. Lists that rewrite From do it honestly. */
#include "detect/evidence.h"

#include <string.h>

#include "message/address.h"
#include "message/domain.h"

enum answer detect_address_in_name(const struct evidence *e, const char **words_r)
{
	const struct value *inside = &e->features->at[FEATURE_FROM_NAME_ADDRESS];
	const char *from_org = feature_text(e, FEATURE_FROM_ORG);

	if (inside->known != ANSWER_YES)
		return inside->known;

	const char *domain = address_domain(inside->text);

	if (domain == NULL || (from_org != NULL && domain_has_org(domain, from_org)))
		return ANSWER_NO;

	enum answer cleared = answer_or(feature_answer(e, FEATURE_INTERNAL),
					fact_answer(e, FACT_LIST_TRUSTED));

	if (cleared != ANSWER_NO)
		return answer_not(cleared);
	return say(e, words_r, "the name shows %s, but the address is %s",
		   shown(e, inside->text),
		   shown(e, feature_text(e, FEATURE_FROM_ADDRESS)));
}
