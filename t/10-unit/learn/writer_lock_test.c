/* Two never write at once; who waits too long is told why. */
#include "learn/writer_lock.h"

#include <glib/gstdio.h>
#include <string.h>

static void one_after_the_other(void)
{
	char *folder = g_dir_make_tmp("wonted-turn-XXXXXX", NULL);
	char *url = g_strdup_printf("pair:dark=1,live=0:lmdb:%s/store|mem:", folder);
	char *path = g_build_filename(folder, "store-writer", NULL);
	int first, second;
	GError *e = NULL;

	g_assert_true(writer_lock_acquire(url, 0, &first, &e));
	g_assert_false(writer_lock_acquire(url, 50, &second, &e));
	g_assert_nonnull(strstr(e->message, path));
	g_clear_error(&e);
	writer_lock_release(second);
	writer_lock_release(first);
	g_assert_true(writer_lock_acquire(url, 0, &second, &e));
	g_assert_no_error(e);
	writer_lock_release(second);
	g_assert_cmpint(g_unlink(path), ==, 0);
	g_rmdir(folder);
	g_assert_false(writer_lock_acquire(url, 0, &first, &e));
	g_assert_nonnull(strstr(e->message, "write permission"));
	g_clear_error(&e);
	g_free(path);
	g_free(url);
	g_free(folder);
}

static void servers_need_none(void)
{
	int first, second;

	g_assert_true(writer_lock_acquire("redis://127.0.0.1/0", 0, &first, NULL));
	g_assert_true(writer_lock_acquire("redis://127.0.0.1/0", 0, &second, NULL));
	writer_lock_release(first);
	writer_lock_release(second);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/writer_lock/one_after_the_other", one_after_the_other);
	g_test_add_func("/writer_lock/servers_need_none", servers_need_none);
	return g_test_run();
}
