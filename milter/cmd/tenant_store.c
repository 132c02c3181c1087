/* Which tenant and which store a command of the memory works on. */
#include "cmd/tenant_store.h"

#include <string.h>

#include "base/error.h"

static char *tenant_names(const struct options *o)
{
	GString *names = g_string_new(NULL);

	for (size_t i = 0; i < o->n_tenants; i++)
		g_string_append_printf(names, "%s\"%s\"", i == 0 ? "" : ", ",
				       o->tenants[i].name);
	return g_string_free(names, FALSE);
}

const struct tenant *tenant_named(const struct options *o, const char *name, GError **e)
{
	char *names;

	if (name == NULL && o->n_tenants == 1)
		return &o->tenants[0];
	for (size_t i = 0; name != NULL && i < o->n_tenants; i++)
		if (strcmp(o->tenants[i].name, name) == 0)
			return &o->tenants[i];
	names = tenant_names(o);
	if (o->n_tenants == 0)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "the configuration has no tenant: add  tenant \"name\" { "
			    "domains = {\"example.org\"} }");
	else if (name == NULL)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "there are several tenants: say --tenant, one of %s", names);
	else
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "there is no tenant \"%s\": allowed are %s", name, names);
	g_free(names);
	return NULL;
}

struct store *configured_store_open(const struct options *o, bool write, GError **e)
{
	return store_open(o->store,
			  &(struct store_setup){ .write = write,
						 .keep_s = o->history_keep_ms / 1000,
						 .any_slots = true },
			  e);
}

bool tenant_store_open(struct tenant_store *w, const struct options *o, const char *name,
		       bool write, GError **e)
{
	*w = (struct tenant_store){ .options = o };
	w->tenant = tenant_named(o, name, e);
	if (w->tenant == NULL)
		return false;
	w->store = configured_store_open(o, write, e);
	w->arena = arena_create();
	return w->store != NULL;
}

void tenant_store_close(struct tenant_store *w)
{
	arena_destroy(&w->arena);
	store_close(&w->store);
}

int store_task_run(const struct command_args *args, struct tenant_store *w,
		   const char *name, const struct store_task *task, void *command)
{
	struct options *o = command_config(args);
	GError *e = NULL;
	bool good;

	if (o == NULL)
		return EXIT_WRONG_INPUT;
	good = tenant_store_open(w, o, name, task->write, &e) &&
	       task->run(command, args->argv[args->argc - 1], &e);
	tenant_store_close(w);
	options_unref(o);
	return good ? EXIT_DONE : command_fail(args->argv[0], e);
}
