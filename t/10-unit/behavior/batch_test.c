/* batch.c and behavior.c: events into stores, and what can be asked afterwards. */
#include <glib.h>

#include "base/arena.h"
#include "base/error.h"
#include "behavior/behavior.h"
#include "store/keys.h"

#define DAY 20000
#define ANN "ann@acme.example"
#define BOB "bob@acme.example"
#define EVE "eve@other.example"

static const char *const to_ann[] = { ANN };
static const char *const to_both[] = { ANN, BOB };
static const char *const to_eve[] = { EVE, "mallory@other.example" };
static const char *const to_eve_orgs[] = { "other.example", "other.example" };
static const char *const links[] = { "shop.example", "cdn.example" };

static const struct behavior_event eve_writes = {
	.tenant = "acme",
	.direction = DIRECTION_IN,
	.sender = EVE,
	.sender_org = "other.example",
	.rcpts = to_ann,
	.n_rcpts = 1,
	.message_id = "1@other.example",
	.time_s = DAY * 86400 + 4711,
	.display_key = "=eve other",
	.reply_to_org = "reply.example",
	.list_id = "news.other.example",
	.dkim_domain = "other.example",
	.mailer = "Mailer",
	.network = "192.0.2.0/24",
	.link_orgs = links,
	.n_link_orgs = 2,
};

static const struct behavior_event ann_writes = {
	.tenant = "acme",
	.direction = DIRECTION_OUT,
	.sender = ANN,
	.rcpts = to_eve,
	.rcpt_orgs = to_eve_orgs,
	.n_rcpts = 2,
	.message_id = "2@acme.example",
	.time_s = (DAY + 1) * 86400,
};

struct fixture {
	struct store *s;
	struct behavior_batch *b;
	struct arena *a;
};

static void set_up(struct fixture *f, gconstpointer data)
{
	const char *url = data;
	GError *e = NULL;

	f->s = store_open(
		url != NULL ? url : "mem:", &(struct store_setup){ .write = true }, &e);
	g_assert_no_error(e);
	f->b = behavior_batch_create(&(struct behavior_setup){ .store = f->s });
	f->a = arena_create();
}

static void tear_down(struct fixture *f, gconstpointer data)
{
	(void)data;
	behavior_batch_destroy(&f->b);
	store_close(&f->s);
	arena_destroy(&f->a);
}

static void apply(struct fixture *f)
{
	GError *e = NULL;

	g_assert_true(behavior_apply(f->b, &e));
	g_assert_no_error(e);
}

static void add(struct fixture *f, const struct behavior_event *ev)
{
	g_assert_true(behavior_add(f->b, ev, NULL));
}

static const struct history *stored(struct fixture *f, enum family family,
				    const char *part1, const char *part2)
{
	struct store_read r = { .key = key_build(f->a, family, "acme", part1, part2) };
	struct history *h = arena_new(f->a, struct history, 1);
	struct baseline b;

	store_read_many(f->s, &r, 1, 0, f->a);
	if (r.answer != ANSWER_YES)
		return NULL;
	if (family == FAMILY_TENANT) {
		g_assert_cmpint(baseline_decode(f->a, r.value, &b), ==, ANSWER_YES);
		*h = b.all;
	} else {
		g_assert_cmpint(history_decode(f->a, r.value, h), ==, ANSWER_YES);
	}
	return h;
}

static struct thread thread_of(struct fixture *f, const char *id)
{
	struct store_read r = { .key = key_build(f->a, FAMILY_THREAD, "acme", id, NULL) };
	struct thread t;

	store_read_many(f->s, &r, 1, 0, f->a);
	g_assert_cmpint(r.answer, ==, ANSWER_YES);
	g_assert_cmpint(thread_decode(f->a, r.value, &t), ==, ANSWER_YES);
	return t;
}

static void test_incoming(struct fixture *f, gconstpointer data)
{
	const struct history *h;

	(void)data;
	add(f, &eve_writes);
	apply(f);
	h = stored(f, FAMILY_PAIR, ANN, EVE);
	g_assert_cmpint(history_messages_in(h, DAY + 1), ==, 1);
	g_assert_cmpint(history_known(h, DAY), ==, ANSWER_NO);
	g_assert_null(stored(f, FAMILY_PAIR, BOB, EVE));
	h = stored(f, FAMILY_SENDER, EVE, NULL);
	g_assert_cmpint(history_mailboxes(h, DAY + 1), ==, 1);
	g_assert_cmpint(history_today_mailboxes(h, DAY), ==, 1);
	g_assert_cmpstr(h->usual[USUAL_REPLY_TO].at[0].text, ==, "reply.example");
	g_assert_cmpstr(h->usual[USUAL_DKIM].at[0].text, ==, "other.example");
	g_assert_cmpstr(h->usual[USUAL_MAILER].at[0].text, ==, "Mailer");
	g_assert_cmpstr(h->usual[USUAL_NETWORK].at[0].text, ==, "192.0.2.0/24");
	g_assert_cmpuint(h->usual[USUAL_LINK].n, ==, 2);
	h = stored(f, FAMILY_DISPLAY, "=eve other", NULL);
	g_assert_cmpstr(h->usual[USUAL_ADDRESS].at[0].text, ==, EVE);
	g_assert_cmpint(history_messages_in(
				stored(f, FAMILY_DOMAIN, "other.example", NULL), DAY + 1),
			==, 1);
	g_assert_cmpint(
		history_messages_in(stored(f, FAMILY_LIST, "news.other.example", NULL),
				    DAY + 1),
		==, 1);
	g_assert_cmpint(
		history_messages_in(stored(f, FAMILY_TENANT, NULL, NULL), DAY + 1), ==,
		1);
	g_assert_true(thread_of(f, "1@other.example").in);
	g_assert_false(thread_of(f, "1@other.example").out);
	g_assert_cmpint(thread_of(f, "1@other.example").first_day, ==, DAY);
}

static void test_outgoing(struct fixture *f, gconstpointer data)
{
	const struct history *h;

	(void)data;
	add(f, &ann_writes);
	apply(f);
	h = stored(f, FAMILY_PAIR, ANN, EVE);
	g_assert_cmpint(history_messages_out(h, DAY + 2), ==, 1);
	g_assert_cmpint(history_solicited(h, DAY + 2), ==, ANSWER_YES);
	g_assert_cmpint(history_solicited(h, DAY + 1), ==, ANSWER_NO);
	g_assert_cmpint(
		history_messages_out(stored(f, FAMILY_SENDER, EVE, NULL), DAY + 2), ==,
		1);
	g_assert_cmpint(history_mailboxes(stored(f, FAMILY_SENDER, EVE, NULL), DAY + 2),
			==, 1);
	/* two recipients of one domain: one message to it */
	g_assert_cmpint(history_messages_out(
				stored(f, FAMILY_DOMAIN, "other.example", NULL), DAY + 2),
			==, 1);
	g_assert_cmpint(
		history_messages_out(stored(f, FAMILY_TENANT, NULL, NULL), DAY + 2), ==,
		1);
	g_assert_null(stored(f, FAMILY_SENDER, ANN, NULL));
	g_assert_true(thread_of(f, "2@acme.example").out);
}

static char *dump(struct fixture *f);

/* The same message again changes nothing, in one batch or in another. */
static void test_idempotent(struct fixture *f, gconstpointer data)
{
	char *before, *after;

	(void)data;
	add(f, &eve_writes);
	add(f, &eve_writes);
	add(f, &ann_writes);
	apply(f);
	before = dump(f);
	add(f, &eve_writes);
	apply(f);
	add(f, &ann_writes);
	add(f, &eve_writes);
	apply(f);
	after = dump(f);
	g_assert_cmpstr(before, ==, after);
	g_assert_cmpuint(behavior_batch_done(f->b).events, ==, 6);
	g_assert_cmpuint(behavior_batch_done(f->b).counted, ==, 2);
	g_assert_cmpuint(behavior_batch_done(f->b).repeated, ==, 4);
	g_free(before);
	g_free(after);
}

/* A store without transactions is broken off among the marks of the messages, which come
 * last: the batch comes again, and finds some of its own messages known. */
static void test_broken_off(struct fixture *f, gconstpointer data)
{
	struct behavior_event second = eve_writes;
	struct store_write lost = { .kind = STORE_DELETE };
	char *before, *after;

	(void)data;
	second.message_id = "another@other.example";
	add(f, &eve_writes);
	add(f, &second);
	apply(f);
	before = dump(f);
	lost.key = key_build(f->a, FAMILY_THREAD, "acme", second.message_id, NULL);
	g_assert_cmpint(store_write_many(f->s, &lost, 1, NULL), ==, STORE_WROTE);
	add(f, &eve_writes);
	add(f, &second);
	apply(f);
	after = dump(f);
	g_assert_cmpstr(before, ==, after);
	g_assert_cmpint(history_messages_in(stored(f, FAMILY_PAIR, ANN, EVE), DAY + 1),
			==, 2);
	g_free(before);
	g_free(after);
}

/* The copies of one message in two mailboxes are two pairs, but one message of its sender. */
/* Senders keep what is usual as texts, pairs as hashes; both keep the hour, by our clock. */
static void test_habits(struct fixture *f, gconstpointer data)
{
	struct behavior_event ev = eve_writes;
	const struct history *sender, *pair;

	(void)data;
	for (int i = 0; i < 20; i++) {
		ev.message_id = arena_printf(f->a, "%d@other.example", i);
		ev.time_s = (DAY + i / 4) * INT64_C(86400) + 4711;
		ev.arrived_s = ev.time_s + 5 * 3600;
		add(f, &ev);
	}
	apply(f);
	sender = stored(f, FAMILY_SENDER, EVE, NULL);
	pair = stored(f, FAMILY_PAIR, ANN, EVE);
	g_assert_cmpuint(sender->habits.n, ==, 0);
	g_assert_cmpuint(pair->usual[USUAL_LINK].n, ==, 0);
	g_assert_cmpint(history_observed(sender, DAY + 5), ==, 20);
	g_assert_cmpint(history_observed(pair, DAY + 5), ==, 20);
	g_assert_cmpint(history_usual_hour(sender, 3, DAY + 5), ==, ANSWER_YES);
	g_assert_cmpint(history_usual_hour(sender, 2, DAY + 5), ==, ANSWER_NO);
	g_assert_cmpint(history_usual_hour(pair, 9, DAY + 5), ==, ANSWER_YES);
	g_assert_cmpint(history_usual_hour(pair, 10, DAY + 5), ==, ANSWER_NO);
	for (int kind = 0; kind < USUAL_ADDRESS; kind++) {
		static const char *const seen[] = {
			[USUAL_REPLY_TO] = "reply.example",
			[USUAL_LINK] = "cdn.example",
			[USUAL_MAILER] = "Mailer",
			[USUAL_DKIM] = "other.example",
			[USUAL_NETWORK] = "192.0.2.0/24",
		};

		g_assert_cmpint(
			history_usual(pair, (enum usual)kind, seen[kind], DAY + 5), ==,
			ANSWER_YES);
		g_assert_cmpint(history_usual(pair, (enum usual)kind, "new", DAY + 5), ==,
				ANSWER_NO);
	}
}

/* Domain and tenant know how many mailboxes: those that got mail, and those that wrote. */
static void test_reached(struct fixture *f, gconstpointer data)
{
	struct behavior_event in = eve_writes, out = ann_writes;
	const char *const carl[] = { "carl@acme.example" };

	(void)data;
	in.rcpts = to_both;
	in.n_rcpts = 2;
	add(f, &in);
	apply(f);
	add(f, &in);
	out.sender = "dora@acme.example";
	add(f, &out);
	apply(f);
	in.rcpts = carl; /* the same message again, to another mailbox */
	in.n_rcpts = 1;
	add(f, &in);
	apply(f);
	g_assert_cmpint(history_mailboxes(stored(f, FAMILY_DOMAIN, "other.example", NULL),
					  DAY + 2),
			==, 4);
	g_assert_cmpint(history_mailboxes(stored(f, FAMILY_DOMAIN, "other.example", NULL),
					  DAY + 1),
			==, 3);
	g_assert_cmpint(history_mailboxes(stored(f, FAMILY_TENANT, NULL, NULL), DAY + 2),
			==, 4);
	g_assert_cmpuint(stored(f, FAMILY_SENDER, EVE, NULL)->reached.n, ==, 0);
	g_assert_cmpuint(stored(f, FAMILY_PAIR, ANN, EVE)->reached.n, ==, 0);
	g_assert_cmpuint(stored(f, FAMILY_DISPLAY, "=eve other", NULL)->reached.n, ==, 0);
}

static void test_two_mailboxes(struct fixture *f, gconstpointer data)
{
	struct behavior_event to_bob = eve_writes;
	const struct history *h;

	(void)data;
	to_bob.rcpts = to_both;
	to_bob.n_rcpts = 2;
	add(f, &eve_writes);
	apply(f);
	add(f, &to_bob);
	apply(f);
	g_assert_cmpint(history_messages_in(stored(f, FAMILY_PAIR, ANN, EVE), DAY + 1),
			==, 1);
	g_assert_cmpint(history_messages_in(stored(f, FAMILY_PAIR, BOB, EVE), DAY + 1),
			==, 1);
	h = stored(f, FAMILY_SENDER, EVE, NULL);
	g_assert_cmpint(history_messages_in(h, DAY + 1), ==, 1);
	g_assert_cmpint(history_mailboxes(h, DAY + 1), ==, 2);
}

static void test_no_id(struct fixture *f, gconstpointer data)
{
	struct behavior_event one = eve_writes, two;

	(void)data;
	one.message_id = NULL;
	two = one;
	two.time_s += 1;
	add(f, &one);
	add(f, &one);
	add(f, &two);
	apply(f);
	g_assert_cmpint(history_messages_in(stored(f, FAMILY_PAIR, ANN, EVE), DAY + 1),
			==, 2);
}

static void test_tenants_apart(struct fixture *f, gconstpointer data)
{
	struct behavior_event other = eve_writes;

	(void)data;
	other.tenant = "umbrella";
	add(f, &other);
	apply(f);
	g_assert_null(stored(f, FAMILY_PAIR, ANN, EVE));
	g_assert_null(stored(f, FAMILY_SENDER, EVE, NULL));
	g_assert_null(stored(f, FAMILY_TENANT, NULL, NULL));
}

static void test_bare_event(struct fixture *f, gconstpointer data)
{
	struct behavior_event bare = { .tenant = "acme",
				       .sender = EVE,
				       .rcpts = to_ann,
				       .n_rcpts = 1,
				       .time_s = DAY * 86400 },
			      nobody = bare, noone = bare;

	(void)data;
	nobody.n_rcpts = 0;
	noone.sender = "";
	add(f, &bare);
	add(f, &nobody);
	add(f, &noone);
	apply(f);
	apply(f); /* nothing to do */
	g_assert_cmpuint(behavior_batch_done(f->b).counted, ==, 1);
}

/* A message to very many counts for as many as can be remembered, once. */
static void test_many_recipients(struct fixture *f, gconstpointer data)
{
	struct behavior_event big = eve_writes;
	const char **rcpts = g_new0(const char *, 5000);

	(void)data;
	for (int i = 0; i < 5000; i++)
		rcpts[i] = arena_printf(f->a, "user%d@acme.example", i);
	big.rcpts = rcpts;
	big.n_rcpts = 5000;
	for (int i = 0; i < 2; i++) {
		add(f, &big);
		apply(f);
	}
	g_assert_cmpint(history_mailboxes(stored(f, FAMILY_SENDER, EVE, NULL), DAY + 1),
			==, 1000);
	g_assert_cmpint(history_messages_in(stored(f, FAMILY_SENDER, EVE, NULL), DAY + 1),
			==, 1);
	g_free(rcpts);
}

/* A full batch writes itself. */
static void test_full(struct fixture *f, gconstpointer data)
{
	struct behavior_event ev = eve_writes;

	(void)data;
	for (int i = 0; i < 20001; i++) {
		ev.message_id = arena_printf(f->a, "%d@other.example", i);
		add(f, &ev);
	}
	g_assert_cmpint(history_messages_in(stored(f, FAMILY_PAIR, ANN, EVE), DAY + 1), >,
			5000);
	apply(f);
	g_assert_cmpint(history_messages_in(stored(f, FAMILY_PAIR, ANN, EVE), DAY + 1),
			==, 20001);
	g_assert_cmpint(history_messages_in(stored(f, FAMILY_SENDER, EVE, NULL), DAY + 1),
			==, 20001);
}

/* A record of a newer version is left alone, and the others are written. */
static void test_newer_record(struct fixture *f, gconstpointer data)
{
	struct store_write w[] = {
		{ .key = key_build(f->a, FAMILY_PAIR, "acme", ANN, EVE),
		  .value = bytes_of("\xc8newer") },
		{ .key = key_build(f->a, FAMILY_THREAD, "acme", "2@acme.example", NULL),
		  .value = bytes_of("\xc8newer") },
	};
	struct store_read r = { .key = w[0].key };

	(void)data;
	g_assert_cmpint(store_write_many(f->s, w, 2, NULL), ==, STORE_WROTE);
	add(f, &eve_writes);
	add(f, &ann_writes);
	apply(f);
	store_read_many(f->s, &r, 1, 0, f->a);
	g_assert_true(bytes_equal(r.value, w[0].value));
	g_assert_cmpint(history_messages_in(stored(f, FAMILY_SENDER, EVE, NULL), DAY + 1),
			==, 1);
	g_assert_cmpuint(behavior_batch_done(f->b).damaged, ==, 1);
}

/* What failed is kept and can be tried again. */
static void test_failing_store(void)
{
	struct fixture f;
	GError *e = NULL;

	set_up(&f, "fault:2:mem:"); /* every second question is not answered */
	add(&f, &eve_writes);
	g_assert_false(behavior_apply(f.b, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_STORE);
	g_clear_error(&e);
	g_assert_cmpuint(behavior_batch_done(f.b).counted, ==, 0);
	tear_down(&f, NULL);
	set_up(&f, "fault:1:mem:"); /* nothing goes */
	add(&f, &eve_writes);
	for (int i = 0; i < 3; i++) {
		g_assert_false(behavior_apply(f.b, &e));
		g_clear_error(&e);
	}
	tear_down(&f, NULL);
}

/* --- aliases --- */

#define ALIAS "a.smith@acme.example"

/* what a batch asked, and what it is told */
struct leading {
	int asked;
	size_t addresses;
	const char *mailbox; /* of ALIAS */
	bool silent;
};

static bool lead(struct behavior_address *at, size_t n, struct arena *a, void *to,
		 GError **e)
{
	struct leading *l = to;

	l->asked++;
	l->addresses = n;
	if (l->silent)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE, "silent");
	for (size_t i = 0; i < n; i++) {
		g_assert_cmpstr(at[i].tenant, ==, "acme");
		if (strcmp(at[i].address, ALIAS) == 0)
			at[i].mailbox = arena_strdup(a, l->mailbox);
	}
	return !l->silent;
}

static void set_up_leading(struct fixture *f, struct leading *l)
{
	set_up(f, NULL);
	behavior_batch_destroy(&f->b);
	f->b = behavior_batch_create(
		&(struct behavior_setup){ .store = f->s, .canonical = lead, .to = l });
}

static int64_t pair_in(struct fixture *f, const char *mailbox, const char *other)
{
	return history_messages_in(stored(f, FAMILY_PAIR, mailbox, other), DAY + 2);
}

static int64_t pair_out(struct fixture *f, const char *mailbox, const char *other)
{
	return history_messages_out(stored(f, FAMILY_PAIR, mailbox, other), DAY + 2);
}

static const char *const to_alias[] = { ALIAS };
static const char *const to_alias_and_ann[] = { ALIAS, ANN };

/* Mail to the alias and mail from it are Ann's; she is one mailbox that Eve reached. */
static void test_alias(void)
{
	struct leading l = { .mailbox = ANN };
	struct behavior_event in = eve_writes, out = ann_writes, second = eve_writes;
	struct fixture f;

	set_up_leading(&f, &l);
	in.rcpts = to_alias;
	out.sender = ALIAS;
	second.message_id = "3@other.example";
	add(&f, &in);
	add(&f, &out);
	add(&f, &second);
	apply(&f);
	g_assert_cmpint(l.asked, ==, 1);
	g_assert_cmpuint(l.addresses, ==, 3); /* Eve, the alias and Ann, once each */
	g_assert_cmpint(pair_in(&f, ANN, EVE), ==, 2);
	g_assert_cmpint(pair_out(&f, ANN, EVE), ==, 1);
	g_assert_null(stored(&f, FAMILY_PAIR, ALIAS, EVE));
	g_assert_cmpint(history_mailboxes(stored(&f, FAMILY_SENDER, EVE, NULL), DAY + 2),
			==, 1);
	g_assert_cmpint(
		history_mailboxes(stored(&f, FAMILY_DOMAIN, "other.example", NULL),
				  DAY + 2),
		==, 1);
	g_assert_cmpint(history_mailboxes(stored(&f, FAMILY_TENANT, NULL, NULL), DAY + 2),
			==, 1);
	tear_down(&f, NULL);
}

/* One message to the alias and to Ann is one message to her, in one batch or in two: what
 * the journal saw under the alias lies in her Maildir under her name. */
static void test_alias_and_mailbox(void)
{
	struct leading l = { .mailbox = ANN };
	struct behavior_event both = eve_writes, apart = eve_writes;
	struct fixture f;

	set_up_leading(&f, &l);
	both.rcpts = to_alias_and_ann;
	both.n_rcpts = 2;
	add(&f, &both);
	apply(&f);
	g_assert_cmpint(pair_in(&f, ANN, EVE), ==, 1);
	apart.message_id = "4@other.example";
	apart.rcpts = to_alias;
	add(&f, &apart);
	apply(&f);
	apart.rcpts = to_ann;
	add(&f, &apart);
	apply(&f);
	g_assert_cmpint(pair_in(&f, ANN, EVE), ==, 2);
	apart.message_id = "5@other.example";
	add(&f, &apart);
	apply(&f);
	apart.rcpts = to_alias;
	add(&f, &apart);
	apply(&f);
	g_assert_cmpint(pair_in(&f, ANN, EVE), ==, 3);
	g_assert_cmpint(
		history_messages_in(stored(&f, FAMILY_SENDER, EVE, NULL), DAY + 2), ==,
		3);
	tear_down(&f, NULL);
}

/* Read again after the alias has been made, moved or ended, nothing counts twice; and who
 * was reached under an alias is not reached anew. */
static void test_alias_changes(void)
{
	static const char *const leads[] = { NULL, ANN, BOB, NULL };
	struct leading l = { 0 };
	struct behavior_event in = eve_writes, later = eve_writes;
	struct fixture f;
	char *before;

	for (size_t from = 0; from < G_N_ELEMENTS(leads); from++) {
		set_up_leading(&f, &l);
		l.mailbox = leads[from];
		in.rcpts = later.rcpts = to_alias;
		add(&f, &in);
		apply(&f);
		before = dump(&f);
		for (size_t i = 0; i < G_N_ELEMENTS(leads); i++) {
			char *after;

			l.mailbox = leads[i];
			add(&f, &in);
			apply(&f);
			after = dump(&f);
			g_assert_cmpstr(before, ==, after);
			g_free(after);
		}
		g_free(before);
		tear_down(&f, NULL);
	}
	set_up_leading(&f, &l);
	l.mailbox = NULL;
	add(&f, &in);
	apply(&f);
	l.mailbox = ANN;
	later.message_id = "6@other.example";
	add(&f, &later);
	apply(&f);
	g_assert_cmpint(pair_in(&f, ANN, EVE), ==, 1);
	g_assert_cmpint(pair_in(&f, ALIAS, EVE), ==, 1);
	g_assert_cmpint(history_mailboxes(stored(&f, FAMILY_SENDER, EVE, NULL), DAY + 2),
			==, 1);
	tear_down(&f, NULL);
}

/* A batch that was broken off before the marks of its messages comes again when the alias
 * leads elsewhere: what all share is known by the batch's mark. */
static void test_alias_broken_off(void)
{
	struct leading l = { .mailbox = ANN };
	struct behavior_event in = eve_writes;
	struct store_write lost = { .kind = STORE_DELETE };
	struct fixture f;

	set_up_leading(&f, &l);
	in.rcpts = to_alias;
	add(&f, &in);
	apply(&f);
	lost.key = key_build(f.a, FAMILY_THREAD, "acme", in.message_id, NULL);
	g_assert_cmpint(store_write_many(f.s, &lost, 1, NULL), ==, STORE_WROTE);
	add(&f, &in);
	apply(&f);
	g_assert_cmpint(pair_in(&f, ANN, EVE), ==, 1);
	g_assert_cmpint(store_write_many(f.s, &lost, 1, NULL), ==, STORE_WROTE);
	l.mailbox = BOB;
	add(&f, &in);
	apply(&f);
	g_assert_cmpint(
		history_messages_in(stored(&f, FAMILY_SENDER, EVE, NULL), DAY + 2), ==,
		1);
	g_assert_cmpint(
		history_messages_in(stored(&f, FAMILY_TENANT, NULL, NULL), DAY + 2), ==,
		1);
	tear_down(&f, NULL);
}

/* What Ann sends to her own alias, or from it to herself, is no correspondence. */
static void test_alias_to_oneself(void)
{
	struct leading l = { .mailbox = ANN };
	struct behavior_event in = eve_writes;
	struct fixture f;

	set_up_leading(&f, &l);
	in.sender = ANN;
	in.rcpts = to_alias;
	add(&f, &in);
	in.message_id = "7@acme.example";
	in.sender = ALIAS;
	in.rcpts = to_ann;
	add(&f, &in);
	apply(&f);
	g_assert_null(stored(&f, FAMILY_PAIR, ANN, ANN));
	g_assert_null(stored(&f, FAMILY_PAIR, ANN, ALIAS));
	g_assert_null(stored(&f, FAMILY_PAIR, ALIAS, ANN));
	tear_down(&f, NULL);
}

/* Who cannot be asked is not guessed at: nothing is written, and all is kept. */
static void test_alias_unknown(void)
{
	struct leading l = { .mailbox = ANN, .silent = true };
	struct behavior_event in = eve_writes;
	struct fixture f;
	GError *e = NULL;

	set_up_leading(&f, &l);
	in.rcpts = to_alias;
	add(&f, &in);
	g_assert_false(behavior_apply(f.b, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_STORE);
	g_clear_error(&e);
	g_assert_null(stored(&f, FAMILY_SENDER, EVE, NULL));
	l.silent = false;
	apply(&f);
	g_assert_cmpint(pair_in(&f, ANN, EVE), ==, 1);
	g_assert_cmpint(l.asked, ==, 2);
	tear_down(&f, NULL);
}

static void test_baseline(struct fixture *f, gconstpointer data)
{
	static const int64_t times[] = { 1600000000, 1700000000, 1500000000 };
	struct store_read r = { .key = key_build(f->a, FAMILY_TENANT, "acme", NULL,
						 NULL) };
	struct baseline b;

	(void)data;
	add(f, &eve_writes);
	apply(f);
	for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
		struct store_write w = baseline_change(f->a, "acme", times[i]);

		g_assert_cmpint(store_write_many(f->s, &w, 1, NULL), ==, STORE_WROTE);
	}
	store_read_many(f->s, &r, 1, 0, f->a);
	g_assert_cmpint(baseline_decode(f->a, r.value, &b), ==, ANSWER_YES);
	g_assert_cmpint(b.since_s, ==, 1500000000);
	g_assert_cmpint(history_messages_in(&b.all, DAY + 1), ==, 1);
	g_assert_cmpint(baseline_ready(NULL, 1500000000, 0), ==, ANSWER_NO);
	g_assert_cmpint(baseline_ready(&b, 1500000099, 100), ==, ANSWER_NO);
	g_assert_cmpint(baseline_ready(&b, 1500000100, 100), ==, ANSWER_YES);
	b.since_s = 0;
	g_assert_cmpint(baseline_ready(&b, 1500000100, 100), ==, ANSWER_NO);
}

static void test_campaign(struct fixture *f, gconstpointer data)
{
	struct campaign c = { 1, 2, 3, 4, 5, 6 }, back;

	(void)data;
	g_assert_cmpint(
		campaign_decode(f->a, codec_encode(&campaign_codec, &c, f->a), &back), ==,
		ANSWER_YES);
	g_assert_cmpint(memcmp(&c, &back, sizeof(c)), ==, 0);
}

static bool see(const struct store_record *r, void *to)
{
	g_string_append_len(to, r->key.at, (gssize)r->key.n);
	for (size_t i = 0; i < r->value.n; i++)
		g_string_append_printf(to, "%02x", (unsigned char)r->value.at[i]);
	g_string_append_c(to, '\n');
	return true;
}

static char *dump(struct fixture *f)
{
	GString *all = g_string_new(NULL);

	g_assert_true(store_scan(f->s, bytes_of(""), see, all, NULL));
	g_assert_cmpuint(all->len, >, 0);
	return g_string_free(all, FALSE);
}

#define ADD(name, test) \
	g_test_add("/batch/" name, struct fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("incoming", test_incoming);
	ADD("outgoing", test_outgoing);
	ADD("idempotent", test_idempotent);
	ADD("broken_off", test_broken_off);
	ADD("habits", test_habits);
	ADD("reached", test_reached);
	ADD("two-mailboxes", test_two_mailboxes);
	ADD("no-id", test_no_id);
	ADD("tenants-apart", test_tenants_apart);
	ADD("bare-event", test_bare_event);
	ADD("many-recipients", test_many_recipients);
	ADD("full", test_full);
	ADD("newer-record", test_newer_record);
	ADD("baseline", test_baseline);
	ADD("campaign", test_campaign);
	g_test_add_func("/batch/failing-store", test_failing_store);
	g_test_add_func("/batch/alias", test_alias);
	g_test_add_func("/batch/alias-and-mailbox", test_alias_and_mailbox);
	g_test_add_func("/batch/alias-changes", test_alias_changes);
	g_test_add_func("/batch/alias-broken-off", test_alias_broken_off);
	g_test_add_func("/batch/alias-to-oneself", test_alias_to_oneself);
	g_test_add_func("/batch/alias-unknown", test_alias_unknown);
	return g_test_run();
}
