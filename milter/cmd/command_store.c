/* wonted store: a table of works. Each lives in a file of its group (store_*.c); a new one is a
 * row here. */
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"
#include "cmd/store_work.h"

static const char what[] =
	"store get FAMILY [PART...]   one record as JSON, as in: store get pair "
	"ann@example.org "
	"bob@example.com\n"
	"store scan FAMILY            all records of a family, those whose first part "
	"begins\n"
	"                             with --prefix\n"
	"store stats                  records and bytes by family\n"
	"store verify                 is the file sound, can every record be read?\n"
	"store diff URL URL           in which records do two stores differ? exit status "
	"1\n"
	"                             when they do\n"
	"store build FILE.mdb         a sorted snapshot, served as "
	"lmdb-snapshot:FILE.mdb\n"
	"store load URL               send all records of --from to another store\n"
	"store dark N                 while the daemon moves from one store to another "
	"(store\n"
	"                             = pair:...): compare N percent of its lookups\n"
	"store live N                 let the new store answer N percent\n"
	"store migrate status         how alike the two are, how fast, and the servers' "
	"state";

static const struct store_work works[] = {
	{ "get", "FAMILY [PART...]", 1, 3, store_get },
	{ "scan", "FAMILY", 1, 1, store_list },
	{ "stats", "", 0, 0, store_stats },
	{ "verify", "", 0, 0, store_verify },
	{ "diff", "URL URL", 2, 2, store_diff },
	{ "build", "FILE", 1, 1, store_build },
	{ "load", "URL", 1, 1, store_load },
	{ "dark", "N", 1, 1, store_dark },
	{ "live", "N", 1, 1, store_live },
	{ "migrate", "status", 1, 1, store_migrate },
};

static const char *work_name(size_t i, const void *unused)
{
	(void)unused;
	return works[i].name;
}

static const char *lacks(const char *word)
{
	(void)word;
	return "wrong number of arguments";
}

static int usage(const struct command_args *args)
{
	static const struct command_words words = {
		.say = "what to do",
		.name_of = work_name,
		.n = COUNT_OF(works),
		.lacks = lacks,
	};

	return command_wrong_word(args, &words);
}

static const struct store_work *find_work(const struct command_args *args)
{
	int n = args->argc - 2;

	for (size_t i = 0; n >= 0 && i < COUNT_OF(works); i++)
		if (strcmp(args->argv[1], works[i].name) == 0)
			return n >= works[i].least && n <= works[i].most ? &works[i]
									 : NULL;
	return NULL;
}

static int run(struct store_command *v, const struct command_args *args)
{
	const struct store_work *work = find_work(args);
	struct options *o;
	char **argument;
	GError *e = NULL;
	bool good;

	if (work == NULL || v->most < 0 || v->rate < 0 || v->memory_mb < 0)
		return usage(args);
	o = command_config(args);
	if (o == NULL)
		return EXIT_WRONG_INPUT;
	v->args = args;
	v->options = o;
	argument = g_new0(char *, (size_t)args->argc);
	for (int i = 2; i < args->argc; i++)
		argument[i - 2] = args->argv[i];
	good = work->run(v, argument, &e);
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
		{ "memory", 0, 0, G_OPTION_ARG_INT64, &v.memory_mb,
		  "build, diff: memory for sorting (128)", "MB" },
		G_OPTION_ENTRY_NULL
	};
	struct command_args args = { .argc = argc, .argv = argv, .memory = true };
	int status = EXIT_USAGE;

	if (command_options(&args, entries,
			    "get | scan | stats | verify | diff | build | load | dark | "
			    "live | migrate",
			    what)) {
		status = run(&v, &args);
		command_options_free(&args);
	}
	g_free(v.tenant_name);
	g_free(v.prefix);
	g_free(v.from);
	g_strfreev(v.people);
	g_strfreev(v.maildirs);
	g_strfreev(v.mboxes);
	g_strfreev(v.messages);
	return status;
}
