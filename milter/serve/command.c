/* Each command stands in one row; what writes is known by its name only. */
#include "serve/command.h"

#include <string.h>

#include "serve/reply.h"

#define SHOWN_BYTES 64 /* of what is not understood */

#define LOOP(f) .data = false
#define DATA(f) .data = true
const struct command_row command_rows[COMMAND_COUNT] = {
#define COMMAND(id, name_, arity_, kind, before_, first_, last_) \
	[COMMAND_##id] = { .name = (name_),                      \
			   .arity = (arity_),                    \
			   .before = (before_),                  \
			   .first = (first_),                    \
			   .last = (last_),                      \
			   kind },
#include "serve/commands.def"
#undef COMMAND
};
#undef LOOP
#undef DATA

static const char *const refused[] = {
#define REFUSED(name) name,
#include "serve/refused.def"
#undef REFUSED
};

const struct command_row *command_find(struct bytes name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (command_is(name, command_rows[i].name))
			return &command_rows[i];
	return NULL;
}

static bool writes(struct bytes name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
		if (command_is(name, refused[i]))
			return true;
	return false;
}

bool command_has_words(const struct command_row *row, size_t n)
{
	return row->arity >= 0 ? n == (size_t)row->arity : n >= (size_t)-row->arity;
}

bool command_refuse(const struct command_row *row, const struct client *client,
		    const struct request *q, GString *out)
{
	struct bytes name = q->word[0];

	if (!client->known && (row == NULL || !row->before))
		reply_error(out, "NOAUTH Authentication required.");
	else if (row == NULL && writes(name))
		reply_error(out, "READONLY You can't write against a read only replica.");
	else if (row == NULL)
		reply_error(out, "ERR unknown command '%.*s'",
			    (int)MIN(name.n, SHOWN_BYTES), name.at);
	else if (!command_has_words(row, q->n))
		reply_error(out, "ERR wrong number of arguments for '%s' command",
			    row->name);
	else
		return false;
	return true;
}
