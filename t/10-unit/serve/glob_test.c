/* Patterns fit as in Redis, and the worst of them ends. */
#include "serve/glob.h"

#include <glib.h>

static void test_rows(void)
{
	static const struct {
		const char *pattern, *text;
		bool fits;
	} rows[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "*", "", true },
		{ "*", "abc", true },
		{ "a*", "abc", true },
		{ "a*", "b", false },
		{ "*c", "abc", true },
		{ "*b", "abc", false },
		{ "a*c", "abbc", true },
		{ "a?c", "abc", true },
		{ "a?c", "ac", false },
		{ "[a-c]x", "bx", true },
		{ "[a-c]x", "dx", false },
		{ "[^a-c]x", "dx", true },
		{ "[c-a]", "b", true },
		{ "[a", "a", true },
		{ "[", "[", false },
		{ "\\*", "*", true },
		{ "\\*", "a", false },
		{ "a\\", "a\\", true },
		{ "[\\]]", "]", true },
		{ "**a**", "bab", true },
		{ "a*b*c", "a1b2c", true },
		{ "a*b*c", "acb", false },
		{ "R|{t|m1}|*", "R|{t|m1}|x", true },
		{ "B\\*\\?\\[1\\]*", "B*?[1]\\", true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		size_t steps = 10000;

		g_assert_cmpint(glob_fits(bytes_of(rows[i].pattern),
					  bytes_of(rows[i].text), &steps),
				==, rows[i].fits);
		g_assert_cmpuint(steps, >, 9000);
	}
}

static void test_prefix(void)
{
	static const char *const rows[][2] = {
		{ "abc*", "abc" }, { "*", "" }, { "a?", "a" },       { "a[bc]", "a" },
		{ "abc", "abc" },  { "", "" },  { "a\\*b*", "a*b" }, { "a\\", "a\\" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *a = arena_create();
		struct bytes prefix = glob_prefix(bytes_of(rows[i][0]), a);

		g_assert_true(bytes_equal(prefix, bytes_of(rows[i][1])));
		arena_destroy(&a);
	}
}

/* Stars behind stars over one letter: given up when the steps are used up, and not later. */
static void test_worst(void)
{
	char *text = g_strnfill(511, 'a'), *half = g_strnfill(400, 'a');
	char *pattern = g_strconcat("*", half, "b*", half, "b", NULL);
	size_t steps = 1000, before = G_MAXSIZE / 2, left = before;

	g_assert_false(glob_fits(bytes_of(pattern), bytes_of(text), &steps));
	g_assert_cmpuint(steps, ==, 0);
	g_assert_false(glob_fits(bytes_of(pattern), bytes_of(text), &left));
	g_assert_cmpuint(before - left, <, 2 * 511 * strlen(pattern));
	g_free(pattern);
	g_free(half);
	g_free(text);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/serve/glob/rows", test_rows);
	g_test_add_func("/serve/glob/prefix", test_prefix);
	g_test_add_func("/serve/glob/worst", test_worst);
	return g_test_run();
}
