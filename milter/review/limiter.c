#include "review/limiter.h"

#include "base/limits.h"

#define WINDOW_US (15 * 60 * G_USEC_PER_SEC)

struct limiter {
	GMutex lock;
	GHashTable *tries; /* name -> how many in this window */
	int64_t began_us;
	unsigned all;
};

struct limiter *limiter_create(void)
{
	struct limiter *l = g_new0(struct limiter, 1);

	g_mutex_init(&l->lock);
	l->tries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return l;
}

void limiter_destroy(struct limiter *l)
{
	if (l == NULL)
		return;
	g_hash_table_destroy(l->tries);
	g_mutex_clear(&l->lock);
	g_free(l);
}

static void set(struct limiter *l, const char *name, unsigned n)
{
	g_hash_table_replace(l->tries, g_strdup(name), GUINT_TO_POINTER(n));
}

bool limiter_admits(struct limiter *l, const char *name, int64_t now_us)
{
	g_mutex_lock(&l->lock);
	if (now_us - l->began_us > WINDOW_US) {
		g_hash_table_remove_all(l->tries);
		l->began_us = now_us;
		l->all = 0;
	}
	unsigned n = GPOINTER_TO_UINT(g_hash_table_lookup(l->tries, name));
	bool may = n < LIMIT_REVIEW_TRIES && l->all < LIMIT_REVIEW_TRIES_ALL;

	if (may) {
		set(l, name, n + 1);
		l->all++;
	}
	g_assert(g_hash_table_size(l->tries) <= LIMIT_REVIEW_TRIES_ALL);
	g_mutex_unlock(&l->lock);
	return may;
}

void limiter_succeeded(struct limiter *l, const char *name)
{
	g_mutex_lock(&l->lock);
	unsigned n = GPOINTER_TO_UINT(g_hash_table_lookup(l->tries, name));

	if (n > 0) {
		g_hash_table_remove(l->tries, name);
		l->all -= MIN(n, l->all);
	}
	g_mutex_unlock(&l->lock);
}
