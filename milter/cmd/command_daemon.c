/* The commands that speak to the running daemon over its control socket. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "cmd/command.h"
#include "cmd/control.h"
#include "cmd/listing.h"

/* the answer's text on the stream that it belongs to */
static int print_answer(const char *answer)
{
	bool bad = g_str_has_prefix(answer, "error:");

	fputs(answer, bad ? stderr : stdout);
	fflush(stdout); /* what the next daemon cannot do is told after it */
	return bad ? EXIT_WRONG_INPUT : EXIT_DONE;
}

static int ask_one(const char *command, const char *path, const char *word)
{
	char *answer = NULL;
	GError *e = NULL;
	int status;

	if (control_ask(path, word, &answer, &e))
		status = print_answer(answer);
	else
		status = command_fail(command, e);
	g_free(answer);
	return status;
}

static void json_not_there(const char *path)
{
	GString *out = listing_json_begin();

	listing_json_text(out, "program", "wonted-learn");
	listing_json_bool(out, "running", false);
	listing_json_text(out, "socket", path);
	listing_json_print(out);
}

/* The memory's writer may run on another machine, or not at all: that is said, and no
 * failure. A socket that nobody answers at is one. */
static int ask_learner(const char *command, const char *control_socket, const char *word)
{
	char *path = control_learn_path(control_socket);
	int status = EXIT_DONE;

	if (access(path, F_OK) == 0 || errno != ENOENT)
		status = ask_one(command, path, word);
	else if (g_str_has_suffix(word, " json"))
		json_not_there(path);
	else
		printf("wonted-learn: does not run here (there is no %s)\n", path);
	g_free(path);
	return status;
}

static int ask(struct command_args args, const char *word)
{
	char *path = control_socket_of(args.config);
	int milter = ask_one(args.argv[0], path, word);
	int learner = ask_learner(args.argv[0], path, word);

	g_free(path);
	command_options_free(&args);
	return MAX(milter, learner);
}

int command_reload(int argc, char **argv)
{
	static const char what[] =
		"Ask the running daemons, wonted-milter and wonted-learn, to read their\n"
		"configuration, rules and lists again, and say which did not. Something "
		"wrong\nin them keeps the old ones in force and is shown here.";
	struct command_args args = { .argc = argc, .argv = argv };

	return command_options(&args, NULL, what) ? ask(args, "reload") : EXIT_USAGE;
}

int command_status(int argc, char **argv)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = { { "json", 'j', 0, G_OPTION_ARG_NONE, &json,
					   "A line of JSON a daemon", NULL },
					 G_OPTION_ENTRY_NULL };
	struct command_args args = { .argc = argc, .argv = argv };

	if (!command_options(&args, entries,
			     "Show what the running daemons have counted."))
		return EXIT_USAGE;
	return ask(args, json ? "status json" : "status");
}
