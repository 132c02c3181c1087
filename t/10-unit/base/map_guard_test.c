/* A page behind the end of a mapped file reads as zeros; any other SIGBUS stays deadly. */
#include "base/map_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGES 5

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static void test_cut(void)
{
	char *path;
	int fd = g_file_open_tmp("map_guard.XXXXXX", &path, NULL);
	size_t page = page_bytes();
	char *ones = g_malloc(PAGES * page);
	const char *map;

	memset(ones, 1, PAGES * page);
	g_assert_cmpint(write(fd, ones, PAGES * page), ==, PAGES * (ssize_t)page);
	map = mmap(NULL, PAGES * page, PROT_READ, MAP_SHARED, fd, 0);
	g_assert_true(map != MAP_FAILED);
	g_assert_cmpint(ftruncate(fd, (off_t)page + 100), ==, 0);
	errno = 4711;
	for (size_t i = 0; i < PAGES * page; i += 100)
		g_assert_cmpint(((const volatile char *)map)[i], ==,
				i < page + 100 ? 1 : 0);
	g_assert_cmpint(errno, ==, 4711);
	g_assert_cmpint(munmap((void *)(uintptr_t)map, PAGES * page), ==, 0);
	close(fd);
	g_unlink(path);
	g_free(path);
	g_free(ones);
}

static void test_others(void)
{
	if (g_test_subprocess()) {
		raise(SIGBUS); /* no address */
		raise(SIGBUS);
		_exit(0);
	}
	g_test_trap_subprocess(NULL, 0, 0);
	g_test_trap_assert_failed();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	map_guard_install();
	g_test_add_func("/base/map_guard/cut", test_cut);
	g_test_add_func("/base/map_guard/others", test_others);
	return g_test_run();
}
