/* pair:dark=D,live=L:PRIMARY|SECONDARY - two stores while one takes the other's place.
 * D percent of the batches are asked of the other store too, by threads of the pair's own,
 * and compared: nobody waits for that, and when too many are waiting they are dropped. L
 * percent are answered by the secondary; it has half the time, and whatever it does not know
 * by then the primary is asked. Writes go to the primary and count as it says; the secondary
 * gets them from a queue, in order. */
#include "store/pair.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/number.h"
#include "base/refs.h"
#include "base/wait.h"
#include "base/worker_pool.h"
#include "store/backend.h"
#include "store/pair_tally.h"
#include "store/slot.h"

#define READERS 4
#define READS_WAITING 256
#define WRITES_WAITING 512
#define BYTES_WAITING (64 * 1024 * 1024)
#define DARK_KEYS_MOST 5000     /* compared of one batch */
#define USUAL_BUDGET_US 1000000 /* of a batch without a deadline */
#define SECOND_LOOK_US 50000    /* a write may be on its way to one of them */
#define WRITE_WAIT_US 1000000   /* for room in a queue that moves */
#define FLUSH_US 10000000       /* what closing waits for the secondary */
#define REST_FIRST_US 1000000   /* not live, after the secondary failed */
#define REST_MOST_US 30000000

struct pair {
	struct store base;
	struct store *half[PAIR_SIDES];
	gint percent_dark, percent_live; /* atomic */
	gint calls_dark, calls_live;     /* atomic */
	struct worker_pool *readers, *writer;
	struct pair_tally tally;
	pthread_mutex_t lock; /* of the two below */
	int64_t rests_until_us, rest_us;
};

/* --- opening and closing --- */

static bool parse_percent(const char *text, const char *name, gint *percent_r)
{
	int64_t n;

	if (!g_str_has_prefix(text, name) ||
	    !number_parse(text + strlen(name), 0, 100, &n))
		return false;
	*percent_r = (gint)n;
	return true;
}

static bool open_halves(struct pair *p, const char *urls, const struct store_setup *setup,
			store_opener *below, GError **e)
{
	char **url = g_strsplit(urls, "|", 3);

	p->half[0] = below(url[0], setup, e);
	if (p->half[0] != NULL)
		p->half[1] = below(url[1], setup, e);
	g_strfreev(url);
	if (p->half[1] == NULL)
		store_close(&p->half[0]);
	return p->half[1] != NULL;
}

/* exactly two stores, neither of which is a pair */
static bool parse(struct pair *p, const char *rest, const char **urls_r)
{
	const char *colon = strchr(rest, ':');
	const char *bar = colon != NULL ? strchr(colon, '|') : NULL;
	char *head, **word;
	bool good = bar != NULL && strchr(bar + 1, '|') == NULL;

	if (!good)
		return false;
	head = g_strndup(rest, (gsize)(colon - rest));
	word = g_strsplit(head, ",", 3);
	good = g_strv_length(word) == 2 &&
	       parse_percent(word[0], "dark=", &p->percent_dark) &&
	       parse_percent(word[1], "live=", &p->percent_live);
	g_strfreev(word);
	g_free(head);
	*urls_r = colon + 1;
	return good;
}

static struct store *pair_open(const char *rest, const struct store_setup *setup,
			       store_opener *below, GError **e)
{
	struct pair *p = g_new0(struct pair, 1);
	const char *urls = "";

	p->base.ops = &store_pair;
	if (!parse(p, rest, &urls)) {
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_INPUT,
			"store \"pair:%s\": expected pair:dark=N,live=N:URL|URL with N "
			"up to 100 and no other | in it",
			rest);
		g_free(p);
		return NULL;
	}
	if (!open_halves(p, urls, setup, below, e)) {
		g_free(p);
		return NULL;
	}
	pthread_mutex_init(&p->lock, NULL);
	pair_tally_init(&p->tally);
	p->readers = worker_pool_create(READERS, READS_WAITING, BYTES_WAITING);
	p->writer =
		worker_pool_create(setup->write ? 1 : 0, WRITES_WAITING, BYTES_WAITING);
	return &p->base;
}

static void pair_close(struct store *s)
{
	struct pair *p = (struct pair *)s;
	size_t lost;

	worker_pool_settle(p->writer, clock_mono_us() + FLUSH_US);
	lost = worker_pool_destroy(&p->writer);
	if (lost > 0)
		log_line(
			LOG_LEVEL_WARN,
			"store: the secondary of a pair did not take its last %zu writes",
			lost);
	worker_pool_destroy(&p->readers);
	store_close(&p->half[PAIR_PRIMARY]);
	store_close(&p->half[PAIR_SECONDARY]);
	pair_tally_clear(&p->tally);
	pthread_mutex_destroy(&p->lock);
	g_free(p);
}

/* --- batches that the pool asks --- */

/* A batch that the worker pool asks of one side. Shared by the pool and the waiting reader. */
struct asked {
	struct job job; /* must be first */
	struct pair *pair;
	enum pair_side side;
	struct arena *a;
	struct store_read *r;
	struct store_read *truth; /* what the other side said, to be compared; or NULL */
	size_t n;
	int64_t budget_us;
	struct refs holders;
	pthread_mutex_t lock;
	pthread_cond_t change;
	bool done; /* under the lock */
};

static void let_go(struct asked *d)
{
	if (!refs_drop(&d->holders))
		return;
	pthread_cond_destroy(&d->change);
	pthread_mutex_destroy(&d->lock);
	arena_destroy(&d->a);
	g_free(d);
}

static struct bytes copy(struct arena *a, struct bytes b, size_t *bytes)
{
	if (b.n == 0)
		return (struct bytes){ b.at != NULL ? "" : NULL, 0 };
	*bytes += b.n;
	return (struct bytes){ arena_strndup(a, b.at, b.n), b.n };
}

static void copy_questions(struct asked *d, const struct store_read *r, bool answers)
{
	d->r = arena_new(d->a, struct store_read, d->n);
	if (answers)
		d->truth = arena_new(d->a, struct store_read, d->n);
	d->job.bytes = sizeof(*d) + d->n * sizeof(*r) * 2;
	for (size_t i = 0; i < d->n; i++) {
		d->r[i].key = copy(d->a, r[i].key, &d->job.bytes);
		if (!answers)
			continue;
		d->truth[i] = r[i];
		d->truth[i].key = d->r[i].key;
		d->truth[i].value = copy(d->a, r[i].value, &d->job.bytes);
	}
}

static void compare(struct asked *d)
{
	for (size_t i = 0; i < d->n; i++) {
		bool first = d->side == PAIR_SECONDARY;

		pair_tally_compare(&d->pair->tally, first ? &d->truth[i] : &d->r[i],
				   first ? &d->r[i] : &d->truth[i]);
	}
}

/* What differs is asked of both once more. */
static void look_again(struct asked *d)
{
	struct pair *p = d->pair;
	size_t *which = arena_new(d->a, size_t, d->n), n = 0;
	struct store_read *again[PAIR_SIDES];

	for (size_t i = 0; i < d->n; i++) {
		if (pair_differs(&d->truth[i], &d->r[i]))
			which[n++] = i;
	}
	if (n == 0)
		return;
	g_usleep(SECOND_LOOK_US);
	for (int side = 0; side < PAIR_SIDES; side++) {
		again[side] = arena_new(d->a, struct store_read, n + 1);
		for (size_t i = 0; i < n; i++)
			again[side][i].key = d->r[which[i]].key;
		again[side][n].key = slot_generation_key(again[side][0].key, d->a);
		store_read_many(p->half[side], again[side], n + 1,
				clock_mono_us() + d->budget_us, d->a);
		pair_tally_generation(&p->tally, (enum pair_side)side, &again[side][n]);
	}
	for (size_t i = 0; i < n; i++) {
		d->r[which[i]] = again[d->side][i];
		d->truth[which[i]] = again[!d->side][i];
	}
}

/* What a dead store does not answer at once says nothing about its speed. */
static void note_latency(struct asked *d, int64_t took_us)
{
	bool answered = took_us > d->budget_us / 2;

	for (size_t i = 0; i < d->n && !answered; i++)
		answered = d->r[i].answer != ANSWER_UNKNOWN;
	if (answered)
		pair_tally_took(&d->pair->tally, d->side, took_us);
}

static void ask_side(struct job *j)
{
	struct asked *d = (struct asked *)j;
	int64_t begin_us = clock_mono_us();

	store_read_many(d->pair->half[d->side], d->r, d->n, begin_us + d->budget_us,
			d->a);
	note_latency(d, clock_mono_us() - begin_us);
	if (d->truth != NULL) {
		look_again(d);
		compare(d);
	}
	pthread_mutex_lock(&d->lock);
	d->done = true;
	pthread_cond_signal(&d->change);
	pthread_mutex_unlock(&d->lock);
}

static void asked_done(struct job *j)
{
	let_go((struct asked *)j);
}

static struct asked *asked_new(struct pair *p, enum pair_side side,
			       const struct store_read *r, size_t n, bool compare_them)
{
	struct asked *d = g_new0(struct asked, 1);

	d->job = (struct job){ .run = ask_side, .done = asked_done };
	d->pair = p;
	d->side = side;
	d->a = arena_create();
	d->n = n;
	refs_begin(&d->holders, 1);
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->change, NULL);
	copy_questions(d, r, compare_them);
	return d;
}

/* Spread evenly: N of every hundred calls. */
static bool is_chosen(gint *calls, gint *percent)
{
	guint n = (guint)g_atomic_int_add(calls, 1) % 100,
	      share = (guint)g_atomic_int_get(percent);

	return (n + 1) * share / 100 != n * share / 100;
}

static void ask_dark(struct pair *p, enum pair_side side, const struct store_read *r,
		     size_t n, int64_t budget_us)
{
	struct store_pair_counts count = { .dark = 1 };
	struct asked *d = asked_new(p, side, r, MIN(n, DARK_KEYS_MOST), true);

	d->budget_us = budget_us;
	if (!worker_pool_give(p->readers, &d->job, 0)) {
		count.dark_dropped = 1;
		let_go(d);
	}
	pair_tally_add(&p->tally, &count);
}

/* --- live --- */

static bool rests(struct pair *p)
{
	bool rests;

	pthread_mutex_lock(&p->lock);
	rests = clock_mono_us() < p->rests_until_us;
	pthread_mutex_unlock(&p->lock);
	return rests;
}

/* One that fails is left alone for a while, ever longer. */
static void note_live(struct pair *p, bool good)
{
	pthread_mutex_lock(&p->lock);
	if (good) {
		p->rest_us = 0;
	} else {
		p->rest_us = p->rest_us == 0 ? REST_FIRST_US
					     : MIN(p->rest_us * 2, REST_MOST_US);
		p->rests_until_us = clock_mono_us() + p->rest_us;
	}
	pthread_mutex_unlock(&p->lock);
}

static bool wait_for(struct asked *d, int64_t until_us)
{
	bool done;

	pthread_mutex_lock(&d->lock);
	while (!d->done && wait_until(&d->change, &d->lock, until_us))
		;
	done = d->done;
	pthread_mutex_unlock(&d->lock);
	return done;
}

static bool take_answers(const struct asked *d, struct store_read *r, struct arena *a)
{
	for (size_t i = 0; i < d->n; i++) {
		if (d->r[i].answer == ANSWER_UNKNOWN)
			return false;
	}
	for (size_t i = 0; i < d->n; i++) {
		r[i].answer = d->r[i].answer;
		r[i].expires_s = d->r[i].expires_s;
		if (d->r[i].answer == ANSWER_YES)
			r[i].value = (struct bytes){ arena_strndup(a, d->r[i].value.at,
								   d->r[i].value.n),
						     d->r[i].value.n };
	}
	return true;
}

/* false: the primary must be asked */
static bool ask_live(struct pair *p, struct store_read *r, size_t n, int64_t limit_us,
		     struct arena *a)
{
	struct asked *d = asked_new(p, PAIR_SECONDARY, r, n, false);
	int64_t half_us = (limit_us - clock_mono_us()) / 2;
	bool good = false;

	d->budget_us = half_us;
	refs_take(&d->holders);
	if (worker_pool_give(p->readers, &d->job, 0))
		good = wait_for(d, clock_mono_us() + half_us) && take_answers(d, r, a);
	else
		let_go(d); /* for the pool, which did not take it */
	let_go(d);
	note_live(p, good);
	return good;
}

/* --- the store --- */

static void pair_read_many(struct store *s, struct store_read *r, size_t n,
			   int64_t deadline_us, struct arena *a)
{
	struct pair *p = (struct pair *)s;
	int64_t begin_us = clock_mono_us();
	int64_t limit_us = deadline_us != 0 ? deadline_us : begin_us + USUAL_BUDGET_US;
	struct store_pair_counts count = { .batches = 1 };
	bool live = is_chosen(&p->calls_live, &p->percent_live) && limit_us > begin_us &&
		    !rests(p);
	bool answered = live && ask_live(p, r, n, limit_us, a);

	if (!answered) {
		int64_t from_us = clock_mono_us();

		store_read_many(p->half[PAIR_PRIMARY], r, n, deadline_us, a);
		pair_tally_took(&p->tally, PAIR_PRIMARY, clock_mono_us() - from_us);
	}
	if (n > 0 && is_chosen(&p->calls_dark, &p->percent_dark))
		ask_dark(p, answered ? PAIR_PRIMARY : PAIR_SECONDARY, r, n,
			 MAX(limit_us - begin_us, 1000));
	count.live = live;
	count.live_fell_back = live && !answered;
	pair_tally_add(&p->tally, &count);
}

struct written {
	struct job job; /* must be first */
	struct pair *pair;
	struct arena *a;
	struct store_write *w;
	size_t n;
};

static void write_side(struct job *j)
{
	struct written *d = (struct written *)j;
	struct store_pair_counts count = { .written = d->n };
	GError *e = NULL;

	if (store_write_many(d->pair->half[PAIR_SECONDARY], d->w, d->n, &e) !=
	    STORE_WROTE) {
		count = (struct store_pair_counts){ .not_written = d->n };
		log_seldom(LOG_LEVEL_WARN, "pair write",
			   "store: the secondary of a pair missed %zu changes: %s", d->n,
			   e != NULL ? e->message : "");
	}
	g_clear_error(&e);
	pair_tally_add(&d->pair->tally, &count);
}

static void written_done(struct job *j)
{
	struct written *d = (struct written *)j;

	arena_destroy(&d->a);
	g_free(d);
}

static void write_later(struct pair *p, const struct store_write *w, size_t n)
{
	struct written *d = g_new0(struct written, 1);
	struct store_pair_counts count = { .not_written = n };

	d->job = (struct job){ .run = write_side,
			       .done = written_done,
			       .bytes = sizeof(*d) + n * sizeof(*w) };
	d->pair = p;
	d->a = arena_create();
	d->n = n;
	d->w = arena_new(d->a, struct store_write, n);
	for (size_t i = 0; i < n; i++) {
		d->w[i] = w[i];
		d->w[i].key = copy(d->a, w[i].key, &d->job.bytes);
		d->w[i].value = copy(d->a, w[i].value, &d->job.bytes);
	}
	if (worker_pool_give(p->writer, &d->job, WRITE_WAIT_US))
		return;
	written_done(&d->job);
	pair_tally_add(&p->tally, &count);
	log_seldom(
		LOG_LEVEL_WARN, "pair queue",
		"store: the secondary of a pair is too slow: %zu changes are not written "
		"to it; compare and load it again when it is well",
		n);
}

static enum store_wrote pair_write_many(struct store *s, const struct store_write *w,
					size_t n, GError **e)
{
	struct pair *p = (struct pair *)s;
	enum store_wrote wrote = store_write_many(p->half[PAIR_PRIMARY], w, n, e);

	if (wrote != STORE_FAILED && n > 0)
		write_later(p, w, n);
	return wrote;
}

static bool pair_scan(struct store *s, struct bytes prefix,
		      bool (*see)(const struct store_record *record, void *to), void *to,
		      GError **e)
{
	return store_scan(((struct pair *)s)->half[PAIR_PRIMARY], prefix, see, to, e);
}

/* --- from outside --- */

bool store_pair_set(struct store *s, int dark, int live)
{
	struct pair *p = (struct pair *)s;

	if (s->ops != &store_pair || dark < -1 || dark > 100 || live < -1 || live > 100)
		return false;
	if (dark >= 0)
		g_atomic_int_set(&p->percent_dark, dark);
	if (live >= 0)
		g_atomic_int_set(&p->percent_live, live);
	pthread_mutex_lock(&p->lock);
	p->rests_until_us = p->rest_us = 0;
	pthread_mutex_unlock(&p->lock);
	return true;
}

bool store_pair_counts(struct store *s, struct store_pair_counts *counts_r)
{
	struct pair *p = (struct pair *)s;

	if (s->ops != &store_pair)
		return false;
	pthread_mutex_lock(&p->tally.lock);
	*counts_r = p->tally.counts;
	pthread_mutex_unlock(&p->tally.lock);
	return true;
}

bool store_pair_settle(struct store *s, int64_t limit_us)
{
	struct pair *p = (struct pair *)s;

	return s->ops == &store_pair && worker_pool_settle(p->writer, limit_us) &&
	       worker_pool_settle(p->readers, limit_us);
}

bool store_pair_status(struct store *s, GString *to)
{
	struct pair *p = (struct pair *)s;

	if (s->ops != &store_pair)
		return false;
	g_string_append_printf(
		to, "primary %s\nsecondary %s\ndark %d %%, live %d %%%s\n",
		store_url(p->half[PAIR_PRIMARY]), store_url(p->half[PAIR_SECONDARY]),
		g_atomic_int_get(&p->percent_dark), g_atomic_int_get(&p->percent_live),
		rests(p) ? " (at rest: the secondary failed)" : "");
	pair_tally_print(&p->tally, to);
	return true;
}

const struct store_ops store_pair = {
	.open_over = pair_open,
	.read_many = pair_read_many,
	.write_many = pair_write_many,
	.scan = pair_scan,
	.close = pair_close,
};
