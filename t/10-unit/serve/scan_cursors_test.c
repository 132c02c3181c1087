/* A number leads back to its key until so many others were given out. */
#include "serve/scan_cursors.h"

#include <glib.h>

static void test_ring(void)
{
	struct scan_cursors *c = scan_cursors_new(3), *other = scan_cursors_new(3);
	struct arena *a = arena_create();
	uint64_t n[4];
	struct bytes key;

	for (size_t i = 0; i < 4; i++) {
		n[i] = scan_cursors_put(c, bytes_of(arena_printf(a, "key %zu", i)));
		g_assert_cmpuint(n[i], !=, 0);
		g_assert_cmpuint(n[i], <=, G_MAXINT64);
	}
	g_assert_false(scan_cursors_get(c, n[0], a, &key));
	for (size_t i = 1; i < 4; i++) {
		g_assert_true(scan_cursors_get(c, n[i], a, &key));
		g_assert_true(bytes_equal(key, bytes_of(arena_printf(a, "key %zu", i))));
	}
	g_assert_false(scan_cursors_get(c, 0, a, &key));
	g_assert_false(scan_cursors_get(c, n[3] + 1, a, &key));
	g_assert_false(scan_cursors_get(other, n[3], a, &key));
	arena_destroy(&a);
	scan_cursors_free(c);
	scan_cursors_free(other);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/serve/scan-cursors", test_ring);
	return g_test_run();
}
