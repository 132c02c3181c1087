/* A link whose text names one site and that leads to another. A sender who proves to be the
 * site that is shown may lead there by way of whoever counts the clicks. */
#include "detect/evidence.h"

#include <string.h>

#include "message/domain.h"

/* does "shown -> real" show the From organisation? */
static bool shows_sender(const struct evidence *e, const char *lie)
{
	const char *org = feature_text(e, FEATURE_FROM_ORG);
	const char *arrow = strstr(lie, " -> ");

	if (org == NULL || arrow == NULL)
		return false;

	const char *host = arena_strndup(e->arena, lie, (size_t)(arrow - lie));

	return domain_has_org(host, org);
}

enum answer detect_link_text_misleading(const struct evidence *e, const char **words_r)
{
	const struct value *lies = &e->features->at[FEATURE_LINKS_MISLEADING];
	enum answer proven = feature_answer(e, FEATURE_AUTH_ALIGNED);
	bool unsure = false;

	if (lies->known != ANSWER_YES)
		return lies->known;
	for (size_t i = 0; i < lies->n_items; i++) {
		enum answer own = shows_sender(e, lies->items[i]) ? proven : ANSWER_NO;

		if (own == ANSWER_NO)
			return say(e, words_r,
				   "a link shows another site than it leads to: %s",
				   shown(e, lies->items[i]));
		unsure = unsure || own == ANSWER_UNKNOWN;
	}
	return unsure ? ANSWER_UNKNOWN : ANSWER_NO;
}
