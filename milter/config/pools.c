/* The environment is for whoever starts many daemons of one configuration on machines of
 * different sizes. It is read where a daemon reads its options, at a reload too, and nowhere else:
 * a tool that looks at the file shows the file. */
#include "config/pools.h"

#include <inttypes.h>

#include "base/error.h"
#include "base/number.h"
#include "config/load.h"
#include "config/row.h"
#include "config/snapshot.h"

#define MOST 1000000 /* what the variables for all pools may say */

static const struct pool_row {
	const char *name, *workers, *queue;
} pools[POOL_COUNT] = {
#define POOL(id, name, workers, queue, shed) [POOL_##id] = { name, workers, queue },
#include "config/pools.def"
#undef POOL
};

static size_t index_of(const struct option_row *row)
{
	return (size_t)(row - option_tables[SCOPE_GLOBAL].rows);
}

static const struct option_row *row_of(const char *name)
{
	const struct option_row *row = option_find(SCOPE_GLOBAL, name);

	g_assert(row != NULL && row->type == OPTION_INT);
	return row;
}

static int64_t *member_of(struct options *o, const struct option_row *row)
{
	return (int64_t *)(void *)((char *)o + row->offset);
}

static struct pool_bound bound_of(const struct options *o, const char *name)
{
	const struct option_row *row = row_of(name);
	const struct origin *at = &o->origins[index_of(row)];

	return (struct pool_bound){
		.value = *member_of((struct options *)(uintptr_t)o, row),
		.from = at->file == NULL ? "default"
			: at->line == 0  ? "environment"
					 : "option",
	};
}

struct pool_size pool_size(const struct options *o, enum pool which)
{
	const struct pool_row *p = &pools[which];

	return (struct pool_size){ p->name, bound_of(o, p->workers),
				   bound_of(o, p->queue) };
}

static void set(struct options *o, const struct option_row *row, int64_t value,
		const char *variable)
{
	struct origin *at = (struct origin *)(uintptr_t)&o->origins[index_of(row)];
	char *file = g_strdup_printf("%s in the environment", variable);

	*member_of(o, row) = value;
	*at = (struct origin){ arena_strdup(o->snapshot->arena, file), 0 };
	g_free(file);
}

/* 1: there is one; 0: there is none; -1: it is wrong */
static int read_variable(const char *name, int64_t min, int64_t max, int64_t *value_r,
			 GError **e)
{
	const char *text = g_getenv(name);

	if (text == NULL || *text == '\0')
		return 0;
	if (number_parse(text, min, max, value_r))
		return 1;
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
		    "%s in the environment is \"%s\": write a number from %" PRId64
		    " to %" PRId64 ", or unset it",
		    name, text, min, max);
	return -1;
}

/* one bound of one pool: its own variable wins over that for all */
static bool override(struct options *o, const struct pool_row *p, bool workers,
		     GError **e)
{
	const struct option_row *row = row_of(workers ? p->workers : p->queue);
	const char *general = workers ? "MAX_WORKERS" : "MAX_QUEUE";
	char *upper = g_ascii_strup(p->name, -1);
	char *own = g_strdup_printf("WONTED_%s_%s", upper, workers ? "WORKERS" : "QUEUE");
	int64_t value = 0;
	int got = read_variable(own, row->min, row->max, &value, e);

	if (got > 0)
		set(o, row, value, own);
	else if (got == 0 && (got = read_variable(general, 1, MOST, &value, e)) > 0)
		set(o, row, CLAMP(value, row->min, row->max), general);
	g_free(upper);
	g_free(own);
	return got >= 0;
}

bool pools_from_environment(struct options *o, GError **e)
{
	for (enum pool i = 0; i < POOL_COUNT; i++)
		if (!override(o, &pools[i], true, e) || !override(o, &pools[i], false, e))
			return false;
	return true;
}

struct options *options_load_daemon(const char *path, GError **e)
{
	struct options *o = options_load(path, e);

	if (o != NULL && !pools_from_environment(o, e)) {
		options_unref(o);
		o = NULL;
	}
	return o;
}
