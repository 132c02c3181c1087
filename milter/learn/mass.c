/* A window a mailbox: the events of the last 10 s, as the lines of JSON that they are on disk.
 * Dovecot tells of each move by a program of its own, so the mailbox stands for the session. */
#include "learn/mass.h"

#include <glib.h>

#define WINDOW_US (10 * (int64_t)G_USEC_PER_SEC)
#define SWEEP_EVERY 256 /* acts, until what is old is looked for in all windows */

struct window {
	GPtrArray *lines; /* of acts that may have to be taken back */
	GArray *times;    /* int64_t, of all acts that are not over */
	bool massed;
};

struct mass {
	GHashTable *windows; /* "tenant mailbox" -> struct window */
	size_t acts;
	void (*revoke)(const struct event *before, void *to);
	void *to;
};

static void window_free(void *data)
{
	struct window *w = data;

	g_ptr_array_unref(w->lines);
	g_array_free(w->times, TRUE);
	g_free(w);
}

struct mass *mass_create(void (*revoke)(const struct event *before, void *to), void *to)
{
	struct mass *m = g_new0(struct mass, 1);

	m->windows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, window_free);
	m->revoke = revoke;
	m->to = to;
	return m;
}

void mass_destroy(struct mass **m)
{
	g_hash_table_destroy((*m)->windows);
	g_free(*m);
	*m = NULL;
}

/* true: nothing is left */
static bool forget_old(struct window *w, int64_t now_us)
{
	guint old = 0;

	while (old < w->times->len &&
	       g_array_index(w->times, int64_t, old) + WINDOW_US <= now_us)
		old++;
	if (old > 0)
		g_array_remove_range(w->times, 0, old);
	if (w->lines->len > w->times->len)
		g_ptr_array_remove_range(w->lines, 0, w->lines->len - w->times->len);
	w->massed = w->massed && w->times->len > 0;
	return w->times->len == 0;
}

static gboolean is_old(gpointer key, gpointer window, gpointer now_us)
{
	(void)key;
	return forget_old(window, *(const int64_t *)now_us);
}

static struct window *window_of(struct mass *m, const struct event *ev)
{
	char *key = g_strdup_printf("%s %s", ev->tenant, ev->mailbox);
	struct window *w = g_hash_table_lookup(m->windows, key);

	if (w != NULL) {
		g_free(key);
		return w;
	}
	w = g_new0(struct window, 1);
	w->lines = g_ptr_array_new_with_free_func(g_free);
	w->times = g_array_new(FALSE, FALSE, sizeof(int64_t));
	g_hash_table_insert(m->windows, key, w);
	return w;
}

static void revoke_all(const struct mass *m, const struct window *w)
{
	for (guint i = 0; i < w->lines->len; i++) {
		struct arena *a = arena_create();
		struct event ev;

		if (event_read(a, bytes_of(w->lines->pdata[i]), &ev, NULL))
			m->revoke(&ev, m->to);
		arena_destroy(&a);
	}
}

bool mass_note(struct mass *m, const struct event *ev, size_t most, int64_t now_us)
{
	struct event kept = *ev;
	struct window *w;

	if (++m->acts % SWEEP_EVERY == 0)
		g_hash_table_foreach_remove(m->windows, is_old, &now_us);
	w = window_of(m, ev);
	forget_old(w, now_us);
	g_array_append_val(w->times, now_us);
	if (w->times->len > most && !w->massed) {
		w->massed = true;
		revoke_all(m, w);
		g_ptr_array_set_size(w->lines, 0);
	}
	if (w->massed)
		return true;
	kept.id = "1"; /* it has none yet */
	kept.time_ms = 1;
	g_ptr_array_add(w->lines, event_json(&kept));
	g_assert(w->lines->len <= most);
	return false;
}
