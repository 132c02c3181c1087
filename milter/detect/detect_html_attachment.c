/* A web page as a file: opened outside the mail program, it may run scripts, imitate a
 * sign-in page or put a file together that no filter has seen. */
#include "detect/evidence.h"
#include "detect/file_kind.h"

enum answer detect_html_attachment(const struct evidence *e, const char **words_r)
{
	const struct value *names = &e->features->at[FEATURE_ATTACHMENTS];
	const struct value *types = &e->features->at[FEATURE_ATTACHMENTS_TYPES];

	for (size_t i = 0; names->known == ANSWER_YES && i < names->n_items; i++)
		if (file_kind_named(e->endings, names->items[i]) == FILE_PAGE)
			return say(e, words_r, "the attached file \"%s\" is a web page",
				   shown(e, names->items[i]));
	for (size_t i = 0; types->known == ANSWER_YES && i < types->n_items; i++)
		if (file_kind_typed(types->items[i]) == FILE_PAGE)
			return say(e, words_r, "an attached file is a web page");
	return answer_and(names->known, types->known) == ANSWER_UNKNOWN ? ANSWER_UNKNOWN
									: ANSWER_NO;
}
