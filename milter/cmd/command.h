/* The commands of `wonted`, one file each, one row each in the table of wonted.c. A command gets
 * its own argv: [0] is "wonted COMMAND". */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <glib.h>
#include <stdbool.h>

#include "audit/audit.h"
#include "config/options.h"

typedef int (*command_run)(int argc, char **argv);

/* Each returns an enum exit_status (base/error.h), has said what went wrong on standard
 * error, and answers --help. */

/* command_check - is the configuration, and all it names, usable?
 * err   returned: exit status */
int command_check(int argc, char **argv);

/* command_reload - ask the running daemon to read its configuration again
 * err   returned: exit status; what is wrong with the files is shown */
int command_reload(int argc, char **argv);

/* command_status - counters of the running daemon
 * err   returned: exit status */
int command_status(int argc, char **argv);

/* command_scan - verdict, reasons and what would be done, for message files
 * err   returned: exit status */
int command_scan(int argc, char **argv);

/* command_explain - why a message was decided as it was
 * err   returned: exit status */
int command_explain(int argc, char **argv);

/* command_log - find messages in the journal
 * err   returned: exit status */
int command_log(int argc, char **argv);

/* command_rollout - what is enforced and what is observed, while the daemon runs
 * err   returned: exit status */
int command_rollout(int argc, char **argv);

/* command_rules - check, format and test rule files; list names
 * err   returned: exit status */
int command_rules(int argc, char **argv);

/* command_replay - what other rules would have made of the mail that came
 * err   returned: exit status */
int command_replay(int argc, char **argv);

/* command_compare - how far two filters agree on the same mail
 * err   returned: exit status */
int command_compare(int argc, char **argv);

/* command_setup - what the mail server needs, put into its configuration and out again
 * err   returned: exit status */
int command_setup(int argc, char **argv);

/* command_people - import and test the Person data
 * err   returned: exit status */
int command_people(int argc, char **argv);

/* command_mailbox - import and show the Mailbox data
 * err   returned: exit status */
int command_mailbox(int argc, char **argv);

/* command_import - behavior from mail archives
 * err   returned: exit status */
int command_import(int argc, char **argv);

/* command_store - look into the memory, build, load and compare stores
 * err   returned: exit status */
int command_store(int argc, char **argv);

/* command_text - teach, measure and look into the text model
 * err   returned: exit status */
int command_text(int argc, char **argv);

/* command_quarantine - list, show, release, delete what is held
 * err   returned: exit status */
int command_quarantine(int argc, char **argv);

/* command_learn - say what somebody did with a message
 * err   returned: exit status */
int command_learn(int argc, char **argv);

/* command_preferences - show, state and take back what a mailbox wants
 * err   returned: exit status */
int command_preferences(int argc, char **argv);
/* command_audit - who did what
 * err   returned: exit status */
int command_audit(int argc, char **argv);

/* command_privacy - all that is kept of one address
 * err   returned: exit status */
int command_privacy(int argc, char **argv);

/* command_review - accounts and links of the review page
 * err   returned: exit status */
int command_review(int argc, char **argv);

/* command_digest - summaries of held mail
 * err   returned: exit status */
int command_digest(int argc, char **argv);

/* command_top - what the running daemons do right now
 * err   returned: exit status */
int command_top(int argc, char **argv);

/* command_completion - what shells need to complete our commands
 * err   returned: exit status */
int command_completion(int argc, char **argv);

/* command_fail - say an error on standard error, free it
 * out   the exit status that fits */
int command_fail(const char *command, GError *e);

struct command_args {
	int argc;
	char **argv; /* after command_options(): what is left, [0] kept */
	bool memory; /* in: the command works on the memory, so it has "--store URL" as well */
	char *config; /* path of the configuration, never NULL; freed by command_options_free() */
	char *store; /* NULL: not said; else command_config() puts it in the place of the
			 configured one; freed by command_options_free() */
};

/* command_options - parse a command's own options, and "-c, --config FILE" which all have, and
 *                   check what is left against the patterns of cmd/commands.def
 * in    entries   of GOption, ending with G_OPTION_ENTRY_NULL; NULL: none
 *       what      more than the patterns say: shown below them by --help
 * out   args->argc, argv: without options, as one of the patterns; args->config
 * err   false: the mistake has been said; exit with EXIT_USAGE */
bool command_options(struct command_args *args, const GOptionEntry *entries,
		     const char *what);

/* command_options_free - give back what command_options() made */
void command_options_free(struct command_args *args);

/* command_row - the row of a command's own table that its second word names
 * in    name     of the first of n rows, each `stride` bytes behind the one before
 *       stride   sizeof(a row)
 * err   a word without a row aborts; command_options() lets none through that no pattern
 *       of cmd/commands.def has */
size_t command_row(const struct command_args *args, const char *const *name,
		   size_t stride, size_t n);

/* command_config - load the configuration that -c names; errors are printed
 * own   options_unref(), before command_options_free()
 * err   NULL: exit with EXIT_WRONG_INPUT */
struct options *command_config(const struct command_args *args);

/* command_configured - do what needs the configuration that -c names; the end of args
 * in    work   with user
 * out   the exit status: its own, or that the configuration has mistakes */
int command_configured(struct command_args *args,
		       int (*work)(const struct command_args *args,
				   const struct options *o, void *user),
		       void *user);

/* command_note - write into the audit file what a tool has done; x->tool names it
 * err   said: done, but not written down */
void command_note(const struct options *o, const struct audit_entry *x);

#endif
