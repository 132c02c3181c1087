/* What all commands share: their options, their errors. */
#include "cmd/command.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/printable.h"
#include "cmd/grammar.h"
#include "config/load.h"

#define MESSAGE_BYTES 4000

int command_fail(const char *command, GError *e)
{
	int status = error_exit_status(e);
	char **lines = g_strsplit(e->message, "\n", -1);

	/* names of files and words of servers stand in it: nothing for a terminal to obey */
	for (char **line = lines; *line != NULL; line++) {
		char *safe = printable(*line, MESSAGE_BYTES);

		fprintf(stderr, "%s%s%s\n", line == lines ? command : "",
			line == lines ? ": " : "", safe);
		g_free(safe);
	}
	g_strfreev(lines);
	g_error_free(e);
	return status;
}

/* a program that is no command of wonted has no patterns; NULL: it is one of those */
static const char *command_of(const char *name)
{
	return g_str_has_prefix(name, "wonted ") ? name + strlen("wonted ") : NULL;
}

bool command_options(struct command_args *args, const GOptionEntry *entries,
		     const char *what)
{
	char *config = NULL, *store = NULL;
	const GOptionEntry common[] = {
		{ "config", 'c', 0, G_OPTION_ARG_FILENAME, &config,
		  "Configuration (" WONTED_CONFDIR "/wonted.conf)", "FILE" },
		G_OPTION_ENTRY_NULL
	};
	const GOptionEntry memory[] = { { "store", 0, 0, G_OPTION_ARG_STRING, &store,
					  "Instead of the configured store", "URL" },
					G_OPTION_ENTRY_NULL };
	GOptionContext *context = g_option_context_new(NULL);
	const char *command = command_of(args->argv[0]);
	char *usage = command != NULL ? grammar_usage(command) : g_strdup("");
	char *summary = g_strconcat(usage, "\n", what, NULL);
	GError *e = NULL;

	g_set_prgname(args->argv[0]);
	g_option_context_set_summary(context, summary);
	g_option_context_add_main_entries(context, common, NULL);
	if (args->memory)
		g_option_context_add_main_entries(context, memory, NULL);
	if (entries != NULL)
		g_option_context_add_main_entries(context, entries, NULL);
	bool done = g_option_context_parse(context, &args->argc, &args->argv, &e);

	g_option_context_free(context);
	g_free(summary);
	g_free(usage);
	if (!done) {
		fprintf(stderr, "%s: %s; see \"%s --help\"\n", args->argv[0], e->message,
			args->argv[0]);
		g_error_free(e);
	}
	if (!done || (command != NULL && !grammar_check(command, args->argv + 1))) {
		g_free(config);
		g_free(store);
		return false;
	}
	args->store = store;
	args->config = config != NULL ? config : g_strdup(WONTED_CONFDIR "/wonted.conf");
	return true;
}

void command_options_free(struct command_args *args)
{
	g_free(args->config);
	g_free(args->store);
	args->config = args->store = NULL;
}

size_t command_row(const struct command_args *args, const char *const *name,
		   size_t stride, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const void *at = (const char *)name + i * stride;

		if (strcmp(args->argv[1], *(const char *const *)at) == 0)
			return i;
	}
	g_error("%s: nothing does \"%s\"", args->argv[0], args->argv[1]);
}

struct options *command_config(const struct command_args *args)
{
	GError *e = NULL;
	struct options *o = options_load(args->config, &e);

	if (o == NULL)
		command_fail(args->argv[0], e);
	else if (args->store != NULL)
		o->store = args->store;
	return o;
}

int command_configured(struct command_args *args,
		       int (*work)(const struct command_args *args,
				   const struct options *o, void *user),
		       void *user)
{
	struct options *o = command_config(args);
	int status = o == NULL ? EXIT_WRONG_INPUT : work(args, o, user);

	options_unref(o);
	command_options_free(args);
	return status;
}

void command_note(const struct options *o, const struct audit_entry *x)
{
	GError *e = NULL;

	if (audit_record(o->audit_dir, x, &e))
		return;
	fprintf(stderr, "%s: done, but not written down: %s\n", x->tool, e->message);
	g_error_free(e);
}
