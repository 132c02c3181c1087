#include <glib.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "learn/archive.h"
#include "lib/nobody.h"
#include "lib/tree.h"

struct fixture {
	char *folder;
	GString *seen;
	GString *failures;
	size_t most;
};

static void put(struct fixture *f, const char *name, const char *text)
{
	char *path = g_build_filename(f->folder, name, NULL);
	char *dir = g_path_get_dirname(path);

	g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	g_free(dir);
	g_free(path);
}

static void set_up(struct fixture *f, gconstpointer data)
{
	(void)data;
	f->folder = g_dir_make_tmp("wonted-archive-XXXXXX", NULL);
	f->seen = g_string_new(NULL);
	f->failures = g_string_new(NULL);
	f->most = 1000;
}

static void tear_down(struct fixture *f, gconstpointer data)
{
	(void)data;
	tree_remove(f->folder);
	g_free(f->folder);
	g_string_free(f->seen, TRUE);
	g_string_free(f->failures, TRUE);
}

static bool take(const char *path, struct bytes raw, void *to)
{
	struct fixture *f = to;

	g_assert_true(g_str_has_prefix(path, f->folder));
	g_string_append_printf(f->seen, "%.*s,", (int)raw.n, raw.at);
	return --f->most > 0;
}

static void failed(const char *path, const GError *e, void *to)
{
	struct fixture *f = to;

	g_assert_nonnull(strstr(e->message, path));
	g_string_append_printf(f->failures, "%s,", path + strlen(f->folder));
}

static struct archive_done read_all(struct fixture *f, enum archive_kind kind,
				    const char *name)
{
	const struct archive_reading r = { .take = take, .failed = failed, .to = f };
	char *path = g_build_filename(f->folder, name, NULL);
	struct archive_done done;
	GError *e = NULL;

	archive_read(kind, path, &r, &done, &e);
	g_assert_no_error(e);
	g_free(path);
	return done;
}

static void test_maildir(struct fixture *f, gconstpointer data)
{
	struct archive_done done;

	(void)data;
	put(f, "M/cur/1:2,S", "one");
	put(f, "M/new/2", "two");
	put(f, "M/tmp/3", "half written");
	put(f, "M/dovecot.index", "no message");
	put(f, "M/.Sent/cur/4", "sent");
	put(f, "M/.Sent.2023/cur/5", "sent before");
	put(f, "M/.Junk/cur/6", "junk");
	put(f, "M/.Archive.Spam/cur/7", "spam");
	put(f, "M/.Trash/cur/8", "trash");
	put(f, "M/.Drafts/cur/9", "never sent");
	put(f, "M/cur/.hidden", "no message");
	done = read_all(f, ARCHIVE_MAILDIR, "M");
	g_assert_cmpstr(f->seen->str, ==, "sent,sent before,one,two,");
	g_assert_cmpuint(done.messages, ==, 4);
	g_assert_cmpuint(done.of_messages, ==, 4);
	g_assert_cmpint(done.bytes, ==, 21);
	g_assert_cmpuint(done.failed, ==, 0);
}

static void test_folder(struct fixture *f, gconstpointer data)
{
	char *link;

	(void)data;
	put(f, "F/a.eml", "one");
	put(f, "F/b/c.eml", "two");
	put(f, "F/.git/d", "no message");
	put(f, "outside/x.eml", "not of the archive");
	link = g_build_filename(f->folder, "F", "link", NULL);
	g_assert_cmpint(symlink("../outside", link), ==, 0);
	read_all(f, ARCHIVE_FOLDER, "F");
	g_assert_cmpstr(f->seen->str, ==, "one,two,");
	g_free(link);
}

static void test_mbox(struct fixture *f, gconstpointer data)
{
	struct archive_done done;

	(void)data;
	put(f, "box", "From a 12:34\nA: 1\n\nFrom b 12:34\nB: 2\n");
	done = read_all(f, ARCHIVE_MBOX, "box");
	g_assert_cmpstr(f->seen->str, ==, "A: 1\n,B: 2\n,");
	g_assert_cmpint(done.bytes, ==, done.of_bytes);
	g_assert_cmpuint(done.messages, ==, 2);
}

static void test_stop(struct fixture *f, gconstpointer data)
{
	(void)data;
	put(f, "F/a", "one");
	put(f, "F/b", "two");
	put(f, "box", "From a 12:34\nA: 1\n\nFrom b 12:34\nB: 2\n");
	f->most = 1;
	read_all(f, ARCHIVE_FOLDER, "F");
	g_assert_cmpstr(f->seen->str, ==, "one,");
	f->most = 1;
	read_all(f, ARCHIVE_MBOX, "box");
	g_assert_cmpstr(f->seen->str, ==, "one,A: 1\n,");
}

/* what   must not be read; a Maildir is that of which it is the first part */
static void refused(struct fixture *f, enum archive_kind kind, const char *what)
{
	char *locked = g_build_filename(f->folder, what, NULL);
	char *path = g_strdup(locked), *below = strstr(path, "/cur");
	const struct archive_reading r = { .take = take, .to = f };
	struct archive_done done;
	GError *e = NULL;

	if (below != NULL)
		*below = '\0';
	g_assert_cmpint(g_chmod(path, 0755), ==, 0);
	g_assert_cmpint(g_chmod(locked, 0), ==, 0);
	if (nobody_begin()) {
		g_assert_false(archive_read(kind, path, &r, &done, &e));
		nobody_end();
		g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
		g_assert_nonnull(strstr(e->message, locked));
		g_assert_nonnull(strstr(e->message, "run as a user that may read it"));
		g_clear_error(&e);
	}
	g_assert_cmpint(g_chmod(locked, 0755), ==, 0);
	g_free(path);
	g_free(locked);
}

static void test_unreadable(struct fixture *f, gconstpointer data)
{
	char *folder = g_build_filename(f->folder, "F", NULL);
	char *path = g_build_filename(folder, "a", NULL);

	(void)data;
	put(f, "F/a", "secret");
	put(f, "F/b", "two");
	g_assert_cmpint(g_chmod(f->folder, 0755), ==, 0);
	g_assert_cmpint(g_chmod(folder, 0755), ==, 0);
	g_assert_cmpint(g_chmod(path, 0), ==, 0);
	if (nobody_begin()) {
		g_assert_cmpuint(read_all(f, ARCHIVE_FOLDER, "F").failed, ==, 1);
		g_assert_cmpstr(f->seen->str, ==, "two,");
		g_assert_cmpstr(f->failures->str, ==, "/F/a,");
		nobody_end();
	}
	/* the whole archive, or what makes a Maildir of it: nothing to read is no emptiness */
	put(f, "M/cur/a", "one");
	put(f, "M/new/b", "two");
	put(f, "box", "From x\n");
	refused(f, ARCHIVE_FOLDER, "F");
	refused(f, ARCHIVE_MAILDIR, "M");
	refused(f, ARCHIVE_MAILDIR, "M/cur");
	refused(f, ARCHIVE_MBOX, "box");
	g_free(path);
	g_free(folder);
}

static void test_deep(struct fixture *f, gconstpointer data)
{
	GString *name = g_string_new("F");

	(void)data;
	for (int i = 0; i < 30; i++)
		g_string_append(name, "/d");
	put(f, "F/a", "one");
	g_string_append(name, "/b");
	put(f, name->str, "too deep");
	g_assert_cmpuint(read_all(f, ARCHIVE_FOLDER, "F").failed, ==, 1);
	g_assert_cmpstr(f->seen->str, ==, "one,");
	g_string_free(name, TRUE);
}

static void test_not_there(struct fixture *f, gconstpointer data)
{
	static const enum archive_kind kinds[] = { ARCHIVE_MAILDIR, ARCHIVE_MBOX,
						   ARCHIVE_FOLDER };
	const struct archive_reading r = { .take = take, .to = f };
	char *path = g_build_filename(f->folder, "nothing", NULL);
	struct archive_done done;
	GError *e = NULL;

	(void)data;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_assert_false(archive_read(kinds[i], path, &r, &done, &e));
		g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
		g_assert_nonnull(strstr(e->message, path));
		g_clear_error(&e);
	}
	g_assert_false(archive_read(ARCHIVE_MBOX, f->folder, &r, &done, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
	g_clear_error(&e);
	g_assert_false(archive_read(ARCHIVE_MAILDIR, f->folder, &r, &done, &e));
	g_assert_nonnull(strstr(e->message, "--messages"));
	g_clear_error(&e);
	g_free(path);
}

#define ADD(name, test) \
	g_test_add("/archive/" name, struct fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("maildir", test_maildir);
	ADD("folder", test_folder);
	ADD("mbox", test_mbox);
	ADD("stop", test_stop);
	ADD("unreadable", test_unreadable);
	ADD("deep", test_deep);
	ADD("not-there", test_not_there);
	return g_test_run();
}
