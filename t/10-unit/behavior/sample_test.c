/* sample.c: counting mailboxes in few bytes, in any order and as often as one likes. */
#include <glib.h>
#include <string.h>

#include "base/arena.h"
#include "behavior/sample.h"

static struct bytes some(struct arena *a, int from, int to)
{
	struct sample s = { .n = { 0 } };

	for (int i = from; i < to; i++)
		sample_add(&s, arena_printf(a, "user%d@own.example", i));
	return sample_bytes(&s, a);
}

static int64_t count(struct bytes b)
{
	return sample_count((struct side){ b, true });
}

static struct bytes merge(struct bytes x, struct bytes y, struct arena *a)
{
	return sample_merge((struct side){ x, true }, (struct side){ y, true }, a);
}

static void test_exact(void)
{
	struct arena *a = arena_create();

	for (int n = 0; n < SAMPLE_MOST; n++) {
		struct bytes b = some(a, 0, n);

		g_assert_cmpint(count(b), ==, n);
		g_assert_cmpint(sample_count((struct side){ b, false }), ==, 0);
		g_assert_cmpuint(b.n, ==, (size_t)n * SAMPLE_ENTRY_BYTES);
	}
	arena_destroy(&a);
}

/* Records of today are read tomorrow: the bytes are for good. */
static void test_bytes(void)
{
	static const guint8 stored[] = { 0x47, 0xf2, 0x3a };
	struct arena *a = arena_create();
	struct sample s = { .n = { 0 } };
	struct bytes b;

	sample_add(&s, "example.org");
	b = sample_bytes(&s, a);
	g_assert_cmpmem(b.at, b.n, stored, sizeof(stored));
	arena_destroy(&a);
}

/* Within three times the expected error of an eighth. */
static void test_estimate(void)
{
	struct arena *a = arena_create();
	static const int rows[] = { 64, 65, 100, 1000, 10000, 100000 };

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct bytes b = some(a, 0, rows[i]);
		int64_t n = count(b);

		g_assert_cmpuint(b.n, ==, SAMPLE_MOST * SAMPLE_ENTRY_BYTES);
		g_assert_cmpint(n, >, rows[i] * 5 / 8);
		g_assert_cmpint(n, <, rows[i] * 11 / 8);
	}
	arena_destroy(&a);
}

static void test_any_order(void)
{
	struct arena *a = arena_create();
	struct bytes x = some(a, 0, 300), y = some(a, 200, 1000), z = some(a, 50, 60);
	struct bytes all = merge(some(a, 0, 1000), (struct bytes){ 0 }, a);

	g_assert_true(bytes_equal(merge(x, merge(y, z, a), a), all));
	g_assert_true(bytes_equal(merge(merge(z, y, a), x, a), all));
	g_assert_true(bytes_equal(merge(all, x, a), all));
	arena_destroy(&a);
}

/* What the open day has, and closed days had as well, is not kept twice. */
static void test_open_day(void)
{
	struct arena *a = arena_create();
	struct bytes closed = merge(some(a, 0, 40), (struct bytes){ 0 }, a), both;

	both = sample_merge((struct side){ closed, false },
			    (struct side){ some(a, 30, 45), false }, a);
	g_assert_cmpuint(both.n, ==, 45 * SAMPLE_ENTRY_BYTES);
	g_assert_cmpint(sample_count((struct side){ both, false }), ==, 40);
	g_assert_cmpint(sample_count((struct side){ both, true }), ==, 45);
	arena_destroy(&a);
}

/* One after the other, as mail comes, or all at once: day by day the same count. */
static void test_day_by_day(void)
{
	struct arena *a = arena_create();
	struct bytes sum = { 0 }, once = { 0 };
	GRand *random = g_rand_new_with_seed(11);

	for (int day = 0; day < 40; day++) {
		struct bytes of_day = { 0 };

		for (int i = 0; i < 20; i++) {
			int who = g_rand_int_range(random, 0, 500);
			struct bytes one = some(a, who, who + 1);

			sum = sample_merge((struct side){ sum, i == 0 },
					   (struct side){ one, false }, a);
			of_day = sample_merge((struct side){ of_day, false },
					      (struct side){ one, false }, a);
		}
		once = sample_merge((struct side){ once, true },
				    (struct side){ of_day, false }, a);
		g_assert_cmpint(sample_count((struct side){ sum, false }), ==,
				sample_count((struct side){ once, false }));
		g_assert_cmpint(count(sum), ==, count(once));
	}
	g_assert_cmpint(count(sum), >, 200);
	g_rand_free(random);
	arena_destroy(&a);
}

static void test_hostile(void)
{
	struct arena *a = arena_create();
	GRand *random = g_rand_new_with_seed(7);

	for (int round = 0; round < 500; round++) {
		size_t n = (size_t)g_rand_int_range(random, 1, 3 * SAMPLE_BYTES);
		guint8 *at = g_malloc(n);
		struct side side = { { (const char *)at, n }, round % 2 == 0 };

		for (size_t i = 0; i < n; i++)
			at[i] = (guint8)g_rand_int(random);
		g_assert_cmpuint(sample_merge(side, side, a).n, <=, SAMPLE_BYTES);
		g_assert_cmpint(sample_count(side), >=, 0);
		g_free(at);
	}
	g_assert_false(sample_is_sane((struct bytes){ "1234", 4 }));
	g_rand_free(random);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sample/exact", test_exact);
	g_test_add_func("/sample/bytes", test_bytes);
	g_test_add_func("/sample/estimate", test_estimate);
	g_test_add_func("/sample/any-order", test_any_order);
	g_test_add_func("/sample/open-day", test_open_day);
	g_test_add_func("/sample/day-by-day", test_day_by_day);
	g_test_add_func("/sample/hostile", test_hostile);
	return g_test_run();
}
