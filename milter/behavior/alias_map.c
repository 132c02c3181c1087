/* Whose are the addresses of a batch? An alias and its mailbox share what they know of their
 * correspondents, so histories are written under the mailbox. It is asked anew for each
 * batch: that costs far less than the batch itself, and nothing is old when an alias changes. */
#include "behavior/alias_map.h"

#include <string.h>

struct alias_map {
	GHashTable *table; /* struct behavior_address * -> itself */
};

static guint address_hash(gconstpointer p)
{
	const struct behavior_address *one = p;

	return g_str_hash(one->address) * 33 + g_str_hash(one->tenant);
}

static gboolean address_equal(gconstpointer pa, gconstpointer pb)
{
	const struct behavior_address *a = pa, *b = pb;

	return strcmp(a->address, b->address) == 0 && strcmp(a->tenant, b->tenant) == 0;
}

static void destroy_table(void *table)
{
	g_hash_table_destroy(table);
}

static void gather_one(GArray *all, GHashTable *seen, const struct behavior_event *ev,
		       const char *address)
{
	struct behavior_address one = { .tenant = ev->tenant, .address = address };

	if (g_hash_table_contains(seen, &one))
		return;
	g_hash_table_add(seen, g_memdup2(&one, sizeof(one)));
	g_array_append_val(all, one);
}

/* A sender of mail in may be one of us, too. */
static GArray *gather(const GPtrArray *events)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct behavior_address));
	GHashTable *seen =
		g_hash_table_new_full(address_hash, address_equal, g_free, NULL);

	for (guint i = 0; i < events->len; i++) {
		const struct behavior_event *ev = g_ptr_array_index(events, i);

		gather_one(all, seen, ev, ev->sender);
		for (size_t k = 0; k < ev->n_rcpts && ev->direction == DIRECTION_IN; k++)
			gather_one(all, seen, ev, ev->rcpts[k]);
	}
	g_hash_table_destroy(seen);
	return all;
}

struct alias_map *alias_map_create(struct arena *a, const struct behavior_setup *setup,
				   const GPtrArray *events, GError **e)
{
	struct alias_map *o = arena_new(a, struct alias_map, 1);
	GArray *all;
	bool good;

	o->table = g_hash_table_new(address_hash, address_equal);
	arena_defer(a, destroy_table, o->table);
	if (setup->canonical == NULL || events->len == 0)
		return o;
	all = gather(events);
	good = setup->canonical((struct behavior_address *)(void *)all->data, all->len, a,
				setup->to, e);
	for (guint i = 0; good && i < all->len; i++) {
		struct behavior_address *one = arena_new(a, struct behavior_address, 1);

		*one = g_array_index(all, struct behavior_address, i);
		if (one->mailbox != NULL)
			g_hash_table_add(o->table, one);
	}
	g_array_free(all, TRUE);
	return good ? o : NULL;
}

const char *alias_map_of(const struct alias_map *o, const char *tenant,
			 const char *address)
{
	const struct behavior_address like = { .tenant = tenant, .address = address };
	const struct behavior_address *one = NULL;

	if (g_hash_table_size(o->table) > 0)
		one = g_hash_table_lookup(o->table, &like);
	return one != NULL ? one->mailbox : address;
}
