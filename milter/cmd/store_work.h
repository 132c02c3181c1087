/* The works of "wonted store", one row each in the table of command_store.c, one file a group.
 * Only those files include it. */
#ifndef CMD_STORE_WORK_H
#define CMD_STORE_WORK_H

#include <glib.h>
#include <stdbool.h>

#include "cmd/command.h"
#include "config/options.h"
#include "store/store.h"

/* what was said on the command line */
struct store_command {
	const struct command_args *args;
	const struct options *options;
	char *tenant_name; /* NULL: not said */
	char *prefix;
	char *from;
	char *notify; /* program; NULL: none */
	char **people, **maildirs, **mboxes, **messages;
	gint64 most;      /* of what is shown; 0: not said */
	gint64 rate;      /* keys a second; 0: not said */
	gint64 memory_mb; /* for sorting; 0: not said */
	gint64 shards;    /* files that slots are spread over; 0: not said */
	gboolean json;    /* get and scan always print it */
};

struct store_work {
	const char *name;
	/* argument ends with NULL; false: e */
	bool (*run)(struct store_command *v, char **argument, GError **e);
};

/* Each fails as a store_work's run does. */

/* store_get - print one record
 * err   false: e; also when it is absent */
bool store_get(struct store_command *v, char **argument, GError **e);

/* store_list - print the records of a family
 * err   false: e */
bool store_list(struct store_command *v, char **argument, GError **e);

/* store_stats - count keys and bytes by family
 * err   false: e */
bool store_stats(struct store_command *v, char **argument, GError **e);

/* store_verify - is the file sound, and can every record be read?
 * err   false: e; also when not */
bool store_verify(struct store_command *v, char **argument, GError **e);

/* store_diff - in which records do two stores differ?
 * err   false: e; also when they do */
bool store_diff(struct store_command *v, char **argument, GError **e);

/* store_build - write a snapshot
 * err   false: e; what stood there before still does */
bool store_build(struct store_command *v, char **argument, GError **e);

/* store_merge - write a snapshot of several
 * err   false: e; what stood there before still does */
bool store_merge(struct store_command *v, char **argument, GError **e);

/* store_fetch - take a newer snapshot of another machine
 * err   false: e; what stood there before still does */
bool store_fetch(struct store_command *v, char **argument, GError **e);

/* store_load - send all records of one store to another
 * err   false: e; some may have been sent, and repeating it is harmless */
bool store_load(struct store_command *v, char **argument, GError **e);

/* store_dark - how many batches of the running daemon its pair compares
 * err   false: e */
bool store_dark(struct store_command *v, char **argument, GError **e);

/* store_live - how many batches of the running daemon its pair's secondary answers
 * err   false: e */
bool store_live(struct store_command *v, char **argument, GError **e);

/* store_migrate - how alike the two stores of the running daemon's pair are
 * err   false: e */
bool store_migrate(struct store_command *v, char **argument, GError **e);

#endif
