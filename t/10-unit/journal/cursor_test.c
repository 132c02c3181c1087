/* Segments go when every consumer has applied them, and not before; kinds; what nobody can
 * read is set aside. */
#include "journal/cursor.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "journal/dead_letter.h"
#include "journal/journal.h"
#include "journal/kind.h"
#include "journal/recorded.h"
#include "journal/spool_files.h"
#include "lib/tree.h"

static char *make_folder(void)
{
	return g_dir_make_tmp("wonted-cursor-XXXXXX", NULL);
}

static void remove_folder(char *folder)
{
	tree_remove(folder);
	g_free(folder);
}

static void append(struct journal *j, int n)
{
	char *line = g_strdup_printf("{\"v\":1,\"id\":\"%d\"}", n);

	g_assert_true(journal_append_line(j, line, n % 2 == 0));
	g_free(line);
}

static guint closed_in(const char *folder)
{
	GPtrArray *all = spool_closed_files(folder, NULL);
	guint n = all->len;

	g_ptr_array_free(all, TRUE);
	return n;
}

/* reads so many records, and keeps the position behind them */
static void consume(const char *folder, const char *name, int n)
{
	struct cursor c = { .folder = folder, .consumer = name, .target = "mem:" };
	GError *e = NULL;
	struct bytes line;

	cursor_load(&c);
	struct journal_reader *r = journal_reader_open(folder, &c.applied, &e);

	g_assert_no_error(e);
	for (int i = 0; i < n; i++)
		g_assert_cmpint(journal_reader_next(r, &line, &e), ==, ANSWER_YES);
	journal_reader_position(r, &c.applied);
	g_assert_true(cursor_save(&c, &e));
	journal_reader_close(&r);
}

static void keeps_both_positions(void)
{
	char *folder = make_folder();
	struct cursor c = { .folder = folder, .consumer = "learn", .target = "mem:" };
	struct cursor again = c, other = c;
	GError *e = NULL;

	cursor_load(&c);
	g_assert_false(cursor_is_begun(&c));
	c.applied = (struct journal_position){ "aa", "bb", 3, 9 };
	c.until = (struct journal_position){ "aa", "cc", 9, 20 };
	g_assert_true(cursor_save(&c, &e));
	cursor_load(&again);
	g_assert_cmpstr(again.applied.line, ==, "bb");
	g_assert_cmpint(again.applied.end, ==, 9);
	g_assert_cmpstr(again.until.line, ==, "cc");
	g_assert_cmpint(again.until.begin, ==, 9);
	other.target = "lmdb:/elsewhere";
	cursor_load(&other);
	g_assert_false(cursor_is_begun(&other));
	c.folder = "/nonexistent";
	g_assert_false(cursor_save(&c, &e));
	g_clear_error(&e);
	remove_folder(folder);
}

/* Old as they are, segments wait for the slowest. */
static void waits_for_all(void)
{
	char *folder = make_folder();
	struct journal *j = journal_open(folder, 1, NULL);

	for (int i = 0; i < 5; i++)
		append(j, i);
	g_assert_cmpuint(closed_in(folder), ==, 4);
	consume(folder, "learn", 3);
	consume(folder, "other", 1);
	journal_expire(j, 0);
	g_assert_cmpuint(closed_in(folder), ==, 4);
	journal_expire(j, INT64_MAX);
	g_assert_cmpuint(closed_in(folder), ==, 4); /* in the first one itself */
	consume(folder, "other", 1);
	journal_expire(j, INT64_MAX);
	g_assert_cmpuint(closed_in(folder), ==, 3);
	consume(folder, "other", 3);
	journal_expire(j, INT64_MAX);
	g_assert_cmpuint(closed_in(folder), ==, 2); /* the other one has the third */
	consume(folder, "learn", 2);
	journal_expire(j, INT64_MAX);
	g_assert_cmpuint(closed_in(folder), ==, 0);
	g_assert_cmpuint(journal_dropped(j), ==, 0);
	journal_close(j);
	remove_folder(folder);
}

static void lost_position_holds_all(void)
{
	char *folder = make_folder();
	char *path = g_build_filename(folder, "learn" CURSOR_ENDING, NULL);
	struct journal *j = journal_open(folder, 1, NULL);

	for (int i = 0; i < 3; i++)
		append(j, i);
	g_assert_true(g_file_set_contents(path, "\x01 nothing", -1, NULL));
	journal_expire(j, INT64_MAX);
	g_assert_cmpuint(closed_in(folder), ==, 2);
	g_unlink(path);
	journal_expire(j, INT64_MAX);
	g_assert_cmpuint(closed_in(folder), ==, 0);
	journal_close(j);
	g_free(path);
	remove_folder(folder);
}

/* Over the bound the oldest go, read or not, and the unread ones are counted. */
static void bound_drops_the_oldest(void)
{
	char *folder = make_folder(), *line = NULL;
	struct journal *j = journal_open(folder, 1, NULL);
	GError *e = NULL;

	append(j, 0);
	append(j, 1);
	consume(folder, "learn", 2);
	journal_bound(j, &(struct journal_bounds){ .rotate_bytes = 1, .most_bytes = 60 });
	for (int i = 2; i < 9; i++)
		append(j, i);
	g_assert_cmpuint(closed_in(folder), <=, 4);
	g_assert_cmpuint(journal_dropped(j), >=, 3);
	g_assert_cmpuint(journal_dropped(j), <=, 7);
	g_assert_false(journal_find(folder, "3", &line, &e));
	g_clear_error(&e);
	g_assert_true(journal_find(folder, "8", &line, &e));
	g_free(line);
	journal_close(j);
	remove_folder(folder);
}

static void without_bound_nothing_goes(void)
{
	char *folder = make_folder();
	struct journal *j = journal_open(folder, 1, NULL);

	consume(folder, "learn", 0);
	for (int i = 0; i < 200; i++)
		append(j, i);
	g_assert_cmpuint(closed_in(folder), ==, 199);
	journal_close(j);
	remove_folder(folder);
}

static bool reads(const char *text)
{
	struct arena *a = arena_create();
	GError *e = NULL;
	struct recorded r;
	bool good = recorded_read(a, bytes_of(text), &r, &e);

	g_assert_true(good == (e == NULL));
	g_clear_error(&e);
	arena_destroy(&a);
	return good;
}

static void kinds_are_told_apart(void)
{
	g_assert_cmpint(record_kind_of(NULL), ==, RECORD_KIND_DECISION);
	for (int i = 0; i < RECORD_KIND_COUNT; i++)
		g_assert_cmpint(record_kind_of(record_kind_names[i]), ==, i);
	g_assert_cmpint(record_kind_of("decisions"), ==, RECORD_KIND_COUNT);
	g_assert_true(reads("{\"v\":1,\"id\":\"old\"}"));
	g_assert_true(reads("{\"v\":1,\"kind\":\"decision\"}"));
	g_assert_false(reads("{\"v\":1,\"kind\":\"feedback\"}"));
	g_assert_false(reads("{\"v\":1,\"kind\":\"what may come\"}"));
}

static void dead_letters_are_bounded(void)
{
	char *folder = make_folder(), *text, *big = g_malloc0(LIMIT_MESSAGE_BYTES / 4);
	char *path = g_build_filename(folder, DEAD_LETTER_FILE, NULL);
	size_t n = LIMIT_MESSAGE_BYTES / 4, written = 0;
	gsize size;

	memset(big, 'x', n);
	g_assert_true(
		dead_letter_put(folder, bytes_of("no \"record\"\xff"), "it is none"));
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_nonnull(strstr(text, "\"why\":\"it is none\""));
	g_assert_nonnull(strstr(text, "no \\\"record\\\""));
	g_assert_true(g_str_has_suffix(text, "\"}\n"));
	g_free(text);
	for (written = 0; written < 2 * LIMIT_DEAD_LETTER_BYTES;
	     written += LIMIT_DEAD_LETTER_LINE_BYTES)
		g_assert_true(dead_letter_put(folder, (struct bytes){ big, n }, "long"));
	g_assert_true(g_file_get_contents(path, &text, &size, NULL));
	g_assert_cmpuint(size, <=,
			 LIMIT_DEAD_LETTER_BYTES + 2 * LIMIT_DEAD_LETTER_LINE_BYTES);
	g_free(text);
	g_assert_false(dead_letter_put("/nonexistent", bytes_of("x"), "y"));
	g_free(path);
	g_free(big);
	remove_folder(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cursor/both positions", keeps_both_positions);
	g_test_add_func("/cursor/the slowest consumer", waits_for_all);
	g_test_add_func("/cursor/a lost position", lost_position_holds_all);
	g_test_add_func("/journal/over its bound", bound_drops_the_oldest);
	g_test_add_func("/journal/without a bound", without_bound_nothing_goes);
	g_test_add_func("/journal/kinds", kinds_are_told_apart);
	g_test_add_func("/journal/dead letters", dead_letters_are_bounded);
	return g_test_run();
}
