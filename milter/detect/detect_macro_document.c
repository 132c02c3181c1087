/* A document that says by its ending, or shows inside, that it holds macros. */
#include "detect/evidence.h"

#include <glib.h>

#include "detect/file_kind.h"

enum answer detect_macro_document(const struct evidence *e, const char **words_r)
{
	const struct value *names = &e->features->at[FEATURE_ATTACHMENTS];
	const struct value *inside = &e->features->at[FEATURE_ATTACHMENTS_INSIDE];

	for (size_t i = 0; names->known == ANSWER_YES && i < names->n_items; i++)
		if (file_kind_named(e->endings, names->items[i]) == FILE_MACRO)
			return say(e, words_r,
				   "the attached document \"%s\" can hold macros",
				   shown(e, names->items[i]));
	for (size_t i = 0; inside->known == ANSWER_YES && i < inside->n_items; i++)
		if (g_str_has_suffix(inside->items[i], "vbaProject.bin"))
			return say(e, words_r, "an attached document holds macros");
	return answer_and(names->known, inside->known) == ANSWER_UNKNOWN ? ANSWER_UNKNOWN
									 : ANSWER_NO;
}
