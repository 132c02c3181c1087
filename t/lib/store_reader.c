/* A hand for the tests of stores whose servers come and go: known keys, threads that read
 * them as messages would, and a count of everything that must not happen. Reads commands
 * from standard input, a line each, and answers each with one line:
 *   put N              write the known keys 0..N-1
 *   known N            somebody has written them
 *   ends SECONDS       write a key W|ends that is absent after so many seconds
 *   run THREADS EVERY_MS DEADLINE_MS KEYS    read batches of KEYS until stop
 *   count              what was seen since the last count
 *   batch DEADLINE_MS KEYS    one batch, here
 *   write, merge       one write; its outcome
 *   status             what the store says of its servers
 *   pair DARK LIVE     change the percentages of a pair
 *   settle             until the secondary of a pair has seen everything
 *   stop, quit */
#include <glib.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/number.h"
#include "store/pair.h"
#include "store/status.h"
#include "store/store.h"

#define THREADS_MOST 32

struct tally {
	int64_t batches, whole, part, none; /* how much of them was answered */
	int64_t lost;                       /* "no" for a key that is there */
	int64_t wrong;   /* another value than was written, or one for an absent key */
	int64_t over_us; /* the longest beyond its deadline */
	int64_t slowest_us;
	int64_t waited;    /* batches that took at least half their deadline */
	int64_t jitter_us; /* how late the machine woke somebody who only slept */
};

struct hand {
	struct store *s;
	GThread *thread[THREADS_MOST], *sleeper;
	guint threads;
	gint stop;
	int64_t every_ms, deadline_ms, keys;
	int64_t known;
	pthread_mutex_t lock;
	struct tally tally;
};

static struct bytes key_of(struct arena *a, int64_t i)
{
	return bytes_of(arena_printf(a, "R|{t|m%" PRId64 "}|s%" PRId64, i % 97, i));
}

static struct bytes value_of(struct arena *a, int64_t i)
{
	return bytes_of(arena_printf(a, "value %" PRId64 " %0*d", i, (int)(i % 150), 7));
}

/* half of them are known keys, the others were never written */
static void ask(struct hand *h, int64_t deadline_ms, int64_t n, struct tally *t)
{
	struct arena *a = arena_create();
	struct store_read *r = arena_new(a, struct store_read, n);
	int64_t *which = arena_new(a, int64_t, n);
	int64_t begin_us, took_us, answered = 0;

	for (int64_t i = 0; i < n; i++) {
		which[i] = i % 2 == 0 && h->known > 0
				   ? g_random_int_range(0, (gint32)h->known)
				   : -1 - i;
		r[i].key = which[i] >= 0 ? key_of(a, which[i])
					 : bytes_of(arena_printf(a, "X|%" PRId64, i));
	}
	begin_us = clock_mono_us();
	store_read_many(h->s, r, (size_t)n,
			deadline_ms == 0 ? 0 : begin_us + deadline_ms * 1000, a);
	took_us = clock_mono_us() - begin_us;
	for (int64_t i = 0; i < n; i++) {
		answered += r[i].answer != ANSWER_UNKNOWN;
		t->lost += which[i] >= 0 && r[i].answer == ANSWER_NO;
		if (r[i].answer == ANSWER_YES)
			t->wrong += which[i] < 0 ||
				    !bytes_equal(r[i].value, value_of(a, which[i]));
	}
	t->batches++;
	t->whole += answered == n;
	t->part += answered > 0 && answered < n;
	t->none += answered == 0;
	t->slowest_us = MAX(t->slowest_us, took_us);
	t->over_us = MAX(t->over_us, took_us - deadline_ms * 1000);
	t->waited += took_us >= deadline_ms * 500;
	arena_destroy(&a);
}

static void add(struct tally *to, const struct tally *t)
{
	to->batches += t->batches;
	to->whole += t->whole;
	to->part += t->part;
	to->none += t->none;
	to->lost += t->lost;
	to->wrong += t->wrong;
	to->waited += t->waited;
	to->over_us = MAX(to->over_us, t->over_us);
	to->slowest_us = MAX(to->slowest_us, t->slowest_us);
}

static void *read_on(void *data)
{
	struct hand *h = data;
	int64_t next_us = clock_mono_us();

	while (!g_atomic_int_get(&h->stop)) {
		struct tally t = { 0 };
		int64_t left_us;

		ask(h, h->deadline_ms, h->keys, &t);
		pthread_mutex_lock(&h->lock);
		add(&h->tally, &t);
		pthread_mutex_unlock(&h->lock);
		next_us += h->every_ms * 1000;
		left_us = next_us - clock_mono_us();
		if (left_us > 0)
			g_usleep((gulong)left_us);
		else
			next_us = clock_mono_us();
	}
	return NULL;
}

/* A batch cannot be in time where the machine is not. */
static void *sleep_on(void *data)
{
	struct hand *h = data;

	while (!g_atomic_int_get(&h->stop)) {
		int64_t begin_us = clock_mono_us(), late_us;

		g_usleep(2000);
		late_us = clock_mono_us() - begin_us - 2000;
		pthread_mutex_lock(&h->lock);
		h->tally.jitter_us = MAX(h->tally.jitter_us, late_us);
		pthread_mutex_unlock(&h->lock);
	}
	return NULL;
}

static void say(const struct tally *t)
{
	printf("batches=%" PRId64 " whole=%" PRId64 " part=%" PRId64 " none=%" PRId64
	       " lost=%" PRId64 " wrong=%" PRId64 " over_us=%" PRId64
	       " slowest_us=%" PRId64 " waited=%" PRId64 " jitter_us=%" PRId64 "\n",
	       t->batches, t->whole, t->part, t->none, t->lost, t->wrong, t->over_us,
	       t->slowest_us, t->waited, t->jitter_us);
}

static void say_wrote(enum store_wrote wrote, GError *e, int64_t took_us)
{
	printf("%s %" PRId64 " %s\n",
	       wrote == STORE_WROTE    ? "wrote"
	       : wrote == STORE_FAILED ? "failed"
				       : "uncertain",
	       took_us, e != NULL ? e->message : "");
	g_clear_error(&e);
}

static void put(struct hand *h, int64_t n)
{
	struct arena *a = arena_create();
	struct store_write *w = arena_new(a, struct store_write, n);
	int64_t begin_us = clock_mono_us();
	enum store_wrote wrote;
	GError *e = NULL;

	for (int64_t i = 0; i < n; i++) {
		w[i].key = key_of(a, i);
		w[i].value = value_of(a, i);
	}
	wrote = store_write_many(h->s, w, (size_t)n, &e);
	say_wrote(wrote, e, clock_mono_us() - begin_us);
	h->known = n;
	arena_destroy(&a);
}

static bool join(struct bytes old, struct bytes change, struct arena *a,
		 struct bytes *new_r)
{
	*new_r = bytes_of(arena_printf(a, "%.*s%.*s", (int)old.n,
				       old.at != NULL ? old.at : "", (int)change.n,
				       change.at));
	if (new_r->n > 1000)
		new_r->n = 1;
	return true;
}

static void write_one(struct hand *h, bool merge)
{
	struct store_write w = { .key = bytes_of("W|one"), .value = bytes_of("x") };
	int64_t begin_us = clock_mono_us();
	enum store_wrote wrote;
	GError *e = NULL;

	if (merge) {
		w.kind = STORE_MERGE;
		w.merge = join;
	}
	wrote = store_write_many(h->s, &w, 1, &e);
	say_wrote(wrote, e, clock_mono_us() - begin_us);
}

static void write_ending(struct hand *h, int64_t ttl_s)
{
	const struct store_write w = { .key = bytes_of("W|ends"),
				       .value = bytes_of("soon"),
				       .ttl_s = ttl_s };
	GError *e = NULL;
	enum store_wrote wrote = store_write_many(h->s, &w, 1, &e);

	say_wrote(wrote, e, 0);
}

static void stop(struct hand *h)
{
	g_atomic_int_set(&h->stop, 1);
	for (guint i = 0; i < h->threads; i++)
		g_thread_join(h->thread[i]);
	if (h->sleeper != NULL)
		g_thread_join(h->sleeper);
	h->sleeper = NULL;
	h->threads = 0;
	g_atomic_int_set(&h->stop, 0);
}

static void run(struct hand *h, const int64_t *number)
{
	stop(h);
	h->every_ms = number[1];
	h->deadline_ms = number[2];
	h->keys = number[3];
	h->threads = (guint)MIN(number[0], THREADS_MOST);
	for (guint i = 0; i < h->threads; i++)
		h->thread[i] = g_thread_new("reader", read_on, h);
	h->sleeper = g_thread_new("sleeper", sleep_on, h);
	puts("runs");
}

static void say_status(struct hand *h)
{
	GString *text = g_string_new(NULL);

	store_status(h->s, text);
	g_strdelimit(text->str, "\n", ';');
	puts(text->str);
	g_string_free(text, TRUE);
}

static bool obey(struct hand *h, char **word, const int64_t *number)
{
	if (strcmp(word[0], "put") == 0) {
		put(h, number[0]);
	} else if (strcmp(word[0], "known") == 0) {
		h->known = number[0];
		puts("knows");
	} else if (strcmp(word[0], "ends") == 0) {
		write_ending(h, number[0]);
	} else if (strcmp(word[0], "run") == 0) {
		run(h, number);
	} else if (strcmp(word[0], "batch") == 0) {
		struct tally t = { 0 };

		ask(h, number[0], number[1], &t);
		say(&t);
	} else if (strcmp(word[0], "count") == 0) {
		pthread_mutex_lock(&h->lock);
		say(&h->tally);
		h->tally = (struct tally){ 0 };
		pthread_mutex_unlock(&h->lock);
	} else if (strcmp(word[0], "write") == 0 || strcmp(word[0], "merge") == 0) {
		write_one(h, word[0][0] == 'm');
	} else if (strcmp(word[0], "status") == 0) {
		say_status(h);
	} else if (strcmp(word[0], "pair") == 0) {
		puts(store_pair_set(h->s, (int)number[0], (int)number[1]) ? "set" : "no");
	} else if (strcmp(word[0], "settle") == 0) {
		puts(store_pair_settle(h->s, clock_mono_us() + 20000000) ? "settled"
									 : "no");
	} else if (strcmp(word[0], "stop") == 0) {
		stop(h);
		puts("stopped");
	} else {
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	static const struct store_setup writing = { .write = true };
	struct hand h = { .lock = PTHREAD_MUTEX_INITIALIZER };
	char line[200];
	GError *e = NULL;

	if (argc != 2)
		return 2;
	h.s = store_open(argv[1], &writing, &e);
	printf("%s\n", h.s != NULL ? "open" : e->message);
	fflush(stdout);
	while (h.s != NULL && fgets(line, sizeof(line), stdin) != NULL) {
		char **word = g_strsplit(g_strstrip(line), " ", 8);
		int64_t number[7] = { 0 };
		bool good;

		for (guint i = 1; i < g_strv_length(word) && i < 8; i++)
			number_parse(word[i], 0, INT32_MAX, &number[i - 1]);
		good = word[0] != NULL && obey(&h, word, number);
		g_strfreev(word);
		if (!good)
			break;
		fflush(stdout);
	}
	stop(&h);
	store_close(&h.s);
	return 0;
}
