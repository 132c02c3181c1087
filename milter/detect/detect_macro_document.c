/* A document that says by its ending, or shows inside, that it holds macros. */
#include "detect/evidence.h"

#include <glib.h>
#include <string.h>

#include "base/file_magic.h"
#include "detect/file_kind.h"

enum answer detect_macro_document(const struct evidence *e, const char **words_r)
{
	const struct value *names = &e->features->at[FEATURE_ATTACHMENTS];
	const struct value *inside = &e->features->at[FEATURE_ATTACHMENTS_INSIDE];
	const struct value *kinds = &e->features->at[FEATURE_ATTACHMENTS_INSIDE_TYPES];

	for (size_t i = 0; names->known == ANSWER_YES && i < names->n_items; i++)
		if (file_kind_named(e->endings, names->items[i]) == FILE_MACRO)
			return say(e, words_r,
				   "the attached document \"%s\" can hold macros",
				   shown(e, names->items[i]));
	for (size_t i = 0; inside->known == ANSWER_YES && i < inside->n_items; i++)
		if (g_str_has_suffix(inside->items[i], "vbaProject.bin") ||
		    strstr(inside->items[i], "xl/macrosheets/") != NULL)
			return say(e, words_r, "an attached document holds macros");
	for (size_t i = 0; kinds->known == ANSWER_YES && i < kinds->n_items; i++)
		if (strcmp(kinds->items[i], FILE_KIND_MACRO) == 0)
			return say(e, words_r, "an attached document holds macros");
	return answer_and(names->known, inside->known) == ANSWER_UNKNOWN ? ANSWER_UNKNOWN
									 : ANSWER_NO;
}
