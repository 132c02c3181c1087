/* The settings in force. A change waits for the disk, and for the change before it; a message waits
 * for neither. */
#include <pthread.h>

#include "base/error.h"
#include "base/limits.h"
#include "config/rollout.h"

struct rollout_slot {
	pthread_mutex_t lock;
	pthread_mutex_t changing; /* one change at a time: it waits for the disk */
	struct rollout *now;
};

struct rollout_slot *rollout_slot_new(struct rollout *r)
{
	struct rollout_slot *slot = g_atomic_rc_box_new0(struct rollout_slot);

	pthread_mutex_init(&slot->lock, NULL);
	pthread_mutex_init(&slot->changing, NULL);
	slot->now = r;
	return slot;
}

struct rollout_slot *rollout_slot_ref(struct rollout_slot *slot)
{
	return g_atomic_rc_box_acquire(slot);
}

static void close_slot(gpointer data)
{
	struct rollout_slot *slot = data;

	rollout_unref(slot->now);
	pthread_mutex_destroy(&slot->lock);
	pthread_mutex_destroy(&slot->changing);
}

void rollout_slot_unref(struct rollout_slot *slot)
{
	if (slot != NULL)
		g_atomic_rc_box_release_full(slot, close_slot);
}

struct rollout *rollout_current(struct rollout_slot *slot)
{
	if (slot == NULL)
		return rollout_new();
	pthread_mutex_lock(&slot->lock);
	struct rollout *r = rollout_ref(slot->now);

	pthread_mutex_unlock(&slot->lock);
	return r;
}

void rollout_replace(struct rollout_slot *slot, struct rollout *r)
{
	pthread_mutex_lock(&slot->lock);
	struct rollout *old = slot->now;

	slot->now = r;
	pthread_mutex_unlock(&slot->lock);
	rollout_unref(old);
}

bool rollout_change(struct rollout_slot *slot, const char *path,
		    const struct rollout_setting *s, GError **e)
{
	struct rollout *now, *keyed, *next;
	bool done = false;

	pthread_mutex_lock(&slot->changing);
	now = rollout_current(slot);
	keyed = rollout_keyed(now);
	next = rollout_with(keyed, s);
	if (next == NULL)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "%d things are set already; set some of them to default",
			    LIMIT_ROLLOUT);
	else
		done = rollout_save(next, path, e);
	if (done)
		rollout_replace(slot, next);
	else
		rollout_unref(next);
	pthread_mutex_unlock(&slot->changing);
	rollout_unref(keyed);
	rollout_unref(now);
	return done;
}
