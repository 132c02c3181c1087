/* Keys in files: one key a file, whoever makes it, and never a part of one. */
#include "base/random.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

#define ASKERS 8
#define ROUNDS 20
#define REMEDY "restore it"

static char *folder, *path;

static void begin(void)
{
	folder = g_dir_make_tmp("wonted-key-XXXXXX", NULL);
	path = g_build_filename(folder, "key", NULL);
}

/* no temporary file is left */
static void end(void)
{
	g_unlink(path);
	g_assert_cmpint(g_rmdir(folder), ==, 0);
	g_free(path);
	g_free(folder);
}

static char *key_of_file(void)
{
	GError *e = NULL;
	char *key = random_key_file(path, RANDOM_KEY_CHARS, REMEDY, &e);

	g_assert_no_error(e);
	return key;
}

static void is_made_and_kept(void)
{
	struct stat st;

	begin();
	char *first = key_of_file(), *again = key_of_file();

	g_assert_cmpuint(strlen(first), ==, RANDOM_KEY_CHARS);
	g_assert_cmpuint(strspn(first, "0123456789abcdef"), ==, RANDOM_KEY_CHARS);
	g_assert_cmpstr(again, ==, first);
	g_assert_cmpint(stat(path, &st), ==, 0);
	g_assert_cmphex(st.st_mode & 0777, ==, 0600);
	g_free(again);
	g_unlink(path);
	again = key_of_file();
	g_assert_cmpstr(again, !=, first);
	g_free(first);
	g_free(again);
	end();
}

static void short_ones_are_refused(void)
{
	GError *e = NULL;
	char *key;

	begin();
	for (size_t n = 0; n <= 40; n += 20) {
		char *text = g_strnfill(n, 'k');

		g_assert_true(g_file_set_contents(path, text, -1, NULL));
		key = random_key_file(path, 40, REMEDY, &e);
		if (n == 40) {
			g_assert_cmpstr(key, ==, text);
		} else {
			g_assert_null(key);
			g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
			g_assert_nonnull(strstr(e->message, path));
			g_assert_true(g_str_has_suffix(e->message, REMEDY));
			g_clear_error(&e);
		}
		g_free(key);
		g_free(text);
	}
	end();
}

static void what_cannot_be_made_is_said(void)
{
	GError *e = NULL;

	begin();
	char *lost = g_build_filename(folder, "none", "key", NULL);

	g_assert_null(random_key_file(lost, 1, REMEDY, &e));
	g_assert_nonnull(strstr(e->message, lost));
	g_clear_error(&e);
	g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
	g_assert_null(random_key_file(path, 1, REMEDY, &e));
	g_assert_nonnull(strstr(e->message, path));
	g_clear_error(&e);
	g_rmdir(path);
	g_free(lost);
	end();
}

static gpointer ask(gpointer gate)
{
	while (!g_atomic_int_get((int *)gate))
		;
	return key_of_file();
}

static void threads_agree(void)
{
	begin();
	for (int round = 0; round < ROUNDS; round++) {
		GThread *t[ASKERS];
		char *key[ASKERS];
		int gate = 0;

		for (int i = 0; i < ASKERS; i++)
			t[i] = g_thread_new("ask", ask, &gate);
		g_atomic_int_set(&gate, 1);
		for (int i = 0; i < ASKERS; i++)
			key[i] = g_thread_join(t[i]);
		for (int i = 0; i < ASKERS; i++) {
			g_assert_cmpstr(key[i], ==, key[0]);
			if (i > 0)
				g_free(key[i]);
		}
		g_free(key[0]);
		g_unlink(path);
	}
	end();
}

/* each child writes the key that it got; all are the same */
static void processes_agree(void)
{
	begin();
	for (int round = 0; round < ROUNDS; round++) {
		char got[ASKERS][RANDOM_KEY_CHARS];
		int p[2], gate[2];

		g_assert_cmpint(pipe(p), ==, 0);
		g_assert_cmpint(pipe(gate), ==, 0);
		for (int i = 0; i < ASKERS; i++)
			if (fork() == 0) {
				char *key, c;

				close(gate[1]);
				while (read(gate[0], &c, 1) > 0)
					;
				key = random_key_file(path, 1, REMEDY, NULL);
				_exit(write(p[1], key, RANDOM_KEY_CHARS) !=
				      RANDOM_KEY_CHARS);
			}
		close(gate[0]);
		close(gate[1]);
		for (int i = 0; i < ASKERS; i++) {
			g_assert_cmpint(read(p[0], got[i], sizeof(got[i])), ==,
					RANDOM_KEY_CHARS);
			g_assert_cmpmem(got[i], sizeof(got[i]), got[0], sizeof(got[0]));
			wait(NULL);
		}
		close(p[0]);
		close(p[1]);
		g_unlink(path);
	}
	end();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/base/random/is_made_and_kept", is_made_and_kept);
	g_test_add_func("/base/random/short_ones_are_refused", short_ones_are_refused);
	g_test_add_func("/base/random/what_cannot_be_made_is_said",
			what_cannot_be_made_is_said);
	g_test_add_func("/base/random/threads_agree", threads_agree);
	g_test_add_func("/base/random/processes_agree", processes_agree);
	return g_test_run();
}
