/* A memory in front of a resolver: answers are kept as long as their TTL allows, within a
 * number of entries and bytes, the least lately used go first; equal questions on their way
 * are asked once. It never makes an answer up: what it gives was said by the resolver below,
 * but for questions given up after LIMIT_DNS_ANSWER_MS, which are answered DNS_TEMPFAIL. */
#include <pthread.h>

#include "auth/resolver_backend.h"
#include "base/clock.h"
#include "base/limits.h"

#define TTL_MIN_S 5 /* a burst of one message's copies asks once even for TTL 0 */
#define TTL_MAX_S 86400
#define TTL_NEGATIVE_MAX_S \
	900 /* a record that was forgotten is seen soon after it is made */
#define TTL_TEMPFAIL_S 5

/* First in entries and flights, so that a pointer to either is one to its key. */
struct key {
	guint hash;
	enum dns_type type;
	const char *name;
};

struct entry {
	struct key key;
	struct dns_reply *reply;
	int64_t until_us;
	GList link; /* in cache.used, data is the entry */
	char name[];
};

/* a question on its way, and all who wait for it */
struct flight {
	struct key key;
	struct cache *cache;
	struct dns_query *query; /* to the resolver below; NULL until it was asked */
	GPtrArray *waiting;
	int64_t since_us;
	GList link; /* in cache.flying */
	char name[];
};

struct cache {
	struct resolver base;
	struct resolver *lower;
	int64_t (*now_us)(void);
	guint most; /* questions on their way */
	guint seed; /* so that nobody outside can choose names of one hash */
	pthread_mutex_t lock;
	GHashTable *entries;
	GHashTable *flights;
	GQueue used;   /* of entries, latest used first */
	GQueue flying; /* of flights, latest first */
	size_t bytes;
	struct resolver_stats stats;
};

static guint key_hash(gconstpointer key)
{
	return ((const struct key *)key)->hash;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
	const struct key *x = a, *y = b;

	return x->hash == y->hash && x->type == y->type && strcmp(x->name, y->name) == 0;
}

static struct key key_of(const struct cache *c, const struct dns_query *q)
{
	const char *name = dns_query_name(q);
	guint64 hash = 14695981039346656037u ^ c->seed;

	for (const char *at = name; *at != '\0'; at++)
		hash = (hash ^ (guchar)*at) * 1099511628211u;
	hash ^= hash >> 29;
	hash = (hash ^ c->seed ^ (guint64)dns_query_type(q)) * 0x9E3779B97F4A7C15u;
	return (struct key){ (guint)(hash >> 32), dns_query_type(q), name };
}

static int64_t keep_us(const struct dns_answer *a)
{
	uint32_t ttl_s = 0;

	switch (a->status) {
	case DNS_OK:
		ttl_s = CLAMP(a->ttl_s, TTL_MIN_S, TTL_MAX_S);
		break;
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		ttl_s = CLAMP(a->ttl_s, TTL_MIN_S, TTL_NEGATIVE_MAX_S);
		break;
	case DNS_TEMPFAIL:
		ttl_s = TTL_TEMPFAIL_S;
		break;
	}
	return (int64_t)ttl_s * 1000000;
}

static size_t entry_bytes(const struct entry *en)
{
	return sizeof(*en) + strlen(en->name) + dns_reply_bytes(en->reply);
}

static void entry_remove(struct cache *c, struct entry *en)
{
	c->bytes -= entry_bytes(en);
	g_hash_table_remove(c->entries, en);
	g_queue_unlink(&c->used, &en->link);
	dns_reply_drop(en->reply);
	g_free(en);
}

static void entry_add(struct cache *c, const struct key *key, struct dns_reply *reply)
{
	size_t n = strlen(key->name) + 1;
	struct entry *en = g_hash_table_lookup(c->entries, key);

	if (en != NULL)
		entry_remove(c, en);
	en = g_malloc0(sizeof(*en) + n);
	memcpy(en->name, key->name, n);
	en->key = (struct key){ key->hash, key->type, en->name };
	en->reply = dns_reply_keep(reply);
	en->until_us = c->now_us() + keep_us(dns_reply_answer(reply));
	en->link.data = en;
	g_hash_table_add(c->entries, en);
	g_queue_push_head_link(&c->used, &en->link);
	c->bytes += entry_bytes(en);
	while (c->used.length > LIMIT_DNS_CACHE_ENTRIES ||
	       c->bytes > LIMIT_DNS_CACHE_BYTES)
		entry_remove(c, g_queue_peek_tail(&c->used));
}

/* what is remembered and still true, with a count for the caller; NULL: nothing */
static struct dns_reply *entry_find(struct cache *c, const struct key *key)
{
	struct entry *en = g_hash_table_lookup(c->entries, key);

	if (en == NULL)
		return NULL;
	if (en->until_us <= c->now_us()) {
		entry_remove(c, en);
		return NULL;
	}
	g_queue_unlink(&c->used, &en->link);
	g_queue_push_head_link(&c->used, &en->link);
	return dns_reply_keep(en->reply);
}

static struct flight *flight_begin(struct cache *c, const struct key *key)
{
	size_t n = strlen(key->name) + 1;
	struct flight *f = g_malloc0(sizeof(*f) + n);

	memcpy(f->name, key->name, n);
	f->key = (struct key){ key->hash, key->type, f->name };
	f->cache = c;
	f->waiting = g_ptr_array_new();
	f->since_us = c->now_us();
	f->link.data = f;
	g_hash_table_add(c->flights, f);
	g_queue_push_head_link(&c->flying, &f->link);
	return f;
}

static void flight_remove(struct cache *c, struct flight *f)
{
	g_hash_table_remove(c->flights, f);
	g_queue_unlink(&c->flying, &f->link);
}

/* tell all who wait, and end it; takes one count of reply; not under the lock */
static void flight_end(struct flight *f, struct dns_reply *reply)
{
	for (guint i = 0; i < f->waiting->len; i++)
		dns_query_answer(f->waiting->pdata[i], dns_reply_keep(reply));
	dns_reply_drop(reply);
	g_ptr_array_free(f->waiting, TRUE);
	dns_query_release(&f->query);
	g_free(f);
}

/* the resolver below has answered */
static void flight_landed(void *arg)
{
	struct flight *f = arg;
	struct cache *c = f->cache;
	const struct dns_answer *a = dns_query_peek(f->query);
	struct dns_reply *reply =
		dns_reply_make(f->key.type, a->status, a->ttl_s, a->rrs, a->n);

	pthread_mutex_lock(&c->lock);
	entry_add(c, &f->key, reply);
	flight_remove(c, f);
	if (a->status == DNS_TEMPFAIL)
		c->stats.tempfail += f->waiting->len;
	else
		c->stats.answered_us = c->now_us();
	pthread_mutex_unlock(&c->lock);
	flight_end(f, reply);
}

/* the oldest question that nobody will answer any more; under the lock */
static struct flight *flight_overdue(struct cache *c)
{
	struct flight *f = g_queue_peek_tail(&c->flying);

	if (f == NULL || f->query == NULL ||
	    c->now_us() - f->since_us < LIMIT_DNS_ANSWER_MS * 1000)
		return NULL;
	if (!dns_query_unwatch(f->query, flight_landed, f))
		return NULL;
	flight_remove(c, f);
	c->stats.tempfail += f->waiting->len;
	return f;
}

static void flight_fail(struct flight *f)
{
	flight_end(f, dns_reply_make(f->key.type, DNS_TEMPFAIL, 0, NULL, 0));
}

static void cache_ask(struct cache *c, struct flight *f)
{
	struct dns_query *query = resolver_ask(c->lower, f->name, f->key.type);

	pthread_mutex_lock(&c->lock);
	f->query = query;
	pthread_mutex_unlock(&c->lock);
	if (!dns_query_watch(query, flight_landed, f))
		flight_landed(f);
}

static void cache_start(struct resolver *r, struct dns_query *q)
{
	struct cache *c = (struct cache *)r;
	struct key key = key_of(c, q);
	struct flight *f = NULL, *overdue;
	struct dns_reply *reply;
	bool full = false, first = false;

	pthread_mutex_lock(&c->lock);
	c->stats.asked++;
	overdue = flight_overdue(c);
	reply = entry_find(c, &key);
	if (reply != NULL) {
		c->stats.cached++;
	} else if ((f = g_hash_table_lookup(c->flights, &key)) != NULL) {
		c->stats.joined++;
	} else if (c->flying.length >= c->most) {
		c->stats.tempfail++;
		c->stats.refused++;
		c->stats.refused_us = c->now_us();
		full = true;
	} else {
		f = flight_begin(c, &key);
		first = true;
	}
	if (f != NULL)
		g_ptr_array_add(f->waiting, q);
	pthread_mutex_unlock(&c->lock);
	if (overdue != NULL)
		flight_fail(overdue);
	if (reply != NULL)
		dns_query_answer(q, reply);
	if (full)
		dns_query_fail(q);
	if (first)
		cache_ask(c, f);
}

static void cache_count(struct resolver *r, struct resolver_stats *stats_r)
{
	struct cache *c = (struct cache *)r;

	pthread_mutex_lock(&c->lock);
	*stats_r = c->stats;
	stats_r->entries = c->used.length;
	stats_r->on_way = c->flying.length;
	pthread_mutex_unlock(&c->lock);
}

static void cache_close(struct resolver *r)
{
	struct cache *c = (struct cache *)r;

	resolver_close(&c->lower); /* answers all that fly */
	g_assert(c->flying.length == 0);
	while (c->used.length > 0)
		entry_remove(c, g_queue_peek_tail(&c->used));
	g_hash_table_destroy(c->entries);
	g_hash_table_destroy(c->flights);
	pthread_mutex_destroy(&c->lock);
	g_free(c);
}

static const struct resolver_backend cache_backend = {
	.start = cache_start,
	.close = cache_close,
	.count = cache_count,
};

struct resolver *resolver_cache(struct resolver *lower, unsigned most,
				int64_t (*now_us)(void))
{
	struct cache *c = g_new0(struct cache, 1);

	c->base.backend = &cache_backend;
	c->lower = lower;
	c->now_us = now_us;
	c->most = most;
	c->seed = g_random_int();
	pthread_mutex_init(&c->lock, NULL);
	c->entries = g_hash_table_new(key_hash, key_equal);
	c->flights = g_hash_table_new(key_hash, key_equal);
	g_queue_init(&c->used);
	g_queue_init(&c->flying);
	return &c->base;
}
