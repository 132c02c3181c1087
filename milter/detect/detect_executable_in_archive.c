/* An archive that holds a program, or that is locked against being looked into. */
#include "detect/evidence.h"
#include "detect/file_kind.h"

enum answer detect_executable_in_archive(const struct evidence *e, const char **words_r)
{
	const struct value *inside = &e->features->at[FEATURE_ATTACHMENTS_INSIDE];
	const struct value *types = &e->features->at[FEATURE_ATTACHMENTS_INSIDE_TYPES];
	enum answer locked = feature_answer(e, FEATURE_ATTACHMENTS_LOCKED);

	for (size_t i = 0; inside->known == ANSWER_YES && i < inside->n_items; i++) {
		enum file_kind kind = file_kind_named(e->endings, inside->items[i]);

		if (kind == FILE_PROGRAM || kind == FILE_DISK ||
		    file_disguised(inside->items[i]))
			return say(e, words_r, "an attached archive holds \"%s\"",
				   shown(e, inside->items[i]));
	}
	for (size_t i = 0; types->known == ANSWER_YES && i < types->n_items; i++)
		if (file_kind_typed(types->items[i]) == FILE_PROGRAM)
			return say(e, words_r,
				   "an attached archive holds a file that is, by its "
				   "first bytes, of type %s",
				   shown(e, types->items[i]));
	if (locked == ANSWER_YES)
		return say(e, words_r, "an attached archive is locked with a password");
	return locked == ANSWER_UNKNOWN || inside->known == ANSWER_UNKNOWN
		       ? ANSWER_UNKNOWN
		       : ANSWER_NO;
}
