/* What is written for a time is kept no longer than the store was told; what is for ever stays. */
#include "store/store.h"

#include <glib.h>

static int64_t at_1000(void)
{
	return 1000;
}

static bool see(const struct store_record *record, void *to)
{
	*(int64_t *)to = record->expires_s;
	return true;
}

static int64_t expires(int64_t keep_s, int64_t ttl_s)
{
	struct store *s =
		store_open("mem:",
			   &(struct store_setup){
				   .write = true, .now_s = at_1000, .keep_s = keep_s },
			   NULL);
	const struct store_write w[] = {
		{ .key = bytes_of("S|a|b"), .value = bytes_of("v"), .ttl_s = ttl_s },
		{ .key = bytes_of("S|a|b"), .value = bytes_of("w"), .ttl_s = ttl_s },
	};
	int64_t at = -1;
	GError *e = NULL;

	g_assert_cmpint(store_write_many(s, w, G_N_ELEMENTS(w), &e), ==, STORE_WROTE);
	g_assert_true(store_scan(s, bytes_of(""), see, &at, &e));
	g_assert_no_error(e);
	store_close(&s);
	return at;
}

static void kept(void)
{
	g_assert_cmpint(expires(0, 500), ==, 1500);
	g_assert_cmpint(expires(100, 500), ==, 1100);
	g_assert_cmpint(expires(500, 100), ==, 1100);
	g_assert_cmpint(expires(100, 0), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/kept no longer than it may be", kept);
	return g_test_run();
}
