/* Many texts looked for in one text at once. */
#ifndef RULE_NEEDLES_H
#define RULE_NEEDLES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

struct needles;
struct grams; /* which three letters stand in a row somewhere in a text */

/* grams_of - look through a text once, so that most needles need not be looked for
 * own   a
 * err   none
 * cost  linear */
const struct grams *grams_of(struct arena *a, struct bytes hay);

/* needles_build - make texts ready to be looked for
 * in    at[n]   folded, not empty; kept, not copied
 * own   a
 * err   none */
const struct needles *needles_build(struct arena *a, const struct bytes *at, size_t n);

/* needles_find - does one of them stand in a text?
 * in    hay           folded
 *       grams         of it; NULL: not looked through, it is short
 *       whole_words   only where no letter or digit stands directly beside it
 * out   *found_r      the one that stands leftmost
 * err   false: none
 * cost  linear in the text for needles that begin differently */
bool needles_find(const struct needles *needles, struct bytes hay,
		  const struct grams *grams, bool whole_words, struct bytes *found_r);

/* text_mentions - does one text stand in another as whole words?
 * in    hay, needle   folded
 * err   false: no, or the needle is empty */
bool text_mentions(struct bytes hay, struct bytes needle);

/* needles_at_edge - does a text begin or end with one of them?
 * in    end       its end, not its beginning
 * out   *found_r  that one
 * err   false: it does not */
bool needles_at_edge(const struct needles *needles, struct bytes hay, bool end,
		     struct bytes *found_r);

#endif
