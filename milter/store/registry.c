/* The stores that a process has open. LMDB forbids to open one file twice in a process: its
 * locks belong to the process, and closing one handle drops those of the other. So what may
 * be open only once is opened and closed under the registry's lock, and who comes second shares
 * it. The registry owns no store: one that nobody holds any more is gone. */
#include "store/registry.h"

#include <pthread.h>

#include "base/error.h"

struct store_registry {
	struct refs refs;
	pthread_mutex_t lock;
	GHashTable *stores; /* key -> struct store, not counted */
};

struct store_registry *store_registry_new(void)
{
	struct store_registry *registry = g_new0(struct store_registry, 1);

	refs_begin(&registry->refs, 1);
	pthread_mutex_init(&registry->lock, NULL);
	registry->stores = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return registry;
}

struct store_registry *store_registry_ref(struct store_registry *registry)
{
	refs_take(&registry->refs);
	return registry;
}

void store_registry_unref(struct store_registry **registry)
{
	struct store_registry *was = *registry;

	*registry = NULL;
	if (was == NULL || !refs_drop(&was->refs))
		return;
	g_hash_table_unref(was->stores);
	pthread_mutex_destroy(&was->lock);
	g_free(was);
}

/* One place, however its URL is written. What may be open twice is kept apart by use. */
static char *key_of(const struct store_request *request)
{
	char *place = request->ops->place != NULL ? request->ops->place(request->rest)
						  : g_strdup(request->rest);
	char *key = g_strconcat(
		store_urls[request->kind].scheme, ":", place,
		request->setup->write && !request->ops->once ? " to write" : "", NULL);

	g_free(place);
	return key;
}

/* Under the lock. */
static struct store *take(struct store_registry *registry, const char *key,
			  const struct store_request *request, GError **e)
{
	struct store *s = g_hash_table_lookup(registry->stores, key);

	if (s == NULL)
		return NULL;
	if (s->write || !request->setup->write) {
		refs_take(&s->refs);
		return s;
	}
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
		    "store \"%s\": this program reads it already, and cannot write it "
		    "at the same time",
		    request->url);
	return NULL;
}

/* Under the lock. */
static void put(struct store_registry *registry, const char *key, struct store *s)
{
	if (s == NULL || g_hash_table_contains(registry->stores, key))
		return;
	g_assert(s->registry == NULL);
	s->registry = store_registry_ref(registry);
	s->registry_key = g_strdup(key);
	g_hash_table_insert(registry->stores, g_strdup(key), s);
}

struct store *registry_open(const struct store_request *request,
			    struct store *(*open)(const struct store_request *request,
						  GError **e),
			    GError **e)
{
	struct store_registry *registry = request->setup->registry;
	char *key = key_of(request);
	struct store *s;
	bool stands;

	g_assert(registry != NULL);
	pthread_mutex_lock(&registry->lock);
	s = take(registry, key, request, e);
	stands = g_hash_table_contains(registry->stores, key);
	if (!stands && request->ops->once) {
		s = open(request, e);
		put(registry, key, s);
	}
	pthread_mutex_unlock(&registry->lock);
	if (!stands && !request->ops->once) { /* may wait, or open others */
		s = open(request, e);
		pthread_mutex_lock(&registry->lock);
		put(registry, key, s);
		pthread_mutex_unlock(&registry->lock);
	}
	g_free(key);
	return s;
}

void registry_close(struct store *s, void (*close)(struct store *s))
{
	struct store_registry *registry = s->registry;
	bool last, once = s->ops->once;

	pthread_mutex_lock(
		&registry->lock); /* nobody finds a store that is being closed */
	last = refs_drop(&s->refs);
	if (last) {
		g_assert(g_hash_table_lookup(registry->stores, s->registry_key) == s);
		g_hash_table_remove(registry->stores, s->registry_key);
		g_free(s->registry_key);
	}
	if (last && once)
		close(s);
	pthread_mutex_unlock(&registry->lock);
	if (last && !once)
		close(s);
	if (last)
		store_registry_unref(&registry);
}
