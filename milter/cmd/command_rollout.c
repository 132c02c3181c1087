/* `wonted rollout`: what is enforced and what is only observed, while the daemon runs. */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/error.h"
#include "cmd/command.h"
#include "cmd/control.h"

/* The configuration may be broken just now: that must not keep anybody from stepping back. */
static int ask(const struct command_args *args, const char *request)
{
	char *path = control_socket_of(args->config), *answer = NULL;
	GError *e = NULL;
	int status;

	if (control_ask(path, request, &answer, &e)) {
		bool bad = g_str_has_prefix(answer, "error:");

		fputs(answer, bad ? stderr : stdout);
		status = bad ? EXIT_WRONG_INPUT : EXIT_DONE;
	} else {
		status = command_fail("wonted rollout", e);
	}
	g_free(answer);
	g_free(path);
	return status;
}

int command_rollout(int argc, char **argv)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = { { "json", 'j', 0, G_OPTION_ARG_NONE, &json,
					   "status: a line of JSON a row", NULL },
					 G_OPTION_ENTRY_NULL };
	struct command_args args = { .argc = argc, .argv = argv };
	int status;

	if (!command_options(
		    &args, entries,
		    "status tells what is observed and what is enforced, and who said "
		    "so.\n"
		    "set changes it from the next message on; it outlives the daemon.\n"
		    "  all VALUE                  everybody; observe stops all at once\n"
		    "  tenant|domain|policy NAME VALUE\n"
		    "  rule NAME VALUE            whether its points count\n"
		    "  text_model|decoders|preferences on|off|default\n"
		    "VALUE is observe, enforce, a share as 10%, or default: what "
		    "wonted.conf and "
		    "the\nrules say."))
		return EXIT_USAGE;
	char *words = g_strjoinv(" ", args.argv + 1);
	bool rows = json && strcmp(args.argv[1], "status") == 0;
	char *request = g_strconcat("rollout ", words, rows ? " json" : "", NULL);

	status = ask(&args, request);
	g_free(request);
	g_free(words);
	command_options_free(&args);
	return status;
}
