/* A ring: the number says the place in it. */
#include "serve/scan_cursors.h"

#include <glib.h>
#include <pthread.h>

#include "base/random.h"

struct place {
	uint64_t cursor;
	GBytes *key; /* NULL: none yet */
};

struct scan_cursors {
	pthread_mutex_t lock;
	uint64_t next;
	size_t most;
	struct place *ring;
};

struct scan_cursors *scan_cursors_new(size_t most)
{
	struct scan_cursors *c = g_new0(struct scan_cursors, 1);

	g_assert(most > 0);
	pthread_mutex_init(&c->lock, NULL);
	random_fill(&c->next, sizeof(c->next));
	/* far below 2^63, which some clients take for the end of numbers */
	c->next = (c->next >> 16 << 14) + 1;
	c->most = most;
	c->ring = g_new0(struct place, most);
	return c;
}

void scan_cursors_free(struct scan_cursors *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->most; i++)
		g_bytes_unref(c->ring[i].key);
	pthread_mutex_destroy(&c->lock);
	g_free(c->ring);
	g_free(c);
}

uint64_t scan_cursors_put(struct scan_cursors *c, struct bytes key)
{
	GBytes *copy = g_bytes_new(key.at, key.n);
	struct place *p;
	uint64_t cursor;

	pthread_mutex_lock(&c->lock);
	cursor = c->next++;
	p = &c->ring[cursor % c->most];
	g_bytes_unref(p->key);
	*p = (struct place){ cursor, copy };
	pthread_mutex_unlock(&c->lock);
	return cursor;
}

bool scan_cursors_get(struct scan_cursors *c, uint64_t cursor, struct arena *a,
		      struct bytes *key_r)
{
	const struct place *p;
	bool known;

	pthread_mutex_lock(&c->lock);
	p = &c->ring[cursor % c->most];
	known = p->key != NULL && p->cursor == cursor;
	if (known) {
		size_t n;
		const char *at = g_bytes_get_data(p->key, &n);

		*key_r = (struct bytes){ arena_strndup(a, at, n), n };
	}
	pthread_mutex_unlock(&c->lock);
	return known;
}
