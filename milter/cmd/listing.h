/* What all lists of `wonted` have: a line above the columns where a person reads them. */
#ifndef CMD_LISTING_H
#define CMD_LISTING_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* listing_header - print what the columns are, if standard output is a terminal
 * in    columns   as the rows have them; printed with a line end */
void listing_header(const char *columns);

/* listing_put_text - print a foreign text without what a terminal would act on
 * in    text   NULL: a question mark
 *       most   bytes of it at most */
void listing_put_text(const char *text, size_t most);

/* listing_time - a time as rows have it: local, to the minute
 * own   the caller frees with g_free()
 * err   a question mark for what is no time */
char *listing_time(int64_t s);

/* listing_time_exact - the same to the second, for what was done
 * own   the caller frees with g_free() */
char *listing_time_exact(int64_t s);

/* listing_json_begin - a row of JSON: its members are to follow
 * own   given back by listing_json_print() */
GString *listing_json_begin(void);

/* listing_json_print - end a row, print it as a line, free it */
void listing_json_print(GString *out);

/* listing_json_text - a member of a row's JSON whose value is a text
 * in    text   NULL: null */
void listing_json_text(GString *out, const char *name, const char *text);

/* listing_json_texts - the same with a list of n texts */
void listing_json_texts(GString *out, const char *name, const char *const *list,
			size_t n);

/* listing_json_int - the same with a number */
void listing_json_int(GString *out, const char *name, int64_t n);

/* listing_json_bool - the same with true or false */
void listing_json_bool(GString *out, const char *name, bool yes);

#endif
