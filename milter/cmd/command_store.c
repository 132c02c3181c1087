/* wonted store: a table of works. Each lives in a file of its group (store_*.c); a new one is a
 * row here. */
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"
#include "cmd/store_work.h"

#define SHARDS_MOST 100 /* files that are open at once */

static const char what[] = "One record: store get pair ann@example.org bob@example.com. "
			   "scan: those whose first\n"
			   "part begins with --prefix. diff: exit status 1 when the "
			   "stores differ. build: served\n"
			   "as lmdb-snapshot:FILE, or by wonted-store(8). merge: of "
			   "a key in several parts the last\none's value holds. dark, "
			   "live: while the daemon moves "
			   "from one store to another\n"
			   "(store = pair:...).";

static const struct store_work works[] = {
	{ "get", store_get },         { "scan", store_list },   { "stats", store_stats },
	{ "verify", store_verify },   { "diff", store_diff },   { "build", store_build },
	{ "load", store_load },       { "dark", store_dark },   { "live", store_live },
	{ "migrate", store_migrate }, { "merge", store_merge }, { "fetch", store_fetch },
};

static int run(struct store_command *v, const struct command_args *args)
{
	size_t row = command_row(args, &works->name, sizeof(*works), COUNT_OF(works));
	struct options *o;
	char **argument;
	GError *e = NULL;
	bool good;

	if (v->most < 0 || v->rate < 0 || v->memory_mb < 0 || v->shards < 0 ||
	    v->shards > SHARDS_MOST) {
		fprintf(stderr,
			"%s: --most, --rate and --memory are numbers, 0 or more, and "
			"--shards is one up to %d\n"
			"See \"wonted store --help\".\n",
			args->argv[0], SHARDS_MOST);
		return EXIT_USAGE;
	}
	o = command_config(args);
	if (o == NULL)
		return EXIT_WRONG_INPUT;
	v->args = args;
	v->options = o;
	argument = g_new0(char *, (size_t)args->argc);
	for (int i = 2; i < args->argc; i++)
		argument[i - 2] = args->argv[i];
	good = works[row].run(v, argument, &e);
	g_free(argument);
	options_unref(o);
	return good ? EXIT_DONE : command_fail(args->argv[0], e);
}

int command_store(int argc, char **argv)
{
	struct store_command v = { 0 };
	const GOptionEntry entries[] = {
		{ "tenant", 0, 0, G_OPTION_ARG_STRING, &v.tenant_name,
		  "For whom; may be left out when there is only one", "NAME" },
		{ "prefix", 0, 0, G_OPTION_ARG_STRING, &v.prefix,
		  "scan: what the first part of the key begins with", "TEXT" },
		{ "most", 0, 0, G_OPTION_ARG_INT64, &v.most,
		  "scan: records shown (all); diff: samples of each kind (5)", "N" },
		{ "from", 0, 0, G_OPTION_ARG_STRING, &v.from,
		  "build, load: the store to take all records from", "URL" },
		{ "people", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &v.people,
		  "build: import this people file; may be said again", "FILE" },
		{ "maildir", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &v.maildirs,
		  "build: import this Maildir; may be said again", "DIR" },
		{ "mbox", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &v.mboxes,
		  "build: import this mbox; may be said again", "FILE" },
		{ "messages", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &v.messages,
		  "build: import this folder of messages; may be said again", "DIR" },
		{ "rate", 0, 0, G_OPTION_ARG_INT64, &v.rate,
		  "load: at most so many records a second", "N" },
		{ "json", 'j', 0, G_OPTION_ARG_NONE, &v.json,
		  "stats, verify, diff, migrate status: as lines of JSON", NULL },
		{ "memory", 0, 0, G_OPTION_ARG_INT64, &v.memory_mb,
		  "build, diff: memory for sorting (128)", "MB" },
		{ "notify", 0, 0, G_OPTION_ARG_FILENAME, &v.notify,
		  "fetch: run this program, with the file, when there is a newer one",
		  "PROGRAM" },
		{ "shards", 0, 0, G_OPTION_ARG_INT64, &v.shards,
		  "build, merge: a file for each of so many nodes, FILE.1-of-N and so on",
		  "N" },
		G_OPTION_ENTRY_NULL
	};
	struct command_args args = { .argc = argc, .argv = argv, .memory = true };
	int status = EXIT_USAGE;

	if (command_options(&args, entries, what)) {
		status = run(&v, &args);
		command_options_free(&args);
	}
	g_free(v.tenant_name);
	g_free(v.prefix);
	g_free(v.from);
	g_free(v.notify);
	g_strfreev(v.people);
	g_strfreev(v.maildirs);
	g_strfreev(v.mboxes);
	g_strfreev(v.messages);
	return status;
}
