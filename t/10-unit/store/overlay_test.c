/* A snapshot and the changes beside it: what was written wins, what was deleted or has expired stays
 * away, and a newer snapshot ends the changes that it contains, and no others. */
#include <glib.h>

#include "base/map_guard.h"
#include "lib/tree.h"
#include "store/manifest.h"
#include "store/snapshot.h"

struct place {
	char *folder, *batch, *url;
};

static _Atomic int64_t test_now = 1000;

static int64_t test_now_s(void)
{
	return test_now;
}

static const struct store_setup writing = { .write = true,
					    .now_s = test_now_s,
					    .first_map_bytes = 1024 * 1024 };
static const struct store_setup reading = { .now_s = test_now_s };

struct pair {
	const char *key, *value;
	int64_t expires_s;
};

static void build(const char *path, const struct pair *p, size_t n,
		  const struct manifest_applied *applied)
{
	struct snapshot_builder *b =
		snapshot_begin(&(struct snapshot_setup){ .path = path });
	struct snapshot_built built;
	GError *e = NULL;

	for (size_t i = 0; i < n; i++)
		g_assert_true(snapshot_add(b,
					   &(struct store_record){ bytes_of(p[i].key),
								   bytes_of(p[i].value),
								   p[i].expires_s },
					   &e));
	if (applied != NULL)
		g_assert_true(snapshot_applied(b, applied, &e));
	g_assert_true(snapshot_finish(b, &built, &e));
	g_assert_no_error(e);
	snapshot_builder_destroy(&b);
	g_usleep(30000); /* the clock of the file system */
}

static const struct pair first[] = {
	{ "K|a", "batch a", 0 },    { "K|b", "batch b", 0 }, { "K|c", "batch c", 0 },
	{ "K|d", "batch d", 2000 }, { "K|e", "batch e", 0 },
};

static void place_make(struct place *p)
{
	char *changes;

	p->folder = g_dir_make_tmp("overlay.XXXXXX", NULL);
	p->batch = g_build_filename(p->folder, "batch.mdb", NULL);
	changes = g_build_filename(p->folder, "changes", NULL);
	p->url = g_strdup_printf("overlay:lmdb-snapshot:%s|lmdb:%s", p->batch, changes);
	g_free(changes);
	build(p->batch, first, G_N_ELEMENTS(first), NULL);
	test_now = 1000;
}

static void place_remove(struct place *p)
{
	tree_remove(p->folder);
	g_free(p->folder);
	g_free(p->batch);
	g_free(p->url);
}

static struct store *open_at(const struct place *p, const struct store_setup *setup)
{
	GError *e = NULL;
	struct store *s = store_open(p->url, setup, &e);

	g_assert_no_error(e);
	return s;
}

static bool append(struct bytes old, struct bytes change, struct arena *a,
		   struct bytes *new_r)
{
	*new_r = change.n == 0 ? (struct bytes){ 0 }
			       : bytes_of(arena_printf(a, "%.*s+%.*s", (int)old.n,
						       old.at != NULL ? old.at : "",
						       (int)change.n, change.at));
	return true;
}

static void change(struct store *s, struct store_write w, const char *key)
{
	GError *e = NULL;

	w.key = bytes_of(key);
	if (w.kind == STORE_MERGE)
		w.merge = append;
	g_assert_cmpint(store_write_many(s, &w, 1, &e), ==, STORE_WROTE);
	g_assert_no_error(e);
}

static bool see(const struct store_record *r, void *to)
{
	g_string_append_printf(to, "%.*s=%.*s", (int)r->key.n, r->key.at, (int)r->value.n,
			       r->value.at);
	if (r->expires_s != 0)
		g_string_append_printf(to, "@%d", (int)r->expires_s);
	g_string_append_c(to, ' ');
	return true;
}

/* by scan, after each was found by its key, too */
static char *all_of(struct store *s)
{
	GString *text = g_string_new(NULL), *single = g_string_new(NULL);
	struct arena *a = arena_create();
	GError *e = NULL;

	g_assert_true(store_scan(s, bytes_of(""), see, text, &e));
	g_assert_no_error(e);
	for (char c = 'a'; c <= 'h'; c++) {
		struct store_read r = { .key = bytes_of(arena_printf(a, "K|%c", c)) };

		store_read_many(s, &r, 1, 0, a);
		g_assert_cmpint(r.answer, !=, ANSWER_UNKNOWN);
		if (r.answer == ANSWER_YES)
			see(&(struct store_record){ r.key, r.value, r.expires_s },
			    single);
	}
	g_assert_cmpstr(text->str, ==, single->str);
	arena_destroy(&a);
	g_string_free(single, TRUE);
	return g_string_free(text, FALSE);
}

static void check_all(struct store *s, const char *want)
{
	char *all = all_of(s);

	g_assert_cmpstr(all, ==, want);
	g_free(all);
}

static void make_changes(struct store *s)
{
	change(s, (struct store_write){ .value = bytes_of("new") }, "K|a");
	change(s, (struct store_write){ .kind = STORE_DELETE }, "K|b");
	change(s, (struct store_write){ .kind = STORE_MERGE, .value = bytes_of("x") },
	       "K|c");
	change(s, (struct store_write){ .value = bytes_of("soon"), .ttl_s = 100 }, "K|e");
	change(s, (struct store_write){ .value = bytes_of("f"), .expires_s = 1500 },
	       "K|f");
}

static void test_merges(void)
{
	struct place p;
	struct store *s, *r;

	place_make(&p);
	r = open_at(&p, &reading); /* before there are changes */
	check_all(r, "K|a=batch a K|b=batch b K|c=batch c K|d=batch d@2000 K|e=batch e ");
	s = open_at(&p, &writing);
	make_changes(s);
	check_all(s, "K|a=new K|c=batch c+x K|d=batch d@2000 K|e=soon@1100 K|f=f@1500 ");
	check_all(r, "K|a=new K|c=batch c+x K|d=batch d@2000 K|e=soon@1100 K|f=f@1500 ");
	/* what has expired here does not come to light below */
	test_now = 1200;
	check_all(r, "K|a=new K|c=batch c+x K|d=batch d@2000 K|f=f@1500 ");
	change(s, (struct store_write){ .kind = STORE_MERGE, .value = bytes_of("y") },
	       "K|e");
	change(s, (struct store_write){ .kind = STORE_MERGE, .value = bytes_of("y") },
	       "K|b");
	change(s, (struct store_write){ .kind = STORE_MERGE }, "K|a");
	check_all(r, "K|b=+y K|c=batch c+x K|d=batch d@2000 K|e=+y K|f=f@1500 ");
	test_now = 2500;
	check_all(r, "K|b=+y K|c=batch c+x K|e=+y ");
	store_close(&s);
	s = open_at(&p, &writing);
	check_all(s, "K|b=+y K|c=batch c+x K|e=+y ");
	store_close(&s);
	store_close(&r);
	place_remove(&p);
}

/* One that contains the first changes takes their place; later ones stay; after a while the
 * first are dropped, and who still reads the old one knows nothing. */
static void test_swap(void)
{
	static const struct pair second[] = { { "K|a", "built", 0 },
					      { "K|c", "built", 0 },
					      { "K|g", "built", 0 } };
	const struct store_setup lagging = { .now_s = test_now_s, .renew_by_hand = true };
	struct manifest_applied applied[MANIFEST_APPLIED];
	struct store_read r = { .key = bytes_of("K|a") };
	struct arena *a = arena_create();
	struct store *s, *old;
	struct place p;
	GError *e = NULL;

	place_make(&p);
	s = open_at(&p, &writing);
	old = open_at(&p, &lagging);
	g_assert_cmpuint(store_applied(s, applied), ==, 0);
	make_changes(s);
	g_assert_cmpuint(store_applied(s, applied), ==, 1);
	g_assert_cmpint(applied[0].change, ==, 5);
	change(s, (struct store_write){ .value = bytes_of("later") }, "K|c");
	build(p.batch, second, G_N_ELEMENTS(second), &applied[0]);
	check_all(s, "K|a=built K|c=later K|g=built ");
	check_all(old, "K|a=new K|c=later K|d=batch d@2000 K|e=soon@1100 K|f=f@1500 ");
	g_assert_cmpuint(store_applied(s, applied), ==, 1);
	g_assert_cmpint(applied[0].change, ==, 6);
	/* not yet dropped: readers may still have the old one */
	change(s, (struct store_write){ .value = bytes_of("h") }, "K|h");
	check_all(old,
		  "K|a=new K|c=later K|d=batch d@2000 K|e=soon@1100 K|f=f@1500 K|h=h ");
	test_now += 3700;
	change(s, (struct store_write){ .value = bytes_of("h") }, "K|h");
	check_all(s, "K|a=built K|c=later K|g=built K|h=h ");
	store_read_many(old, &r, 1, 0, a);
	g_assert_cmpint(r.answer, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(store_renew(old, &e), ==, ANSWER_YES);
	check_all(old, "K|a=built K|c=later K|g=built K|h=h ");
	/* a snapshot of before the drop never becomes the truth again */
	build(p.batch, first, G_N_ELEMENTS(first), NULL);
	store_read_many(s, &r, 1, 0, a);
	g_assert_cmpint(r.answer, ==, ANSWER_UNKNOWN);
	struct store_write w = { .key = bytes_of("K|a"), .value = bytes_of("x") };

	g_assert_cmpint(store_write_many(s, &w, 1, &e), ==, STORE_FAILED);
	g_assert_nonnull(strstr(e->message, "older than what was dropped"));
	g_clear_error(&e);
	store_close(&s);
	store_close(&old);
	arena_destroy(&a);
	place_remove(&p);
}

/* More than a page on both sides, each key once and in order. */
static void test_pages(void)
{
	struct place p;
	struct store *s;
	GString *text = g_string_new(NULL), *want = g_string_new(NULL);
	struct pair *many = g_new0(struct pair, 3000);
	GError *e = NULL;

	place_make(&p);
	for (int i = 0; i < 3000; i++)
		many[i] = (struct pair){ g_strdup_printf("M|%05d", i), "b", 0 };
	build(p.batch, many, 3000, NULL);
	s = open_at(&p, &writing);
	for (int i = 0; i < 3000;
	     i += 2) { /* a third deleted, a third new, a third between */
		struct store_write w = { .key = bytes_of(many[i].key),
					 .value = bytes_of("c"),
					 .kind = i % 3 == 0 ? STORE_DELETE : STORE_PUT };

		if (i % 100 == 0)
			g_assert_cmpint(store_write_many(s, &w, 1, &e), ==, STORE_WROTE);
	}
	for (int i = 0; i < 3000; i++)
		if (i % 100 != 0 || i % 3 != 0)
			g_string_append_printf(want, "%s=%s ", many[i].key,
					       i % 100 == 0 ? "c" : "b");
	g_assert_true(store_scan(s, bytes_of("M|"), see, text, &e));
	g_assert_cmpstr(text->str, ==, want->str);
	struct store_scan from = { .prefix = bytes_of("M|"),
				   .from = bytes_of("M|02998"),
				   .see = see,
				   .to = text };

	g_string_truncate(text, 0);
	g_assert_true(store_scan_sorted(s, &from, &e));
	g_assert_cmpstr(text->str, ==, "M|02998=b M|02999=b ");
	store_close(&s);
	for (int i = 0; i < 3000; i++)
		g_free((char *)(uintptr_t)many[i].key);
	g_free(many);
	g_string_free(text, TRUE);
	g_string_free(want, TRUE);
	place_remove(&p);
}

static void test_urls(void)
{
	static const char *const bad[] = { "overlay:", "overlay:mem:|mem:",
					   "overlay:lmdb-snapshot:/x",
					   "overlay:lmdb:/x|lmdb-snapshot:/y",
					   "overlay:lmdb-snapshot:/x|lmdb:/y|lmdb:/z" };

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		GError *e = NULL;

		g_assert_null(store_open(bad[i], NULL, &e));
		g_assert_nonnull(
			strstr(e->message, "overlay:lmdb-snapshot:/PATH|lmdb:/PATH"));
		g_clear_error(&e);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	map_guard_install();
	g_test_add_func("/store/overlay/merges", test_merges);
	g_test_add_func("/store/overlay/swap", test_swap);
	g_test_add_func("/store/overlay/pages", test_pages);
	g_test_add_func("/store/overlay/urls", test_urls);
	return g_test_run();
}
