/* The name of somebody who has written from the very domain that the From domain looks like. */
#include "detect/evidence.h"

#include <string.h>

#include "message/address.h"
#include "message/domain.h"

enum answer detect_correspondent_imitated(const struct evidence *e, const char **words_r)
{
	const struct value *like = &e->facts->at[FACT_DOMAIN_LOOKALIKE];
	const struct value *old = &e->facts->at[FACT_DISPLAY_ADDRESSES];

	if (like->known == ANSWER_NO || old->known == ANSWER_NO)
		return ANSWER_NO;
	if (like->known == ANSWER_UNKNOWN || old->known == ANSWER_UNKNOWN)
		return ANSWER_UNKNOWN;
	for (size_t i = 0; i < old->n_items; i++) {
		const char *domain = address_domain(old->items[i]);

		if (domain != NULL && domain_has_org(domain, like->text))
			return say(e, words_r, "\"%s\" has written from %s, not from %s",
				   shown(e, feature_text(e, FEATURE_FROM_NAME)),
				   shown(e, old->items[i]),
				   shown(e, feature_text(e, FEATURE_FROM_ADDRESS)));
	}
	return ANSWER_NO;
}
