/* The verbs of `wonted`, one file each, one row each in the table of wonted.c. A verb gets
 * its own argv: [0] is "wonted VERB". */
#ifndef CMD_VERB_H
#define CMD_VERB_H

#include <glib.h>
#include <stdbool.h>

#include "config/options.h"

typedef int (*verb_run)(int argc, char **argv);

/* Each returns an enum exit_status (base/error.h), has said what went wrong on standard
 * error, and answers --help. */

/* verb_check - is the configuration, and all it names, usable?
 * err   returned: exit status */
int verb_check(int argc, char **argv);

/* verb_reload - ask the running daemon to read its configuration again
 * err   returned: exit status; what is wrong with the files is shown */
int verb_reload(int argc, char **argv);

/* verb_status - counters of the running daemon
 * err   returned: exit status */
int verb_status(int argc, char **argv);

/* verb_scan - verdict, reasons and what would be done, for message files
 * err   returned: exit status */
int verb_scan(int argc, char **argv);

/* verb_explain - why a message was decided as it was
 * err   returned: exit status */
int verb_explain(int argc, char **argv);

/* verb_rules - check, format and test rule files; list names
 * err   returned: exit status */
int verb_rules(int argc, char **argv);

/* verb_people - import and test the Person data
 * err   returned: exit status */
int verb_people(int argc, char **argv);

/* verb_mailbox - import and show the Mailbox data
 * err   returned: exit status */
int verb_mailbox(int argc, char **argv);

/* verb_import - behavior from mail archives
 * err   returned: exit status */
int verb_import(int argc, char **argv);

/* verb_store - look into the memory, build, load and compare stores
 * err   returned: exit status */
int verb_store(int argc, char **argv);

/* verb_quarantine - list, show, release, delete what is held
 * err   returned: exit status */
int verb_quarantine(int argc, char **argv);

/* verb_fail - say an error on standard error, free it
 * out   the exit status that fits
 * err   none */
int verb_fail(const char *verb, GError *e);

struct verb_args {
	int argc;
	char **argv; /* after verb_options(): what is left, [0] kept */
	bool memory; /* in: the verb works on the memory, so it has "--store URL" as well */
	char *config; /* path of the configuration, never NULL; freed by verb_options_free() */
	char *store; /* NULL: not said; else verb_config() puts it in the place of the
			 configured one; freed by verb_options_free() */
};

/* verb_options - parse a verb's own options, and "-c, --config FILE" which all have
 * in    entries   of GOption, ending with G_OPTION_ENTRY_NULL; NULL: none
 *       usage     what --help shows after the verb's name: "FILE..."
 *       what      what it does: a line, and more below it; shown by --help
 * out   args->argc, argv: without options; args->config
 * err   false: the mistake has been said; exit with EXIT_USAGE */
bool verb_options(struct verb_args *args, const GOptionEntry *entries, const char *usage,
		  const char *what);

/* verb_options_free - give back what verb_options() made
 * err   none */
void verb_options_free(struct verb_args *args);

/* verb_config - load the configuration that -c names; complaints are said
 * own   options_unref(), before verb_options_free()
 * err   NULL: exit with EXIT_WRONG_INPUT */
struct options *verb_config(const struct verb_args *args);

/* The words a verb takes as its first argument. */
struct verb_words {
	const char *say;                                      /* "import, list or show" */
	const char *(*name_of)(size_t i, const void *unused); /* of n */
	size_t n;
	/* of a word that is one of them: "needs one argument" */
	const char *(*lacks)(const char *word);
};

/* verb_wrong_word - say what is wrong with the first argument: missing, unknown, or not
 *                   followed by what it needs
 * out   EXIT_USAGE
 * err   none */
int verb_wrong_word(const struct verb_args *args, const struct verb_words *words);

#endif
