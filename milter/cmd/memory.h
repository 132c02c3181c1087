/* What the commands that touch the memory share: which tenant, which store. */
#ifndef CMD_MEMORY_H
#define CMD_MEMORY_H

#include <glib.h>
#include <stdbool.h>

#include "base/arena.h"
#include "cmd/command.h"
#include "config/options.h"
#include "store/store.h"

/* memory_tenant - the tenant of that name, or the only one there is
 * in    name   NULL: not said
 * err   NULL: e says which there are */
const struct tenant *memory_tenant(const struct options *o, const char *name, GError **e);

/* memory_open - the store of the configuration
 * own   the caller, store_close()
 * err   NULL: see store_open() */
struct store *memory_open(const struct options *o, bool write, GError **e);

/* One tenant's part of the memory, while a command works on it. */
struct memory_work {
	const struct options *options;
	const struct tenant *tenant;
	struct store *store;
	struct arena *arena;
};

/* memory_begin - find the tenant, open the store
 * in    o      outlives the work
 *       name   of the tenant, as memory_tenant() takes it
 * own   memory_end(), whatever the answer is
 * err   false: e says which tenants there are, or what is wrong with the store */
bool memory_begin(struct memory_work *w, const struct options *o, const char *name,
		  bool write, GError **e);

/* memory_end - give back all but the options
 * err   none */
void memory_end(struct memory_work *w);

/* One thing that a command of the memory can be told to do. */
struct memory_task {
	const char *name;
	bool argument, write;
	bool (*run)(void *command, const char *argument, GError **e);
};

/* memory_do - load the configuration, do the task on one tenant's part of the memory
 * in    w      what the task finds it in, while it runs
 *       name   of the tenant, as memory_tenant() takes it
 *       task   gets command, and the last word of args
 * err   returned: exit status; what went wrong has been said */
int memory_do(const struct command_args *args, struct memory_work *w, const char *name,
	      const struct memory_task *task, void *command);

#endif
