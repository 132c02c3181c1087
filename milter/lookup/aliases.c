/* A bounded table that forgets what was not asked for longest. It holds aliases alone, for
 * most addresses are none; it must never hold more than its bound, however many people there
 * are, and never gives away a text that another thread may take back. */
#include "lookup/aliases.h"

#include <glib.h>
#include <pthread.h>
#include <string.h>

#include "base/refs.h"

struct alias {
	const char *tenant, *address; /* the key */
	const char *canonical;
	GList turn; /* in aliases.turns */
};

struct aliases {
	struct refs refs;
	pthread_mutex_t lock; /* GLib's are not seen by the thread sanitizer */
	GHashTable *table;    /* struct alias * -> itself */
	GQueue turns;         /* the last one asked for first */
	size_t most;
};

static guint alias_hash(gconstpointer p)
{
	const struct alias *one = p;

	return g_str_hash(one->address) * 33 + g_str_hash(one->tenant);
}

static gboolean alias_equal(gconstpointer pa, gconstpointer pb)
{
	const struct alias *a = pa, *b = pb;

	return strcmp(a->address, b->address) == 0 && strcmp(a->tenant, b->tenant) == 0;
}

static struct alias *alias_create(const struct alias *like)
{
	size_t tenant = strlen(like->tenant) + 1, address = strlen(like->address) + 1;
	size_t canonical = strlen(like->canonical) + 1;
	struct alias *one = g_malloc0(sizeof(*one) + tenant + address + canonical);
	char *text = (char *)(one + 1);

	one->tenant = memcpy(text, like->tenant, tenant);
	one->address = memcpy(text + tenant, like->address, address);
	one->canonical = memcpy(text + tenant + address, like->canonical, canonical);
	one->turn.data = one;
	return one;
}

struct aliases *aliases_create(size_t most)
{
	struct aliases *al = g_new0(struct aliases, 1);

	refs_begin(&al->refs, 1);
	pthread_mutex_init(&al->lock, NULL);
	g_queue_init(&al->turns);
	al->table = g_hash_table_new_full(alias_hash, alias_equal, g_free, NULL);
	al->most = most;
	return al;
}

struct aliases *aliases_ref(struct aliases *al)
{
	refs_take(&al->refs);
	return al;
}

void aliases_unref(struct aliases *al)
{
	if (al == NULL || !refs_drop(&al->refs))
		return;
	g_hash_table_destroy(al->table);
	pthread_mutex_destroy(&al->lock);
	g_free(al);
}

static void forget(struct aliases *al, struct alias *one)
{
	g_queue_unlink(&al->turns, &one->turn);
	g_hash_table_remove(al->table, one);
}

const char *aliases_find(struct aliases *al, struct arena *a, const char *tenant,
			 const char *address)
{
	const struct alias like = { .tenant = tenant, .address = address };
	const char *canonical = NULL;

	pthread_mutex_lock(&al->lock);
	struct alias *one = g_hash_table_lookup(al->table, &like);

	if (one != NULL) {
		g_queue_unlink(&al->turns, &one->turn);
		g_queue_push_head_link(&al->turns, &one->turn);
		canonical = arena_strdup(a, one->canonical);
	}
	pthread_mutex_unlock(&al->lock);
	return canonical;
}

void aliases_learn(struct aliases *al, const char *tenant, const char *address,
		   const char *canonical)
{
	const struct alias like = { .tenant = tenant,
				    .address = address,
				    .canonical = canonical };

	pthread_mutex_lock(&al->lock);
	struct alias *one = g_hash_table_lookup(al->table, &like);

	if (one != NULL)
		forget(al, one);
	if (canonical != NULL && al->most > 0) {
		if (g_hash_table_size(al->table) >= al->most)
			forget(al, g_queue_peek_tail(&al->turns));
		one = alias_create(&like);
		g_hash_table_add(al->table, one);
		g_queue_push_head_link(&al->turns, &one->turn);
	}
	pthread_mutex_unlock(&al->lock);
}

size_t aliases_count(struct aliases *al)
{
	pthread_mutex_lock(&al->lock);
	size_t n = g_hash_table_size(al->table);

	pthread_mutex_unlock(&al->lock);
	return n;
}
