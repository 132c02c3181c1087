/* Lines "word value", an empty line, the header of the message: see learn/feedback.h. */
#include "cmd/feedback_ask.h"

#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/printable.h"
#include "cmd/control.h"
#include "config/load.h"
#include "learn/feedback.h"

#define USUAL_SOCKET "/run/wonted/feedback.sock"

char *feedback_ask_socket(const struct command_args *args, const char *given)
{
	struct options *o = NULL;
	char *path;

	if (given == NULL && access(args->config, R_OK) == 0)
		o = options_load(args->config, NULL);
	path = g_strdup(given != NULL ? given
			: o != NULL   ? o->feedback_socket
				      : USUAL_SOCKET);
	options_unref(o);
	return path;
}

GString *feedback_ask_begin(const char *act, const char *mailbox, const char *tenant)
{
	GString *request = g_string_new(FEEDBACK_GREETING "\n");

	feedback_ask_word(request, "act", act);
	feedback_ask_word(request, "mailbox", mailbox);
	feedback_ask_word(request, "tenant", tenant);
	return request;
}

void feedback_ask_word(GString *request, const char *name, const char *value)
{
	char *safe;

	if (value == NULL)
		return;
	safe = g_strdelimit(g_utf8_make_valid(value, -1), "\r\n", ' ');
	g_string_append_printf(request, "%s %s\n", name, safe);
	g_free(safe);
}

int feedback_ask_send(GString *request, struct bytes header, const char *socket,
		      const char *command, bool quiet)
{
	char *answer = NULL, *safe;
	GError *e = NULL;
	bool taken;

	g_string_append_c(request, '\n');
	g_string_append_len(request, header.at, (gssize)header.n);
	if (!control_tell(socket, (struct bytes){ .at = request->str, .n = request->len },
			  &answer, &e))
		return command_fail(command, e);
	taken = g_str_has_prefix(answer, "taken");
	safe = printable(*answer != '\0' ? g_strchomp(answer) : "no answer", 1000);
	if (!taken)
		fprintf(stderr, "%s: %s\n", command, safe);
	else if (!quiet)
		puts(safe);
	taken = taken || g_str_has_prefix(answer, "refused");
	int status = g_str_has_prefix(answer, "taken") ? EXIT_DONE
		     : taken                           ? EXIT_WRONG_INPUT
						       : EXIT_SYSTEM;

	g_free(safe);
	g_free(answer);
	return status;
}
