/* The rules we ship: every one is proved both ways, all are written as fmt writes them, their
 * README tells the names that exist, and together they tell the stories of
 * t/20-rules/together.rtest. */
#include "rule/rule.h"

#include "fixture.h"
#include "rule/parse.h"

#define RULES "rules"
#define NAMES_BEGIN "### Features"

struct file {
	char *path, *text;
	gsize n;
};

static struct file read_file(const char *folder, const char *name)
{
	struct file file = { .path = g_build_filename(folder, name, NULL) };
	GError *e = NULL;

	g_file_get_contents(file.path, &file.text, &file.n, &e);
	g_assert_no_error(e);
	return file;
}

static void file_free(gpointer p)
{
	struct file *file = p;

	g_free(file->path);
	g_free(file->text);
}

/* files of a folder with one of two endings, unordered */
static GArray *read_files(const char *folder, const char *one, const char *other)
{
	GArray *files = g_array_new(FALSE, FALSE, sizeof(struct file));
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	g_assert_nonnull(dir);
	g_array_set_clear_func(files, file_free);
	while ((name = g_dir_read_name(dir)) != NULL) {
		if (!g_str_has_suffix(name, one) && !g_str_has_suffix(name, other))
			continue;
		struct file file = read_file(folder, name);

		g_array_append_val(files, file);
	}
	g_dir_close(dir);
	return files;
}

static struct ruleset *must_load(void)
{
	GError *e = NULL;
	struct ruleset *rs = ruleset_load(RULES, &e);

	g_assert_no_error(e);
	return rs;
}

static void test_load(void)
{
	struct ruleset *rs = must_load();

	g_assert_cmpuint(ruleset_count(rs), >, 100);
	for (size_t i = 0; i < ruleset_count(rs); i++) {
		const struct rule_info *info = ruleset_rule(rs, i);

		g_assert_true(g_str_has_prefix(info->file, RULES "/"));
		if (g_str_has_suffix(info->file, "/05-selftest.rules"))
			continue;
		if (strcmp(info->name, "virus") == 0) /* no evidence, but a finding */
			continue;
		/* evidence that stands alone never holds a message */
		g_assert_cmpint(info->milli[AXIS_THREAT], <, 9000);
		g_assert_cmpint(info->milli[AXIS_SPAM], <, 6000);
		/* what is unknown never makes one suspicious by more than a banner */
		g_assert_cmpint(info->unknown_milli[AXIS_THREAT], <=, 5000);
	}
	ruleset_free(rs);
}

static void note_expected(GHashTable *expected, const struct tree *tree)
{
	for (const struct item *item = tree->items; item != NULL; item = item->next)
		for (const struct clause *c = item->clauses; c != NULL; c = c->next)
			if (c->kind == CLAUSE_EXPECT_RULE)
				g_hash_table_add(
					expected,
					g_strdup_printf("%s %d", c->text, c->answer));
}

static void test_proved(void)
{
	GHashTable *expected =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GArray *tests = read_files(RULES, ".rtest", ".rtest");
	struct ruleset *rs = must_load();
	struct arena *a = arena_create();
	struct rule_errors errors;
	bool all = true;

	rule_errors_init(&errors);
	for (guint i = 0; i < tests->len; i++) {
		const struct file *file = &g_array_index(tests, struct file, i);

		note_expected(expected,
			      parse(a, file->path, (struct bytes){ file->text, file->n },
				    &errors));
	}
	g_assert_true(rule_errors_end(&errors, NULL));
	for (size_t i = 0; i < ruleset_count(rs); i++) {
		const char *name = ruleset_rule(rs, i)->name;
		char *yes = g_strdup_printf("%s %d", name, ANSWER_YES);
		char *no = g_strdup_printf("%s %d", name, ANSWER_NO);

		if (!g_hash_table_contains(expected, yes) ||
		    !g_hash_table_contains(expected, no)) {
			g_test_message(
				"rule %s needs a test that says yes and one that says no",
				name);
			all = false;
		}
		g_free(yes);
		g_free(no);
	}
	g_assert_true(all);
	arena_destroy(&a);
	ruleset_free(rs);
	g_array_unref(tests);
	g_hash_table_unref(expected);
}

static void check_formatted(const char *folder)
{
	GArray *files = read_files(folder, ".rules", ".rtest");

	g_assert_cmpuint(files->len, >, 0);
	for (guint i = 0; i < files->len; i++) {
		const struct file *file = &g_array_index(files, struct file, i);
		GError *e = NULL;
		char *printed = rules_format(file->path,
					     (struct bytes){ file->text, file->n }, &e);

		g_assert_no_error(e);
		if (strcmp(printed, file->text) != 0)
			g_test_message("wonted rules fmt -w %s", file->path);
		g_assert_cmpstr(printed, ==, file->text);
		g_free(printed);
	}
	g_array_unref(files);
}

static void test_formatted(void)
{
	check_formatted(RULES);
	check_formatted("t/20-rules");
}

/* no entry twice, and enough of them to be worth a file */
static void test_lists(void)
{
	GArray *lists = read_files(RULES "/lists", ".txt", ".txt");

	g_assert_cmpuint(lists->len, >=, 5);
	for (guint i = 0; i < lists->len; i++) {
		const struct file *file = &g_array_index(lists, struct file, i);
		GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
		char **lines = g_strsplit(file->text, "\n", -1);

		for (char **line = lines; *line != NULL; line++) {
			if (**line == '\0' || **line == '#')
				continue;
			if (!g_hash_table_add(seen, *line))
				g_error("%s: %s stands there twice", file->path, *line);
		}
		/* few phrases ask for one thing, in each of seven languages, and few
		 * places make forms */
		bool few = strstr(file->path, "/request-") != NULL ||
			   strstr(file->path, "/form-builders") != NULL;

		g_assert_cmpuint(g_hash_table_size(seen), >=, few ? 28 : 45);
		g_assert_nonnull(strstr(file->text, "Source: "));
		g_hash_table_unref(seen);
		g_strfreev(lines);
	}
	g_array_unref(lists);
}

/* loads the shipped rules and a text more */
static void load_with(const struct file *more, const char *name)
{
	GArray *files = read_files(RULES, ".rules", ".rules");
	struct rule_text *texts = g_new0(struct rule_text, files->len + 1);
	GError *e = NULL;

	for (guint i = 0; i < files->len; i++) {
		const struct file *file = &g_array_index(files, struct file, i);

		texts[i] = (struct rule_text){ file->path, { file->text, file->n } };
	}
	texts[files->len] = (struct rule_text){ name, { more->text, more->n } };
	ruleset_free(ruleset_load_texts(
		&(struct ruleset_source){
			.folder = RULES, .texts = texts, .n_texts = files->len + 1 },
		&e));
	g_assert_no_error(e);
	g_free(texts);
	g_array_unref(files);
}

static void test_example(void)
{
	struct file file = read_file(RULES, "90-local.rules.example");
	char *printed =
		rules_format("x.rules", (struct bytes){ file.text, file.n }, NULL);

	load_with(&file, "90-local.rules");
	g_assert_cmpstr(printed, ==, file.text);
	g_free(printed);
	file_free(&file);
}

static void test_together(void)
{
	struct file file = read_file("t/20-rules", "together.rtest");

	load_with(&file, "together.rtest");
	file_free(&file);
}

/* `wonted rules names --markdown` prints the end of the README */
static void test_readme(void)
{
	struct file file = read_file(RULES, "README");
	const char *names = strstr(file.text, NAMES_BEGIN);
	char *printed = rule_names_text(true);

	g_assert_nonnull(names);
	g_assert_cmpstr(names, ==, printed);
	g_free(printed);
	file_free(&file);
}

/* the rule in the README is one, and its rtest proves it */
static void test_readme_example(void)
{
	struct file file = read_file(RULES, "README");
	const char *rule = strstr(file.text, "    rule executive_name_from_outside");
	const char *rtest = strstr(file.text, "    test \"an executive's name");
	const char *rule_end = strstr(rule, "\n\n"), *rtest_end = strstr(rtest, "\n\n");
	struct rule_text texts[] = {
		{ "r.rules", { rule, (size_t)(rule_end - rule) } },
		{ "r.rtest", { rtest, (size_t)(rtest_end - rtest) } },
	};
	GError *e = NULL;
	struct ruleset *rs = ruleset_load_texts(
		&(struct ruleset_source){ .texts = texts,
					  .n_texts = G_N_ELEMENTS(texts) },
		&e);

	g_assert_no_error(e);
	ruleset_free(rs);
	file_free(&file);
}

/* no name of the tables is a word of the language */
static void test_reserved(void)
{
	const struct name_table *const tables[] = { &feature_names, &fact_names,
						    detector_names() };

	for (size_t t = 0; t < G_N_ELEMENTS(tables); t++)
		for (size_t r = 0; r < tables[t]->n; r++)
			g_assert_false(word_is_reserved(tables[t]->rows[r].name));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rule/shipped/load", test_load);
	g_test_add_func("/rule/shipped/proved", test_proved);
	g_test_add_func("/rule/shipped/formatted", test_formatted);
	g_test_add_func("/rule/shipped/lists", test_lists);
	g_test_add_func("/rule/shipped/example", test_example);
	g_test_add_func("/rule/shipped/together", test_together);
	g_test_add_func("/rule/shipped/readme", test_readme);
	g_test_add_func("/rule/shipped/readme_example", test_readme_example);
	g_test_add_func("/rule/shipped/reserved", test_reserved);
	return g_test_run();
}
