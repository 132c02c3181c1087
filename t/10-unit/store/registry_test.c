/* The registry: one LMDB file is open once in a process, by whatever names and detours, for as
 * long as anybody holds it. */
#include "store/registry.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"
#include "store/store.h"

struct place {
	char *folder, *path, *url;
	struct store_registry *registry;
};

static void put(const char *url, const char *value)
{
	struct store *s = store_open(url, &(struct store_setup){ .write = true }, NULL);
	struct store_write w = { .key = bytes_of("K|a"), .value = bytes_of(value) };

	g_assert_nonnull(s);
	g_assert_cmpint(store_write_many(s, &w, 1, NULL), ==, STORE_WROTE);
	store_close(&s);
}

static void place_make(struct place *p)
{
	p->folder = g_dir_make_tmp("registry.XXXXXX", NULL);
	p->path = g_build_filename(p->folder, "store", NULL);
	p->url = g_strconcat("lmdb:", p->path, NULL);
	p->registry = store_registry_new();
	put(p->url, "one");
}

static void place_remove(struct place *p)
{
	GDir *dir = g_dir_open(p->folder, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir)) != NULL) {
		char *path = g_build_filename(p->folder, name, NULL);

		g_unlink(path);
		g_free(path);
	}
	g_dir_close(dir);
	g_rmdir(p->folder);
	store_registry_unref(&p->registry);
	g_assert_null(p->registry);
	g_free(p->folder);
	g_free(p->path);
	g_free(p->url);
}

/* How often LMDB has the store open: each environment has its lock file open. */
static unsigned times_open(const struct place *p)
{
	char *lock = g_strconcat(p->path, "-lock", NULL);
	GDir *dir = g_dir_open("/proc/self/fd", 0, NULL);
	const char *name;
	unsigned n = 0;

	while ((name = g_dir_read_name(dir)) != NULL) {
		char *link = g_build_filename("/proc/self/fd", name, NULL);
		char *to = g_file_read_link(link, NULL);

		n += g_strcmp0(to, lock) == 0;
		g_free(to);
		g_free(link);
	}
	g_dir_close(dir);
	g_free(lock);
	return n;
}

static struct store *shelved(const struct place *p, const char *url)
{
	struct store *s =
		store_open(url, &(struct store_setup){ .registry = p->registry }, NULL);

	g_assert_nonnull(s);
	return s;
}

static void assert_reads(struct store *s, const char *value)
{
	struct arena *a = arena_create();
	struct store_read r = { .key = bytes_of("K|a") };

	store_read_many(s, &r, 1, 0, a);
	g_assert_cmpint(r.answer, ==, ANSWER_YES);
	g_assert_true(bytes_equal(r.value, bytes_of(value)));
	arena_destroy(&a);
}

/* Somebody still holds the first when the second comes and goes: the first again is shared. */
static void test_there_and_back(void)
{
	struct place p;
	struct store *first, *second, *again;

	place_make(&p);
	first = shelved(&p, p.url);
	second = shelved(&p, "mem:");
	again = shelved(&p, p.url);
	g_assert_true(first == again);
	g_assert_cmpuint(times_open(&p), ==, 1);
	store_close(&second);
	store_close(&first);
	assert_reads(again, "one");
	store_close(&again);
	g_assert_cmpuint(times_open(&p), ==, 0);
	/* nobody holds it: the next one opens it anew */
	again = shelved(&p, p.url);
	g_assert_cmpuint(times_open(&p), ==, 1);
	assert_reads(again, "one");
	store_close(&again);
	place_remove(&p);
}

static void test_other_names(void)
{
	struct place p;
	struct store *s[6];

	place_make(&p);
	char *link = g_build_filename(p.folder, "link", NULL);
	char *dots = g_strdup_printf("lmdb:%s/.//./store", p.folder);
	char *linked = g_strconcat("lmdb:", link, NULL);
	char *fault = g_strconcat("fault:0:", p.url, NULL);
	char *pair = g_strdup_printf("pair:dark=100,live=0:%s|%s", p.url, dots);
	char *pair2 = g_strdup_printf("pair:dark=0,live=0:mem:|%s", linked);
	const char *const urls[] = { p.url, dots, linked, fault, pair, pair2 };

	g_assert_cmpint(symlink(p.path, link), ==, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(urls); i++) {
		s[i] = shelved(&p, urls[i]);
		g_assert_cmpuint(times_open(&p), ==, 1);
		if (i < 5)
			assert_reads(s[i], "one");
	}
	g_assert_true(s[0] == s[1] && s[1] == s[2]);
	for (size_t i = 0; i < G_N_ELEMENTS(urls); i++)
		store_close(&s[i]);
	g_assert_cmpuint(times_open(&p), ==, 0);
	g_free(link);
	g_free(dots);
	g_free(linked);
	g_free(fault);
	g_free(pair);
	g_free(pair2);
	place_remove(&p);
}

/* A reader may share the writer; a writer cannot make do with a reader. */
static void test_writer(void)
{
	struct place p;
	struct store *reader, *writer;
	GError *e = NULL;

	place_make(&p);
	struct store_setup writing = { .write = true, .registry = p.registry };

	writer = store_open(p.url, &writing, &e);
	g_assert_no_error(e);
	reader = shelved(&p, p.url);
	g_assert_cmpuint(times_open(&p), ==, 1);
	store_close(&writer);
	store_close(&reader);
	reader = shelved(&p, p.url);
	g_assert_null(store_open(p.url, &writing, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_STORE);
	g_assert_nonnull(strstr(e->message, p.path));
	g_clear_error(&e);
	store_close(&reader);
	place_remove(&p);
}

static void test_refused(void)
{
	struct place p;
	struct store_setup setup;
	GError *e = NULL;

	place_make(&p);
	setup = (struct store_setup){ .registry = p.registry };
	g_assert_null(store_open("lmdb:/proc/self/status", &setup, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_STORE);
	g_clear_error(&e);
	g_assert_null(store_open("redis:", &setup, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
	g_clear_error(&e);
	place_remove(&p);
}

static void *come_and_go(void *data)
{
	const struct place *p = data;

	for (int i = 0; i < 300; i++) {
		struct store *s = shelved(p, p->url);

		assert_reads(s, "one");
		g_assert_cmpuint(times_open(p), ==, 1);
		store_close(&s);
	}
	return NULL;
}

static void test_threads(void)
{
	struct place p;
	GThread *thread[4];

	place_make(&p);
	for (size_t i = 0; i < G_N_ELEMENTS(thread); i++)
		thread[i] = g_thread_new("comer", come_and_go, &p);
	for (size_t i = 0; i < G_N_ELEMENTS(thread); i++)
		g_thread_join(thread[i]);
	g_assert_cmpuint(times_open(&p), ==, 0);
	place_remove(&p);
}

/* A store in a registry keeps it. */
static void test_outlives(void)
{
	struct place p;
	struct store *s;

	place_make(&p);
	s = shelved(&p, p.url);
	store_registry_unref(&p.registry);
	assert_reads(s, "one");
	store_close(&s);
	p.registry = store_registry_new();
	place_remove(&p);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/registry/there-and-back", test_there_and_back);
	g_test_add_func("/store/registry/other-names", test_other_names);
	g_test_add_func("/store/registry/writer", test_writer);
	g_test_add_func("/store/registry/refused", test_refused);
	g_test_add_func("/store/registry/threads", test_threads);
	g_test_add_func("/store/registry/outlives", test_outlives);
	return g_test_run();
}
