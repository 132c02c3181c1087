/* A made-up tenant of any size with records of real lengths, built as a snapshot; and batches
 * of 40 keys, as one message asks them, from any store that holds it.
 * Usage: store build FILE PEOPLE PAIRS
 *        store read URL PEOPLE PAIRS SECONDS BATCHES_A_SECOND(0: as many as it can) THREADS
 *        store cold FILE PEOPLE PAIRS     the first answer, FILE not in memory */
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/number.h"
#include "behavior/behavior.h"
#include "mailbox/mailbox.h"
#include "person/person.h"
#include "store/keys.h"
#include "store/snapshot.h"
#include "store/store.h"

#define TENANT "bench"
#define KEYS 40        /* of a message to one recipient */
#define KEYS_A_NAME 21 /* what name_keys_write() makes of two words, on average */
#define NAME_KEYS_ASKED 27
#define PAIRS_A_SENDER 5 /* mailboxes that one correspondent writes to */
#define SENDERS_A_DOMAIN 10
#define PEOPLE_MOST 100000000
#define THREADS_MOST 64
#define DAY 20700
#define TELL_EVERY_US 5000000

struct size {
	uint64_t people, pairs, senders;
};

/* --- who there is: everything follows from a number --- */

static const char *mailbox_of(struct arena *a, uint64_t i)
{
	return arena_printf(a, "marie.weber%" G_GUINT64_FORMAT "@example.org", i);
}

static const char *domain_of(struct arena *a, uint64_t sender)
{
	return arena_printf(a, "partner-company%" G_GUINT64_FORMAT ".example.com",
			    sender / SENDERS_A_DOMAIN);
}

static const char *sender_of(struct arena *a, uint64_t sender)
{
	return arena_printf(a, "contact.person%" G_GUINT64_FORMAT "@%s", sender,
			    domain_of(a, sender));
}

/* Every mailbox has another correspondent in each of its pairs. */
static uint64_t pair_sender(const struct size *z, uint64_t pair)
{
	uint64_t turn = pair / z->people, turns = z->pairs / z->people + 1;

	return (pair % z->people * 2654435761U + turn * (z->senders / turns + 1)) %
	       z->senders;
}

static const char *name_of(struct arena *a, uint64_t i)
{
	return arena_printf(a, "Marie%" G_GUINT64_FORMAT " Weber%" G_GUINT64_FORMAT,
			    i % 1000, i / 1000);
}

static const char *name_key_of(struct arena *a, uint64_t i, unsigned k)
{
	return arena_printf(a, "%%%c %s", 'a' + (int)k, name_of(a, i));
}

static struct bytes made_person(struct arena *a, uint64_t i, bool many)
{
	const char *name = name_of(a, i), *address = mailbox_of(a, i);
	const struct person p = { .id = address,
				  .names = &name,
				  .n_names = 1,
				  .addresses = &address,
				  .n_addresses = 1,
				  .title = many ? NULL : "Head of Department",
				  .since_s = (int64_t)DAY * 86400 };
	struct people all = { .at = many ? &p : NULL, .n = many ? 1 : 0 };

	return many ? codec_encode(&people_codec, &all, a)
		    : codec_encode(&person_codec, &p, a);
}

static struct bytes made_history(struct arena *a, uint64_t seed, const char *usual)
{
	char days[8 * DAY_BYTES] = { 0 };
	struct usual_item item = {
		.text = usual, .closed = 3, .first_day = DAY - 300, .last_day = DAY
	};
	struct history h = {
		.open_day = DAY,
		.in = { .messages = { .closed = (int64_t)(seed % 200) + 1, .open = 1 },
			.first_day = DAY - (int64_t)(seed % 700) - 1,
			.last_day = DAY,
			.before_day = DAY - 1,
			.recent_milli = (int64_t)(seed % 9000) },
		.out = { .messages = { .closed = (int64_t)(seed % 50) },
			 .first_day = DAY - 400,
			 .last_day = DAY - 2 },
		.mailboxes = { .closed = usual != NULL ? 5 : 0 },
		.days = { .at = days, .n = sizeof(days) },
		.mark = (int64_t)(seed * 0x9E3779B97F4A7C15U >> 8),
	};

	for (unsigned i = 0; i < 8; i++) {
		days[i * DAY_BYTES] = (char)(DAY - i * 3);
		days[i * DAY_BYTES + 1] = (char)((DAY - i * 3) >> 8);
	}
	if (usual != NULL) {
		for (int kind = 0; kind < USUAL_NETWORK; kind++)
			h.usual[kind] = (struct usual_set){ .at = &item, .n = 1 };
	}
	return codec_encode(&history_codec, &h, a);
}

/* Of this process so far: on a machine with other work the only time worth comparing. */
static double cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Kilobytes of a line of /proc/self/status: what is the process's own, not page cache. */
static long status_kb(const char *name)
{
	char *text = NULL, *at;
	long kb = 0;

	if (g_file_get_contents("/proc/self/status", &text, NULL, NULL) &&
	    (at = strstr(text, name)) != NULL)
		kb = (long)g_ascii_strtoll(at + strlen(name), NULL, 10);
	g_free(text);
	return kb;
}

/* --- build --- */

struct making {
	struct snapshot_builder *b;
	struct arena *a;
	uint64_t added;
	int64_t told_us; /* how far we are was said last */
	GError *e;
};

/* On standard error, now and then: at full size this takes minutes. */
static void tell(struct making *m, const char *what, uint64_t done, uint64_t all)
{
	int64_t now_us = clock_mono_us();

	if (now_us - m->told_us < TELL_EVERY_US)
		return;
	m->told_us = now_us;
	if (all > 0)
		fprintf(stderr, "  %s %.1f of %.1f million keys\n", what,
			(double)done / 1e6, (double)all / 1e6);
	else
		fprintf(stderr, "  %s %.1f million keys\n", what, (double)done / 1e6);
}

static void tell_written(uint64_t done, uint64_t all, void *to)
{
	tell(to, "wrote", done, all);
}

static void add(struct making *m, struct bytes key, struct bytes value)
{
	const struct store_record r = { .key = key, .value = value };

	if (!snapshot_add(m->b, &r, &m->e))
		g_error("%s", m->e->message);
	m->added++;
}

static struct bytes key(struct arena *a, enum family f, const char *one, const char *two)
{
	return key_build(a, f, TENANT, one, two);
}

static void add_person(struct making *m, uint64_t i)
{
	struct arena *a = m->a;
	const struct mailbox box = { .kind = MAILBOX_USER,
				     .baseline_since_s = (int64_t)(DAY - 700) * 86400 };

	add(m, key(a, FAMILY_PERSON, mailbox_of(a, i), NULL), made_person(a, i, false));
	add(m, key(a, FAMILY_MAILBOX, mailbox_of(a, i), NULL),
	    codec_encode(&mailbox_codec, &box, a));
	for (unsigned k = 0; k < KEYS_A_NAME; k++)
		add(m, key(a, FAMILY_NAME, name_key_of(a, i, k), NULL),
		    made_person(a, i, true));
}

static void add_sender(struct making *m, uint64_t i)
{
	const char *domain = domain_of(m->a, i);

	add(m, key(m->a, FAMILY_SENDER, sender_of(m->a, i), NULL),
	    made_history(m->a, i, domain));
	add(m, key(m->a, FAMILY_DISPLAY, sender_of(m->a, i), NULL),
	    made_history(m->a, i, domain));
	if (i % SENDERS_A_DOMAIN == 0)
		add(m, key(m->a, FAMILY_DOMAIN, domain, NULL),
		    made_history(m->a, i, domain));
}

static void add_pair(struct making *m, const struct size *z, uint64_t i)
{
	add(m,
	    key(m->a, FAMILY_PAIR, mailbox_of(m->a, i % z->people),
		sender_of(m->a, pair_sender(z, i))),
	    made_history(m->a, i, NULL));
}

static void fresh(struct making *m, uint64_t i)
{
	if (i % 64 != 0)
		return;
	arena_destroy(&m->a);
	m->a = arena_create();
	tell(m, "gathered", m->added, 0);
}

static int build(const char *path, const struct size *z)
{
	int64_t begin = clock_mono_us(), gathered;
	struct making m = { .a = arena_create(), .told_us = begin };
	struct snapshot_built built;

	m.b = snapshot_begin(&(struct snapshot_setup){
		.path = path, .progress = tell_written, .to = &m });
	for (uint64_t i = 0; i < z->people; i++) {
		fresh(&m, i);
		add_person(&m, i);
	}
	for (uint64_t i = 0; i < z->senders; i++) {
		fresh(&m, i);
		add_sender(&m, i);
	}
	for (uint64_t i = 0; i < z->pairs; i++) {
		fresh(&m, i);
		add_pair(&m, z, i);
	}
	add(&m, key(m.a, FAMILY_TENANT, NULL, NULL), made_history(m.a, 1, NULL));
	gathered = clock_mono_us();
	if (!snapshot_finish(m.b, &built, &m.e))
		g_error("%s", m.e->message);
	printf("keys %" G_GUINT64_FORMAT " bytes %" G_GUINT64_FORMAT
	       " gather_s %.1f write_s %.1f cpu_s %.1f most_kb %ld\n",
	       built.keys, built.bytes, (double)(gathered - begin) / 1e6,
	       (double)(clock_mono_us() - gathered) / 1e6, cpu_s(),
	       status_kb("RssAnon:"));
	snapshot_builder_destroy(&m.b);
	arena_destroy(&m.a);
	return 0;
}

/* --- read --- */

struct reading {
	struct store *s;
	const struct size *z;
	int64_t from_us, until_us, every_us; /* every_us 0: at once */
	uint64_t turn;
	GArray *took_us;
	uint64_t found, unknown, keys;
};

static uint64_t draw(struct reading *r, uint64_t n)
{
	r->turn ^= r->turn << 13;
	r->turn ^= r->turn >> 7;
	r->turn ^= r->turn << 17;
	return r->turn % n;
}

/* What one message to one mailbox asks; three quarters of the mail is of known senders. */
static void make_batch(struct reading *r, struct arena *a, struct store_read *q)
{
	uint64_t pair = draw(r, r->z->pairs), who = draw(r, r->z->people);
	bool known = draw(r, 4) != 0;
	const char *mailbox = mailbox_of(a, pair % r->z->people);
	uint64_t sender = pair_sender(r->z, pair) + (known ? 0 : r->z->senders);
	const char *from = sender_of(a, sender), *domain = domain_of(a, sender);
	const char *id = arena_printf(a, "%" G_GUINT64_FORMAT "@%s", r->turn, domain);
	size_t n = 0;

	q[n++].key = key(a, FAMILY_TENANT, NULL, NULL);
	q[n++].key = key(a, FAMILY_MAILBOX, mailbox, NULL);
	q[n++].key = key(a, FAMILY_PERSON, from, NULL);
	q[n++].key = key(a, FAMILY_PAIR, mailbox, from);
	q[n++].key = key(a, FAMILY_SENDER, from, NULL);
	q[n++].key = key(a, FAMILY_DOMAIN, domain, NULL);
	q[n++].key = key(a, FAMILY_DISPLAY, from, NULL);
	q[n++].key = key(a, FAMILY_LIST, domain, NULL);
	q[n++].key = key(a, FAMILY_THREAD, id, NULL);
	q[n++].key = key(a, FAMILY_THREAD, arena_printf(a, "re-%s", id), NULL);
	q[n++].key = key(a, FAMILY_PREFERENCE, mailbox, from);
	q[n++].key = key(a, FAMILY_PREFERENCE, mailbox, arena_printf(a, "@%s", domain));
	q[n++].key = key(a, FAMILY_PREFERENCE, mailbox, arena_printf(a, "<%s>", domain));
	for (unsigned k = 0; k < NAME_KEYS_ASKED; k++) /* every ninth is there */
		q[n++].key =
			key(a, FAMILY_NAME,
			    k % 9 == 0 ? name_key_of(a, who, k / 9)
				       : arena_printf(a, "%u %s", k, name_of(a, who)),
			    NULL);
	g_assert(n == KEYS);
}

static void one_batch(struct reading *r)
{
	struct arena *a = arena_create();
	struct store_read *q = arena_new(a, struct store_read, KEYS);
	int64_t begin_us;
	uint32_t took_us;

	make_batch(r, a, q);
	begin_us = clock_mono_us();
	store_read_many(r->s, q, KEYS, begin_us + 1000000, a);
	took_us = (uint32_t)(clock_mono_us() - begin_us);
	g_array_append_val(r->took_us, took_us);
	for (size_t i = 0; i < KEYS; i++) {
		r->found += q[i].answer == ANSWER_YES;
		r->unknown += q[i].answer == ANSWER_UNKNOWN;
	}
	r->keys += KEYS;
	arena_destroy(&a);
}

static gpointer read_thread(gpointer p)
{
	struct reading *r = p;
	int64_t due_us = r->from_us;

	while (clock_mono_us() < r->until_us) {
		int64_t wait_us = due_us - clock_mono_us();

		if (r->every_us > 0 && wait_us > 0)
			g_usleep((gulong)wait_us);
		due_us += r->every_us;
		one_batch(r);
	}
	return NULL;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static uint32_t quantile(const GArray *sorted, double q)
{
	return sorted->len == 0 ? 0
				: g_array_index(sorted, uint32_t,
						(guint)((double)(sorted->len - 1) * q));
}

static void report(struct reading *r, size_t threads, double seconds)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	uint64_t found = 0, unknown = 0, keys = 0;

	for (size_t i = 0; i < threads; i++) {
		g_array_append_vals(all, r[i].took_us->data, r[i].took_us->len);
		found += r[i].found;
		unknown += r[i].unknown;
		keys += r[i].keys;
		g_array_free(r[i].took_us, TRUE);
	}
	g_array_sort(all, compare);
	printf("batches %u per_s %.0f p50_us %u p99_us %u p999_us %u most_us %u found "
	       "%.2f "
	       "unknown %" G_GUINT64_FORMAT " cpu_us %.1f anon_kb %ld\n",
	       all->len, all->len / seconds, quantile(all, 0.5), quantile(all, 0.99),
	       quantile(all, 0.999), quantile(all, 1),
	       keys > 0 ? (double)found / (double)keys : 0, unknown,
	       all->len > 0 ? cpu_s() * 1e6 / all->len : 0, status_kb("RssAnon:"));
	g_array_free(all, TRUE);
}

struct pace {
	int64_t seconds, rate, threads;
};

static int read_store(const char *url, const struct size *z, const struct pace *pace)
{
	GError *e = NULL;
	int64_t begin_us = clock_mono_us(), opened_us;
	struct store *s = store_open(url, NULL, &e);
	struct reading r[THREADS_MOST];
	GThread *thread[THREADS_MOST];
	size_t n = (size_t)pace->threads;

	if (s == NULL)
		g_error("%s", e->message);
	for (size_t i = 0; i < n; i++)
		r[i] = (struct reading){ .s = s,
					 .z = z,
					 .turn = 88172645463325252U + i * 7919,
					 .took_us = g_array_new(FALSE, FALSE, 4) };
	one_batch(&r[0]);
	opened_us = clock_mono_us();
	printf("first_us %" G_GINT64_FORMAT " ", opened_us - begin_us);
	g_array_set_size(r[0].took_us, 0);
	for (size_t i = 0; i < n; i++) {
		r[i].every_us = pace->rate > 0 ? pace->threads * 1000000 / pace->rate : 0;
		r[i].from_us = opened_us + (int64_t)i * r[i].every_us / pace->threads;
		r[i].until_us = opened_us + pace->seconds * 1000000;
		thread[i] = g_thread_new("reader", read_thread, &r[i]);
	}
	for (size_t i = 0; i < n; i++)
		g_thread_join(thread[i]);
	report(r, n, (double)(clock_mono_us() - opened_us) / 1e6);
	store_close(&s);
	return 0;
}

static int read_cold(const char *path, const struct size *z)
{
	char *url = g_strconcat("lmdb-snapshot:", path, NULL);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	fdatasync(fd);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
	read_store(url, z, &(struct pace){ .threads = 1 });
	g_free(url);
	return 0;
}

int main(int argc, char **argv)
{
	struct size z = { 0 };
	struct pace pace = { 0 };
	int64_t people, pairs;

	if (argc < 5 || !number_parse(argv[3], 1, PEOPLE_MOST, &people) ||
	    !number_parse(argv[4], PAIRS_A_SENDER, 10 * (int64_t)PEOPLE_MOST, &pairs)) {
		fputs("usage: see the first lines of store.c\n", stderr);
		return EXIT_USAGE;
	}
	z.people = (uint64_t)people;
	z.pairs = (uint64_t)pairs;
	z.senders = z.pairs / PAIRS_A_SENDER;
	if (strcmp(argv[1], "build") == 0)
		return build(argv[2], &z);
	if (strcmp(argv[1], "cold") == 0)
		return read_cold(argv[2], &z);
	if (argc == 8 && number_parse(argv[5], 0, 3600, &pace.seconds) &&
	    number_parse(argv[6], 0, 1000000, &pace.rate) &&
	    number_parse(argv[7], 1, THREADS_MOST, &pace.threads))
		return read_store(argv[2], &z, &pace);
	fputs("usage: see the first lines of store.c\n", stderr);
	return EXIT_USAGE;
}
