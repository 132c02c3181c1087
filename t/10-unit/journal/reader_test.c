/* The spool is read in order, each whole line once, whatever happens to its files. */
#include "journal/reader.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/limits.h"
#include "journal/dead_letter.h"
#include "journal/erase.h"
#include "journal/spool_files.h"
#include "lib/tree.h"

struct fixture {
	char *folder;
	struct journal_reader *r;
};

static void set_up(struct fixture *f, gconstpointer data)
{
	(void)data;
	f->folder = g_dir_make_tmp("wonted-reader-XXXXXX", NULL);
	f->r = NULL;
}

static void tear_down(struct fixture *f, gconstpointer data)
{
	(void)data;
	journal_reader_close(&f->r);
	tree_remove(f->folder);
	g_free(f->folder);
}

static void append(struct fixture *f, const char *name, const char *text)
{
	char *path = g_build_filename(f->folder, name, NULL);
	FILE *to = g_fopen(path, "a");

	g_assert_nonnull(to);
	fputs(text, to);
	fclose(to);
	g_free(path);
}

static void rename_file(struct fixture *f, const char *from, const char *to)
{
	char *a = g_build_filename(f->folder, from, NULL);
	char *b = g_build_filename(f->folder, to, NULL);

	g_assert_cmpint(g_rename(a, b), ==, 0);
	g_free(a);
	g_free(b);
}

static void open_at(struct fixture *f, const struct journal_position *p)
{
	GError *e = NULL;

	journal_reader_close(&f->r);
	f->r = journal_reader_open(f->folder, p, &e);
	g_assert_no_error(e);
}

static void reopen(struct fixture *f)
{
	struct journal_position p;

	journal_reader_position(f->r, &p);
	open_at(f, &p);
}

/* all there is now, ',' between */
static void reads(struct fixture *f, const char *want)
{
	GString *all = g_string_new(NULL);
	struct bytes line;
	GError *e = NULL;
	enum answer got;

	while ((got = journal_reader_next(f->r, &line, &e)) == ANSWER_YES) {
		if (all->len > 0)
			g_string_append_c(all, ',');
		g_string_append_len(all, line.at, (gssize)line.n);
	}
	g_assert_no_error(e);
	g_assert_cmpint(got, ==, ANSWER_NO);
	g_assert_cmpstr(all->str, ==, want);
	g_string_free(all, TRUE);
}

static void test_empty(struct fixture *f, gconstpointer data)
{
	(void)data;
	open_at(f, NULL);
	reads(f, "");
	g_assert_null(journal_reader_file(f->r));
	append(f, "learn.position", "x\n");
	append(f, SPOOL_CURRENT, "a\nb\n");
	reads(f, "a,b");
	g_assert_cmpstr(journal_reader_file(f->r), ==, SPOOL_CURRENT);
}

static void test_cut_line(struct fixture *f, gconstpointer data)
{
	(void)data;
	append(f, SPOOL_CURRENT, "a\nhal");
	open_at(f, NULL);
	reads(f, "a");
	reads(f, "");
	append(f, SPOOL_CURRENT, "f\n");
	reads(f, "half");
	/* the writer cuts off what it could not write whole, and writes another */
	append(f, SPOOL_CURRENT, "lost");
	reads(f, "");
	char *path = g_build_filename(f->folder, SPOOL_CURRENT, NULL);

	g_assert_cmpint(truncate(path, strlen("a\nhalf\n")), ==, 0);
	g_free(path);
	append(f, SPOOL_CURRENT, "c\n");
	reads(f, "c");
	g_assert_cmpuint(journal_reader_left_out(f->r), ==, 0);
}

static void test_rotation(struct fixture *f, gconstpointer data)
{
	(void)data;
	append(f, "decisions-9-1.jsonl", "a\n");
	append(f, "decisions-10-2.jsonl", "b\n");
	append(f, "decisions-10-10.jsonl", "c\n");
	append(f, SPOOL_CURRENT, "d\n");
	open_at(f, NULL);
	reads(f, "a,b,c,d");
	append(f, SPOOL_CURRENT, "e\n");
	rename_file(f, SPOOL_CURRENT, "decisions-11-1.jsonl");
	reads(f, "e"); /* between the two steps of a rotation there is no current one */
	append(f, "decisions-11-1.jsonl", "f\n");
	reads(f, "f");
	append(f, SPOOL_CURRENT, "g\n");
	rename_file(f, SPOOL_CURRENT, "decisions-12-1.jsonl");
	append(f, SPOOL_CURRENT, "h\n");
	append(f, "decisions-11-1.jsonl", "last\n");
	reads(f, "last,g,h");
	reads(f, "");
}

static void test_resume(struct fixture *f, gconstpointer data)
{
	(void)data;
	append(f, SPOOL_CURRENT, "a\nb\n");
	open_at(f, NULL);
	reads(f, "a,b");
	reopen(f);
	reads(f, "");
	append(f, SPOOL_CURRENT, "c\n");
	rename_file(f, SPOOL_CURRENT, "decisions-5-1.jsonl");
	append(f, SPOOL_CURRENT, "d\n");
	reopen(f);
	reads(f, "c,d");
	reopen(f);
	reads(f, "");
	/* a new file in which nothing was read yet */
	rename_file(f, SPOOL_CURRENT, "decisions-6-1.jsonl");
	append(f, SPOOL_CURRENT, "");
	reopen(f);
	reads(f, "");
	reopen(f);
	append(f, SPOOL_CURRENT, "e\n");
	reads(f, "e");
}

static void test_lost_place(struct fixture *f, gconstpointer data)
{
	struct journal_position p;
	char *path = g_build_filename(f->folder, SPOOL_CURRENT, NULL);

	(void)data;
	append(f, SPOOL_CURRENT, "one\ntwo\n");
	open_at(f, NULL);
	reads(f, "one,two");
	journal_reader_position(f->r, &p);
	/* the machine crashed: the end of the file is gone, and others stand there now */
	g_assert_cmpint(truncate(path, 4), ==, 0);
	open_at(f, &p);
	reads(f, "one");
	append(f, SPOOL_CURRENT, "abc\nx\n");
	open_at(f, &p);
	reads(f, "one,abc,x");
	g_unlink(path);
	append(f, SPOOL_CURRENT, "new\n");
	open_at(f, &p);
	reads(f, "new");
	memset(&p, 0x7f, sizeof(p));
	p.file[JOURNAL_HASH_BYTES - 1] = p.line[JOURNAL_HASH_BYTES - 1] = '\0';
	open_at(f, &p);
	reads(f, "new");
	g_free(path);
}

static void test_expired_under_us(struct fixture *f, gconstpointer data)
{
	char *path = g_build_filename(f->folder, "decisions-1-1.jsonl", NULL);

	(void)data;
	append(f, "decisions-1-1.jsonl", "a\nrest");
	open_at(f, NULL);
	reads(f, "a");
	append(f, "decisions-2-1.jsonl", "b\n");
	g_unlink(path);
	append(f, SPOOL_CURRENT, "c\n");
	reads(f, "b,c");
	/* the line without an end was told */
	g_assert_cmpuint(journal_reader_left_out(f->r), ==, 1);
	g_free(path);
}

static void test_long_line(struct fixture *f, gconstpointer data)
{
	char *path = g_build_filename(f->folder, SPOOL_CURRENT, NULL);
	GString *text = g_string_new("a\n");

	(void)data;
	for (int i = 0; i < LIMIT_RECORD_LINE_BYTES + 3 * 262144; i++)
		g_string_append_c(text, 'x');
	g_string_append(text, "\nb\n");
	g_assert_true(g_file_set_contents(path, text->str, (gssize)text->len, NULL));
	open_at(f, NULL);
	reads(f, "a,b");
	g_assert_cmpuint(journal_reader_left_out(f->r), ==, 1);
	reopen(f);
	append(f, SPOOL_CURRENT, "c\n");
	reads(f, "c");
	/* of one that stays within the bound, whose end comes late, nothing is lost */
	append(f, SPOOL_CURRENT, text->str + 2 + LIMIT_RECORD_LINE_BYTES);
	struct bytes line;

	g_assert_cmpint(journal_reader_next(f->r, &line, NULL), ==, ANSWER_YES);
	g_assert_cmpuint(line.n, ==, 3 * 262144);
	reads(f, "b");
	g_string_free(text, TRUE);
	g_free(path);
}

static bool names(struct bytes line, void *user)
{
	return memmem(line.at, line.n, user, strlen(user)) != NULL;
}

#define LONG                                                                          \
	"{\"id\":\"%s\",\"features\":{\"subject\":\"long enough for a record of the " \
	"spool\"}}"

/* What is erased leaves all others where they are: a position that was kept before means the same
 * line, whether that is there still or not. */
static void test_erased(struct fixture *f, gconstpointer data)
{
	char *line[4], *all;
	struct journal_position before[4];
	GError *e = NULL;
	struct bytes got;
	size_t n = 0;

	(void)data;
	for (int i = 0; i < 4; i++) {
		line[i] = g_strdup_printf(
			LONG, (const char *[]){ "ann1", "ben", "ann2", "kim" }[i]);
		append(f, i < 2 ? "decisions-1-1.jsonl" : SPOOL_CURRENT, line[i]);
		append(f, i < 2 ? "decisions-1-1.jsonl" : SPOOL_CURRENT, "\n");
	}
	append(f, DEAD_LETTER_FILE, "ann was cut");
	append(f, DEAD_LETTER_FILE, "\nben too\n");
	open_at(f, NULL);
	for (int i = 0; i < 4; i++) {
		g_assert_cmpint(journal_reader_next(f->r, &got, NULL), ==, ANSWER_YES);
		journal_reader_position(f->r, &before[i]);
	}
	g_assert_true(journal_erase(f->folder, names, (void *)(uintptr_t) "ann", &n, &e));
	g_assert_no_error(e);
	g_assert_cmpuint(n, ==, 3);
	all = g_strconcat(line[1], ",", line[3], NULL);
	open_at(f, NULL);
	reads(f, all);
	g_free(all);
	for (int i = 0; i < 4; i++) { /* who stopped at any of them goes on behind it */
		open_at(f, &before[i]);
		all = i == 0   ? g_strconcat(line[1], ",", line[3], NULL)
		      : i == 3 ? g_strdup("")
			       : g_strdup(line[3]);
		reads(f, all);
		g_free(all);
	}
	/* who reads on meanwhile, and what is appended */
	append(f, SPOOL_CURRENT, "later\n");
	reads(f, "later");
	g_assert_true(journal_erase(f->folder, names, (void *)(uintptr_t) "ann", &n, &e));
	g_assert_cmpuint(n, ==, 0);
	g_assert_true(journal_erase("/nonexistent/spool", names, NULL, &n, &e));
	for (int i = 0; i < 4; i++)
		g_free(line[i]);
}

static void test_no_folder(struct fixture *f, gconstpointer data)
{
	GError *e = NULL;

	(void)data;
	g_assert_null(journal_reader_open("/nonexistent/spool", NULL, &e));
	g_assert_nonnull(strstr(e->message, "/nonexistent/spool"));
	g_error_free(e);
	open_at(f, NULL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name, fn) \
	g_test_add("/reader/" name, struct fixture, NULL, set_up, fn, tear_down)
	TEST("empty", test_empty);
	TEST("cut_line", test_cut_line);
	TEST("rotation", test_rotation);
	TEST("resume", test_resume);
	TEST("lost_place", test_lost_place);
	TEST("expired_under_us", test_expired_under_us);
	TEST("long_line", test_long_line);
	TEST("erased", test_erased);
	TEST("no_folder", test_no_folder);
	return g_test_run();
}
