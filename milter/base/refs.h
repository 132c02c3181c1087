/* How many hold a thing: the one way to count them. Where a sanitizer looks it can see it, which it
 * cannot in the counts of a library. */
#ifndef BASE_REFS_H
#define BASE_REFS_H

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>

struct refs {
	atomic_int n;
};

/* refs_begin - so many hold it from its beginning */
static inline void refs_begin(struct refs *r, int n)
{
	g_assert(n > 0);
	atomic_init(&r->n, n);
}

/* refs_take - one more; only who holds it, or keeps others from letting go, may pass it on */
static inline void refs_take(struct refs *r)
{
	int before = atomic_fetch_add_explicit(&r->n, 1, memory_order_relaxed);

	g_assert(before > 0 && before < G_MAXINT);
}

/* refs_drop - one less
 * out   true: that was the last one, who must free it */
static inline bool refs_drop(struct refs *r)
{
	int before = atomic_fetch_sub_explicit(&r->n, 1, memory_order_acq_rel);

	g_assert(before > 0);
	return before == 1;
}

#endif
