/* mem: - a store that lives and dies with its handle: for tests, and for trying things out.
 * It keeps the same contract as the others, expiry and all; it must never be clever. */
#include <glib.h>

#include "base/clock.h"
#include "base/error.h"
#include "store/backend.h"

struct mem {
	struct store base;
	GRWLock lock;
	GTree *values; /* GBytes key -> struct mem_value */
};

struct mem_value {
	GBytes *bytes;
	uint32_t stamp;
};

static void value_free(void *p)
{
	struct mem_value *v = p;

	g_bytes_unref(v->bytes);
	g_free(v);
}

static int compare_keys(gconstpointer a, gconstpointer b, gpointer unused)
{
	(void)unused;
	return g_bytes_compare(a, b);
}

static void free_key(void *key)
{
	g_bytes_unref(key);
}

static struct store *mem_open(const char *rest, const struct store_setup *setup,
			      GError **e)
{
	struct mem *m;

	(void)setup;
	if (*rest != '\0') {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "store \"mem:%s\": nothing may follow \"mem:\"", rest);
		return NULL;
	}
	m = g_new0(struct mem, 1);
	m->base.ops = &store_mem;
	g_rw_lock_init(&m->lock);
	m->values = g_tree_new_full(compare_keys, NULL, free_key, value_free);
	return &m->base;
}

static const struct mem_value *find(struct mem *m, struct bytes key, int64_t now_s)
{
	GBytes *k = g_bytes_new_static(key.at, key.n);
	const struct mem_value *v = g_tree_lookup(m->values, k);

	g_bytes_unref(k);
	return v != NULL && !stamp_over(v->stamp, now_s) ? v : NULL;
}

static struct bytes copy_out(const struct mem_value *v, struct arena *a)
{
	size_t n;
	const void *data = g_bytes_get_data(v->bytes, &n);
	char *copy = arena_alloc(a, n);

	if (n > 0)
		memcpy(copy, data, n);
	return (struct bytes){ .at = copy, .n = n };
}

static void mem_read_many(struct store *s, struct store_read *r, size_t n,
			  int64_t deadline_us, struct arena *a)
{
	struct mem *m = (struct mem *)s;
	int64_t now_s = s->now_s();

	g_rw_lock_reader_lock(&m->lock);
	for (size_t i = 0; i < n; i++) {
		const struct mem_value *v;

		if (deadline_us != 0 && i % 64 == 0 && clock_mono_us() > deadline_us)
			break;
		v = find(m, r[i].key, now_s);
		r[i].answer = v != NULL ? ANSWER_YES : ANSWER_NO;
		if (v == NULL)
			continue;
		r[i].value = copy_out(v, a);
		r[i].expires_s = v->stamp;
	}
	g_rw_lock_reader_unlock(&m->lock);
}

static void change_one(struct mem *m, const struct store_write *w, struct arena *a,
		       int64_t now_s)
{
	struct bytes value = w->value;
	GBytes *key = g_bytes_new(w->key.at, w->key.n);
	struct mem_value *v;

	if (w->kind == STORE_MERGE) {
		const struct mem_value *old = find(m, w->key, now_s);
		struct bytes before =
			old != NULL ? copy_out(old, a) : (struct bytes){ 0 };

		if (!w->merge(before, w->value, a, &value)) {
			g_bytes_unref(key);
			return;
		}
	}
	if (w->kind == STORE_DELETE || (w->kind == STORE_MERGE && value.n == 0)) {
		g_tree_remove(m->values, key);
		g_bytes_unref(key);
		return;
	}
	v = g_new(struct mem_value, 1);
	v->bytes = g_bytes_new(value.at, value.n);
	v->stamp = stamp_make(w, now_s);
	g_tree_replace(m->values, key, v);
}

static enum store_wrote mem_write_many(struct store *s, const struct store_write *w,
				       size_t n, GError **e)
{
	struct mem *m = (struct mem *)s;
	int64_t now_s = s->now_s();

	(void)e;
	g_rw_lock_writer_lock(&m->lock);
	for (size_t i = 0; i < n; i++) {
		struct arena *a = arena_create();

		change_one(m, &w[i], a, now_s);
		arena_destroy(&a);
	}
	g_rw_lock_writer_unlock(&m->lock);
	return STORE_WROTE;
}

struct scan {
	struct bytes prefix;
	bool (*see)(const struct store_record *record, void *to);
	void *to;
	int64_t now_s;
};

static gboolean see_one(gpointer key, gpointer value, gpointer data)
{
	const struct scan *scan = data;
	const struct mem_value *v = value;
	struct store_record r = { .expires_s = v->stamp };

	r.key.at = g_bytes_get_data(key, &r.key.n);
	r.value.at = g_bytes_get_data(v->bytes, &r.value.n);
	if (r.key.n < scan->prefix.n ||
	    memcmp(r.key.at, scan->prefix.at, scan->prefix.n) != 0 ||
	    stamp_over(v->stamp, scan->now_s))
		return FALSE;
	return !scan->see(&r, scan->to);
}

static bool mem_scan(struct store *s, struct bytes prefix,
		     bool (*see)(const struct store_record *record, void *to), void *to,
		     GError **e)
{
	struct mem *m = (struct mem *)s;
	struct scan scan = {
		.prefix = prefix, .see = see, .to = to, .now_s = s->now_s()
	};

	(void)e;
	g_rw_lock_reader_lock(&m->lock);
	g_tree_foreach(m->values, see_one, &scan);
	g_rw_lock_reader_unlock(&m->lock);
	return true;
}

static void mem_close(struct store *s)
{
	struct mem *m = (struct mem *)s;

	g_tree_destroy(m->values);
	g_rw_lock_clear(&m->lock);
	g_free(m);
}

const struct store_ops store_mem = {
	.open = mem_open,
	.read_many = mem_read_many,
	.write_many = mem_write_many,
	.scan = mem_scan,
	.close = mem_close,
};
