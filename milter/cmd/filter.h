/* Options of lists that say what is looked for: a time, a word out of several. */
#ifndef CMD_FILTER_H
#define CMD_FILTER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* filter_wrong - say what an option's value may be
 * out   false
 * err   e: WONTED_ERROR_INPUT, always */
bool filter_wrong(GError **e, const char *option, const char *value, const char *allowed);

/* filter_word - is it one of the words?
 * in    word   NULL: not said, which is right
 *       names  n of them, and NULL behind the last
 * err   false: e has the words, and the one that may have been meant */
bool filter_word(const char *option, const char *word, const char *const *names, size_t n,
		 GError **e);

/* filter_time - "2026-11-20", "2026-11-20 10:30" in local time, or "3d", "12h" ago
 * in    text   NULL: not said, *s_r stays
 * out   *s_r   seconds since 1970
 * err   false: it is none of them */
bool filter_time(const char *option, const char *text, int64_t now_s, int64_t *s_r,
		 GError **e);

#endif
