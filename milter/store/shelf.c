/* The stores that a process has open. LMDB forbids to open one file twice in a process: its
 * locks belong to the process, and closing one handle drops those of the other. So what may
 * be open only once is opened and closed under the shelf's lock, and who comes second shares
 * it. The shelf owns no store: one that nobody holds any more is gone. */
#include "store/shelf.h"

#include <pthread.h>

#include "base/error.h"

struct store_shelf {
	gatomicrefcount refs;
	pthread_mutex_t lock;
	GHashTable *stores; /* key -> struct store, not counted */
};

struct store_shelf *store_shelf_new(void)
{
	struct store_shelf *shelf = g_new0(struct store_shelf, 1);

	g_atomic_ref_count_init(&shelf->refs);
	pthread_mutex_init(&shelf->lock, NULL);
	shelf->stores = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return shelf;
}

struct store_shelf *store_shelf_ref(struct store_shelf *shelf)
{
	g_atomic_ref_count_inc(&shelf->refs);
	return shelf;
}

void store_shelf_unref(struct store_shelf **shelf)
{
	struct store_shelf *was = *shelf;

	*shelf = NULL;
	if (was == NULL || !g_atomic_ref_count_dec(&was->refs))
		return;
	g_hash_table_unref(was->stores);
	pthread_mutex_destroy(&was->lock);
	g_free(was);
}

/* One place, however its URL is written. What may be open twice is kept apart by use. */
static char *key_of(const struct store_wish *wish)
{
	char *place = wish->ops->place != NULL ? wish->ops->place(wish->rest)
					       : g_strdup(wish->rest);
	char *key = g_strconcat(wish->ops->scheme, ":", place,
				wish->setup->write && !wish->ops->once ? " to write" : "",
				NULL);

	g_free(place);
	return key;
}

/* Under the lock. */
static struct store *take(struct store_shelf *shelf, const char *key,
			  const struct store_wish *wish, GError **e)
{
	struct store *s = g_hash_table_lookup(shelf->stores, key);

	if (s == NULL)
		return NULL;
	if (s->write || !wish->setup->write)
		return store_ref(s);
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
		    "store \"%s\": this program reads it already, and cannot write it "
		    "at the same time",
		    wish->url);
	return NULL;
}

/* Under the lock. */
static void put(struct store_shelf *shelf, const char *key, struct store *s)
{
	if (s == NULL || g_hash_table_contains(shelf->stores, key))
		return;
	s->shelf = store_shelf_ref(shelf);
	s->shelf_key = g_strdup(key);
	g_hash_table_insert(shelf->stores, g_strdup(key), s);
}

struct store *shelf_open(const struct store_wish *wish,
			 struct store *(*open)(const struct store_wish *wish, GError **e),
			 GError **e)
{
	struct store_shelf *shelf = wish->setup->shelf;
	char *key = key_of(wish);
	struct store *s;
	bool stands;

	pthread_mutex_lock(&shelf->lock);
	s = take(shelf, key, wish, e);
	stands = g_hash_table_contains(shelf->stores, key);
	if (!stands && wish->ops->once) {
		s = open(wish, e);
		put(shelf, key, s);
	}
	pthread_mutex_unlock(&shelf->lock);
	if (!stands && !wish->ops->once) { /* may wait, or open others */
		s = open(wish, e);
		pthread_mutex_lock(&shelf->lock);
		put(shelf, key, s);
		pthread_mutex_unlock(&shelf->lock);
	}
	g_free(key);
	return s;
}

void shelf_close(struct store *s, void (*close)(struct store *s))
{
	struct store_shelf *shelf = s->shelf;
	bool last, once = s->ops->once;

	pthread_mutex_lock(&shelf->lock); /* nobody finds a store that is being closed */
	last = g_atomic_int_dec_and_test(&s->refs);
	if (last) {
		g_hash_table_remove(shelf->stores, s->shelf_key);
		g_free(s->shelf_key);
	}
	if (last && once)
		close(s);
	pthread_mutex_unlock(&shelf->lock);
	if (last && !once)
		close(s);
	if (last)
		store_shelf_unref(&shelf);
}
