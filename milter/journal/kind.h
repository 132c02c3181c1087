/* The kinds of records in the journal. */
#ifndef JOURNAL_KIND_H
#define JOURNAL_KIND_H

enum record_kind {
#define RECORD_KIND(id, ...) RECORD_KIND_##id,
#include "journal/kinds.def"
#undef RECORD_KIND
	RECORD_KIND_COUNT
};

/* the words for them in records */
extern const char *const record_kind_names[RECORD_KIND_COUNT];

/* record_kind_of - the kind that a record says it is of
 * in    word   NULL: it says nothing, so it is a decision
 * err   RECORD_KIND_COUNT: this program does not know it */
enum record_kind record_kind_of(const char *word);

#endif
