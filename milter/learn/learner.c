/* What messages of an archive tell is learned in their order, whoever read them: in the same
 * order the same archive makes the same memory. */
#include "learn/learner.h"

#include "base/arena.h"
#include "behavior/behavior.h"
#include "learn/archived_message.h"
#include "learn/canonical.h"
#include "learn/read_ahead.h"
#include "learn/writer_lock.h"
#include "mailbox/mailbox.h"

#define WRITER_LOCK_MS 20000 /* the learner needs a part of a second for a batch */

struct learner {
	struct learner_setup setup;
	struct canonical_source canonical;
	struct behavior_batch *batch;
	struct read_ahead *ahead; /* NULL: nobody reads ahead */
	GArray *times;            /* int64_t, of what was learned */
	struct learner_done done;
};

struct learner *learner_create(const struct learner_setup *setup)
{
	struct learner *l = g_new0(struct learner, 1);

	l->setup = *setup;
	l->canonical = (struct canonical_source){ .options = setup->options,
						  .store = setup->store };
	l->batch = behavior_batch_create(
		&(struct behavior_setup){ .store = setup->store,
					  .canonical = canonical_find,
					  .to = &l->canonical });
	l->times = g_array_new(FALSE, FALSE, sizeof(int64_t));
	if (setup->threads > 0)
		l->ahead = read_ahead_create(&l->setup, setup->threads);
	return l;
}

void learner_destroy(struct learner **l)
{
	if (*l == NULL)
		return;
	read_ahead_destroy(&(*l)->ahead);
	behavior_batch_destroy(&(*l)->batch);
	g_array_free((*l)->times, TRUE);
	g_free(*l);
	*l = NULL;
}

struct learner_done learner_done_so_far(const struct learner *l)
{
	struct learner_done done = l->done;
	struct behavior_done applied = behavior_batch_done(l->batch);

	done.counted = applied.counted;
	done.repeated = applied.repeated;
	done.damaged = applied.damaged;
	return done;
}

/* Adding to a full batch writes it. */
static bool add_event(struct learner *l, const struct behavior_event *ev, GError **e)
{
	int lock;

	if (!writer_lock_acquire(store_url(l->setup.store), WRITER_LOCK_MS, &lock, e))
		return false;
	bool good = behavior_add(l->batch, ev, e);

	writer_lock_release(lock);
	return good;
}

static bool learn(struct learner *l, const struct archived_message *letter, GError **e)
{
	bool good = true;

	l->done.messages++;
	l->done.nobody += letter->kind == ARCHIVED_NOBODY;
	l->done.dateless += letter->kind == ARCHIVED_UNDATED;
	l->done.foreign += letter->kind == ARCHIVED_FOREIGN;
	l->done.unaddressed += letter->kind == ARCHIVED_UNADDRESSED;
	l->done.automatic += letter->kind == ARCHIVED_AUTOMATIC;
	if (letter->kind != ARCHIVED_TELLS)
		return true;
	l->done.out += letter->out;
	l->done.in += letter->in;
	for (size_t i = 0; i < letter->n && good; i++)
		good = add_event(l, &letter->events[i], e);
	g_array_append_val(l->times, letter->date_s);
	return good;
}

/* what was read ahead, until there is room for more */
static bool catch_up(struct learner *l, bool all, size_t n, GError **e)
{
	const struct archived_message *letter;
	bool good = true;

	while (good && (all || !read_ahead_has_room(l->ahead, n)) &&
	       (letter = read_ahead_next(l->ahead)) != NULL)
		good = learn(l, letter, e);
	return good;
}

static bool learn_at_once(struct learner *l, struct bytes raw, GError **e)
{
	struct arena *a = arena_create();
	struct archived_message letter;

	archived_message_read(a, &l->setup, raw, &letter);
	bool good = learn(l, &letter, e);

	arena_destroy(&a);
	return good;
}

bool learner_take(struct learner *l, struct bytes raw, GError **e)
{
	if (l->ahead == NULL)
		return learn_at_once(l, raw, e);
	if (!catch_up(l, false, raw.n, e))
		return false;
	read_ahead_give(l->ahead, raw);
	return true;
}

static int compare_times(const void *pa, const void *pb)
{
	const int64_t *a = pa, *b = pb;

	return *a < *b ? -1 : *a > *b;
}

static bool write_baseline(struct learner *l, GError **e)
{
	struct arena *a = arena_create();
	struct mailbox m = { .baseline_since_s = l->done.oldest_s };
	struct store_write w[2];
	size_t n = 0;
	bool good;

	w[n++] = baseline_change(a, l->setup.tenant->name, l->done.oldest_s);
	if (l->setup.mailbox != NULL)
		w[n++] = mailbox_change(a, l->setup.tenant->name, l->setup.mailbox, &m);
	good = store_write_many(l->setup.store, w, n, e) == STORE_WROTE;
	arena_destroy(&a);
	return good;
}

bool learner_finish(struct learner *l, GError **e)
{
	int lock;

	if (l->ahead != NULL && !catch_up(l, true, 0, e))
		return false;
	if (!writer_lock_acquire(store_url(l->setup.store), WRITER_LOCK_MS, &lock, e))
		return false;
	bool applied = behavior_apply(l->batch, e);

	writer_lock_release(lock);
	if (!applied)
		return false;
	if (l->times->len == 0)
		return true;
	g_array_sort(l->times, compare_times);
	l->done.oldest_s = g_array_index(l->times, int64_t, l->times->len / 100);
	return write_baseline(l, e);
}
