/* How the tool speaks to wonted-learn about feedback. */
#ifndef CMD_FEEDBACK_ASK_H
#define CMD_FEEDBACK_ASK_H

#include <glib.h>

#include "base/bytes.h"
#include "cmd/command.h"

/* feedback_ask_socket - where wonted-learn listens: as given, as the configuration has it where
 *                       it can be read, else where it usually is
 * in    given   NULL: not said
 * own   the caller: g_free() */
char *feedback_ask_socket(const struct command_args *args, const char *given);

/* feedback_ask_begin - begin a request
 * own   the caller, g_string_free() */
GString *feedback_ask_begin(const char *act, const char *mailbox, const char *tenant);

/* feedback_ask_word - one more line of it
 * in    value   NULL: no line. Line ends in it become blanks */
void feedback_ask_word(GString *request, const char *name, const char *value);

/* feedback_ask_send - end the request, send it, and say what came back: on standard output
 *                     where it was taken, else on standard error
 * in    socket   path
 *       header   of the message; may be empty
 *       quiet    nothing on standard output
 * err   returned: EXIT_DONE; EXIT_WRONG_INPUT refused; EXIT_SYSTEM failed */
int feedback_ask_send(GString *request, struct bytes header, const char *socket,
		      const char *command, bool quiet);

#endif
