/* The pair: percentages to the batch, differences found, and a secondary that is dead, slow
 * or wrong, which must be felt by nobody. */
#include "store/pair.h"

#include <glib.h>
#include <glib/gstdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "store/pair_tally.h"
#include "store/status.h"

static const struct store_setup writing = { .write = true };

static struct store *open_pair(const char *url)
{
	GError *e = NULL;
	struct store *s = store_open(url, &writing, &e);

	g_assert_no_error(e);
	return s;
}

static void settle(struct store *s)
{
	g_assert_true(store_pair_settle(s, clock_mono_us() + 20000000));
}

static struct store_pair_counts counts(struct store *s)
{
	struct store_pair_counts c;

	g_assert_true(store_pair_counts(s, &c));
	return c;
}

static void put(struct store *s, int i)
{
	char *key = g_strdup_printf("R|{t|m}|s%d", i), *value = g_strdup_printf("v%d", i);
	struct store_write w = { .key = bytes_of(key), .value = bytes_of(value) };

	g_assert_cmpint(store_write_many(s, &w, 1, NULL), ==, STORE_WROTE);
	g_free(key);
	g_free(value);
}

/* true: everything was answered, and rightly; i even: there, odd: not */
static bool read_batch(struct store *s, int64_t deadline_ms, int64_t *took_us_r)
{
	struct arena *a = arena_create();
	struct store_read r[20] = { 0 };
	int64_t begin_us = clock_mono_us();
	bool good = true;

	for (int i = 0; i < 20; i++)
		r[i].key = bytes_of(arena_printf(a, "R|{t|m}|s%d", i));
	store_read_many(s, r, 20, deadline_ms != 0 ? begin_us + deadline_ms * 1000 : 0,
			a);
	*took_us_r = clock_mono_us() - begin_us;
	for (int i = 0; i < 20; i++)
		good = good && r[i].answer == (i % 2 == 0 ? ANSWER_YES : ANSWER_NO) &&
		       (i % 2 != 0 ||
			bytes_equal(r[i].value, bytes_of(arena_printf(a, "v%d", i))));
	arena_destroy(&a);
	return good;
}

/* one change to the secondary, not ten */
static void put_at_once(struct store *s)
{
	struct store_write w[10] = { 0 };
	struct arena *a = arena_create();

	for (int i = 0; i < 10; i++) {
		w[i].key = bytes_of(arena_printf(a, "R|{t|m}|s%d", 2 * i));
		w[i].value = bytes_of(arena_printf(a, "v%d", 2 * i));
	}
	g_assert_cmpint(store_write_many(s, w, 10, NULL), ==, STORE_WROTE);
	arena_destroy(&a);
}

static void put_all(struct store *s)
{
	for (int i = 0; i < 20; i += 2)
		put(s, i);
	settle(s);
}

static void test_percentages(void)
{
	struct store *s = open_pair("pair:dark=25,live=0:mem:|mem:");
	struct store_pair_counts c;
	int64_t took_us;

	put_all(s);
	for (int i = 0; i < 400; i++) {
		g_assert_true(read_batch(s, 1000, &took_us));
		if (i % 50 == 0)
			settle(s);
	}
	settle(s);
	c = counts(s);
	g_assert_cmpuint(c.batches, ==, 400);
	g_assert_cmpuint(c.dark, ==, 100);
	g_assert_cmpuint(c.dark_dropped, ==, 0);
	g_assert_cmpuint(c.compared, ==, 2000);
	g_assert_cmpuint(c.differ, ==, 0);
	g_assert_cmpuint(c.live, ==, 0);
	g_assert_cmpuint(c.written, ==, 10);

	g_assert_true(store_pair_set(s, 0, 10));
	for (int i = 0; i < 100; i++)
		g_assert_true(read_batch(s, 1000, &took_us));
	c = counts(s);
	g_assert_cmpuint(c.dark, ==, 100);
	g_assert_cmpuint(c.live, ==, 10);
	g_assert_cmpuint(c.live_fell_back, ==, 0);

	g_assert_true(store_pair_set(s, 100, 100)); /* compared the other way round */
	for (int i = 0; i < 10; i++)
		g_assert_true(read_batch(s, 1000, &took_us));
	settle(s);
	c = counts(s);
	g_assert_cmpuint(c.live, ==, 20);
	g_assert_cmpuint(c.dark, ==, 110);
	g_assert_cmpuint(c.differ, ==, 0);
	g_assert_true(store_pair_set(s, -1, 0));
	g_assert_false(store_pair_set(s, 101, 0));
	g_assert_false(store_pair_set(s, 0, -2));
	store_close(&s);
}

/* The secondary missed every second write; all are told by family. */
static void test_differences(void)
{
	struct store *s = open_pair("pair:dark=100,live=0:mem:|fault:2:mem:");
	GString *text = g_string_new(NULL);
	struct store_pair_counts c;
	int64_t took_us;

	put_all(s);
	c = counts(s);
	g_assert_cmpuint(c.written, ==, 5);
	g_assert_cmpuint(c.not_written, ==, 5);
	g_assert_true(read_batch(s, 1000, &took_us));
	settle(s);
	c = counts(s);
	/* every second answer is unknown, too: those are not compared */
	g_assert_cmpuint(c.compared + c.not_compared, ==, 20);
	g_assert_cmpuint(c.differ, >, 0);
	g_assert_cmpuint(c.differ, <=, 5);
	store_status(s, text);
	g_assert_nonnull(strstr(text->str, "parity all 0."));
	g_assert_nonnull(strstr(text->str, "parity pair 0."));
	g_assert_nonnull(strstr(text->str, "differs: missing pair R|{t|m}|s"));
	g_assert_nonnull(strstr(text->str, "secondary missed 5"));
	g_string_free(text, TRUE);
	store_close(&s);
}

/* A secondary that takes a second for everything: nobody waits for it. */
static void test_hangs(void)
{
	struct store *s = open_pair("pair:dark=100,live=0:mem:|fault:0+1000:mem:");
	struct store_pair_counts c;
	int64_t took_us, slowest_us = 0, begin_us = clock_mono_us();

	put_at_once(s);
	g_assert_cmpint(clock_mono_us() - begin_us, <, 900000);
	for (int i = 0; i < 2000; i++) {
		g_assert_true(read_batch(s, 5000, &took_us));
		slowest_us = MAX(slowest_us, took_us);
	}
	g_assert_cmpint(slowest_us, <, 900000);
	g_assert_cmpint(clock_mono_us() - begin_us, <, 200 * G_USEC_PER_SEC);
	c = counts(s);
	g_assert_cmpuint(c.dark, ==, 2000);
	g_assert_cmpuint(c.dark_dropped, >, 1000);
	g_assert_cmpuint(c.differ, ==,
			 0); /* it answered nothing in time: no difference */
	store_close(&s);
}

/* Live and hanging: half a deadline once, then nothing until its rest is over. */
static void test_live_hangs(void)
{
	struct store *s = open_pair("pair:dark=0,live=100:mem:|fault:0+3000:mem:");
	struct store_pair_counts c;
	int64_t took_us, all_us = 0;

	put_at_once(s);
	for (int i = 0; i < 100; i++) {
		g_assert_true(read_batch(s, 1000, &took_us));
		g_assert_cmpint(took_us, <, 1000000);
		all_us += took_us;
	}
	g_assert_cmpint(all_us, <, 5 * G_USEC_PER_SEC);
	c = counts(s);
	g_assert_cmpuint(c.live, ==, 1);
	g_assert_cmpuint(c.live_fell_back, ==, 1);
	g_assert_true(store_pair_set(s, 0, 0)); /* back again at once */
	g_assert_true(read_batch(s, 80, &took_us));
	g_assert_cmpuint(counts(s).live, ==, 1);
	store_close(&s);
}

/* What a live secondary does not know, the primary is asked. */
static void test_live_unknown(void)
{
	struct store *s = open_pair("pair:dark=0,live=100:mem:|fault:7:mem:");
	int64_t took_us;

	for (int i = 0; i < 20; i += 2)
		put(s, i);
	for (int i = 0; i < 20; i++)
		g_assert_true(read_batch(s, 0, &took_us));
	g_assert_cmpuint(counts(s).live_fell_back, >, 0);
	store_close(&s);
}

static void test_urls(void)
{
	static const char *const urls[] = {
		"pair:",
		"pair:mem:|mem:",
		"pair:dark=1:mem:|mem:",
		"pair:dark=1,live=1:mem:",
		"pair:dark=1,live=101:mem:|mem:",
		"pair:dark=-1,live=0:mem:|mem:",
		"pair:live=0,dark=1:mem:|mem:",
		"pair:dark=1,live=0,more=1:mem:|mem:",
		"pair:dark=1,live=0:mem:|mem:|mem:",
		"pair:dark=1,live=0:nosql:|mem:",
		"pair:dark=1,live=0:mem:|nosql:",
		"pair:dark=1,live=0:mem:|pair:dark=1,live=0:mem:",
	};
	struct store *s;
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(urls); i++) {
		GError *e = NULL;

		g_assert_null(store_open(urls[i], NULL, &e));
		g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
		g_clear_error(&e);
	}
	s = open_pair("mem:");
	g_assert_false(store_pair_set(s, 1, 1));
	g_assert_false(store_pair_counts(s, &(struct store_pair_counts){ 0 }));
	g_assert_false(store_pair_settle(s, 0));
	g_assert_false(store_pair_status(s, text));
	store_status(s, text);
	g_assert_cmpstr(text->str, ==, "");
	store_close(&s);
	g_string_free(text, TRUE);
}

/* A reload goes from one store into a pair and out at the other end; what stays is shared. */
static void test_reload(void)
{
	char *folder = g_dir_make_tmp("pair.XXXXXX", NULL);
	char *second = g_strdup_printf("lmdb:%s/store", folder);
	char *lock = g_strdup_printf("%s/store-lock", folder);
	char *pair = g_strconcat("pair:dark=0,live=0:mem:|", second, NULL);
	char *pair5 = g_strconcat("pair:dark=5,live=0:mem:|", second, NULL);
	const char *const urls[] = { "mem:", pair, pair5, second };
	struct store_registry *registry = store_registry_new();
	struct store *s = NULL;
	int64_t took_us;

	for (size_t i = 0; i < G_N_ELEMENTS(urls); i++) {
		struct store_setup setup = { .write = true, .registry = registry };
		struct store *next = store_open(urls[i], &setup, NULL);

		g_assert_nonnull(next);
		g_assert_cmpstr(store_url(next), ==, urls[i]);
		store_close(&s);
		s = next;
		if (i == 1)
			put_all(s); /* into both */
		else if (i > 1)
			g_assert_true(read_batch(s, 0, &took_us));
	}
	store_close(&s);
	store_registry_unref(&registry);
	g_unlink(second + strlen("lmdb:"));
	g_unlink(lock);
	g_assert_cmpint(g_rmdir(folder), ==, 0);
	g_free(second);
	g_free(lock);
	g_free(pair);
	g_free(pair5);
	g_free(folder);
}

/* A snapshot that differs is told by its generation. */
static void test_generation(void)
{
	const struct store_read id = { .answer = ANSWER_YES,
				       .value = bytes_of("0123456789abcdef") };
	const struct store_read none = { .answer = ANSWER_NO };
	const struct store_read there = { .key = bytes_of("K|a"),
					  .answer = ANSWER_YES,
					  .value = bytes_of("x") };
	struct store_read absent = there;
	GString *text = g_string_new(NULL);
	struct pair_tally t = { 0 };

	absent.answer = ANSWER_NO;
	pair_tally_init(&t);
	pair_tally_generation(&t, PAIR_PRIMARY, &none);
	pair_tally_compare(&t, &there, &absent);
	pair_tally_generation(&t, PAIR_SECONDARY, &id);
	pair_tally_compare(&t, &there, &absent);
	pair_tally_print(&t, text);
	g_assert_nonnull(strstr(text->str, "K|a\n"));
	g_assert_nonnull(strstr(text->str, "K|a (generation |0123456789abcdef)\n"));
	pair_tally_clear(&t);
	g_string_free(text, TRUE);
}

static void test_latency(void)
{
	struct pair_tally t = { 0 };
	GString *text = g_string_new(NULL);

	pair_tally_init(&t);
	for (int i = 0; i < 1000; i++)
		pair_tally_took(&t, PAIR_PRIMARY, 100);
	for (int i = 0; i < 1000; i++)
		pair_tally_took(&t, PAIR_SECONDARY, i < 980 ? 1000 : 50000);
	pair_tally_took(&t, PAIR_SECONDARY, INT64_MAX);
	pair_tally_took(&t, PAIR_SECONDARY, -5);
	pair_tally_print(&t, text);
	/* a bucket's end is at most a quarter above what lies in it */
	g_assert_nonnull(strstr(text->str, "primary p50 111 us, p99 111 us"));
	g_assert_nonnull(strstr(text->str, "secondary p50 1023 us, p99 57343 us"));
	pair_tally_clear(&t);
	g_string_free(text, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pair/percentages", test_percentages);
	g_test_add_func("/pair/differences", test_differences);
	g_test_add_func("/pair/hangs", test_hangs);
	g_test_add_func("/pair/live-hangs", test_live_hangs);
	g_test_add_func("/pair/live-unknown", test_live_unknown);
	g_test_add_func("/pair/urls", test_urls);
	g_test_add_func("/pair/reload", test_reload);
	g_test_add_func("/pair/latency", test_latency);
	g_test_add_func("/pair/generation", test_generation);
	return g_test_run();
}
