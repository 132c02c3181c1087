/* One contract for every kind of store. A row of schemes[] runs all of it; what a scheme
 * has of its own is tested below. With WONTED_STORE=URL in the environment, the contract is
 * run over that store alone, which is emptied before each test: so do the tests beside this
 * one that start servers. With WONTED_STORE_SERVED=PATH, too, URL is a wonted-store that serves
 * PATH. */
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/map_guard.h"
#include "lib/tree.h"
#include "store/backend.h"
#include "store/keys.h"
#include "store/manifest.h"
#include "store/snapshot.h"
#include "store/store.h"

/* A day in 2096: the clock of a server that only reads, which can't be set, never ends what these
 * tests write; a stamp has room for it. */
#define T0 INT64_C(4000000000)

struct fixture {
	char *folder;
	char *url;
	struct store *s;
	struct arena *a;
};

struct scheme {
	const char *name;
	const char *url;
	bool on_disk; /* a path in a temporary folder follows */
	bool kept;    /* what is in it outlives the handle */
	bool apart;   /* keys written together are not seen together (a cluster) */
	bool overlay; /* an empty snapshot is built beside the path first */
	bool served;  /* by wonted-store, see below */
};

static const struct scheme schemes[] = {
	{ .name = "mem", .url = "mem:" },
	{ .name = "lmdb", .url = "lmdb:", .on_disk = true },
	{ .name = "fault-never-mem", .url = "fault:0:mem:" },
	{ .name = "pair-mem-mem", .url = "pair:dark=100,live=0:mem:|mem:" },
	{ .name = "pair-mem-late", .url = "pair:dark=50,live=0:mem:|fault:3+1:mem:" },
	{ .name = "overlay", .on_disk = true, .overlay = true },
	{ .name = "fault-never-lmdb", .url = "fault:0+1:lmdb:", .on_disk = true },
};

static _Atomic int64_t test_now = T0;

static int64_t test_now_s(void)
{
	return test_now;
}

static const struct store_setup writing = {
	.write = true,
	.now_s = test_now_s,
	.first_map_bytes = 1024 * 1024,
};
static const struct store_setup reading = { .now_s = test_now_s };

/* --- what only reads, behind the same contract --- */

/* Writes go to mem:, and before something is read after them a snapshot is built of it at the path
 * that a wonted-store serves; it is asked when that answers from it. So its reading half keeps the
 * contract that is written for both. */
struct served {
	struct store base; /* its ops are of this file */
	struct store *written, *reader;
	const char *path;
	GMutex lock;
	bool changed;
};

static bool copy_record(const struct store_record *r, void *to)
{
	GError *e = NULL;

	g_assert_true(snapshot_add(to, r, &e));
	return true;
}

static bool answers_from(struct served *s, const char *id)
{
	struct arena *a = arena_create();
	struct store_read r = { .key = bytes_of(STORE_GENERATION_KEY) };
	bool does;

	store_read_many(s->reader, &r, 1, clock_mono_us() + 1000000, a);
	does = r.answer == ANSWER_YES && bytes_equal(r.value, bytes_of(id));
	arena_destroy(&a);
	return does;
}

static void publish(struct served *s)
{
	struct snapshot_builder *b;
	struct snapshot_built built;
	struct manifest m;
	GError *e = NULL;
	int64_t until_us = clock_mono_us() + 20000000;

	g_mutex_lock(&s->lock);
	if (s->changed) {
		b = snapshot_begin(&(struct snapshot_setup){ .path = s->path });
		g_assert_true(store_scan(s->written, bytes_of(""), copy_record, b, &e));
		g_assert_true(snapshot_finish(b, &built, &e));
		snapshot_builder_destroy(&b);
		g_assert_true(manifest_read(s->path, &m, &e));
		m.whole[STORE_GENERATION_BYTES - 1] = '\0';
		while (!answers_from(s, m.whole)) {
			g_assert_cmpint(clock_mono_us(), <, until_us);
			g_usleep(10000);
		}
		s->changed = false;
	}
	g_mutex_unlock(&s->lock);
}

static void served_read_many(struct store *store, struct store_read *r, size_t n,
			     int64_t deadline_us, struct arena *a)
{
	struct served *s = (struct served *)store;

	publish(s);
	store_read_many(s->reader, r, n, deadline_us, a);
}

static enum store_wrote
served_write_many(struct store *store, const struct store_write *w, size_t n, GError **e)
{
	struct served *s = (struct served *)store;

	g_mutex_lock(&s->lock);
	s->changed = true;
	g_mutex_unlock(&s->lock);
	return store_write_many(s->written, w, n, e);
}

static bool served_scan(struct store *store, struct bytes prefix,
			bool (*see)(const struct store_record *record, void *to),
			void *to, GError **e)
{
	struct served *s = (struct served *)store;

	publish(s);
	return store_scan(s->reader, prefix, see, to, e);
}

static void served_close(struct store *store)
{
	struct served *s = (struct served *)store;

	store_close(&s->written);
	store_close(&s->reader);
	g_mutex_clear(&s->lock);
	g_free(s);
}

static const struct store_ops served_ops = { .read_many = served_read_many,
					     .write_many = served_write_many,
					     .scan = served_scan,
					     .close = served_close };

static struct store *served_open(const char *url, GError **e)
{
	struct served *s = g_new0(struct served, 1);

	g_mutex_init(&s->lock);
	s->base.ops = &served_ops;
	s->base.url = g_strdup(url);
	s->base.write = true;
	s->base.now_s = test_now_s;
	refs_begin(&s->base.refs, 1);
	s->path = g_getenv("WONTED_STORE_SERVED");
	s->changed = true;
	s->written = store_open("mem:", &writing, e);
	s->reader = store_open(url, &reading, e);
	return &s->base;
}

static char *overlay_url(const char *path)
{
	char *batch = g_strconcat(path, ".batch", NULL), *url;
	struct snapshot_builder *b =
		snapshot_begin(&(struct snapshot_setup){ .path = batch });
	struct snapshot_built built;
	GError *e = NULL;

	g_assert_true(snapshot_finish(b, &built, &e));
	g_usleep(30000); /* the clock of the file system */
	snapshot_builder_destroy(&b);
	url = g_strdup_printf("overlay:lmdb-snapshot:%s|lmdb:%s", batch, path);
	g_free(batch);
	return url;
}

static bool delete_one(const struct store_record *r, void *to)
{
	g_ptr_array_add(to, g_bytes_new(r->key.at, r->key.n));
	return true;
}

static void unref_bytes(gpointer bytes)
{
	g_bytes_unref(bytes);
}

static void empty_out(struct store *s)
{
	GPtrArray *keys = g_ptr_array_new_with_free_func(unref_bytes);
	GError *e = NULL;

	store_scan(s, bytes_of(""), delete_one, keys, &e);
	g_assert_no_error(e);
	for (guint i = 0; i < keys->len; i++) {
		struct store_write w = { .kind = STORE_DELETE };

		w.key.at = g_bytes_get_data(g_ptr_array_index(keys, i), &w.key.n);
		g_assert_cmpint(store_write_many(s, &w, 1, &e), ==, STORE_WROTE);
	}
	g_ptr_array_unref(keys);
}

static void set_up(struct fixture *f, gconstpointer data)
{
	const struct scheme *scheme = data;
	GError *e = NULL;
	char *path;

	f->folder = g_dir_make_tmp("wonted-store-XXXXXX", &e);
	g_assert_no_error(e);
	path = g_build_filename(f->folder, "store", NULL);
	f->url = scheme->overlay
			 ? overlay_url(path)
			 : g_strconcat(scheme->url, scheme->on_disk ? path : "", NULL);
	f->s = scheme->served ? served_open(f->url, &e)
			      : store_open(f->url, &writing, &e);
	g_assert_no_error(e);
	if (scheme->kept)
		empty_out(f->s);
	f->a = arena_create();
	g_free(path);
}

static void tear_down(struct fixture *f, gconstpointer data)
{
	(void)data;
	store_close(&f->s);
	arena_destroy(&f->a);
	tree_remove(f->folder);
	test_now = T0;
	g_free(f->folder);
	g_free(f->url);
}

static void put(struct store *s, const char *key, const char *value, int64_t ttl_s)
{
	struct store_write w = { .key = bytes_of(key),
				 .value = bytes_of(value),
				 .ttl_s = ttl_s };
	GError *e = NULL;

	g_assert_cmpint(store_write_many(s, &w, 1, &e), ==, STORE_WROTE);
	g_assert_no_error(e);
}

/* NULL: absent; "?": unknown */
static const char *get(struct store *s, struct arena *a, const char *key)
{
	struct store_read r = { .key = bytes_of(key) };

	store_read_many(s, &r, 1, 0, a);
	if (r.answer == ANSWER_YES)
		return arena_strndup(a, r.value.at, r.value.n);
	g_assert_cmpuint(r.value.n, ==, 0);
	return r.answer == ANSWER_NO ? NULL : "?";
}

static void test_empty(struct fixture *f, gconstpointer data)
{
	(void)data;
	g_assert_cmpstr(get(f->s, f->a, "K|a"), ==, NULL);
	g_assert_cmpstr(store_url(f->s), ==, f->url);
}

static void test_put_get_delete(struct fixture *f, gconstpointer data)
{
	struct store_write del = { .key = bytes_of("K|a"), .kind = STORE_DELETE };

	(void)data;
	put(f->s, "K|a", "one", 0);
	put(f->s, "K|b", "", 0);
	g_assert_cmpstr(get(f->s, f->a, "K|a"), ==, "one");
	g_assert_cmpstr(get(f->s, f->a, "K|b"), ==, "");
	put(f->s, "K|a", "two", 0);
	g_assert_cmpstr(get(f->s, f->a, "K|a"), ==, "two");
	for (int i = 0; i < 2; i++) { /* deleting what is absent is fine */
		g_assert_cmpint(store_write_many(f->s, &del, 1, NULL), ==, STORE_WROTE);
		g_assert_cmpstr(get(f->s, f->a, "K|a"), ==, NULL);
	}
	g_assert_cmpint(store_write_many(f->s, NULL, 0, NULL), ==, STORE_WROTE);
}

static void test_bounds(struct fixture *f, gconstpointer data)
{
	char key[LIMIT_KEY_BYTES];
	char *big = g_malloc(LIMIT_VALUE_BYTES);
	struct store_write w = { .key = { key, sizeof(key) },
				 .value = { big, LIMIT_VALUE_BYTES } };
	struct store_read r = { .key = w.key };

	(void)data;
	memset(key, 0xff, sizeof(key));
	for (size_t i = 0; i < LIMIT_VALUE_BYTES; i++)
		big[i] = (char)(i * 7);
	g_assert_cmpint(store_write_many(f->s, &w, 1, NULL), ==, STORE_WROTE);
	store_read_many(f->s, &r, 1, 0, f->a);
	g_assert_cmpint(r.answer, ==, ANSWER_YES);
	g_assert_true(bytes_equal(r.value, w.value));
	g_free(big);
}

static void test_batch(struct fixture *f, gconstpointer data)
{
	size_t n = 5000;
	struct store_write *w = g_new0(struct store_write, n);
	struct store_read *r = g_new0(struct store_read, 2 * n);

	(void)data;
	for (size_t i = 0; i < n; i++) {
		w[i].key = bytes_of(arena_printf(f->a, "K|%zu", i));
		w[i].value = bytes_of(arena_printf(f->a, "value %zu", i * i));
	}
	g_assert_cmpint(store_write_many(f->s, w, n, NULL), ==, STORE_WROTE);
	for (size_t i = 0; i < n; i++) { /* there, not there, and some asked twice */
		r[2 * i].key = w[i / 2].key;
		r[2 * i + 1].key = bytes_of(arena_printf(f->a, "J|%zu", i));
	}
	store_read_many(f->s, r, 2 * n, clock_mono_us() + 60000000, f->a);
	for (size_t i = 0; i < n; i++) {
		g_assert_cmpint(r[2 * i].answer, ==, ANSWER_YES);
		g_assert_true(bytes_equal(r[2 * i].value, w[i / 2].value));
		g_assert_cmpint(r[2 * i + 1].answer, ==, ANSWER_NO);
	}
	g_free(w);
	g_free(r);
}

/* A value is a copy: it outlives later writes and the store. */
static void test_copies(struct fixture *f, gconstpointer data)
{
	const char *value;

	(void)data;
	put(f->s, "K|a", "one", 0);
	value = get(f->s, f->a, "K|a");
	put(f->s, "K|a", "two", 0);
	store_close(&f->s);
	g_assert_cmpstr(value, ==, "one");
}

static bool append(struct bytes old, struct bytes change, struct arena *a,
		   struct bytes *new_r)
{
	if (bytes_equal(change, bytes_of("refuse")))
		return false;
	if (bytes_equal(change, bytes_of("vanish"))) {
		*new_r = (struct bytes){ 0 };
		return true;
	}
	*new_r = bytes_of(arena_printf(a, "%.*s+%.*s", (int)old.n,
				       old.at != NULL ? old.at : "", (int)change.n,
				       change.at));
	return true;
}

static void test_merge(struct fixture *f, gconstpointer data)
{
	struct store_write w[] = {
		{ .key = bytes_of("K|a"),
		  .kind = STORE_MERGE,
		  .value = bytes_of("1"),
		  .merge = append },
		{ .key = bytes_of("K|a"),
		  .kind = STORE_MERGE,
		  .value = bytes_of("2"),
		  .merge = append },
		{ .key = bytes_of("K|b"), .kind = STORE_PUT, .value = bytes_of("x") },
		{ .key = bytes_of("K|b"),
		  .kind = STORE_MERGE,
		  .value = bytes_of("refuse"),
		  .merge = append },
		{ .key = bytes_of("K|c"), .kind = STORE_PUT, .value = bytes_of("x") },
		{ .key = bytes_of("K|c"),
		  .kind = STORE_MERGE,
		  .value = bytes_of("vanish"),
		  .merge = append },
	};

	(void)data;
	g_assert_cmpint(store_write_many(f->s, w, G_N_ELEMENTS(w), NULL), ==,
			STORE_WROTE);
	g_assert_cmpstr(get(f->s, f->a, "K|a"), ==, "+1+2");
	g_assert_cmpstr(get(f->s, f->a, "K|b"), ==, "x");
	g_assert_cmpstr(get(f->s, f->a, "K|c"), ==, NULL);
}

static void test_expiry(struct fixture *f, gconstpointer data)
{
	struct store_write merge = { .key = bytes_of("K|a"),
				     .kind = STORE_MERGE,
				     .ttl_s = 100,
				     .value = bytes_of("2"),
				     .merge = append };

	(void)data;
	put(f->s, "K|a", "one", 100);
	put(f->s, "K|b", "two", 0);
	test_now = (T0 + 99);
	g_assert_cmpstr(get(f->s, f->a, "K|a"), ==, "one");
	test_now = (T0 + 100);
	g_assert_cmpstr(get(f->s, f->a, "K|a"), ==, NULL);
	g_assert_cmpstr(get(f->s, f->a, "K|b"), ==, "two");
	g_assert_cmpint(store_write_many(f->s, &merge, 1, NULL), ==, STORE_WROTE);
	g_assert_cmpstr(get(f->s, f->a, "K|a"), ==, "+2"); /* merged with nothing */
}

struct seen {
	GPtrArray *pairs;
	size_t most;
};

static bool see(const struct store_record *r, void *to)
{
	struct seen *seen = to;
	char *text = g_strdup_printf("%.*s=%.*s", (int)r->key.n, r->key.at,
				     (int)r->value.n, r->value.at);

	if (r->expires_s == 0)
		g_ptr_array_add(seen->pairs, g_strdup(text));
	else
		g_ptr_array_add(seen->pairs,
				g_strdup_printf("%s until +%" G_GINT64_FORMAT, text,
						r->expires_s - T0));
	g_free(text);
	return --seen->most > 0;
}

static gint compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* all pairs with a prefix, sorted: stores promise no order */
static char *scan(struct store *s, const char *prefix, size_t most)
{
	struct seen seen = { .pairs = g_ptr_array_new_with_free_func(g_free),
			     .most = most };
	GError *e = NULL;
	char *all;

	g_assert_true(store_scan(s, bytes_of(prefix), see, &seen, &e));
	g_assert_no_error(e);
	g_ptr_array_sort(seen.pairs, compare_texts);
	g_ptr_array_add(seen.pairs, NULL);
	all = g_strjoinv(" ", (char **)seen.pairs->pdata);
	g_ptr_array_unref(seen.pairs);
	return all;
}

static void test_scan(struct fixture *f, gconstpointer data)
{
	char *all;

	(void)data;
	put(f->s, "A|1", "x", 0);
	put(f->s, "B|1", "y", 0);
	put(f->s, "B|2", "z", 0);
	put(f->s, "B|3", "gone", 1);
	put(f->s, "B*?[1]\\", "odd", 0); /* what means something in a pattern */
	put(f->s, "C|1", "w", 0);
	test_now = (T0 + 100);
	all = scan(f->s, "B|", 100);
	g_assert_cmpstr(all, ==, "B|1=y B|2=z");
	g_free(all);
	all = scan(f->s, "B*?[1]", 100);
	g_assert_cmpstr(all, ==, "B*?[1]\\=odd");
	g_free(all);
	all = scan(f->s, "", 1);
	g_assert_null(strchr(all, ' '));
	g_assert_nonnull(strchr(all, '='));
	g_free(all);
	all = scan(f->s, "D|", 100);
	g_assert_cmpstr(all, ==, "");
	g_free(all);
}

/* A scan tells when a record expires, and a write takes that as it is: a copy lives as long
 * as what it was made from. */
static void test_scan_expiry(struct fixture *f, gconstpointer data)
{
	struct store_write w[] = {
		{ .key = bytes_of("E|1"),
		  .value = bytes_of("x"),
		  .expires_s = (T0 + 77) },
		{ .key = bytes_of("E|2"), .value = bytes_of("x"), .expires_s = (T0 - 1) },
		{ .key = bytes_of("E|3"),
		  .kind = STORE_MERGE,
		  .value = bytes_of("1"),
		  .ttl_s = 200,
		  .merge = append },
	};
	char *all;

	(void)data;
	put(f->s, "E|0", "x", 100);
	put(f->s, "E|4", "x", 0);
	test_now = (T0 + 50);
	g_assert_cmpint(store_write_many(f->s, w, G_N_ELEMENTS(w), NULL), ==,
			STORE_WROTE);
	g_assert_cmpstr(get(f->s, f->a, "E|2"), ==, NULL); /* was over before */
	all = scan(f->s, "E|", 100);
	g_assert_cmpstr(all, ==,
			"E|0=x until +100 E|1=x until +77 E|3=+1 until +250 E|4=x");
	g_free(all);
	test_now = (T0 + 77);
	g_assert_cmpstr(get(f->s, f->a, "E|1"), ==, NULL);
	g_assert_cmpstr(get(f->s, f->a, "E|0"), ==, "x");
}

static void test_scan_many(struct fixture *f, gconstpointer data)
{
	size_t n = 3000;
	struct store_write *w = g_new0(struct store_write, n);
	char *all;
	char **part;
	size_t different = 0;

	(void)data;
	for (size_t i = 0; i < n; i++) {
		w[i].key = bytes_of(arena_printf(f->a, "M|%05zu", i));
		w[i].value = bytes_of("v");
	}
	g_assert_cmpint(store_write_many(f->s, w, n, NULL), ==, STORE_WROTE);
	all = scan(f->s, "M|", SIZE_MAX);
	part = g_strsplit(all, " ", -1);
	for (char **p = part; *p != NULL; p++) /* a pair may come twice */
		different += p == part || strcmp(p[0], p[-1]) != 0;
	g_assert_cmpuint(different, ==, n);
	g_strfreev(part);
	g_free(all);
	g_free(w);
}

/* What was not answered in time is UNKNOWN, never NO. */
static void test_deadline(struct fixture *f, gconstpointer data)
{
	struct store_read r[2] = { { .key = bytes_of("K|a") },
				   { .key = bytes_of("K|b") } };

	(void)data;
	put(f->s, "K|a", "one", 0);
	store_read_many(f->s, r, 2, clock_mono_us() - 1, f->a);
	g_assert_cmpint(r[0].answer, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(r[1].answer, ==, ANSWER_UNKNOWN);
}

static void test_refs(struct fixture *f, gconstpointer data)
{
	struct store *second = f->s;

	(void)data;
	refs_take(&second->refs); /* as the registry does for who opens it again */
	put(f->s, "K|a", "one", 0);
	store_close(&f->s);
	g_assert_null(f->s);
	g_assert_cmpstr(get(second, f->a, "K|a"), ==, "one");
	f->s = second;
}

struct crowd {
	struct store *s;
	bool apart;
	gint stop;
	gint wrong;
	gint batches;
};

/* Both keys are always written together, so one batch must see them equal. */
static void *read_on(void *p)
{
	struct crowd *c = p;

	while (!g_atomic_int_get(&c->stop)) {
		struct arena *a = arena_create();
		struct store_read r[2] = { { .key = bytes_of("K|x") },
					   { .key = bytes_of("K|y") } };

		store_read_many(c->s, r, 2, 0, a);
		if (r[0].answer == ANSWER_UNKNOWN || r[1].answer == ANSWER_UNKNOWN)
			g_atomic_int_inc(&c->wrong);
		else if (!c->apart && (r[0].answer != r[1].answer ||
				       !bytes_equal(r[0].value, r[1].value)))
			g_atomic_int_inc(&c->wrong);
		g_atomic_int_inc(&c->batches);
		arena_destroy(&a);
	}
	return NULL;
}

static void write_pair(struct store *s, int i)
{
	char *text = g_strdup_printf("%*d", i % 300 + 1, i);
	struct store_write w[] = {
		{ .key = bytes_of("K|x"), .value = bytes_of(text) },
		{ .key = bytes_of("K|y"), .value = bytes_of(text) },
	};

	g_assert_cmpint(store_write_many(s, w, 2, NULL), ==, STORE_WROTE);
	g_free(text);
}

static void test_threads(struct fixture *f, gconstpointer data)
{
	const struct scheme *scheme = data;
	struct crowd c = { .s = f->s, .apart = scheme->apart };
	GThread *readers[4];

	for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
		readers[i] = g_thread_new("reader", read_on, &c);
	for (int i = 0; i < 100 || g_atomic_int_get(&c.batches) < 20; i++)
		write_pair(f->s, i);
	while (g_atomic_int_get(&c.batches) == 0) /* on a busy machine they begin late */
		g_thread_yield();
	g_atomic_int_set(&c.stop, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
		g_thread_join(readers[i]);
	g_assert_cmpint(c.wrong, ==, 0);
	g_assert_cmpint(c.batches, >, 0);
}

static const struct {
	const char *name;
	void (*run)(struct fixture *f, gconstpointer data);
} contract[] = {
	{ "empty", test_empty },         { "put-get-delete", test_put_get_delete },
	{ "bounds", test_bounds },       { "batch", test_batch },
	{ "copies", test_copies },       { "merge", test_merge },
	{ "expiry", test_expiry },       { "scan", test_scan },
	{ "scan-many", test_scan_many }, { "scan-expiry", test_scan_expiry },
	{ "deadline", test_deadline },   { "refs", test_refs },
	{ "threads", test_threads },
};

/* --- what each scheme has of its own --- */

static void test_unknown_scheme(void)
{
	static const char *const urls[] = { "",
					    "lmdb",
					    "nosql:x",
					    "lmdb:",
					    "mem:x",
					    "fault:",
					    "fault:x:mem:",
					    "fault:1:",
					    "fault:1:nosql:",
					    "fault:1+99999999:mem:" };

	for (size_t i = 0; i < G_N_ELEMENTS(urls); i++) {
		GError *e = NULL;

		g_assert_null(store_open(urls[i], NULL, &e));
		g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
		g_clear_error(&e);
	}
}

static void test_reader_cannot_write(void)
{
	struct store *s = store_open("mem:", NULL, NULL);
	struct store_write w = { .key = bytes_of("K|a") };
	GError *e = NULL;

	g_assert_cmpint(store_write_many(s, &w, 1, &e), ==, STORE_FAILED);
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_STORE);
	g_clear_error(&e);
	store_close(&s);
}

static void test_fault(void)
{
	struct store *s = store_open("fault:3:mem:", &writing, NULL);
	struct arena *a = arena_create();
	struct store_read r[6] = { 0 };
	struct store_write w = { .key = bytes_of("K|a"), .value = bytes_of("one") };
	int failed = 0;

	for (int i = 0; i < 6; i++)
		failed += store_write_many(s, &w, 1, NULL) == STORE_FAILED;
	g_assert_cmpint(failed, ==, 2);
	for (size_t i = 0; i < 6; i++)
		r[i].key = w.key;
	store_read_many(s, r, 6, 0, a);
	for (size_t i = 0; i < 6; i++)
		g_assert_cmpint(r[i].answer, ==,
				(i + 1) % 3 == 0 ? ANSWER_UNKNOWN : ANSWER_YES);
	arena_destroy(&a);
	store_close(&s);
}

static void test_fault_late(void)
{
	struct store *s = store_open("fault:0+5000:mem:", &writing, NULL);
	struct arena *a = arena_create();
	struct store_read r = { .key = bytes_of("K|a") };
	int64_t began_us = clock_mono_us();

	store_read_many(s, &r, 1, began_us + 20000, a);
	g_assert_cmpint(r.answer, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(clock_mono_us() - began_us, <, 1000000);
	arena_destroy(&a);
	store_close(&s);
}

/* A reader may come first; it sees the store as soon as it is there, and each commit. */
static void test_lmdb_later(void)
{
	char *folder = g_dir_make_tmp("wonted-store-XXXXXX", NULL);
	char *path = g_build_filename(folder, "store", NULL);
	char *url = g_strconcat("lmdb:", path, NULL);
	struct arena *a = arena_create();
	struct store *reader = store_open(url, &reading, NULL);
	int status;
	pid_t pid;

	g_assert_nonnull(reader);
	g_assert_cmpstr(get(reader, a, "K|a"), ==, NULL);
	for (int i = 1; i <= 2; i++) {
		pid = fork();
		if (pid == 0) {
			struct store *w = store_open(url, &writing, NULL);

			put(w, "K|a", i == 1 ? "one" : "two", 0);
			store_close(&w);
			_exit(0);
		}
		waitpid(pid, &status, 0);
		g_assert_cmpint(status, ==, 0);
		g_assert_cmpstr(get(reader, a, "K|a"), ==, i == 1 ? "one" : "two");
	}
	tree_remove(folder); /* taken away: empty again */
	g_assert_cmpstr(get(reader, a, "K|a"), ==, NULL);
	store_close(&reader);
	arena_destroy(&a);
	g_free(url);
	g_free(path);
	g_free(folder);
}

static void write_much(const char *url)
{
	struct store *s = store_open(url, &writing, NULL);

	for (int i = 0; i < 150; i++) {
		struct arena *a = arena_create();
		struct store_write w[64] = { 0 };

		for (size_t k = 0; k < G_N_ELEMENTS(w); k++) {
			w[k].key = bytes_of(arena_printf(a, "F|%d|%zu", i, k));
			w[k].value = bytes_of(arena_printf(a, "%*d", 1000, i));
		}
		g_assert_cmpint(store_write_many(s, w, G_N_ELEMENTS(w), NULL), ==,
				STORE_WROTE);
		write_pair(s, i);
		arena_destroy(&a);
	}
	store_close(&s);
}

/* Another process writes until the map has grown several times; threads here read on. */
static void test_lmdb_grows(void)
{
	char *folder = g_dir_make_tmp("wonted-store-XXXXXX", NULL);
	char *path = g_build_filename(folder, "store", NULL);
	char *url = g_strconcat("lmdb:", path, NULL);
	struct crowd c = { .s = store_open(url, &reading, NULL) };
	GThread *readers[3];
	GStatBuf st;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		write_much(url);
		_exit(0);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
		readers[i] = g_thread_new("reader", read_on, &c);
	waitpid(pid, &status, 0);
	g_atomic_int_set(&c.stop, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
		g_thread_join(readers[i]);
	g_assert_cmpint(status, ==, 0);
	g_assert_cmpint(g_stat(path, &st), ==, 0);
	g_assert_cmpint(st.st_size, >, 4 * 1024 * 1024); /* began with 1 MB */
	g_assert_cmpint(c.wrong, ==, 0);
	g_assert_cmpint(c.batches, >, 10);
	g_test_message("%d batches while another process wrote", c.batches);
	store_close(&c.s);
	tree_remove(folder);
	g_free(url);
	g_free(path);
	g_free(folder);
}

/* A writer that dies in the middle leaves the last commit, and no lock behind. */
static void test_lmdb_killed(void)
{
	char *folder = g_dir_make_tmp("wonted-store-XXXXXX", NULL);
	char *path = g_build_filename(folder, "store", NULL);
	char *url = g_strconcat("lmdb:", path, NULL);
	struct arena *a = arena_create();
	struct store *s;
	GStatBuf st;
	int status, n = 0;

	for (int round = 0; round < 3; round++) {
		pid_t pid = fork();
		int64_t until_us = clock_mono_us() + 5000000;

		if (pid == 0) {
			for (;;)
				write_much(url);
		}
		/* in the middle of writing: it has begun, and never ends by itself */
		while (clock_mono_us() < until_us &&
		       (g_stat(path, &st) != 0 || st.st_size < (round + 1) * 1000000))
			g_usleep(1000);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		s = store_open(url, &writing, NULL);
		g_assert_nonnull(s);
		put(s, "K|mine", "still writable", 0);
		g_assert_cmpstr(get(s, a, "K|x"), ==, get(s, a, "K|y"));
		n += get(s, a, "K|mine") != NULL;
		store_close(&s);
	}
	g_assert_cmpint(n, ==, 3);
	arena_destroy(&a);
	tree_remove(folder);
	g_free(url);
	g_free(path);
	g_free(folder);
}

struct damage {
	const char *name;
	gssize size; /* -1: as it is; else cut or lengthened to */
	size_t from; /* these bytes are overwritten with 0x5a */
	size_t n;
};

/* Each of these would end the process with SIGBUS or worse if it were mapped. */
static void test_lmdb_damaged(void)
{
	static const struct damage rows[] = {
		{ "empty", 0, 0, 0 },
		{ "tiny", 10, 0, 0 },
		{ "one page", 4096, 0, 0 },
		{ "two pages of more", 8192, 0, 0 },
		{ "half a page too much", -2, 0, 0 },
		{ "no magic", -1, 16, 4 },
		{ "other version", -1, 20, 4 },
		{ "second page gone", -1, 4096, 64 },
		{ "page size", -1, 40, 4 },
		{ "root", -1, 16 + 24 + 48 + 40, 8 },
		{ "random", -1, 0, 8192 },
	};
	char *folder = g_dir_make_tmp("wonted-store-XXXXXX", NULL);
	char *path = g_build_filename(folder, "store", NULL);
	char *url = g_strconcat("lmdb:", path, NULL);
	struct arena *a = arena_create();
	char *good;
	gsize n;

	write_much(url);
	write_much(
		url); /* an even number of commits: the newer meta page is the second */
	g_assert_true(g_file_get_contents(path, &good, &n, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		gsize size = rows[i].size == -1   ? n
			     : rows[i].size == -2 ? n + 2048
						  : (gsize)rows[i].size;
		char *bad = g_malloc0(size + 8192);
		GError *e = NULL;

		memcpy(bad, good, MIN(n, size));
		for (size_t meta = 0; meta < (rows[i].n == 8 || rows[i].n == 4 ? 2U : 1U);
		     meta++)
			memset(bad + rows[i].from + meta * 4096, 0x5a, rows[i].n);
		g_assert_true(g_file_set_contents(path, bad, (gssize)size, NULL));
		if (store_open(url, &reading, &e) != NULL)
			g_error("%s: opened", rows[i].name);
		g_assert_error(e, WONTED_ERROR, WONTED_ERROR_STORE);
		g_assert_nonnull(strstr(e->message, path));
		g_clear_error(&e);
		g_free(bad);
	}
	arena_destroy(&a);
	g_free(good);
	tree_remove(folder);
	g_free(url);
	g_free(path);
	g_free(folder);
}

/* A file renamed over the old one is opened; a damaged one makes answers UNKNOWN, and
 * answers come back with the next good one. */
static void test_lmdb_replaced(void)
{
	char *folder = g_dir_make_tmp("wonted-store-XXXXXX", NULL);
	char *path = g_build_filename(folder, "store", NULL);
	char *next = g_build_filename(folder, "next", NULL);
	char *url = g_strconcat("lmdb:", path, NULL);
	char *next_url = g_strconcat("lmdb:", next, NULL);
	struct arena *a = arena_create();
	struct store *s, *reader;

	s = store_open(url, &writing, NULL);
	put(s, "K|a", "old", 0);
	store_close(&s);
	reader = store_open(url, &reading, NULL);
	g_assert_cmpstr(get(reader, a, "K|a"), ==, "old");

	g_assert_true(g_file_set_contents(next, "this is no store", -1, NULL));
	g_assert_cmpint(g_rename(next, path), ==, 0);
	g_assert_cmpstr(get(reader, a, "K|a"), ==, "?");

	s = store_open(next_url, &writing, NULL);
	put(s, "K|a", "new", 0);
	store_close(&s);
	g_assert_cmpint(g_rename(next, path), ==, 0);
	g_assert_cmpstr(get(reader, a, "K|a"), ==, "new");

	store_close(&reader);
	arena_destroy(&a);
	tree_remove(folder);
	g_free(next_url);
	g_free(url);
	g_free(next);
	g_free(path);
	g_free(folder);
}

/* A file that is cut while it is mapped: nothing is called absent, nothing is written to what
 * is left, and a good file in its place is taken. */
static void test_lmdb_cut(void)
{
	static const off_t sizes[] = { 0, 4096, 8192, 50000 };
	char *folder = g_dir_make_tmp("wonted-store-XXXXXX", NULL);
	char *path = g_build_filename(folder, "store", NULL);
	char *next = g_build_filename(folder, "next", NULL);
	char *url = g_strconcat("lmdb:", path, NULL);
	struct arena *a = arena_create();
	struct store_write w = { .key = bytes_of("K|b"), .value = bytes_of("one") };
	GError *e = NULL;
	char *good;
	gsize n;

	write_much(url);
	g_assert_true(g_file_get_contents(path, &good, &n, NULL));
	for (size_t i = 0; i < 2 * G_N_ELEMENTS(sizes); i++) {
		bool write = i % 2 == 1;
		struct store *s = store_open(url, write ? &writing : &reading, NULL);

		g_assert_cmpstr(get(s, a, "F|7|7"), !=, NULL);
		g_assert_cmpint(truncate(path, sizes[i / 2]), ==, 0);
		for (int k = 0; k < 150; k++)
			g_assert_cmpstr(get(s, a, arena_printf(a, "F|%d|3", k)), ==, "?");
		if (write) {
			g_assert_cmpint(store_write_many(s, &w, 1, &e), ==, STORE_FAILED);
			g_assert_nonnull(strstr(e->message, "shorter"));
			g_clear_error(&e);
			store_close(&s);
		}
		g_assert_true(g_file_set_contents(next, good, (gssize)n, NULL));
		g_assert_cmpint(g_rename(next, path), ==, 0);
		if (!write)
			g_assert_cmpstr(get(s, a, "F|7|7"), !=, "?");
		store_close(&s);
	}
	arena_destroy(&a);
	tree_remove(folder);
	g_free(good);
	g_free(url);
	g_free(next);
	g_free(path);
	g_free(folder);
}

static void test_lmdb_unwritable(void)
{
	GError *e = NULL;

	g_assert_null(store_open("lmdb:/nonexistent/folder/store", &writing, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_STORE);
	g_assert_nonnull(strstr(e->message, "/nonexistent/folder/store"));
	g_clear_error(&e);
}

int main(int argc, char **argv)
{
	const char *url = g_getenv("WONTED_STORE");
	struct scheme given = { .name = "given",
				.url = url,
				.kept = true,
				.served = g_getenv("WONTED_STORE_SERVED") != NULL };

	g_test_init(&argc, &argv, NULL);
	map_guard_install();
	if (url != NULL) {
		given.apart = strncmp(url, "redis-cluster:", 14) == 0;
		for (size_t k = 0; k < G_N_ELEMENTS(contract); k++) {
			char *name = g_strconcat("/store/given/", contract[k].name, NULL);

			g_test_add(name, struct fixture, &given, set_up, contract[k].run,
				   tear_down);
			g_free(name);
		}
		return g_test_run();
	}
	for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
		for (size_t k = 0; k < G_N_ELEMENTS(contract); k++) {
			char *name = g_strdup_printf("/store/%s/%s", schemes[i].name,
						     contract[k].name);

			g_test_add(name, struct fixture, &schemes[i], set_up,
				   contract[k].run, tear_down);
			g_free(name);
		}
	}
	g_test_add_func("/store/unknown-scheme", test_unknown_scheme);
	g_test_add_func("/store/reader-cannot-write", test_reader_cannot_write);
	g_test_add_func("/store/fault/every-third", test_fault);
	g_test_add_func("/store/fault/late", test_fault_late);
	g_test_add_func("/store/lmdb/reader-first", test_lmdb_later);
	g_test_add_func("/store/lmdb/grows", test_lmdb_grows);
	g_test_add_func("/store/lmdb/killed", test_lmdb_killed);
	g_test_add_func("/store/lmdb/damaged", test_lmdb_damaged);
	g_test_add_func("/store/lmdb/replaced", test_lmdb_replaced);
	g_test_add_func("/store/lmdb/cut", test_lmdb_cut);
	g_test_add_func("/store/lmdb/unwritable", test_lmdb_unwritable);
	return g_test_run();
}
