/* The admin's tool: a table of commands. "-c FILE" may stand before the command as well. */
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/map_guard.h"
#include "base/suggest.h"
#include "cmd/command.h"
#include "cmd/grammar.h"
#include "decoding.h"
#include "message/mime.h"

struct command {
	const char *name; /* the first word of its patterns, cmd/commands.def */
	command_run run;
};

static const struct command commands[] = {
	{ "check", command_check },
	{ "reload", command_reload },
	{ "status", command_status },
	{ "top", command_top },
	{ "scan", command_scan },
	{ "explain", command_explain },
	{ "log", command_log },
	{ "rollout", command_rollout },
	{ "rules", command_rules },
	{ "replay", command_replay },
	{ "compare", command_compare },
	{ "setup", command_setup },
	{ "people", command_people },
	{ "mailbox", command_mailbox },
	{ "import", command_import },
	{ "store", command_store },
	{ "text", command_text },
	{ "quarantine", command_quarantine },
	{ "learn", command_learn },
	{ "preferences", command_preferences },
	{ "audit", command_audit },
	{ "privacy", command_privacy },
	{ "review", command_review },
	{ "digest", command_digest },
	{ "completion", command_completion },
};

static void usage(FILE *to)
{
	char *patterns = grammar_usage(NULL);

	fprintf(to,
		"Usage: wonted [-c FILE] COMMAND [OPTION...] [ARGUMENT...]\n\n%s"
		"  wonted help [command]                     What it does, and its "
		"options\n"
		"  wonted version                            Print the version\n"
		"\nExit status: 0 done, 1 wrong input, 2 wrong usage, 3 system.\n",
		patterns);
	g_free(patterns);
}

static const char *command_name(size_t i, const void *table)
{
	return ((const struct command *)table)[i].name;
}

static int unknown(const char *word)
{
	const char *near = suggest(word, command_name, COUNT_OF(commands), commands);

	fprintf(stderr, "wonted: there is no command \"%s\"", word);
	if (near != NULL)
		fprintf(stderr, "; did you mean \"%s\"?", near);
	fputs("\nSee \"wonted --help\".\n", stderr);
	return EXIT_USAGE;
}

/* argv for the command: its own name, what follows it, and a -c that stood before it */
static int run(const struct command *v, char **rest, const char *config)
{
	GPtrArray *words = g_ptr_array_new();
	char *name = g_strconcat("wonted ", v->name, NULL);
	char *c = g_strdup("-c"), *file = g_strdup(config);

	g_ptr_array_add(words, name);
	if (config != NULL) {
		g_ptr_array_add(words, c);
		g_ptr_array_add(words, file);
	}
	for (; *rest != NULL; rest++)
		g_ptr_array_add(words, *rest);
	int n = (int)words->len;

	g_ptr_array_add(words, NULL);
	int status = v->run(n, (char **)words->pdata);

	if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_DONE) {
		fprintf(stderr, "%s: not all of the output could be written\n", name);
		status = EXIT_SYSTEM;
	}

	g_ptr_array_free(words, TRUE);
	g_free(name);
	g_free(c);
	g_free(file);
	return status;
}

static int run_named(const char *name, char **rest, const char *config)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(name, commands[i].name) == 0)
			return run(&commands[i], rest, config);
	return unknown(name);
}

/* word   "help", "version" or an option that says the same */
static bool means(const char *word, const char *name, const char *letter)
{
	const char *option = g_str_has_prefix(word, "--") ? word + strlen("--") : word;

	return strcmp(option, name) == 0 || strcmp(word, letter) == 0;
}

/* "help quarantine list" is "quarantine --help": it has its words as well */
static int help(char **words)
{
	char *option[] = { g_strdup("--help"), NULL };
	int status = EXIT_DONE;

	if (*words == NULL || means(*words, "help", "-h"))
		usage(stdout);
	else
		status = run_named(*words, option, NULL); /* --help ends the program */
	g_free(option[0]);
	return status;
}

static int version(char **words)
{
	if (*words != NULL && means(*words, "help", "-h"))
		return help(words);
	if (*words != NULL) {
		fprintf(stderr,
			"wonted: \"%s\" is one word too many; usage: wonted version\n",
			*words);
		return EXIT_USAGE;
	}
	puts("wonted " WONTED_VERSION);
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	const char *config = NULL;
	int at = 1;

	decoding_child(argc, argv);
	if (at + 1 < argc &&
	    (strcmp(argv[at], "-c") == 0 || strcmp(argv[at], "--config") == 0)) {
		config = argv[at + 1];
		at += 2;
	} else if (at < argc && g_str_has_prefix(argv[at], "--config=")) {
		config = argv[at++] + strlen("--config=");
	}
	if (at >= argc) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (means(argv[at], "help", "-h"))
		return help(argv + at + 1);
	if (means(argv[at], "version", "-V"))
		return version(argv + at + 1);
	map_guard_install();
	message_library_init();
	return run_named(argv[at], argv + at + 1, config);
}
