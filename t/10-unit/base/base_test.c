/* The ground: arena, files, numbers, texts that are safe to show, suggestions, log lines. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/answer.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/number.h"
#include "base/printable.h"
#include "base/suggest.h"
#include "base/value.h"

static int calls[2], order;

static void note(void *p)
{
	*(int *)p = ++order;
}

static void arena_lives_and_goes(void)
{
	struct arena *a = arena_create();
	char *p = arena_alloc(a, 50);

	g_assert_cmpint(p[0], ==, 0);
	g_assert_cmpint(p[49], ==, 0);
	memset(arena_alloc(a, 40000), 1, 40000);
	g_assert_cmpstr(arena_strndup(a, "abc", 2), ==, "ab");
	g_assert_null(arena_strdup(a, NULL));
	g_assert_cmpstr(arena_printf(a, "%d-%s", 7, "x"), ==, "7-x");
	arena_defer(a, note, &calls[0]);
	arena_defer(a, note, &calls[1]);
	arena_destroy(&a);
	g_assert_null(a);
	g_assert_cmpint(calls[1], ==, 1);
	g_assert_cmpint(calls[0], ==, 2);
	arena_destroy(&a);
}

static void three_answers(void)
{
	static const enum answer all[] = { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

	/* Kleene: the weaker of both for "and", the stronger for "or", in the order no,
	 * unknown, yes */
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 3; k++) {
			bool any_no = all[i] == ANSWER_NO || all[k] == ANSWER_NO;
			bool both = all[i] == ANSWER_YES && all[k] == ANSWER_YES;
			enum answer want = any_no ? ANSWER_NO
					   : both ? ANSWER_YES
						  : ANSWER_UNKNOWN;

			g_assert_cmpint(answer_and(all[i], all[k]), ==, want);
			g_assert_cmpint(answer_or(answer_not(all[i]), answer_not(all[k])),
					==, answer_not(want));
		}
	struct value v = value_of_answer(ANSWER_UNKNOWN);

	g_assert_cmpint(value_answer(&v), ==, ANSWER_UNKNOWN);
	v = VALUE_ABSENT;
	g_assert_cmpint(value_answer(&v), ==, ANSWER_NO);
	v = VALUE_OF_BOOL(true);
	g_assert_cmpint(value_answer(&v), ==, ANSWER_YES);
}

static void numbers_are_strict(void)
{
	static const struct {
		const char *text;
		bool good;
		int64_t n;
	} rows[] = {
		{ "0", true, 0 },
		{ "-12", true, -12 },
		{ "100", true, 100 },
		{ "101", false, 0 },
		{ "", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "+1", false, 0 },
		{ "0x1", false, 0 },
		{ "1e2", false, 0 },
		{ "99999999999999999999", false, 0 },
	};
	static const struct {
		const char *text;
		bool good;
		int64_t milli;
	} points[] = {
		{ "6.5", true, 6500 },
		{ "-1", true, -1000 },
		{ "+0.125", true, 125 },
		{ "1.", false, 0 },
		{ ".5", false, 0 },
		{ "1.2345", false, 0 },
		{ "1000000", true, 1000000000 },
		{ "1000001", false, 0 },
		{ "1,5", false, 0 },
		{ "", false, 0 },
		{ "-", false, 0 },
	};
	int64_t n;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpint(number_parse(rows[i].text, -100, 100, &n), ==,
				rows[i].good);
		if (rows[i].good)
			g_assert_cmpint(n, ==, rows[i].n);
	}
	g_assert_false(number_parse(NULL, 0, 1, &n));
	for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
		g_assert_cmpint(milli_parse(points[i].text, &n), ==, points[i].good);
		if (points[i].good)
			g_assert_cmpint(n, ==, points[i].milli);
	}
}

static void shown_text_is_safe(void)
{
	static const struct {
		const char *text, *shown, *ascii;
		size_t most;
	} rows[] = {
		{ NULL, "", "", 10 },
		{ "plain", "plain", "plain", 10 },
		{ "a\r\nb\x1b", "a\\x0D\\x0Ab\\x1B", "a\\x0D\\x0Ab\\x1B", 90 },
		{ "\xc3\xbc", "\xc3\xbc", "\\u{00FC}", 90 },
		{ "\xff\xc3", "\\xFF\\xC3", "\\xFF\\xC3", 90 },
		/* a right-to-left override would turn the line round */
		{ "a\xe2\x80\xae"
		  "b",
		  "a\\u{202E}b", "a\\u{202E}b", 90 },
		/* line and paragraph separator, C1, isolates, byte order mark, tag, filler */
		{ "a\xe2\x80\xa8"
		  "b\xe2\x80\xa9",
		  "a\\u{2028}b\\u{2029}", "a\\u{2028}b\\u{2029}", 90 },
		{ "\xc2\x85\xc2\x9b", "\\u{0085}\\u{009B}", "\\u{0085}\\u{009B}", 90 },
		{ "\xe2\x81\xa6\xe2\x81\xa9", "\\u{2066}\\u{2069}", "\\u{2066}\\u{2069}",
		  90 },
		{ "\xef\xbb\xbf\xf3\xa0\x81\x81", "\\u{FEFF}\\u{E0041}",
		  "\\u{FEFF}\\u{E0041}", 90 },
		{ "\xe3\x85\xa4\xee\x80\x80", "\\u{3164}\\u{E000}", "\\u{3164}\\u{E000}",
		  90 },
		/* what shows itself stays: a joined accent, Hebrew, a no-break space */
		{ "e\xcc\x81\xd7\xa9\xc2\xa0", "e\xcc\x81\xd7\xa9\xc2\xa0",
		  "e\\u{0301}\\u{05E9}\\u{00A0}", 90 },
		{ "abcdef", "abc...", "abc...", 3 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *shown = printable(rows[i].text, rows[i].most);
		char *ascii = printable_ascii(rows[i].text, rows[i].most);

		g_assert_cmpstr(shown, ==, rows[i].shown);
		g_assert_cmpstr(ascii, ==, rows[i].ascii);
		g_free(shown);
		g_free(ascii);
	}
}

static const char *word_of(size_t i, const void *table)
{
	return ((const char *const *)table)[i];
}

static void suggestions_are_near(void)
{
	static const char *const words[] = { "quarantine", "check", "reload", "rules" };
	static const struct {
		const char *wrong, *right;
	} rows[] = {
		{ "quarantin", "quarantine" },
		{ "chekc", "check" },
		{ "rule", "rules" },
		{ "zzzzzz", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *got =
			suggest(rows[i].wrong, word_of, G_N_ELEMENTS(words), words);

		if (rows[i].wrong[0] != '\0')
			g_assert_cmpstr(got, ==, rows[i].right);
	}
}

static size_t distance(const char *a, const char *b, size_t most)
{
	unsigned x[300], y[300];
	size_t n = strlen(a), m = strlen(b);

	for (size_t i = 0; i < n; i++)
		x[i] = (unsigned char)a[i];
	for (size_t i = 0; i < m; i++)
		y[i] = (unsigned char)b[i];
	return edit_distance(x, n, y, m, most);
}

static void distances(void)
{
	char *much = g_strnfill(250, 'x');

	g_assert_cmpuint(distance("", "", 5), ==, 0);
	g_assert_cmpuint(distance("abc", "abc", 5), ==, 0);
	g_assert_cmpuint(distance("abc", "acb", 5), ==, 1);
	g_assert_cmpuint(distance("abc", "ab", 5), ==, 1);
	g_assert_cmpuint(distance("kitten", "sitting", 5), ==, 3);
	g_assert_cmpuint(distance("kitten", "sitting", 2), ==, 3);
	g_assert_cmpuint(distance("abcdef", "", 3), ==, 4);
	g_assert_cmpuint(distance(much, "x", 3), ==, 4);
	g_free(much);
}

static void files_whole_or_not_at_all(void)
{
	char *folder = g_dir_make_tmp("wonted-file-XXXXXX", NULL), *text;
	char *path = g_build_filename(folder, "f", NULL);
	char *lost = g_build_filename(folder, "no", "f", NULL);
	size_t n;
	GError *e = NULL;

	g_assert_true(file_replace(path, bytes_of("one"), 0640, &e));
	g_assert_true(file_replace(path, bytes_of("two!"), 0640, &e));
	g_assert_true(file_make(path, bytes_of("late"), 0640, &e)); /* the first stays */
	g_assert_true(file_read(path, 4, &text, &n, &e));
	g_assert_cmpstr(text, ==, "two!");
	g_assert_cmpuint(n, ==, 4);
	g_free(text);
	g_assert_false(file_read(path, 3, &text, &n, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
	g_assert_cmpint(error_exit_status(e), ==, EXIT_WRONG_INPUT);
	g_clear_error(&e);
	g_assert_false(file_read(folder, 3, &text, &n, &e));
	g_clear_error(&e);
	g_assert_false(file_replace(lost, bytes_of("x"), 0640, &e));
	g_assert_nonnull(strstr(e->message, lost));
	g_assert_cmpint(error_exit_status(e), ==, EXIT_SYSTEM);
	g_clear_error(&e);
	g_assert_true(folder_sync(folder, &e));
	g_assert_false(folder_sync(lost, &e));
	g_clear_error(&e);
	g_unlink(path);
	g_assert_cmpint(g_rmdir(folder), ==, 0); /* no temporary file is left */
	g_free(path);
	g_free(lost);
	g_free(folder);
}

static void log_speaks(void)
{
	if (g_test_subprocess()) {
		log_open("t", LOG_SINK_STDERR, LOG_LEVEL_INFO);
		log_line(LOG_LEVEL_DEBUG, "not said");
		log_line(LOG_LEVEL_WARN, "one\nline %s", "\x07");
		for (int i = 0; i < 5; i++)
			log_seldom(LOG_LEVEL_INFO, "again", "said once");
		log_level_set(LOG_LEVEL_ERROR);
		log_line(LOG_LEVEL_INFO, "not said either");
		return;
	}
	g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
	g_test_trap_assert_passed();
	g_test_trap_assert_stderr("*t: warning: one\\x0Aline \\x07\nt: said once\n*");
	g_test_trap_assert_stderr_unmatched("*not said*");
	g_test_trap_assert_stderr_unmatched("*said once*said once*");
}

static void clocks_run(void)
{
	int64_t a = clock_mono_us(), b = clock_mono_us();

	g_assert_cmpint(b, >=, a);
	g_assert_cmpint(clock_now_s(), >, 1700000000);
}

static void test_bytes_hold(void)
{
	const struct bytes text = bytes_of("abc"), none = { NULL, 0 };

	g_assert_true(bytes_hold(text, 0, bytes_of("abc")));
	g_assert_true(bytes_hold(text, 1, bytes_of("bc")));
	g_assert_true(bytes_hold(text, 3, none));
	g_assert_true(bytes_hold(none, 0, none));
	g_assert_false(bytes_hold(text, 0, bytes_of("abcd")));
	g_assert_false(bytes_hold(text, 2, bytes_of("cd")));
	g_assert_false(bytes_hold(text, 1, bytes_of("a")));
	g_assert_false(bytes_hold(text, 4, none));
	g_assert_false(bytes_hold(text, SIZE_MAX, bytes_of("a")));
	g_assert_false(bytes_hold(none, 0, bytes_of("a")));
}

static void test_bytes_trimmed(void)
{
	static const struct {
		const char *text, *mail, *all;
	} rows[] = {
		{ "", "", "" },
		{ " \t\r\n", "", "" },
		{ "a", "a", "a" },
		{ " a b\t", "a b", "a b" },
		{ "\fa\f ", "\fa\f", "a" },
		{ "\va", "\va", "\va" },
	};
	static const char nul[] = " \0a\0 ";
	struct bytes kept =
		bytes_trimmed((struct bytes){ nul, sizeof(nul) - 1 }, BLANKS_OF_TEXT);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct bytes text = bytes_of(rows[i].text);

		g_assert_true(bytes_equal(bytes_trimmed(text, BLANKS_OF_MAIL),
					  bytes_of(rows[i].mail)));
		g_assert_true(bytes_equal(bytes_trimmed(text, BLANKS_OF_TEXT),
					  bytes_of(rows[i].all)));
	}
	g_assert_true(bytes_equal(kept, (struct bytes){ "\0a\0", 3 }));
	g_assert_cmpuint(bytes_trimmed((struct bytes){ NULL, 0 }, " ").n, ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/base/arena", arena_lives_and_goes);
	g_test_add_func("/base/answer", three_answers);
	g_test_add_func("/base/number", numbers_are_strict);
	g_test_add_func("/base/printable", shown_text_is_safe);
	g_test_add_func("/base/suggest", suggestions_are_near);
	g_test_add_func("/base/distance", distances);
	g_test_add_func("/base/file", files_whole_or_not_at_all);
	g_test_add_func("/base/log", log_speaks);
	g_test_add_func("/base/clock", clocks_run);
	g_test_add_func("/base/bytes/hold", test_bytes_hold);
	g_test_add_func("/base/bytes/trimmed", test_bytes_trimmed);
	return g_test_run();
}
