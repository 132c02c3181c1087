/* wonted store load: all records of one store sent to another that serves mail meanwhile. They
 * go in bounded batches with a pause after each, so that those who read there get their
 * turn; begun again, it writes the same once more. */
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/plural.h"
#include "cmd/progress.h"
#include "cmd/store_work.h"
#include "cmd/tenant_store.h"

#define BATCH_KEYS 5000
#define BATCH_BYTES (2UL * 1024 * 1024)
#define PAUSE_PART \
	4 /* of the time that writing took: four fifths of the time are its own */
#define PAUSE_MOST_US 50000

struct load {
	struct store *to;
	struct arena *arena; /* of the batch */
	GArray *batch;       /* struct store_write */
	size_t bytes;        /* of the batch */
	uint64_t sent, sent_bytes;
	gint64 rate;
	int64_t began_us;
	struct progress *progress;
	GError *error;
};

static void pause_after(const struct load *l, int64_t took_us)
{
	int64_t pause_us = MIN(took_us / PAUSE_PART, PAUSE_MOST_US), due_us;

	if (l->rate > 0) {
		due_us = l->began_us + (int64_t)((double)l->sent / (double)l->rate * 1e6);
		pause_us = MAX(pause_us, due_us - clock_mono_us());
	}
	if (pause_us > 0)
		g_usleep((gulong)pause_us);
}

static bool send_batch(struct load *l)
{
	int64_t begin_us = clock_mono_us();
	const struct store_write *w = (const struct store_write *)(void *)l->batch->data;

	if (store_write_many(l->to, w, l->batch->len, &l->error) != STORE_WROTE)
		return false;
	l->sent += l->batch->len;
	l->sent_bytes += l->bytes;
	l->bytes = 0;
	g_array_set_size(l->batch, 0);
	arena_destroy(&l->arena);
	l->arena = arena_create();
	pause_after(l, clock_mono_us() - begin_us);
	return true;
}

static struct bytes keep(struct arena *a, struct bytes b)
{
	return (struct bytes){ .at = arena_strndup(a, b.at, b.n), .n = b.n };
}

static bool take(const struct store_record *record, void *to)
{
	struct load *l = to;
	const struct store_write w = { .key = keep(l->arena, record->key),
				       .kind = STORE_PUT,
				       .value = keep(l->arena, record->value),
				       .expires_s = record->expires_s };

	g_array_append_val(l->batch, w);
	l->bytes += record->key.n + record->value.n;
	progress_show(l->progress, l->sent + l->batch->len, 0, 0);
	return (l->batch->len < BATCH_KEYS && l->bytes < BATCH_BYTES) || send_batch(l);
}

static bool load_all(struct load *l, struct store *from, GError **e)
{
	bool good = store_scan(from, (struct bytes){ .at = "", .n = 0 }, take, l, e);

	good = good && l->error == NULL && send_batch(l);
	if (l->error != NULL)
		g_propagate_prefixed_error(e, l->error,
					   "stopped after %" G_GUINT64_FORMAT
					   " records; the same command again goes on: ",
					   l->sent);
	return good;
}

bool store_load(struct store_command *v, char **argument, GError **e)
{
	struct load l = { .rate = v->rate };
	struct store_registry *registry; /* one may be the other, or a part of it */
	struct store *from;
	bool good = false;

	if (v->from == NULL) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "say which store to send: --from lmdb-snapshot:PATH");
		return false;
	}
	registry = store_registry_new();
	from = store_open(
		v->from, &(struct store_setup){ .registry = registry, .any_slots = true },
		e);
	if (from != NULL)
		l.to = store_open(
			argument[0],
			&(struct store_setup){ .write = true, .registry = registry }, e);
	store_registry_unref(&registry);
	if (l.to != NULL) {
		l.arena = arena_create();
		l.batch = g_array_new(FALSE, FALSE, sizeof(struct store_write));
		l.progress = progress_create("records");
		l.began_us = clock_mono_us();
		good = load_all(&l, from, e);
		double seconds = progress_seconds(l.progress);

		progress_destroy(&l.progress);
		if (good)
			printf("%" G_GUINT64_FORMAT " %s, %" G_GUINT64_FORMAT
			       " bytes sent in %.1f s, %.0f a second\n",
			       l.sent, plural(l.sent, "record", "records"), l.sent_bytes,
			       seconds, (double)l.sent / seconds);
		g_array_free(l.batch, TRUE);
		arena_destroy(&l.arena);
	}
	store_close(&l.to);
	store_close(&from);
	return good;
}
