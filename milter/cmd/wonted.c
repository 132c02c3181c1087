/* The admin's tool: a table of commands. "-c FILE" may stand before the command as well. */
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/map_guard.h"
#include "base/suggest.h"
#include "cmd/command.h"
#include "decoding.h"
#include "message/mime.h"

struct command {
	const char *name;
	command_run run;
	const char *what;
};

static const struct command commands[] = {
	{ "check", command_check,
	  "Check configuration, rules and stores; show effective values" },
	{ "reload", command_reload, "Ask the running daemon to read everything again" },
	{ "status", command_status, "Show what the running daemon has counted" },
	{ "scan", command_scan,
	  "Verdict, reasons and what would be done, for message files" },
	{ "explain", command_explain, "Tell why a message was decided as it was" },
	{ "rules", command_rules, "Check, format, test and list rules and their names" },
	{ "people", command_people,
	  "Import, sync, list and test the people of a tenant" },
	{ "mailbox", command_mailbox,
	  "Import, list and show what is known of addresses" },
	{ "import", command_import, "Learn relationships from mail archives" },
	{ "store", command_store,
	  "Look into the memory; build, load and compare stores" },
	{ "quarantine", command_quarantine,
	  "List, show, release and delete what is held" },
};

static void usage(FILE *to)
{
	fputs("Usage: wonted [-c FILE] COMMAND [OPTION...] [ARGUMENT...]\n\n", to);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		fprintf(to, "  %-11s %s\n", commands[i].name, commands[i].what);
	fputs("\n\"wonted COMMAND --help\" tells more. Exit status: 0 done, 1 wrong "
	      "input, "
	      "2 wrong "
	      "usage, 3 system.\n",
	      to);
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
	if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0 ||
	    strcmp(argv[at], "help") == 0) {
		usage(stdout);
		return EXIT_DONE;
	}
	if (strcmp(argv[at], "--version") == 0 || strcmp(argv[at], "-V") == 0) {
		puts("wonted " WONTED_VERSION);
		return EXIT_DONE;
	}
	map_guard_install();
	message_library_init();
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(argv[at], commands[i].name) == 0)
			return run(&commands[i], argv + at + 1, config);
	return unknown(argv[at]);
}
