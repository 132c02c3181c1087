/* `wonted rules`: what an admin does with rule files before the daemon reads them. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/plural.h"
#include "base/suggest.h"
#include "cmd/command.h"
#include "config/load.h"
#include "rule/rule.h"

struct request {
	struct command_args *args;
	char **rest; /* after the second word, NULL-terminated */
	gboolean write, check, markdown;
};

static const char *const name = "wonted rules";

/* the folder that was named, else the configured one; freed by the caller */
static char *rules_folder(const struct request *r)
{
	struct options *options;
	char *folder;

	if (r->rest[0] != NULL)
		return g_strdup(r->rest[0]);
	options = command_config(r->args);
	folder = options == NULL ? NULL : g_strdup(options->rules_dir);
	options_unref(options);
	return folder;
}

static struct ruleset *load(const struct request *r, char **folder_r, int *status_r)
{
	struct ruleset *rs = NULL;
	GError *e = NULL;

	*status_r = EXIT_WRONG_INPUT;
	*folder_r = rules_folder(r);
	if (*folder_r == NULL)
		return NULL;
	rs = ruleset_load(*folder_r, &e);
	if (rs == NULL) {
		*status_r = error_exit_status(e);
		fprintf(stderr, "%s\n", e->message);
		g_error_free(e);
	} else {
		size_t n;
		const char *const *warnings = ruleset_warnings(rs, &n);

		for (size_t i = 0; i < n; i++)
			fprintf(stderr, "warning: %s\n", warnings[i]);
	}
	return rs;
}

static int do_check(const struct request *r)
{
	char *folder;
	int status;
	struct ruleset *rs = load(r, &folder, &status);

	if (rs != NULL) {
		unsigned changed = ruleset_changed_rtests(rs);

		printf("%s: %zu %s fine, all tests pass; id %s\n", folder,
		       ruleset_count(rs),
		       plural(ruleset_count(rs), "rule is", "rules are"), ruleset_id(rs));
		if (changed > 0)
			printf("tests that no longer hold, because another file changes "
			       "their "
			       "rules (override, adjust, extend list): %u (see %s "
			       "test)\n",
			       changed, name);
		status = EXIT_DONE;
	}
	ruleset_free(rs);
	g_free(folder);
	return status;
}

/* ---- list, names ---- */

static void print_points(const int64_t *milli, const char *prefix)
{
	for (size_t axis = 0; axis < AXIS_COUNT; axis++)
		if (milli[axis] != 0)
			printf("  %s%s %+g", prefix, axis_names[axis],
			       (double)milli[axis] / 1000);
}

static void print_rule(const struct rule_info *info)
{
	printf("%s  (%s:%u)\n   ", info->name, info->file, info->line);
	if (info->off)
		printf("  off");
	print_points(info->milli, "");
	print_points(info->unknown_milli, "if unknown ");
	if (info->observe)
		printf("  observe");
	if (info->rollout_percent < 100)
		printf("  rollout %d%%", info->rollout_percent);
	printf("\n    when %s\n    %s\n", info->condition, info->reason);
	if (info->changed != NULL)
		printf("    changed in %s\n", info->changed);
}

static int do_list(const struct request *r)
{
	char *folder;
	int status;
	struct ruleset *rs = load(r, &folder, &status);

	for (size_t i = 0; rs != NULL && i < ruleset_count(rs); i++)
		print_rule(ruleset_rule(rs, i));
	if (rs != NULL)
		status = EXIT_DONE;
	ruleset_free(rs);
	g_free(folder);
	return status;
}

static const char *name_of_rule(size_t i, const void *table)
{
	return ruleset_rule(table, i)->name;
}

/* `show NAME [DIR]`: one rule */
static int do_show(const struct request *r)
{
	struct request folder_only = { .args = r->args };
	const char *wanted = r->rest[0], *near;
	struct ruleset *rs;
	char *folder;
	int status;
	size_t i = 0;

	if (wanted == NULL) {
		fprintf(stderr, "%s show: name a rule\n", name);
		return EXIT_USAGE;
	}
	folder_only.rest = r->rest + 1;
	rs = load(&folder_only, &folder, &status);
	while (rs != NULL && i < ruleset_count(rs) &&
	       strcmp(ruleset_rule(rs, i)->name, wanted) != 0)
		i++;
	if (rs != NULL && i < ruleset_count(rs)) {
		print_rule(ruleset_rule(rs, i));
		status = EXIT_DONE;
	} else if (rs != NULL) {
		near = suggest(wanted, name_of_rule, ruleset_count(rs), rs);
		fprintf(stderr, "%s: there is no rule \"%s\"%s%s%s\n", name, wanted,
			near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
			near == NULL ? "" : "\"?");
		status = EXIT_WRONG_INPUT;
	}
	ruleset_free(rs);
	g_free(folder);
	return status;
}

static int do_names(const struct request *r)
{
	char *text = rule_names_text(r->markdown);

	fputs(text, stdout);
	g_free(text);
	return EXIT_DONE;
}

/* ---- test ---- */

static void tell(const struct rtest_result *result, void *context)
{
	unsigned *n = context;

	if (result->changed != NULL)
		printf("ok %u - %s:%u %s # SKIP its rule is changed in %s\n", ++*n,
		       result->file, result->line, result->title, result->changed);
	else
		printf("%sok %u - %s:%u %s\n", result->passed ? "" : "not ", ++*n,
		       result->file, result->line, result->title);
}

static void print_comment(const char *text)
{
	char **lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL; line++)
		printf("# %s\n", *line);
	g_strfreev(lines);
}

static int do_test(const struct request *r)
{
	char *folder = rules_folder(r);
	unsigned n = 0;
	struct rtest_listener listener = { .tell = tell, .context = &n };
	GError *e = NULL;
	int status = EXIT_DONE;

	if (folder == NULL)
		return EXIT_WRONG_INPUT;
	if (!ruleset_test(folder, &listener, &e)) {
		status = error_exit_status(e);
		print_comment(e->message);
		if (n == 0)
			printf("Bail out! the rules cannot be loaded\n");
		g_error_free(e);
	}
	if (n > 0 || status == EXIT_DONE)
		printf("1..%u\n", n);
	g_free(folder);
	return status;
}

/* ---- fmt ---- */

static bool rewrite(const char *path, const char *text, GError **e)
{
	struct stat st;
	int mode = stat(path, &st) == 0 ? (int)(st.st_mode & 0777) : 0644;

	return file_replace(path, bytes_of(text), mode, e);
}

static int format_one(const struct request *r, const char *path)
{
	char *text = NULL, *printed = NULL;
	GError *e = NULL;
	int status = EXIT_DONE;
	size_t n;

	if (file_read(path, LIMIT_RULE_FILE_BYTES, &text, &n, &e))
		printed = rules_format(path, (struct bytes){ .at = text, .n = n }, &e);
	if (printed == NULL) {
		status = error_exit_status(e);
		fprintf(stderr, "%s\n", e->message);
		g_error_free(e);
	} else if (!r->write && !r->check) {
		fputs(printed, stdout);
	} else if (strlen(printed) != n || memcmp(printed, text, n) != 0) {
		printf("%s\n", path);
		status = r->check ? EXIT_WRONG_INPUT : EXIT_DONE;
		if (r->write && !rewrite(path, printed, &e))
			status = command_fail(name, e);
	}
	g_free(text);
	g_free(printed);
	return status;
}

static int do_fmt(const struct request *r)
{
	int status = EXIT_DONE;

	if (r->rest[0] == NULL) {
		fprintf(stderr, "%s fmt: name the files\n", name);
		return EXIT_USAGE;
	}
	for (char **path = r->rest; *path != NULL; path++) {
		int one = format_one(r, *path);

		status = MAX(status, one);
	}
	return status;
}

/* ---- words ---- */

static const struct {
	const char *name;
	int (*run)(const struct request *r);
	guint words; /* that may follow it, at most */
} sub_commands[] = {
	{ "check", do_check, 1 }, { "fmt", do_fmt, G_MAXUINT }, { "test", do_test, 1 },
	{ "list", do_list, 1 },   { "show", do_show, 2 },       { "names", do_names, 0 },
};

static int run(const char *word, const struct request *r)
{
	for (size_t i = 0; i < COUNT_OF(sub_commands); i++) {
		if (strcmp(word, sub_commands[i].name) != 0)
			continue;
		if (g_strv_length(r->rest) <= sub_commands[i].words)
			return sub_commands[i].run(r);
		fprintf(stderr, "%s %s: \"%s\" is one word too many\n", name, word,
			r->rest[sub_commands[i].words]);
		return EXIT_USAGE;
	}
	fprintf(stderr, "%s: say check, fmt, test, list, show or names, not \"%s\"\n",
		name, word);
	return EXIT_USAGE;
}

int command_rules(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	struct request r = { .args = &args };
	const GOptionEntry entries[] = {
		{ "write", 'w', 0, G_OPTION_ARG_NONE, &r.write,
		  "fmt: write the files anew instead of printing them", NULL },
		{ "check", 0, 0, G_OPTION_ARG_NONE, &r.check,
		  "fmt: only name the files that would change; exit 1 if there are any",
		  NULL },
		{ "markdown", 0, 0, G_OPTION_ARG_NONE, &r.markdown,
		  "names: as tables for rules/README", NULL },
		G_OPTION_ENTRY_NULL
	};
	int status = EXIT_USAGE;

	if (!command_options(
		    &args, entries,
		    "check [DIR]|fmt FILE...|test [DIR]|list [DIR]|show RULE [DIR]|names",
		    "Check, format, test, list and show rules, and the names they may "
		    "use.\n"
		    "DIR is the folder of the rules; without it, the configured one."))
		return EXIT_USAGE;
	r.rest = args.argv + MIN(args.argc, 2);
	if (args.argc < 2)
		fprintf(stderr, "%s: say check, fmt, test, list, show or names\n", name);
	else
		status = run(args.argv[1], &r);
	command_options_free(&args);
	return status;
}
