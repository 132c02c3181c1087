/* What clamd says: a line of any bytes. */
#include "clamd/answer.h"

#include <glib.h>
#include <string.h>

static const struct {
	const char *line;
	enum clamd_result want;
	const char *name, *why;
} rows[] = {
	{ "stream: OK", CLAMD_CLEAN, NULL, NULL },
	{ "stream: OK\n", CLAMD_CLEAN, NULL, NULL },
	{ "stream: Win.Test.EICAR_HDB-1 FOUND", CLAMD_FOUND, "Win.Test.EICAR_HDB-1",
	  NULL },
	{ "stream: a b FOUND", CLAMD_FOUND, "a b", NULL },
	{ "stream: \x1b[2J FOUND", CLAMD_FOUND, "\\x1B[2J", NULL },
	{ "stream: \xff FOUND\n", CLAMD_FOUND, "\\xFF", NULL },
	{ "stream:  FOUND", CLAMD_FOUND, "", NULL },
	{ "stream: FOUND", CLAMD_UNCHECKED, NULL, "clamd: FOUND" },
	{ "stream: OKAY", CLAMD_UNCHECKED, NULL, "clamd: OKAY" },
	{ "stream: NOT OK", CLAMD_UNCHECKED, NULL, "clamd: NOT OK" },
	{ "stream: Error ERROR", CLAMD_UNCHECKED, NULL, "clamd: Error ERROR" },
	{ "INSTREAM size limit exceeded. ERROR", CLAMD_UNCHECKED, NULL,
	  "clamd: INSTREAM size limit exceeded. ERROR" },
	{ "OK", CLAMD_UNCHECKED, NULL, "clamd: OK" },
	{ "stream: ", CLAMD_UNCHECKED, NULL, "clamd: stream: " },
	{ "", CLAMD_UNCHECKED, NULL, "clamd: no answer" },
	{ "\n\n", CLAMD_UNCHECKED, NULL, "clamd: no answer" },
};

static void lines(void)
{
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *exact = g_memdup2(rows[i].line, strlen(rows[i].line));
		struct clamd_answer got = clamd_read_answer(
			a, (struct bytes){ exact, strlen(rows[i].line) });

		g_test_message("%s", rows[i].line);
		g_assert_cmpint(got.result, ==, rows[i].want);
		g_assert_cmpstr(got.name, ==, rows[i].name);
		g_assert_cmpstr(got.why, ==, rows[i].why);
		g_free(exact);
	}
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/clamd/answer/lines", lines);
	return g_test_run();
}
