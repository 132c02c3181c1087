/* The links, attachments and recipients of a message, one by one: what features tell of all of
 * them together. */
#ifndef FEATURE_OBJECTS_H
#define FEATURE_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/value.h"
#include "message/message.h"

enum object_kind { OBJECT_LINK, OBJECT_ATTACHMENT, OBJECT_RECIPIENT, OBJECT_KIND_COUNT };

/* rows of all kinds, behind each other */
enum object_word {
#define OBJECT_WORD(kind, id, name, type, unit, doc) OBJECT_##id,
#include "feature/objects.def"
#undef OBJECT_WORD
	OBJECT_WORD_COUNT
};

/* the names, in the order of enum object_word: two kinds may have the same */
extern const struct name_table object_words;

/* all of one kind */
struct objects {
	const struct value *const *at; /* [n][OBJECT_WORD_COUNT], of other kinds absent */
	size_t n;
	bool cut; /* there are more, beyond a limit, or nobody knows how many */
};

/* object_name - what a kind is called: link, links */
const char *object_name(enum object_kind kind, bool many);

/* object_kind_of - the kind of a word: link or links
 * in    many   in plural
 * err   false: none */
bool object_kind_of(const char *word, bool many, enum object_kind *kind_r);

/* object_word_find - the row of a word of a kind
 * err   SIZE_MAX: it has none such */
size_t object_word_find(enum object_kind kind, const char *name);

/* object_word_kind - the kind of a row */
enum object_kind object_word_kind(enum object_word word);

/* objects_take - look at all of a kind
 * in    m   NULL: a record, which has none of them: cut
 * own   values live in a or in m
 * cost  linear in what they hold; attachments were read when the message was */
struct objects objects_take(struct arena *a, const struct message *m,
			    enum object_kind kind);

#endif
