/* What is said about rule files that are wrong, word for word: every t/20-rules/errors/x.rules
 * (with x.rtest, if it is there) and x.txt. BLESS=1 in the environment writes x.txt anew; the
 * difference is then reviewed like code. */
#include "rule/check.h"

#include "base/error.h"
#include "fixture.h"

#define FOLDER "t/20-rules/errors"

static char *read_text(const char *stem, const char *ending)
{
	char *path = g_strconcat(FOLDER "/", stem, ending, NULL), *text = NULL;
	gsize n;

	if (!g_file_get_contents(path, &text, &n, NULL))
		text = g_strdup("");
	g_free(path);
	return text;
}

static void check_stem(gconstpointer p)
{
	const char *stem = p;
	char *rules = read_text(stem, ".rules"), *rtest = read_text(stem, ".rtest");
	char *expected = read_text(stem, ".txt"),
	     *rules_name = g_strconcat(stem, ".rules", NULL);
	char *rtest_name = g_strconcat(stem, ".rtest", NULL);
	struct rule_text texts[] = {
		{ rules_name, fx_exact(rules) },
		{ rtest_name, fx_exact(rtest) },
		{ "lists/wild.txt", bytes_of("a.example\n*.b.example\n\xff\n") },
		{ "lists/dotted.txt", bytes_of("a.example\n.b.example\n") },
	};
	struct ruleset_source source = { .texts = texts,
					 .n_texts = G_N_ELEMENTS(texts),
					 .tables = fx_tables,
					 .n_tables = G_N_ELEMENTS(fx_tables) };
	GError *e = NULL;

	g_assert_null(ruleset_load_texts(&source, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
	char *said = g_strconcat(e->message, "\n", NULL);

	if (g_getenv("BLESS") != NULL) {
		char *path = g_strconcat(FOLDER "/", stem, ".txt", NULL);

		g_assert_true(g_file_set_contents(path, said, -1, NULL));
		g_free(path);
	} else {
		g_assert_cmpstr(said, ==, expected);
	}
	g_clear_error(&e);
	fx_exact_free(texts[0].text);
	fx_exact_free(texts[1].text);
	g_free(said);
	g_free(rules);
	g_free(rtest);
	g_free(expected);
	g_free(rules_name);
	g_free(rtest_name);
}

int main(int argc, char **argv)
{
	GDir *folder = g_dir_open(FOLDER, 0, NULL);
	const char *name;

	g_test_init(&argc, &argv, NULL);
	g_assert_nonnull(folder);
	while ((name = g_dir_read_name(folder)) != NULL) {
		char *stem, *path;

		if (!g_str_has_suffix(name, ".rules"))
			continue;
		stem = g_strndup(name, strlen(name) - strlen(".rules"));
		path = g_strconcat("/rule/check/", stem, NULL);
		g_test_add_data_func_full(path, stem, check_stem, g_free);
		g_free(path);
	}
	g_dir_close(folder);
	return g_test_run();
}
