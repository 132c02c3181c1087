/* Snapshots: what goes in comes out, readers run on while another is put in place, and what
 * is damaged is refused before it is mapped. */
#include "store/snapshot.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map_guard.h"
#include "store/lmdb_walk.h"
#include "store/manifest.h"
#include "store/store.h"

#define KEYS 20000

struct place {
	char *folder, *path, *url, *manifest;
};

static void place_make(struct place *p)
{
	p->folder = g_dir_make_tmp("snapshot.XXXXXX", NULL);
	p->path = g_build_filename(p->folder, "data.mdb", NULL);
	p->url = g_strconcat("lmdb-snapshot:", p->path, NULL);
	p->manifest = manifest_path(p->path);
}

static void place_remove(struct place *p)
{
	g_unlink(p->path);
	g_unlink(p->manifest);
	g_assert_cmpint(g_rmdir(p->folder), ==, 0); /* nothing else was left there */
	g_free(p->folder);
	g_free(p->path);
	g_free(p->url);
	g_free(p->manifest);
}

static void build(const struct place *p, unsigned keys, unsigned generation)
{
	struct snapshot_builder *b =
		snapshot_begin(&(struct snapshot_setup){ .path = p->path });
	struct snapshot_built built;
	GError *e = NULL;
	char k[32];

	for (unsigned i = keys; i-- > 0;) {
		char *v = g_strdup_printf("%u", generation);

		/* some have pages of their own */
		if (i % 1000 == 7) {
			char *more = g_strnfill(9000, 'x');

			g_free(v);
			v = g_strdup_printf("%u%s", generation, more);
			g_free(more);
		}
		snprintf(k, sizeof(k), "key%06u", i);
		const struct store_record r = { .key = bytes_of(k),
						.value = bytes_of(v),
						.expires_s = i == 3 ? 1500 : 0 };

		g_assert_true(snapshot_add(b, &r, &e));
		g_free(v);
	}
	g_assert_true(snapshot_finish(b, &built, &e));
	g_assert_no_error(e);
	g_assert_cmpuint(built.keys, ==, keys);
	snapshot_builder_destroy(&b);
}

static int64_t early(void)
{
	return 1400;
}

static int64_t late(void)
{
	return 1501;
}

static unsigned generation_read(struct store *s, const char *key, enum answer *answer_r)
{
	struct arena *a = arena_create();
	struct store_read r = { .key = bytes_of(key) };
	unsigned generation = 0;

	store_read_many(s, &r, 1, 0, a);
	*answer_r = r.answer;
	if (r.answer == ANSWER_YES) {
		char *text = g_strndup(r.value.at, r.value.n);

		generation = (unsigned)g_ascii_strtoull(text, NULL, 10);
		g_free(text);
	}
	arena_destroy(&a);
	return generation;
}

static void test_round(void)
{
	struct place p;
	struct store *s;
	struct store_sound sound;
	enum answer answer;
	GError *e = NULL;

	place_make(&p);
	build(&p, KEYS, 1);
	s = store_open(p.url, &(struct store_setup){ .now_s = early }, &e);
	g_assert_no_error(e);
	for (unsigned i = 0; i < KEYS; i += 13) {
		char *k = g_strdup_printf("key%06u", i);

		g_assert_cmpuint(generation_read(s, k, &answer), ==, 1);
		g_free(k);
	}
	generation_read(s, "key", &answer);
	g_assert_cmpint(answer, ==, ANSWER_NO);
	generation_read(s, "key000003", &answer);
	g_assert_cmpint(answer, ==, ANSWER_YES);
	g_assert_true(store_sound(s, &sound, &e));
	g_assert_cmpuint(sound.entries, ==, KEYS);
	g_assert_cmpuint(sound.pages, >, 100);
	store_close(&s);
	/* what has a time to live is gone after it */
	s = store_open(p.url, &(struct store_setup){ .now_s = late }, &e);
	generation_read(s, "key000003", &answer);
	g_assert_cmpint(answer, ==, ANSWER_NO);
	store_close(&s);
	place_remove(&p);
}

static void test_never_written(void)
{
	struct place p;
	struct store *s;
	GError *e = NULL;

	place_make(&p);
	s = store_open(p.url, NULL, &e);
	g_assert_null(s);
	g_assert_nonnull(strstr(e->message, "wonted store build"));
	g_clear_error(&e);
	build(&p, 10, 1);
	s = store_open(p.url, &(struct store_setup){ .write = true }, &e);
	g_assert_null(s);
	g_clear_error(&e);
	place_remove(&p);
}

static void test_empty(void)
{
	struct place p;
	struct store *s;
	struct store_sound sound;
	enum answer answer;
	GError *e = NULL;

	place_make(&p);
	build(&p, 0, 1);
	s = store_open(p.url, NULL, &e);
	g_assert_no_error(e);
	generation_read(s, "key000001", &answer);
	g_assert_cmpint(answer, ==, ANSWER_NO);
	g_assert_true(store_sound(s, &sound, &e));
	store_close(&s);
	place_remove(&p);
}

struct reader {
	struct store *s;
	gint stop, seen, wrong;
};

/* All answers of one batch are of one file, and no batch is of an older one than the last. */
static gpointer read_on(gpointer data)
{
	struct reader *r = data;
	int last = 0;

	while (g_atomic_int_get(&r->stop) == 0) {
		struct arena *a = arena_create();
		struct store_read q[3] = { { .key = bytes_of("key000001") },
					   { .key = bytes_of("key000500") },
					   { .key = bytes_of("key000999") } };
		int of[3];

		store_read_many(r->s, q, 3, 0, a);
		for (size_t i = 0; i < 3; i++)
			of[i] = q[i].answer == ANSWER_YES
					? g_ascii_digit_value(q[i].value.at[0])
					: -1;
		if (of[0] != of[1] || of[0] != of[2] || of[0] < last)
			g_atomic_int_inc(&r->wrong);
		last = of[0];
		g_atomic_int_set(&r->seen, last);
		arena_destroy(&a);
	}
	return NULL;
}

static void test_replaced(void)
{
	struct place p;
	struct reader r = { 0 };
	GThread *thread[2];
	GError *e = NULL;

	place_make(&p);
	build(&p, 1000, 1);
	r.s = store_open(p.url, NULL, &e);
	g_assert_no_error(e);
	for (size_t i = 0; i < 2; i++)
		thread[i] = g_thread_new("reader", read_on, &r);
	for (unsigned g = 2; g <= 9; g++) {
		build(&p, 1000, g);
		for (int i = 0; i < 2000 && g_atomic_int_get(&r.seen) != (int)g; i++)
			g_usleep(1000);
		g_assert_cmpint(g_atomic_int_get(&r.seen), ==, (int)g);
	}
	g_atomic_int_set(&r.stop, 1);
	for (size_t i = 0; i < 2; i++)
		g_thread_join(thread[i]);
	g_assert_cmpint(r.wrong, ==, 0);
	store_close(&r.s);
	place_remove(&p);
}

static void put(const char *path, const char *text, size_t n)
{
	g_assert_true(g_file_set_contents(path, text, (gssize)n, NULL)); /* by rename */
}

/* A file that is cut, stale or foreign is refused at the start, and never replaces a good
 * one that is being read. */
static void test_damaged(void)
{
	struct place p;
	struct store *running;
	enum answer answer;
	GError *e = NULL;
	char *good, *bad;
	gsize n;

	place_make(&p);
	build(&p, 1000, 1);
	running = store_open(p.url, NULL, &e);
	g_assert_true(g_file_get_contents(p.path, &good, &n, NULL));
	bad = g_memdup2(good, n);
	bad[n - 100] ^= 1;
	const struct {
		const char *text;
		size_t n;
	} rows[] = { { good, n / 2 },
		     { good, 4096 },
		     { good, 0 },
		     { good, n - 4096 },
		     { bad, n } };

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct store *s;

		put(p.path, rows[i].text, rows[i].n);
		s = store_open(p.url, NULL, &e);
		g_assert_null(s);
		g_assert_nonnull(strstr(e->message, p.path));
		g_clear_error(&e);
		g_assert_cmpuint(generation_read(running, "key000001", &answer), ==, 1);
	}
	build(&p, 1000, 2);
	g_unlink(p.manifest);
	g_assert_null(store_open(p.url, NULL, &e));
	g_clear_error(&e);
	store_close(&running);
	g_free(good);
	g_free(bad);
	place_remove(&p);
}

static const char *answer_word(enum answer answer)
{
	return answer == ANSWER_YES ? "yes" : answer == ANSWER_NO ? "no" : "unknown";
}

/* Somebody cuts the file that is mapped, or writes over it: touching what is gone would end
 * the process. All is unknown, never absent, until a good file is there. */
static void test_cut_while_mapped(void)
{
	static const off_t sizes[] = { 0, 1, 4096, 8192, 20000, 400000 };
	struct place p;
	struct store *s;
	enum answer answer;

	place_make(&p);
	build(&p, KEYS, 1);
	s = store_open(p.url, NULL, NULL);
	g_assert_nonnull(s);
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		unsigned next = (unsigned)i + 2;

		g_assert_cmpuint(generation_read(s, "key000001", &answer), ==, next - 1);
		g_assert_cmpint(truncate(p.path, sizes[i]), ==, 0);
		for (unsigned k = 0; k < KEYS; k += 1000) {
			char *key = g_strdup_printf("key%06u", k);

			generation_read(s, key, &answer);
			g_assert_cmpstr(answer_word(answer), ==, "unknown");
			g_free(key);
		}
		/* a good one in its place is taken at the next look, a second later */
		build(&p, KEYS, next);
		for (int n = 0; n < 500; n++) {
			if (generation_read(s, "key000001", &answer) == next)
				break;
			g_usleep(10000);
		}
	}
	g_assert_cmpstr(answer_word(answer), ==, "yes");
	store_close(&s);
	place_remove(&p);
}

/* As a copy in place does it: cut, and filled again, while batches run. */
static gpointer copy_over(gpointer data)
{
	const struct place *p = data;
	char *good;
	gsize n;

	g_assert_true(g_file_get_contents(p->path, &good, &n, NULL));
	for (int i = 0; i < 200; i++) {
		int fd = open(p->path, O_WRONLY | O_TRUNC | O_CLOEXEC);

		for (gsize at = 0; at < n; at += 65536)
			g_assert_cmpint(write(fd, good + at, MIN(n - at, 65536)), >, 0);
		close(fd);
		g_usleep(2000);
	}
	g_free(good);
	return NULL;
}

static void test_copied_over(void)
{
	struct place p;
	struct store *s;
	GThread *copier;
	unsigned yes = 0, unknown = 0;

	place_make(&p);
	build(&p, KEYS, 1);
	s = store_open(p.url, NULL, NULL);
	copier = g_thread_new("copier", copy_over, &p);
	for (unsigned i = 0; i < 20000; i++) {
		char *key = g_strdup_printf("key%06u", i * 7919 % KEYS);
		enum answer answer;
		unsigned generation = generation_read(s, key, &answer);

		g_assert_cmpstr(answer_word(answer), !=, "no");
		g_assert_cmpuint(generation, ==, answer == ANSWER_YES ? 1 : 0);
		yes += answer == ANSWER_YES;
		unknown += answer == ANSWER_UNKNOWN;
		g_free(key);
	}
	g_thread_join(copier);
	g_test_message("%u answered, %u unknown", yes, unknown);
	int64_t until_us = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;

	while (g_get_monotonic_time() < until_us) {
		enum answer answer;

		if (generation_read(s, "key000001", &answer) == 1)
			break;
		g_usleep(10000);
	}
	g_assert_cmpint(g_get_monotonic_time(), <, until_us); /* whole again */
	store_close(&s);
	place_remove(&p);
}

static bool see_any(const struct store_record *record, void *to)
{
	(void)record;
	(void)to;
	return true;
}

/* A file with nonsense in its pages that looks as it did when it was checked: LMDB would end the
 * process at what it finds. */
static void test_nonsense(void)
{
	struct place p;
	struct stat st;
	enum answer answer;
	const uint16_t no_page[] = { 1, 16 }; /* a branch, in which nothing is */

	place_make(&p);
	build(&p, KEYS, 1);
	struct store *s = store_open(p.url, NULL, NULL);
	int fd = open(p.path, O_RDWR | O_CLOEXEC);

	g_assert_cmpint(fstat(fd, &st), ==, 0);
	for (off_t page = 2 * 4096; page < st.st_size; page += 4096)
		g_assert_cmpint(pwrite(fd, no_page, 4, page + 10), ==, 4);
	g_assert_cmpint(futimens(fd, (struct timespec[]){ st.st_atim, st.st_mtim }), ==,
			0);
	close(fd);
	for (int i = 0; i < 3; i++) {
		generation_read(s, "key000001", &answer);
		g_assert_cmpstr(answer_word(answer), ==, "unknown");
	}
	g_assert_false(store_scan(s, (struct bytes){ 0 }, see_any, NULL, NULL));
	store_close(&s);
	place_remove(&p);
}

/* One byte turned in any page: the sum finds each; the walk alone ends, whatever it says. */
static void test_walk(void)
{
	struct place p;
	struct store_sound sound;
	GError *e = NULL;
	unsigned found = 0, tried = 0;
	uint64_t turn = 88172645463325252ULL;
	char old, new;
	struct stat st;
	int fd;

	place_make(&p);
	build(&p, KEYS, 1);
	fd = open(p.path, O_RDWR | O_CLOEXEC);
	g_assert_cmpint(fstat(fd, &st), ==, 0);
	g_assert_true(lmdb_walk(fd, p.path, LMDB_WALK_NEWEST, &sound, &e));
	for (off_t page = 2 * 4096; page < st.st_size; page += 4096)
		for (int i = 0; i < 3; i++) {
			turn ^= turn << 13;
			turn ^= turn >> 7;
			turn ^= turn << 17;
			off_t at = page + (off_t)(turn % 64);

			g_assert_cmpint(pread(fd, &old, 1, at), ==, 1);
			new = (char)(old ^ (char)(1U << (turn >> 32) % 8));
			g_assert_cmpint(pwrite(fd, &new, 1, at), ==, 1);
			tried++;
			if (!lmdb_walk(fd, p.path, LMDB_WALK_NEWEST, &sound, &e))
				found++;
			g_clear_error(&e);
			if (i == 0 && page % (40 * 4096) == 0) {
				g_assert_false(
					manifest_check(fd, p.path, true, NULL, &e));
				g_clear_error(&e);
			}
			g_assert_cmpint(pwrite(fd, &old, 1, at), ==, 1);
		}
	g_test_message("%u of %u turned bits found by the walk", found, tried);
	g_assert_cmpuint(found, >, tried / 4);
	g_assert_true(lmdb_walk(fd, p.path, LMDB_WALK_NEWEST, &sound, &e));
	close(fd);
	place_remove(&p);
}

/* A store that is written, with values that grow, shrink and go, is sound after every
 * transaction. */
static void test_sound_while_written(void)
{
	char *folder = g_dir_make_tmp("snapshot.XXXXXX", NULL);
	char *url = g_strconcat("lmdb:", folder, "/store", NULL);
	char *text = g_strnfill(20000, 'x');
	static const char *const ends[] = { "store", "store-lock", "store-writer" };
	GError *e = NULL;
	struct store *s = store_open(url, &(struct store_setup){ .write = true }, &e);
	GRand *r = g_rand_new_with_seed(7);
	GHashTable *there = g_hash_table_new(NULL, NULL);

	g_assert_no_error(e);
	for (int round = 0; round < 60; round++) {
		struct store_write w[50] = { 0 };
		char key[50][32];
		struct store_sound sound;

		for (size_t i = 0; i < 50; i++) {
			int n = g_rand_int_range(r, 1, 1000);
			bool gone = g_rand_int_range(r, 0, 3) == 0;

			snprintf(key[i], sizeof(key[i]), "key%06d", n);
			w[i].key = bytes_of(key[i]);
			w[i].kind = gone ? STORE_DELETE : STORE_PUT;
			w[i].value.at = text;
			w[i].value.n =
				(size_t)g_rand_int_range(r, 0, i % 9 == 0 ? 20000 : 200);
			if (gone)
				g_hash_table_remove(there, GINT_TO_POINTER(n));
			else
				g_hash_table_add(there, GINT_TO_POINTER(n));
		}
		g_assert_cmpint(store_write_many(s, w, 50, &e), ==, STORE_WROTE);
		g_assert_true(store_sound(s, &sound, &e));
		g_assert_no_error(e);
		g_assert_cmpuint(sound.entries, ==, g_hash_table_size(there));
	}
	store_close(&s);
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		char *path = g_build_filename(folder, ends[i], NULL);

		g_unlink(path);
		g_free(path);
	}
	g_assert_cmpint(g_rmdir(folder), ==, 0);
	g_hash_table_destroy(there);
	g_rand_free(r);
	g_free(text);
	g_free(url);
	g_free(folder);
}

static void test_manifest(void)
{
	static const char sum[] =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	static const struct {
		const char *form;
		bool good;
	} rows[] = {
		{ "wonted snapshot 1\nbytes 8192\nkeys 5\nends %s\nwhole %s\n", true },
		{ "wonted snapshot 1\nbytes 8192\nends %s\nwhole %s\nlater thing\n",
		  true },
		{ "wonted snapshot 2\nbytes 8192\nkeys 5\nends %s\nwhole %s\n", false },
		{ "wonted snapshot 1\nbytes -1\nkeys 5\nends %s\nwhole %s\n", false },
		{ "wonted snapshot 1\nbytes 8192\nkeys 5\nends %s\nwhole Z%s\n", false },
		{ "wonted snapshot 1\nbytes 8192\nends %s\n#%s\n", false },
		{ "wonted snapshot 1\nbytes 8192\nends %s\nwhole %s\nslots 5461 10922\n"
		  "built 1700000000\napplied 0123456789abcdef 17\n",
		  true },
		{ "wonted snapshot 1\nbytes 8192\nends %s\nwhole %s\nslots 9 8\n",
		  false },
		{ "wonted snapshot 1\nbytes 8192\nends %s\nwhole %s\nslots 0 16384\n",
		  false },
		{ "wonted snapshot 1\nbytes 8192\nends %s\nwhole %s\napplied x 1\n",
		  false },
		{ "", false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char **part = g_strsplit(rows[i].form, "%s", -1);
		char *text = g_strjoinv(sum, part);
		size_t n = strlen(text);
		char *exact = g_memdup2(text, n);
		struct manifest m;
		GError *e = NULL;
		bool good = manifest_parse("file", (struct bytes){ exact, n }, &m, &e);

		g_assert_cmpint(good, ==, rows[i].good);
		g_assert_cmpint(e == NULL, ==, good);
		if (good)
			g_assert_cmpstr(m.whole, ==, sum);
		g_clear_error(&e);
		g_free(exact);
		g_free(text);
		g_strfreev(part);
	}
}

/* --- renewed by hand: what wonted-store does --- */

/* out: text of a batch's own generation, in a */
static const char *generation_in_batch(struct store *s, struct arena *a)
{
	struct store_read r[2] = { { .key = bytes_of("key000001") },
				   { .key = bytes_of(STORE_GENERATION_KEY
						     "{key000001}") } };

	store_read_many(s, r, 2, 0, a);
	return r[1].answer == ANSWER_YES ? arena_strndup(a, r[1].value.at, r[1].value.n)
					 : NULL;
}

static void flip(const char *path, long at)
{
	FILE *f = fopen(path, "r+");
	int c;

	g_assert_nonnull(f);
	fseek(f, at, SEEK_SET);
	c = fgetc(f);
	fseek(f, at, SEEK_SET);
	fputc(c ^ 1, f);
	fclose(f);
	g_usleep(30000); /* the clock of the file system */
}

static void test_by_hand(void)
{
	const struct store_setup setup = { .renew_by_hand = true };
	struct arena *a = arena_create();
	struct store_generation first, second;
	enum answer answer;
	struct place p;
	struct store *s;
	GError *e = NULL;

	place_make(&p);
	build(&p, KEYS, 1);
	g_usleep(30000);
	s = store_open(p.url, &setup, &e);
	g_assert_no_error(e);
	g_assert_true(store_generation(s, &first));
	g_assert_false(first.verified);
	g_assert_cmpint(first.keys, ==, KEYS);
	g_assert_cmpint(first.built_s, >, 1700000000);
	g_assert_cmpint(store_renew(s, &e), ==, ANSWER_NO);
	g_assert_true(store_generation(s, &first));
	g_assert_true(first.verified);
	g_assert_cmpstr(generation_in_batch(s, a), ==, first.id);
	/* another one is taken when it is asked for, and not before */
	build(&p, KEYS + 1, 2);
	g_usleep(30000);
	g_assert_cmpuint(generation_read(s, "key000001", &answer), ==, 1);
	g_assert_cmpint(store_renew(s, &e), ==, ANSWER_YES);
	g_assert_cmpuint(generation_read(s, "key000001", &answer), ==, 2);
	g_assert_true(store_generation(s, &second));
	g_assert_true(second.verified);
	g_assert_cmpstr(second.id, !=, first.id);
	g_assert_cmpstr(generation_in_batch(s, a), ==, second.id);
	/* one byte in the middle: refused once, and not looked at again */
	char *bad = g_strconcat(p.path, ".bad", NULL), *text;
	gsize n;

	g_assert_true(g_file_get_contents(p.path, &text, &n, NULL));
	text[n / 2] ^= 1;
	g_assert_true(g_file_set_contents(bad, text, (gssize)n, NULL));
	g_assert_cmpint(g_rename(bad, p.path), ==, 0);
	g_usleep(30000);
	g_assert_cmpint(store_renew(s, &e), ==, ANSWER_UNKNOWN);
	g_assert_nonnull(strstr(e->message, "not what its manifest says"));
	g_clear_error(&e);
	g_assert_cmpint(store_renew(s, &e), ==, ANSWER_UNKNOWN);
	g_assert_no_error(e);
	g_assert_cmpuint(generation_read(s, "key000001", &answer), ==, 2);
	store_close(&s);
	/* opened by its ends: when all of it was looked at it answers nothing */
	s = store_open(p.url, &setup, &e);
	g_assert_no_error(e);
	g_assert_cmpint(store_renew(s, &e), ==, ANSWER_UNKNOWN);
	g_clear_error(&e);
	g_assert_false(store_generation(s, &second));
	generation_read(s, "key000001", &answer);
	g_assert_cmpint(answer, ==, ANSWER_UNKNOWN);
	/* until it is good */
	flip(p.path, (long)n / 2);
	g_assert_cmpint(store_renew(s, &e), ==, ANSWER_YES);
	g_assert_cmpuint(generation_read(s, "key000001", &answer), ==, 2);
	store_close(&s);
	arena_destroy(&a);
	g_free(text);
	g_free(bad);
	place_remove(&p);
}

/* What would fill the memory is unknown, and nothing is made up. */
static void test_batch_bytes(void)
{
	struct store_read r[4] = { { .key = bytes_of("key000007") },
				   { .key = bytes_of("key000001") },
				   { .key = bytes_of("key001007") },
				   { .key = bytes_of("key000003") } };
	struct arena *a = arena_create();
	struct place p;
	struct store *s;
	GError *e = NULL;

	place_make(&p);
	build(&p, 2000, 1);
	s = store_open(p.url,
		       &(struct store_setup){ .batch_bytes = 10000, .now_s = early }, &e);
	g_assert_no_error(e);
	store_read_many(s, r, 4, 0, a);
	g_assert_cmpint(r[0].answer, ==, ANSWER_YES);
	g_assert_cmpint(r[1].answer, ==, ANSWER_YES);
	g_assert_cmpint(r[2].answer, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(r[3].answer, ==, ANSWER_UNKNOWN);
	store_read_many(s, &r[3], 1, 0, a);
	g_assert_cmpint(r[3].answer, ==, ANSWER_YES);
	g_assert_cmpint(r[3].expires_s, ==, 1500);
	store_close(&s);
	arena_destroy(&a);
	place_remove(&p);
}

struct page {
	GString *seen;
	int most;
};

static bool see_page(const struct store_record *record, void *to)
{
	struct page *page = to;

	g_string_append_printf(page->seen, "%.*s ", (int)record->key.n, record->key.at);
	return --page->most > 0;
}

static void test_sorted(void)
{
	struct page page = { g_string_new(NULL), 3 };
	struct store_scan scan = { .prefix = bytes_of("key0000"),
				   .from = bytes_of("key000098"),
				   .see = see_page,
				   .to = &page };
	struct place p;
	struct store *s, *mem;
	GError *e = NULL;

	place_make(&p);
	build(&p, 2000, 1);
	s = store_open(p.url, NULL, &e);
	g_assert_true(store_scan_sorted(s, &scan, &e));
	g_assert_cmpstr(page.seen->str, ==, "key000098 key000099 ");
	scan.from = (struct bytes){ 0 };
	page.most = 2;
	g_string_truncate(page.seen, 0);
	g_assert_true(store_scan_sorted(s, &scan, &e));
	g_assert_cmpstr(page.seen->str, ==, "key000000 key000001 ");
	store_close(&s);
	mem = store_open("mem:", NULL, &e);
	g_assert_false(store_scan_sorted(mem, &scan, &e));
	g_assert_nonnull(strstr(e->message, "no order"));
	g_assert_false(store_generation(mem, &(struct store_generation){ 0 }));
	g_assert_cmpint(store_renew(mem, NULL), ==, ANSWER_NO);
	g_clear_error(&e);
	store_close(&mem);
	g_string_free(page.seen, TRUE);
	place_remove(&p);
}

/* Each key is in the shard of its slot, and in no other; the manifests say so. */
static void test_shards(void)
{
	const struct manifest_applied applied[] = { { "0123456789abcdef", 7 },
						    { "0123456789abcdef", 5 },
						    { "00000000000000ff", 9 } };
	uint64_t keys = 0;
	GError *e = NULL;

	for (unsigned shard = 0; shard < 3; shard++) {
		struct place p;

		place_make(&p);
		struct snapshot_builder *b = snapshot_begin(&(struct snapshot_setup){
			.path = p.path, .shard = shard, .shards = 3 });
		struct snapshot_built built;
		struct manifest m;

		for (int i = 0; i < 1000; i++) {
			char *k = g_strdup_printf("M|{t|m%d}", i);
			const struct store_record r = { .key = bytes_of(k),
							.value = bytes_of("v") };

			g_assert_true(snapshot_add(b, &r, &e));
			g_free(k);
		}
		for (size_t i = 0; i < G_N_ELEMENTS(applied); i++)
			g_assert_true(snapshot_applied(b, &applied[i], &e));
		g_assert_true(snapshot_finish(b, &built, &e));
		keys += built.keys;
		g_assert_cmpuint(built.keys, >, 250);
		g_assert_true(manifest_read(p.path, &m, &e));
		g_assert_cmpuint(m.first_slot, ==, shard * 16384 / 3);
		g_assert_cmpuint(m.last_slot, ==, (shard + 1) * 16384 / 3 - 1);
		g_assert_cmpuint(m.n_applied, ==, 2);
		g_assert_cmpint(m.applied[0].change, ==, 5);
		g_assert_cmpint(m.applied[1].change, ==, 9);
		snapshot_builder_destroy(&b);
		/* whoever wants other slots does not get it */
		struct store_setup want = { .first_slot = m.first_slot,
					    .end_slot = m.last_slot + 1 };
		struct store *s = store_open(p.url, &want, &e);

		g_assert_no_error(e);
		store_close(&s);
		want.first_slot = (m.last_slot + 1) % 16384;
		want.end_slot = want.first_slot + 1;
		g_assert_null(store_open(p.url, &want, &e));
		g_assert_nonnull(strstr(e->message, "--shards"));
		g_clear_error(&e);
		/* nor who says nothing, and would call absent what is in another shard */
		g_assert_null(store_open(p.url, NULL, &e));
		g_assert_nonnull(strstr(e->message, "and 0-16383 are wanted"));
		g_clear_error(&e);
		want = (struct store_setup){ .any_slots = true };
		s = store_open(p.url, &want, &e);
		g_assert_no_error(e);
		store_close(&s);
		place_remove(&p);
	}
	g_assert_cmpuint(keys, ==, 1000);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	map_guard_install();
	g_test_add_func("/store/snapshot/round", test_round);
	g_test_add_func("/store/snapshot/never written", test_never_written);
	g_test_add_func("/store/snapshot/empty", test_empty);
	g_test_add_func("/store/snapshot/replaced", test_replaced);
	g_test_add_func("/store/snapshot/damaged", test_damaged);
	g_test_add_func("/store/snapshot/cut while mapped", test_cut_while_mapped);
	g_test_add_func("/store/snapshot/copied over", test_copied_over);
	g_test_add_func("/store/snapshot/nonsense", test_nonsense);
	g_test_add_func("/store/snapshot/walk", test_walk);
	g_test_add_func("/store/snapshot/sound while written", test_sound_while_written);
	g_test_add_func("/store/snapshot/manifest", test_manifest);
	g_test_add_func("/store/snapshot/by-hand", test_by_hand);
	g_test_add_func("/store/snapshot/batch-bytes", test_batch_bytes);
	g_test_add_func("/store/snapshot/sorted", test_sorted);
	g_test_add_func("/store/snapshot/shards", test_shards);
	return g_test_run();
}
