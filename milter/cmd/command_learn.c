/* wonted learn: what somebody's hands did with a message. Called by Dovecot's scripts, as the
 * user of its IMAP processes, who can read no configuration: then the usual socket is taken. */
#include <errno.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/feedback_ask.h"
#include "preference/preference.h"

static const char what[] = "FILE is the message as it was delivered, or - for standard "
			   "input; only its header\n"
			   "is read. It is found by its X-Wonted-Id among what the "
			   "mailbox was handed, and is\n"
			   "known to the next message. wonted-learn must run, and the "
			   "caller must be root, its\n"
			   "user, or one of feedback_users.\n"
			   "Exit status: 0 taken, 1 refused (the reason is told), 2 "
			   "wrong usage, 3 failed: try\n"
			   "again later.";

struct learn_command {
	char *mailbox, *tenant, *socket;
	gboolean acts[FEEDBACK_COUNT];
	gboolean quiet;
};

/* The header, and one byte more than is allowed of one that is too long; the rest is read
 * too, so that who writes into a pipe meets no closed one. */
static GString *read_header(FILE *in)
{
	GString *header = g_string_new(NULL);
	char line[65536];
	bool ended = false;

	while (fgets(line, sizeof(line), in) != NULL) {
		bool first = header->len == 0 || header->str[header->len - 1] == '\n';

		ended = ended || header->len > LIMIT_HEADER_BLOCK_BYTES ||
			(first && (line[0] == '\n' || g_str_equal(line, "\r\n")));
		if (!ended)
			g_string_append(header, line);
	}
	g_string_truncate(header, MIN(header->len, LIMIT_HEADER_BLOCK_BYTES + 1));
	g_string_append_c(header, '\n');
	return header;
}

static GString *read_message(const char *path, GError **e)
{
	bool piped = g_str_equal(path, "-");
	FILE *in = piped ? stdin : fopen(path, "re");
	GString *header = in == NULL ? NULL : read_header(in);

	if (in == NULL || ferror(in)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "%s: cannot be read: %s",
			    path, g_strerror(errno));
		if (header != NULL)
			g_string_free(header, TRUE);
		header = NULL;
	}
	if (in != NULL && !piped)
		fclose(in);
	return header;
}

/* FEEDBACK_COUNT: none, or several */
static enum feedback one_act(const struct learn_command *v)
{
	enum feedback found = FEEDBACK_COUNT;
	size_t n = 0;

	for (enum feedback f = 0; f < FEEDBACK_COUNT; f++) {
		n += v->acts[f] != FALSE;
		found = v->acts[f] ? f : found;
	}
	return n == 1 ? found : FEEDBACK_COUNT;
}

static int run(const struct learn_command *v, const struct command_args *args)
{
	enum feedback act = one_act(v);
	GError *e = NULL;
	GString *header, *request;
	char *socket;
	int status;

	if (act == FEEDBACK_COUNT || v->mailbox == NULL) {
		fprintf(stderr,
			"%s: say whose with --mailbox, and one of the acts, as in "
			"--junk; "
			"see \"%s --help\"\n",
			args->argv[0], args->argv[0]);
		return EXIT_USAGE;
	}
	header = read_message(args->argv[1], &e);
	if (header == NULL)
		return command_fail(args->argv[0], e);
	socket = feedback_ask_socket(args, v->socket);
	request = feedback_ask_begin(feedback_rows[act].word, v->mailbox, v->tenant);
	status = feedback_ask_send(request,
				   (struct bytes){ .at = header->str, .n = header->len },
				   socket, args->argv[0], v->quiet);
	g_string_free(request, TRUE);
	g_string_free(header, TRUE);
	g_free(socket);
	return status;
}

int command_learn(int argc, char **argv)
{
	struct learn_command v = { 0 };
	const GOptionEntry others[] = {
		{ "mailbox", 'm', 0, G_OPTION_ARG_STRING, &v.mailbox,
		  "Whose hands they were", "ADDRESS" },
		{ "tenant", 0, 0, G_OPTION_ARG_STRING, &v.tenant,
		  "Refuse a mailbox of any other", "NAME" },
		{ "socket", 0, 0, G_OPTION_ARG_FILENAME, &v.socket,
		  "Where wonted-learn listens, if not at feedback_socket", "PATH" },
		{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &v.quiet,
		  "Say nothing when it was taken", NULL },
	};
	GOptionEntry entries[FEEDBACK_COUNT + COUNT_OF(others) + 1] = { 0 };
	struct command_args args = { .argc = argc, .argv = argv };
	int status = EXIT_USAGE;
	size_t n = 0;

	for (enum feedback f = 0; f < FEEDBACK_REVOKED; f++)
		entries[n++] = (GOptionEntry){ .long_name = feedback_rows[f].word,
					       .arg = G_OPTION_ARG_NONE,
					       .arg_data = &v.acts[f],
					       .description = feedback_rows[f].doc };
	memcpy(entries + n, others, sizeof(others));
	if (command_options(&args, entries, what)) {
		status = run(&v, &args);
		command_options_free(&args);
	}
	g_free(v.mailbox);
	g_free(v.tenant);
	g_free(v.socket);
	return status;
}
