/* Sorting with so little memory that many runs are spilled. */
#include "store/sorter.h"

#include <stdio.h>

#include "base/limits.h"

static struct bytes text(const char *s)
{
	return bytes_of(s);
}

static void test_order(void)
{
	struct sorter *s = sorter_create(g_get_tmp_dir(), 0);
	static const char *const rows[] = { "b", "a", "ab", "", "z", "aa" };
	static const char *const want[] = { "a", "aa", "ab", "b", "z" };
	struct bytes key, value;
	GError *e = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (rows[i][0] != '\0')
			g_assert_true(sorter_add(s, text(rows[i]), text("v"), &e));
	g_assert_true(sorter_end(s, &e));
	for (size_t i = 0; i < G_N_ELEMENTS(want); i++) {
		g_assert_cmpint(sorter_next(s, &key, &value, &e), ==, ANSWER_YES);
		g_assert_cmpmem(key.at, key.n, want[i], strlen(want[i]));
	}
	g_assert_cmpint(sorter_next(s, &key, &value, &e), ==, ANSWER_NO);
	g_assert_cmpint(sorter_next(s, &key, &value, &e), ==, ANSWER_NO);
	sorter_destroy(&s);
	g_assert_null(s);
}

/* 300,000 pairs through the least memory there is, each key three times: what was added last
 * stays, also when it went to another run. */
static void test_spill(void)
{
	struct sorter *s = sorter_create(g_get_tmp_dir(), 1);
	const unsigned keys = 100000;
	struct bytes key, value;
	GError *e = NULL;
	char k[32], v[64];

	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < keys; i++) {
			unsigned n = (unsigned)((uint64_t)i * 7919 % keys);

			snprintf(k, sizeof(k), "key%06u", n);
			snprintf(v, sizeof(v), "round %u of %u", round, n);
			g_assert_true(sorter_add(s, text(k), text(v), &e));
		}
	g_assert_cmpuint(sorter_count(s), ==, 3 * keys);
	g_assert_true(sorter_end(s, &e));
	for (unsigned i = 0; i < keys; i++) {
		snprintf(k, sizeof(k), "key%06u", i);
		snprintf(v, sizeof(v), "round 2 of %u", i);
		g_assert_cmpint(sorter_next(s, &key, &value, &e), ==, ANSWER_YES);
		g_assert_cmpmem(key.at, key.n, k, strlen(k));
		g_assert_cmpmem(value.at, value.n, v, strlen(v));
	}
	g_assert_cmpint(sorter_next(s, &key, &value, &e), ==, ANSWER_NO);
	sorter_destroy(&s);
}

static void test_longest(void)
{
	struct sorter *s = sorter_create(g_get_tmp_dir(), 1);
	char *long_key = g_strnfill(LIMIT_KEY_BYTES, 'k');
	char *long_value = g_strnfill(2 * (gsize)LIMIT_VALUE_BYTES, 'v');
	struct bytes k = { .at = long_key, .n = LIMIT_KEY_BYTES };
	struct bytes v = { .at = long_value, .n = 2 * (size_t)LIMIT_VALUE_BYTES };
	struct bytes key, value;
	GError *e = NULL;

	for (int i = 0; i < 20; i++) {
		long_key[0] = (char)('a' + i);
		g_assert_true(sorter_add(s, k, v, &e));
	}
	g_assert_true(sorter_end(s, &e));
	for (int i = 0; i < 20; i++) {
		long_key[0] = (char)('a' + i);
		g_assert_cmpint(sorter_next(s, &key, &value, &e), ==, ANSWER_YES);
		g_assert_true(bytes_equal(key, k) && bytes_equal(value, v));
	}
	sorter_destroy(&s);
	g_free(long_key);
	g_free(long_value);
}

static void test_no_folder(void)
{
	struct sorter *s = sorter_create("/nonexistent/folder", 1);
	char *value = g_strnfill(LIMIT_VALUE_BYTES, 'v');
	struct bytes v = { .at = value, .n = LIMIT_VALUE_BYTES };
	GError *e = NULL;
	bool good = true;

	for (int i = 0; i < 100 && good; i++)
		good = sorter_add(s, text("k"), v, &e);
	g_assert_false(good);
	g_assert_nonnull(strstr(e->message, "/nonexistent/folder"));
	g_error_free(e);
	sorter_destroy(&s);
	g_free(value);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/sorter/order", test_order);
	g_test_add_func("/store/sorter/spill", test_spill);
	g_test_add_func("/store/sorter/longest", test_longest);
	g_test_add_func("/store/sorter/no folder", test_no_folder);
	return g_test_run();
}
