/* How the commands of `wonted` are called: one table (cmd/commands.def), by which their
 * arguments are checked and their usage is printed. */
#ifndef CMD_GRAMMAR_H
#define CMD_GRAMMAR_H

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

/* grammar_check - does what follows a command fit its pattern?
 * in    command   "quarantine"
 *       words     what follows it, without options; NULL-terminated
 * err   false: said on standard error, with the usage */
bool grammar_check(const char *command, char *const *words);

/* grammar_pattern - one of all patterns
 * err   NULL: there are no more */
const char *grammar_pattern(size_t i);

/* grammar_usage - the patterns of a command, each with what it does
 * in    command   "quarantine"; NULL: all commands
 * own   the caller frees with g_free() */
char *grammar_usage(const char *command);

#endif
