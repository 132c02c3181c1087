/* "did you mean": the nearest of the names that exist. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

/* edit_distance - smallest number of inserted, deleted, changed or swapped neighbouring
 *                 code points that make b of a (Damerau, restricted)
 * in    a, b   code points
 *       most   the answer is most + 1 as soon as it is certainly larger
 * cost  n_a * n_b, both cut at 128 */
size_t edit_distance(const unsigned *a, size_t n_a, const unsigned *b, size_t n_b,
		     size_t most);

/* suggest - the name nearest to a wrong one
 * in    wrong      what was written
 *       name_of    gives name i of n, never NULL
 * out   a name of the table, or NULL when none is near (a third of the letters differ) */
const char *suggest(const char *wrong,
		    const char *(*name_of)(size_t i, const void *table), size_t n,
		    const void *table);

#endif
