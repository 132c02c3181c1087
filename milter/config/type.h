/* The types of options: how each is written, checked, kept and printed. */
#ifndef CONFIG_TYPE_H
#define CONFIG_TYPE_H

#include <glib.h>
#include <stdbool.h>

#include "base/arena.h"
#include "config/row.h"

/* a value as it stood in the file */
struct type_input {
	const struct option_row *row;
	const char *const *items; /* one, or those of a list */
	size_t n;
	struct arena *arena; /* of what is kept */
};

/* type_parse - check a value and put it into its member
 * in    to    the member, of the type that the row says
 * out   to    untouched on failure
 * err   false: appended to why: what is wrong; what is allowed */
bool type_parse(const struct type_input *in, void *to, GString *why);

/* type_fallback - put a row's default into its member
 * err   a default that fails its own check aborts, and a test proves that none does */
void type_fallback(const struct option_row *row, struct arena *a, void *to);

/* type_print - a value as it would be written in wonted.conf
 * in    from   the member
 * out   appended to out; a long list takes several lines */
void type_print(const struct option_row *row, const void *from, GString *out);

/* type_print_fallback - a row's default as it would be written in wonted.conf
 * out   appended to out */
void type_print_fallback(const struct option_row *row, GString *out);

/* type_print_range - "500ms to 2m" where the row has bounds, else nothing
 * out   appended to out */
void type_print_range(const struct option_row *row, GString *out);

/* type_print_words - "observe or enforce", those that a row of words allows
 * out   appended to out */
void type_print_words(const struct option_row *row, GString *out);

/* type_noun - what a value of the type is, with its article: "a time", "a list of networks" */
const char *type_noun(enum option_type type);

/* type_written - how a value of the type is written, for people; NULL for words: those that
 *                are allowed stand in the row's unit */
const char *type_written(enum option_type type);

/* type_is_list - may it take several values? */
bool type_is_list(enum option_type type);

#endif
