/* Kinds of records stand in journal/kinds.def, and nowhere else. */
#include "journal/kind.h"

#include "config/words.h"

const char *const record_kind_names[RECORD_KIND_COUNT] = {
#define RECORD_KIND(id, word, doc) [RECORD_KIND_##id] = word,
#include "journal/kinds.def"
#undef RECORD_KIND
};

enum record_kind record_kind_of(const char *word)
{
	int found = word == NULL ? RECORD_KIND_DECISION
				 : word_find(record_kind_names, RECORD_KIND_COUNT, word);

	return found < 0 ? RECORD_KIND_COUNT : (enum record_kind)found;
}
