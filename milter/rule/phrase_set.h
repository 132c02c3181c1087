/* Many texts looked for in one text at once. */
#ifndef RULE_PHRASE_SET_H
#define RULE_PHRASE_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

struct phrase_set;
struct grams; /* which three letters stand in a row somewhere in a text */

/* grams_of - look through a text once, so that most phrases need not be looked for
 * own   a
 * cost  linear */
const struct grams *grams_of(struct arena *a, struct bytes text);

/* phrase_set_build - make texts ready to be looked for
 * in    at[n]   folded, not empty; kept, not copied
 * own   a */
const struct phrase_set *phrase_set_build(struct arena *a, const struct bytes *at,
					  size_t n);

/* phrase_set_find - does one of them stand in a text?
 * in    text           folded
 *       grams         of it; NULL: not looked through, it is short
 *       whole_words   only where no letter or digit stands directly beside it
 * out   *found_r      where in the text the leftmost of them stands
 * err   false: none
 * cost  linear in the text for phrases that begin differently */
bool phrase_set_find(const struct phrase_set *phrases, struct bytes text,
		     const struct grams *grams, bool whole_words, struct bytes *found_r);

/* phrase_set_count - how many of them stand in a text
 * out   at most `most`; *found_r as phrase_set_find(), of one at least */
size_t phrase_set_count(const struct phrase_set *phrases, struct bytes text,
			bool whole_words, size_t most, struct bytes *found_r);

/* phrase_sets_near - does one of a set stand near one of another?
 * in    words     so many words may stand between the two
 * out   *found_r  from the beginning of the one to the end of the other
 * err   false: none does
 * cost  linear as phrase_set_find(), and a step for each place where a text stands */
bool phrase_sets_near(const struct phrase_set *one, const struct phrase_set *other,
		      struct bytes text, size_t words, struct bytes *found_r);

/* text_mentions - does one text stand in another as whole words?
 * in    text, phrase   folded
 * out   where it does
 * err   NULL: no, or the phrase is empty */
const char *text_mentions(struct bytes text, struct bytes phrase);

/* phrase_set_at_edge - does a text begin or end with one of them?
 * in    end       its end, not its beginning
 * out   *found_r  where in the text it stands
 * err   false: it does not */
bool phrase_set_at_edge(const struct phrase_set *phrases, struct bytes text, bool end,
			struct bytes *found_r);

#endif
