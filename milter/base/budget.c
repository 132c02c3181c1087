/* One atomic counter: a taker that lost a race looks again at what is left. */
#include "base/budget.h"

#include <glib.h>
#include <stdatomic.h>

bool budget_take(struct budget *b, size_t n, size_t most)
{
	size_t used = atomic_load(&b->used);

	do {
		if (n > most || used > most - n)
			return false;
	} while (!atomic_compare_exchange_weak(&b->used, &used, used + n));
	return true;
}

void budget_give(struct budget *b, size_t n)
{
	size_t before = atomic_fetch_sub(&b->used, n);

	g_assert(before >= n);
}
