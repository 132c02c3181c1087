/* The table of commands, and those that the loop answers by itself. */
#ifndef SERVE_COMMAND_H
#define SERVE_COMMAND_H

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "serve/request.h"
#include "serve/serving.h"
#include "store/store.h"

/* what a command that the loop answers is given */
struct talk {
	struct serving *s;
	struct client *client;
	const struct request *q;
	GString *out;
};

/* what a command that a worker answers is given */
struct call {
	const struct command_row *row;
	struct request q;
	struct store_read *key; /* n of them, asked before */
	size_t n;
};

struct command_row {
	const char *name;
	int arity;
	bool data, before; /* a worker answers; also before the password */
	int first, last;   /* keys */
};

extern const struct command_row command_rows[COMMAND_COUNT];

/* command_find - the row of a name, in whatever case
 * err   NULL: there is none */
const struct command_row *command_find(struct bytes name);

/* command_has_words - does it take a request of n words, its name with them? */
bool command_has_words(const struct command_row *row, size_t n);

/* command_refuse - why is a request not answered: unknown, a write, too few words, no password?
 * in    row   NULL: there is none
 * out   true: the error was appended */
bool command_refuse(const struct command_row *row, const struct client *client,
		    const struct request *q, GString *out);

/* command_is - is a word this one, in whatever case? */
static inline bool command_is(struct bytes word, const char *name)
{
	return word.n == strlen(name) && g_ascii_strncasecmp(word.at, name, word.n) == 0;
}

#endif
