/* The one shape of a named thing that rules, detectors and the journal can speak of.
 * Features, facts and signals are tables of such names (struct name_row) and, for one
 * message, arrays of such values in the same order. */
#ifndef BASE_VALUE_H
#define BASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/answer.h"

enum value_type { VALUE_BOOL, VALUE_INT, VALUE_TEXT, VALUE_LIST };

/* known: YES - the value is set; NO - it certainly does not exist (no such header, no such
 * person); UNKNOWN - it could not be found out (store or DNS did not answer, no baseline). */
struct value {
	enum answer known;
	bool boolean;             /* VALUE_BOOL */
	int64_t number;           /* VALUE_INT; the unit stands in the row */
	const char *text;         /* VALUE_TEXT; valid UTF-8; NULL unless known == YES */
	const char *const *items; /* VALUE_LIST; valid UTF-8 each */
	size_t n_items;
};

/* Does it hold for the whole message, or for each recipient apart? */
enum scope { SCOPE_MESSAGE, SCOPE_RCPT };

struct name_row {
	const char *name; /* as written in rules: lower case, dots and underscores */
	enum value_type type;
	enum scope scope;
	const char *unit;  /* "" where there is none */
	const char *since; /* version that brought it */
	bool pii;          /* personal data: the journal may be told to leave it out */
	unsigned needs;    /* enum need bits that must be asked for it; 0 for features */
	const char *doc;   /* one sentence for an admin */
};

/* The name that a row had a release ago: rules and records may still have it. */
struct former_name {
	size_t row;
	const char *name;
};

/* A table of names: facts, features, signals each offer one. */
struct name_table {
	const char *what; /* "feature", "fact", "signal" */
	const struct name_row *rows;
	size_t n;
	const struct former_name *former;
	size_t n_former;
};

/* name_table_find - the row of a name
 * out   *former_r: the row has another name now
 * err   SIZE_MAX: no row has the name, and none had it */
size_t name_table_find(const struct name_table *t, const char *name, bool *former_r);

/* name_table_former - what a row was called a release ago
 * err   NULL: nothing else */
const char *name_table_former(const struct name_table *t, size_t row);

#define VALUE_UNKNOWN ((struct value){ .known = ANSWER_UNKNOWN })
#define VALUE_ABSENT ((struct value){ .known = ANSWER_NO })
#define VALUE_OF_BOOL(b) ((struct value){ .known = ANSWER_YES, .boolean = (b) })
#define VALUE_OF_INT(i) ((struct value){ .known = ANSWER_YES, .number = (i) })

/* text, or absent when there is none */
static inline struct value value_of_text(const char *text)
{
	return text == NULL ? VALUE_ABSENT
			    : (struct value){ .known = ANSWER_YES, .text = text };
}

/* a list; an empty one is known and has no items */
static inline struct value value_of_list(const char *const *items, size_t n)
{
	return (struct value){ .known = ANSWER_YES, .items = items, .n_items = n };
}

/* an answer as a boolean value: UNKNOWN stays unknown */
static inline struct value value_of_answer(enum answer a)
{
	return (struct value){ .known = a == ANSWER_UNKNOWN ? a : ANSWER_YES,
			       .boolean = a == ANSWER_YES };
}

/* a boolean value as an answer: absent is no */
static inline enum answer value_answer(const struct value *v)
{
	if (v->known == ANSWER_UNKNOWN)
		return ANSWER_UNKNOWN;
	return v->known == ANSWER_YES && v->boolean ? ANSWER_YES : ANSWER_NO;
}

#endif
