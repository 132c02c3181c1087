/* The verbs that speak to the running daemon over its control socket. */
#include <stdio.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "cmd/control.h"
#include "cmd/verb.h"
#include "config/load.h"

/* A configuration with mistakes must still find the daemon: that is when a reload is asked
 * for. So the one line that names its socket is looked for by itself. */
static char *socket_in_broken_file(const char *path)
{
	char *text = NULL, *found = NULL;
	size_t n = 0;
	GMatchInfo *match = NULL;
	GRegex *line = g_regex_new("^\\s*control_socket\\s*=\\s*\"?([^\"\\s]+)",
				   G_REGEX_MULTILINE | G_REGEX_RAW, 0, NULL);

	if (file_read(path, LIMIT_CONFIG_BYTES, &text, &n, NULL) &&
	    g_regex_match(line, text, 0, &match))
		found = g_match_info_fetch(match, 1);
	g_match_info_unref(match);
	g_regex_unref(line);
	g_free(text);
	return found != NULL ? found : g_strdup("/run/wonted/control.sock");
}

static int ask(int argc, char **argv, const char *word, const char *what)
{
	struct verb_args args = { .argc = argc, .argv = argv };
	char *answer = NULL;
	GError *e = NULL;
	int status;

	if (!verb_options(&args, NULL, "", what))
		return EXIT_USAGE;
	struct options *o = options_load(args.config, NULL);
	char *path = o != NULL ? g_strdup(o->control_socket)
			       : socket_in_broken_file(args.config);

	if (!control_ask(path, word, &answer, &e)) {
		status = verb_fail(args.argv[0], e);
	} else {
		bool bad = g_str_has_prefix(answer, "error:");

		fputs(answer, bad ? stderr : stdout);
		status = bad ? EXIT_WRONG_INPUT : EXIT_DONE;
	}
	g_free(answer);
	g_free(path);
	options_unref(o);
	verb_options_free(&args);
	return status;
}

int verb_reload(int argc, char **argv)
{
	return ask(
		argc, argv, "reload",
		"Ask the running daemon to read its configuration, rules and lists "
		"again.\n"
		"Something wrong in them keeps the old ones in force and is shown here.");
}

int verb_status(int argc, char **argv)
{
	return ask(argc, argv, "status", "Show what the running daemon has counted.");
}
