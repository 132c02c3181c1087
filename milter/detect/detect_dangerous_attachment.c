/* A file that runs when it is opened, by its name or by its first bytes; a disk image; or a
 * name that hides what it is. Documents with macros and web pages have detectors of their
 * own, because they are weighed otherwise. */
#include "detect/evidence.h"
#include "detect/file_kind.h"

static enum answer look_at_name(const struct evidence *e, const char *name,
				const char **words_r)
{
	enum file_kind kind = file_kind_named(e->endings, name);

	if (file_disguised(name))
		return say(e, words_r, "the attached file \"%s\" hides its ending",
			   shown(e, name));
	if (file_double(e->endings, name))
		return say(e, words_r, "the attached file \"%s\" has a second ending",
			   shown(e, name));
	if (kind == FILE_PROGRAM)
		return say(e, words_r, "the attached file \"%s\" can run as a program",
			   shown(e, name));
	if (kind == FILE_DISK)
		return say(e, words_r, "the attached file \"%s\" is a disk image",
			   shown(e, name));
	return ANSWER_NO;
}

enum answer detect_dangerous_attachment(const struct evidence *e, const char **words_r)
{
	const struct value *names = &e->features->at[FEATURE_ATTACHMENTS];
	const struct value *types = &e->features->at[FEATURE_ATTACHMENTS_TYPES];
	bool known = names->known == ANSWER_YES && types->known == ANSWER_YES;

	for (size_t i = 0; names->known == ANSWER_YES && i < names->n_items; i++)
		if (look_at_name(e, names->items[i], words_r) == ANSWER_YES)
			return ANSWER_YES;
	for (size_t i = 0; types->known == ANSWER_YES && i < types->n_items; i++) {
		enum file_kind kind = file_kind_typed(types->items[i]);

		if (kind == FILE_PROGRAM || kind == FILE_DISK)
			return say(e, words_r,
				   "an attached file is, by its first bytes, of type %s",
				   shown(e, types->items[i]));
	}
	return known ? ANSWER_NO : answer_and(names->known, types->known);
}
