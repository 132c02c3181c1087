/* Keys by the look of domains (message/domain.h). What stands under one is a set of domains,
 * in the form of a history: an item for each, counted once a period, so that those stay which
 * have been there long. */
#include "behavior/lookalikes.h"

#include "base/limits.h"
#include "behavior/changes.h"
#include "message/domain.h"

#define LOOKALIKE_DAYS 32 /* a key lives much longer (keys.def) */
#define KEYS_MOST 10000   /* written at once; some 3 MB */

struct writing {
	struct store *store;
	struct arena *arena;
	GHashTable *sums; /* key text -> struct history *; in the arena */
};

static bool flush(struct writing *w, GError **e)
{
	guint room = g_hash_table_size(w->sums), n = 0;
	struct store_write *writes = arena_new(w->arena, struct store_write, room);
	GHashTableIter iter;
	void *key, *sum;
	bool done;

	g_hash_table_iter_init(&iter, w->sums);
	while (g_hash_table_iter_next(&iter, &key, &sum))
		writes[n++] =
			history_change(w->arena, FAMILY_LOOKALIKE, bytes_of(key), sum);
	done = n == 0 || store_write_many(w->store, writes, n, e) == STORE_WROTE;
	g_hash_table_remove_all(w->sums);
	arena_destroy(&w->arena);
	w->arena = arena_create();
	return done;
}

/* Words of alarm see the open day too. */
static bool is_trusted(const struct history *h)
{
	return history_trusted(h, h->open_day + 1) == ANSWER_YES;
}

/* out   the newest day of it */
static bool is_due(struct arena *a, const struct organisation *o, int64_t *day_r)
{
	struct history all = { .open_day = 0 };
	bool was = o->stored != NULL && is_trusted(o->stored);

	if (o->stored != NULL)
		history_merge(&all, o->stored, a);
	history_merge(&all, o->added, a);
	*day_r = all.open_day;
	return is_trusted(&all) && (!was || all.open_day / LOOKALIKE_DAYS !=
						    o->stored->open_day / LOOKALIKE_DAYS);
}

static void add_keys(struct writing *w, const struct organisation *o, int64_t day)
{
	const char *keys[LIMIT_LOOKALIKE_KEYS];
	size_t n = domain_lookalike_keys(w->arena, o->org, keys);
	struct usual_item item = {
		.text = o->org, .open = 1, .first_day = day, .last_day = day
	};
	struct history one = { .open_day = day };

	one.usual[USUAL_ADDRESS] = (struct usual_set){ .at = &item, .n = 1 };
	for (size_t i = 0; i < n; i++) {
		struct bytes key =
			key_build(w->arena, FAMILY_LOOKALIKE, o->tenant, keys[i], NULL);
		const char *text = arena_strndup(w->arena, key.at, key.n);
		struct history *sum = g_hash_table_lookup(w->sums, text);

		if (sum == NULL) {
			sum = arena_new(w->arena, struct history, 1);
			g_hash_table_insert(w->sums, (void *)(uintptr_t)text, sum);
		}
		history_merge(sum, &one, w->arena);
	}
}

bool lookalikes_write(struct store *store, const struct organisation *at, size_t n,
		      GError **e)
{
	struct writing w = { .store = store,
			     .arena = arena_create(),
			     .sums = g_hash_table_new(g_str_hash, g_str_equal) };
	bool done = true;

	for (size_t i = 0; i < n && done; i++) {
		int64_t day;

		if (is_due(w.arena, &at[i], &day))
			add_keys(&w, &at[i], day);
		if (g_hash_table_size(w.sums) >= KEYS_MOST)
			done = flush(&w, e);
	}
	done = done && flush(&w, e);
	g_hash_table_destroy(w.sums);
	arena_destroy(&w.arena);
	return done;
}
