/* A name the tenant has had mail of, from an address that never used it. */
#include "detect/evidence.h"

enum answer detect_display_new_address(const struct evidence *e, const char **words_r)
{
	const struct value *old = &e->facts->at[FACT_DISPLAY_ADDRESSES];
	enum answer a = answer_and(answer_not(feature_answer(e, FEATURE_INTERNAL)),
				   fact_answer(e, FACT_DISPLAY_NEW_ADDRESS));

	if (a != ANSWER_YES)
		return a;
	return say(e, words_r, "\"%s\" has written from %s before, never from %s",
		   shown(e, feature_text(e, FEATURE_FROM_NAME)),
		   old->known == ANSWER_YES && old->n_items > 0 ? shown(e, old->items[0])
								: "another address",
		   shown(e, feature_text(e, FEATURE_FROM_ADDRESS)));
}
