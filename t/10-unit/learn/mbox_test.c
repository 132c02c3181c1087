#include <glib.h>

#include "base/bytes.h"
#include "learn/mbox.h"

struct row {
	const char *text;
	const char *want; /* messages, each behind "[" and before "]" */
};

#define FROM "From ann@acme.example Tue Jan  2 12:34:56 2024\n"

static const struct row rows[] = {
	{ "", "" },
	{ "no mbox at all\n\nbody\n", "" },
	{ FROM "A: 1\n\nbody\n", "[A: 1\n\nbody\n]" },
	{ FROM "A: 1\n\nbody\n\n" FROM "B: 2\n\nmore\n\n",
	  "[A: 1\n\nbody\n][B: 2\n\nmore\n]" },
	{ FROM "A: 1\r\n\r\nbody\r\n\r\n" FROM "B: 2\r\n",
	  "[A: 1\r\n\r\nbody\r\n][B: 2\r\n]" },
	/* mboxrd: one ">" less */
	{ FROM "A: 1\n\n>From here\n>>From there\n> From\n",
	  "[A: 1\n\nFrom here\n>From there\n> From\n]" },
	/* "From " in a text is no separator without a time, or inside a paragraph */
	{ FROM "A: 1\n\nFrom here on\n", "[A: 1\n\nFrom here on\n]" },
	{ FROM "A: 1\n\nx\n" FROM "y\n", "[A: 1\n\nx\n" FROM "y\n]" },
	/* the last line need not end */
	{ FROM "A: 1\n\nbody", "[A: 1\n\nbody]" },
	{ FROM, "" },
	{ FROM "\n" FROM "B: 2\n", "[B: 2\n]" },
};

static bool take(struct bytes raw, void *to)
{
	g_string_append_printf(to, "[%.*s]", (int)raw.n, raw.at);
	return true;
}

static char *read_in_pieces(const char *text, size_t n, size_t piece, size_t max_bytes)
{
	GString *got = g_string_new(NULL);
	struct mbox *m = mbox_create(max_bytes, take, got);

	for (size_t at = 0; at < n; at += piece) {
		size_t now = MIN(piece, n - at);
		char *exact = g_memdup2(text + at, now);

		g_assert_true(mbox_feed(m, (struct bytes){ exact, now }));
		g_free(exact);
	}
	mbox_end(m);
	mbox_destroy(&m);
	return g_string_free(got, FALSE);
}

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		for (size_t piece = 1; piece < 70; piece += 3) {
			char *got = read_in_pieces(rows[i].text, strlen(rows[i].text),
						   piece, 100000);

			g_assert_cmpstr(got, ==, rows[i].want);
			g_free(got);
		}
	}
}

static void test_bounds(void)
{
	char *line = g_strnfill(5000, 'x');
	char *text = g_strconcat(FROM, "A: ", line, "\n\n", line, "\n\n", FROM, "B: 2\n",
				 NULL);
	char *got = read_in_pieces(text, strlen(text), 100, 1000);

	g_assert_cmpuint(strlen(got), ==, 1002 + strlen("[B: 2\n]"));
	g_assert_true(g_str_has_suffix(got, "][B: 2\n]"));
	g_free(got);
	g_free(text);
	g_free(line);
}

/* A long line that goes on with "From " is no separator. */
static void test_long_line(void)
{
	char *line = g_strnfill(512, 'x');
	char *text = g_strconcat(FROM, "A: 1\n\n\n", line, FROM, "\n", NULL);
	char *got = read_in_pieces(text, strlen(text), 7, 100000);
	char *want = g_strconcat("[A: 1\n\n\n", line, FROM, "]", NULL);

	g_assert_cmpstr(got, ==, want);
	g_free(want);
	g_free(got);
	g_free(text);
	g_free(line);
}

static bool take_one(struct bytes raw, void *to)
{
	(void)raw;
	*(int *)to += 1;
	return false;
}

static void test_stop(void)
{
	static const char text[] = FROM "A: 1\n\n" FROM "B: 2\n\n" FROM "C: 3\n\n";
	int n = 0;
	struct mbox *m = mbox_create(1000, take_one, &n);

	g_assert_false(mbox_feed(m, bytes_of(text)));
	g_assert_false(mbox_feed(m, bytes_of(text)));
	mbox_end(m);
	g_assert_cmpint(n, ==, 1);
	mbox_destroy(&m);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mbox/rows", test_rows);
	g_test_add_func("/mbox/bounds", test_bounds);
	g_test_add_func("/mbox/long-line", test_long_line);
	g_test_add_func("/mbox/stop", test_stop);
	return g_test_run();
}
