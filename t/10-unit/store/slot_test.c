/* Which shard has a slot says the same as which slots a shard has. */
#include "store/slot.h"

#include <glib.h>

static void shards(void)
{
	static const unsigned sizes[] = { 1, 2, 3, 7, 100, 999, 16383, 16384 };

	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		unsigned next = 0;

		for (unsigned shard = 0; shard < sizes[i]; shard++) {
			unsigned first, last;

			slot_range(shard, sizes[i], &first, &last);
			g_assert_cmpuint(first, ==, next);
			g_assert_cmpuint(last, >=, first);
			g_assert_cmpuint(slot_shard(first, sizes[i]), ==, shard);
			g_assert_cmpuint(slot_shard(last, sizes[i]), ==, shard);
			next = last + 1;
		}
		g_assert_cmpuint(next, ==, SLOTS);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/slot/shards", shards);
	return g_test_run();
}
