/* `wonted rules`: what an admin does with rule files before the daemon reads them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json_line.h"
#include "base/limits.h"
#include "base/plural.h"
#include "base/suggest.h"
#include "cmd/command.h"
#include "cmd/filter.h"
#include "cmd/listing.h"
#include "cmd/replay.h"
#include "config/load.h"
#include "learn/ledger.h"
#include "rule/rule.h"
#include "rule/unmet.h"

enum { WORST_DAYS = 30, DAY_S = 86400 };

struct request {
	struct command_args *args;
	char **rest; /* after the second word, NULL-terminated */
	gboolean write, check, json, markdown, worst, cost;
	char *since;
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
	const char *named = r->rest[0];
	struct options *o = named != NULL ? NULL : command_config(r->args);
	struct ruleset *rs;
	GError *e = NULL;

	*status_r = EXIT_WRONG_INPUT;
	*folder_r = NULL;
	if (named == NULL && o == NULL)
		return NULL;
	*folder_r = g_strdup(named != NULL ? named : o->rules_dir);
	rs = ruleset_load(*folder_r, &e);
	if (rs == NULL) {
		*status_r = error_exit_status(e);
		fprintf(stderr, "%s\n", e->message);
		g_error_free(e);
	} else {
		size_t n;
		const char *const *warnings;

		/* of a named folder nobody knows what its daemon would give it */
		if (o != NULL)
			unmet_warn(rs, o);
		warnings = ruleset_warnings(rs, &n);

		for (size_t i = 0; i < n; i++)
			fprintf(stderr, "warning: %s\n", warnings[i]);
	}
	options_unref(o);
	return rs;
}

/* what would have become of the mail that came since then */
static int check_since(const struct request *r, const char *folder)
{
	struct options *o = command_config(r->args);
	int status = o == NULL ? EXIT_WRONG_INPUT : replay_report(o, folder, r->since);

	options_unref(o);
	return status;
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
		status = r->since == NULL ? EXIT_DONE : check_since(r, folder);
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
	for (size_t axis = 0; axis < AXIS_COUNT; axis++)
		if (info->scaled[axis] != NULL)
			printf("  %s %s", axis_names[axis], info->scaled[axis]);
	print_points(info->unknown_milli, "if unknown ");
	if (info->observe)
		printf("  observe");
	if (info->rollout_percent < 100)
		printf("  rollout %d%%", info->rollout_percent);
	printf("\n    when %s\n    %s\n", info->condition, info->reason);
	if (info->changed != NULL)
		printf("    changed in %s\n", info->changed);
}

static void json_points(GString *out, const char *member, const int64_t *milli)
{
	json_line_name(out, member);
	json_line_open(out, '{');
	for (size_t axis = 0; axis < AXIS_COUNT; axis++)
		listing_json_int(out, axis_names[axis], milli[axis]);
	json_line_close(out, '}');
}

static void json_rule(const struct rule_info *info)
{
	GString *out = listing_json_begin();

	listing_json_text(out, "name", info->name);
	listing_json_text(out, "file", info->file);
	listing_json_int(out, "line", info->line);
	listing_json_text(out, "reason", info->reason);
	listing_json_text(out, "condition", info->condition);
	json_points(out, "milli", info->milli);
	json_points(out, "unknown_milli", info->unknown_milli);
	listing_json_text(out, "changed", info->changed);
	listing_json_bool(out, "off", info->off);
	listing_json_bool(out, "observe", info->observe);
	listing_json_int(out, "rollout_percent", info->rollout_percent);
	listing_json_int(out, "cost", info->cost);
	listing_json_text(out, "dearest", info->dearest);
	listing_json_print(out);
}

static void put_rule(const struct request *r, const struct rule_info *info)
{
	if (r->json)
		json_rule(info);
	else
		print_rule(info);
}

/* ---- list --worst ---- */

static void json_ledger(const struct ledger_row *row)
{
	GString *out = listing_json_begin();

	listing_json_text(out, "rule", row->name);
	listing_json_int(out, "hits", row->hits);
	listing_json_int(out, "watched", row->watched);
	listing_json_int(out, "rescued", row->rescued);
	listing_json_int(out, "answered", row->answered);
	listing_json_int(out, "bad", row->bad);
	listing_json_int(out, "mailboxes", row->mailboxes);
	listing_json_int(out, "low_permille", (int64_t)(row->low * 1000));
	listing_json_int(out, "high_permille", (int64_t)(row->high * 1000));
	listing_json_print(out);
}

static void print_ledger(const struct ledger_row *row)
{
	printf("%5.1f%% %5.1f%% %5.1f%%  %7" PRId64 " %7" PRId64 " %7" PRId64 " %7" PRId64
	       " %6" PRId64 "  %s\n",
	       row->low * 100, row->share * 100, row->high * 100, row->hits, row->rescued,
	       row->answered, row->watched, row->mailboxes, row->name);
}

/* What is surely bad stands first, not what three unlucky cases make look so. */
static int print_worst(const struct request *r, const struct options *o, GError **e)
{
	int64_t now_s = clock_now_s();
	struct ledger_setup setup = { .options = o,
				      .since_s = now_s - WORST_DAYS * DAY_S };
	struct ledger *l;

	if (!filter_time("--since", r->since, now_s, &setup.since_s, e))
		return EXIT_WRONG_INPUT;
	l = ledger_create(&setup);
	if (!ledger_read(l, o->journal_dir, 0, e)) {
		ledger_destroy(&l);
		return EXIT_SYSTEM;
	}
	GPtrArray *rows = ledger_rules(l);

	if (!r->json)
		listing_header(
			"AT LEAST SHARE AT MOST (of hits moved back, released or "
			"answered)\n                         HITS RESCUED ANSWERED "
			"WATCHED MAILBOXES  RULE");
	for (guint i = 0; i < rows->len; i++)
		(r->json ? json_ledger : print_ledger)(rows->pdata[i]);
	if (rows->len == 0 && !r->json)
		puts("no rule has decided anything since then");
	g_ptr_array_unref(rows);
	ledger_destroy(&l);
	return EXIT_DONE;
}

static int do_worst(const struct request *r)
{
	struct options *o = command_config(r->args);
	GError *e = NULL;
	int status = o == NULL ? EXIT_WRONG_INPUT : print_worst(r, o, &e);

	if (e != NULL)
		status = command_fail(name, e);
	options_unref(o);
	return status;
}

/* ---- list --cost ---- */

static gint by_cost(gconstpointer left, gconstpointer right)
{
	const struct rule_info *a = *(const struct rule_info *const *)left,
			       *b = *(const struct rule_info *const *)right;

	if (a->cost != b->cost)
		return a->cost > b->cost ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void list_by_cost(const struct request *r, const struct ruleset *rs)
{
	GPtrArray *rules = g_ptr_array_new();

	for (size_t i = 0; i < ruleset_count(rs); i++)
		g_ptr_array_add(rules, (gpointer)(uintptr_t)ruleset_rule(rs, i));
	g_ptr_array_sort(rules, by_cost);
	if (!r->json)
		listing_header("  COST A        RULE  (FILE:LINE)  DEAREST TEST");
	for (guint i = 0; i < rules->len; i++) {
		const struct rule_info *info = rules->pdata[i];

		if (r->json)
			json_rule(info);
		else
			printf("%6u %-9s  %s  (%s:%u)  %s\n", info->cost,
			       info->per_rcpt ? "recipient" : "message", info->name,
			       info->file, info->line, info->dearest);
	}
	g_ptr_array_unref(rules);
}

static int do_list(const struct request *r)
{
	if (r->worst)
		return do_worst(r);
	char *folder;
	int status;
	struct ruleset *rs = load(r, &folder, &status);

	if (rs != NULL && r->cost)
		list_by_cost(r, rs);
	if (rs != NULL && !r->json && !r->cost)
		listing_header("RULE  (FILE:LINE)\n     POINTS\n    when CONDITION\n"
			       "    REASON");
	for (size_t i = 0; rs != NULL && !r->cost && i < ruleset_count(rs); i++)
		put_rule(r, ruleset_rule(rs, i));
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

	folder_only.rest = r->rest + 1;
	rs = load(&folder_only, &folder, &status);
	while (rs != NULL && i < ruleset_count(rs) &&
	       strcmp(ruleset_rule(rs, i)->name, wanted) != 0)
		i++;
	if (rs != NULL && i < ruleset_count(rs)) {
		put_rule(r, ruleset_rule(rs, i));
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
	char *text = r->json ? rule_names_json() : rule_names_text(r->markdown);

	fputs(text, stdout);
	g_free(text);
	return EXIT_DONE;
}

/* ---- test ---- */

struct testing {
	const char *rule; /* only tests of this one; NULL: all */
	unsigned n, failed;
};

static bool is_about(const struct rtest_result *result, const char *rule)
{
	for (size_t i = 0; i < result->n_rules; i++)
		if (strcmp(result->rules[i], rule) == 0)
			return true;
	return false;
}

static void tell(const struct rtest_result *result, void *context)
{
	struct testing *t = context;

	if (t->rule != NULL && !is_about(result, t->rule))
		return;
	t->n++;
	t->failed += !result->passed && result->changed == NULL;
	if (result->changed != NULL)
		printf("ok %u - %s:%u %s # SKIP its rule is changed in %s\n", t->n,
		       result->file, result->line, result->title, result->changed);
	else
		printf("%sok %u - %s:%u %s\n", result->passed ? "" : "not ", t->n,
		       result->file, result->line, result->title);
}

static void print_comment(const char *text)
{
	char **lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL; line++)
		printf("# %s\n", *line);
	g_strfreev(lines);
}

/* what is no folder is the name of a rule */
static const char *rule_to_test(const struct request *r)
{
	const char *word = r->rest[0];

	return word == NULL || strchr(word, '/') != NULL ||
			       g_file_test(word, G_FILE_TEST_IS_DIR)
		       ? NULL
		       : word;
}

/* Of one rule: the others' tests may fail, and nothing is said of them. */
static int test_one_rule(const struct request *r, const char *rule)
{
	char *nothing[] = { NULL };
	const struct request show = { .args = r->args, .rest = nothing };
	struct testing t = { .rule = rule };
	struct rtest_listener listener = { .tell = tell, .context = &t };
	char *folder = rules_folder(&show);
	GError *e = NULL;
	int status = EXIT_DONE;

	if (folder == NULL)
		return EXIT_WRONG_INPUT;
	bool all = ruleset_test(folder, &listener, &e);

	if (t.n == 0) {
		fprintf(stderr,
			"%s test: no test expects anything of a rule \"%s\" in %s%s%s\n",
			name, rule, folder, all ? "" : ": ", all ? "" : e->message);
		status = EXIT_WRONG_INPUT;
	} else if (t.failed > 0) {
		print_comment(e->message);
		status = EXIT_WRONG_INPUT;
	}
	if (t.n > 0)
		printf("1..%u\n", t.n);
	g_clear_error(&e);
	g_free(folder);
	return status;
}

static int test_all(const struct request *r)
{
	char *folder = rules_folder(r);
	struct testing t = { .n = 0 };
	struct rtest_listener listener = { .tell = tell, .context = &t };
	GError *e = NULL;
	int status = EXIT_DONE;

	if (folder == NULL)
		return EXIT_WRONG_INPUT;
	if (!ruleset_test(folder, &listener, &e)) {
		status = error_exit_status(e);
		print_comment(e->message);
		if (t.n == 0)
			printf("Bail out! the rules cannot be loaded\n");
		g_error_free(e);
	}
	if (t.n > 0 || status == EXIT_DONE)
		printf("1..%u\n", t.n);
	g_free(folder);
	return status;
}

static int do_test(const struct request *r)
{
	const char *rule = rule_to_test(r);

	return rule != NULL ? test_one_rule(r, rule) : test_all(r);
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

	for (char **path = r->rest; *path != NULL; path++) {
		int one = format_one(r, *path);

		status = MAX(status, one);
	}
	return status;
}

/* ---- explain ---- */

/* a message file is decided, and the rules that matter are told test by test */
static int do_explain(const struct request *r)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	int status;

	if (r->rest[0] == NULL) {
		fprintf(stderr, "%s explain: name a message file\n", name);
		g_ptr_array_unref(words);
		return EXIT_USAGE;
	}
	g_ptr_array_add(words, g_strdup("wonted scan"));
	g_ptr_array_add(words, g_strdup("-c"));
	g_ptr_array_add(words, g_strdup(r->args->config));
	g_ptr_array_add(words, g_strdup("--tests"));
	g_ptr_array_add(words, g_strdup("--"));
	for (char **file = r->rest; *file != NULL; file++)
		g_ptr_array_add(words, g_strdup(*file));

	int argc = (int)words->len;
	char **argv = g_new0(char *, words->len + 1);

	memcpy(argv, words->pdata, words->len * sizeof(*argv)); /* GOption moves them */
	status = command_scan(argc, argv);
	g_free(argv);
	g_ptr_array_unref(words);
	return status;
}

/* ---- words ---- */

static const struct {
	const char *name;
	int (*run)(const struct request *r);
} sub_commands[] = {
	{ "check", do_check },     { "fmt", do_fmt },   { "test", do_test },
	{ "list", do_list },       { "show", do_show }, { "names", do_names },
	{ "explain", do_explain },
};

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
		{ "json", 'j', 0, G_OPTION_ARG_NONE, &r.json,
		  "list, show, names: a line of JSON for each", NULL },
		{ "worst", 0, 0, G_OPTION_ARG_NONE, &r.worst,
		  "list: rules by how surely what they did was wrong, out of the journal",
		  NULL },
		{ "cost", 0, 0, G_OPTION_ARG_NONE, &r.cost,
		  "list: the dearest rules first, by an estimate; 100 is a look through "
		  "a "
		  "long text for one phrase",
		  NULL },
		{ "since", 0, 0, G_OPTION_ARG_STRING, &r.since,
		  "list --worst, and check, which replays: since then, a date, or how "
		  "long ago",
		  "TIME" },
		{ "markdown", 0, 0, G_OPTION_ARG_NONE, &r.markdown,
		  "names: as tables for rules/README", NULL },
		G_OPTION_ENTRY_NULL
	};

	if (!command_options(
		    &args, entries,
		    "DIR is the folder of the rules; without it, the configured "
		    "one.\ntest RULE runs the tests that expect something of it."))
		return EXIT_USAGE;
	r.rest = args.argv + 2;
	size_t row = command_row(&args, &sub_commands->name, sizeof(*sub_commands),
				 COUNT_OF(sub_commands));
	int status = sub_commands[row].run(&r);

	g_free(r.since);
	command_options_free(&args);
	return status;
}
