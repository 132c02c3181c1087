/* What the commands that touch the memory share: which tenant, which store. */
#ifndef CMD_TENANT_STORE_H
#define CMD_TENANT_STORE_H

#include <glib.h>
#include <stdbool.h>

#include "base/arena.h"
#include "cmd/command.h"
#include "config/options.h"
#include "store/store.h"

/* tenant_named - the tenant of that name, or the only one there is
 * in    name   NULL: not said
 * err   NULL: e says which there are */
const struct tenant *tenant_named(const struct options *o, const char *name, GError **e);

/* configured_store_open - the store of the configuration
 * own   the caller, store_close()
 * err   NULL: see store_open() */
struct store *configured_store_open(const struct options *o, bool write, GError **e);

/* One tenant's part of the memory, while a command works on it. */
struct tenant_store {
	const struct options *options;
	const struct tenant *tenant;
	struct store *store;
	struct arena *arena;
};

/* tenant_store_open - find the tenant, open the store
 * in    o      outlives the work
 *       name   of the tenant, as tenant_named() takes it
 * own   tenant_store_close(), whatever the answer is
 * err   false: e says which tenants there are, or what is wrong with the store */
bool tenant_store_open(struct tenant_store *w, const struct options *o, const char *name,
		       bool write, GError **e);

/* tenant_store_close - give back all but the options */
void tenant_store_close(struct tenant_store *w);

/* One thing that a command of the memory can be told to do. */
struct store_task {
	const char *name;
	bool write;
	bool (*run)(void *command, const char *argument, GError **e);
};

/* store_task_run - load the configuration, do the task on one tenant's part of the memory
 * in    w      what the task finds it in, while it runs
 *       name   of the tenant, as tenant_named() takes it
 *       task   gets command, and the last word of args
 * err   returned: exit status; what went wrong has been said */
int store_task_run(const struct command_args *args, struct tenant_store *w,
		   const char *name, const struct store_task *task, void *command);

#endif
