/* history.c and history_merge.c: questions about records that were merged message by
 * message, as the batch does. */
#include <glib.h>

#include "base/arena.h"
#include "behavior/habit.h"
#include "behavior/history.h"
#include "behavior/sample.h"

#define DAY 20000 /* some day */

static void add_in(struct history *h, int64_t day, struct arena *a)
{
	char days[DAY_BYTES] = { (char)(day & 0xff), (char)(day >> 8 & 0xff),
				 (char)(day >> 16 & 0xff) };
	struct history one = {
		.open_day = day,
		.in = { .messages.open = 1, .first_day = day, .last_day = day },
		.days = { days, DAY_BYTES },
	};

	history_merge(h, &one, a);
}

static void add_out(struct history *h, int64_t day, struct arena *a)
{
	struct history one = {
		.open_day = day,
		.out = { .messages.open = 1, .first_day = day, .last_day = day },
	};

	history_merge(h, &one, a);
}

static void add_mailer(struct history *h, int64_t day, const char *mailer,
		       struct arena *a)
{
	struct usual_item item = {
		.text = mailer, .open = 1, .first_day = day, .last_day = day
	};
	struct history one = { .open_day = day, .usual[USUAL_MAILER] = { &item, 1 } };

	history_merge(h, &one, a);
	add_in(h, day, a);
}

/* as the pair of a mailbox and a correspondent sees it */
static void add_hour(struct history *h, int64_t day, int hour, const char *link,
		     struct arena *a)
{
	char hours[HOUR_BYTES], habits[HABIT_BYTES];
	struct history one = { .open_day = day, .hours = { hours, HOUR_BYTES } };

	hour_write(hours, hour);
	if (link != NULL) {
		habit_write(habits, USUAL_LINK, link);
		one.habits = (struct bytes){ habits, HABIT_BYTES };
	}
	history_merge(h, &one, a);
	add_in(h, day, a);
}

/* as a domain or tenant sees it */
static void add_reached(struct history *h, int64_t day, int mailbox, struct arena *a)
{
	struct sample sample = { .n = { 0 } };
	struct history one = { .open_day = day };

	sample_add(&sample, arena_printf(a, "m%d@own.example", mailbox));
	one.reached = sample_bytes(&sample, a);
	history_merge(h, &one, a);
}

/* No record is a record of nothing. */
static void test_none(void)
{
	static const struct history empty = { 0 };
	const struct history *rows[] = { NULL, &empty };

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpint(history_known(rows[i], DAY), ==, ANSWER_NO);
		g_assert_cmpint(history_messages_in(rows[i], DAY), ==, 0);
		g_assert_cmpint(history_messages_out(rows[i], DAY), ==, 0);
		g_assert_cmpint(history_recent_in_milli(rows[i], DAY), ==, 0);
		g_assert_cmpint(history_days_known(rows[i], DAY), ==, -1);
		g_assert_cmpint(history_days_seen(rows[i], DAY), ==, 0);
		g_assert_cmpint(history_last_in(rows[i], DAY), ==, -1);
		g_assert_cmpint(history_last_out(rows[i], DAY), ==, -1);
		g_assert_cmpint(history_solicited(rows[i], DAY), ==, ANSWER_NO);
		g_assert_cmpint(history_mailboxes(rows[i], DAY), ==, 0);
		g_assert_cmpint(history_usual(rows[i], USUAL_LINK, "x.example", DAY), ==,
				ANSWER_UNKNOWN);
		g_assert_cmpint(history_ever(rows[i], USUAL_LINK, DAY), ==, ANSWER_NO);
		g_assert_cmpint(history_observed(rows[i], DAY), ==, 0);
		g_assert_cmpint(history_usual_hour(rows[i], 3, DAY), ==, ANSWER_UNKNOWN);
		g_assert_cmpint(history_today_in(rows[i], DAY), ==, 0);
		g_assert_cmpint(history_today_mailboxes(rows[i], DAY), ==, 0);
		g_assert_cmpint(history_usual_day_milli(rows[i], DAY), ==, 0);
	}
}

/* A burst can't make itself usual: words of trust see it tomorrow, words of alarm today. */
static void test_poison_lag(void)
{
	struct arena *a = arena_create();
	struct history h = { 0 };

	for (int i = 0; i < 100; i++)
		add_mailer(&h, DAY, "Mailer", a);
	add_out(&h, DAY, a);
	g_assert_cmpint(history_known(&h, DAY), ==, ANSWER_NO);
	g_assert_cmpint(history_messages_in(&h, DAY), ==, 0);
	g_assert_cmpint(history_messages_out(&h, DAY), ==, 0);
	g_assert_cmpint(history_days_known(&h, DAY), ==, -1);
	g_assert_cmpint(history_days_seen(&h, DAY), ==, 0);
	g_assert_cmpint(history_last_in(&h, DAY), ==, -1);
	g_assert_cmpint(history_solicited(&h, DAY), ==, ANSWER_NO);
	g_assert_cmpint(history_recent_in_milli(&h, DAY), ==, 0);
	g_assert_cmpint(history_usual(&h, USUAL_MAILER, "Mailer", DAY), ==,
			ANSWER_UNKNOWN);
	g_assert_cmpint(history_today_in(&h, DAY), ==, 100);

	g_assert_cmpint(history_known(&h, DAY + 1), ==, ANSWER_YES);
	g_assert_cmpint(history_messages_in(&h, DAY + 1), ==, 100);
	g_assert_cmpint(history_messages_out(&h, DAY + 1), ==, 1);
	g_assert_cmpint(history_days_known(&h, DAY + 1), ==, 1);
	g_assert_cmpint(history_days_seen(&h, DAY + 1), ==, 1);
	g_assert_cmpint(history_last_in(&h, DAY + 1), ==, DAY);
	g_assert_cmpint(history_solicited(&h, DAY + 1), ==, ANSWER_YES);
	g_assert_cmpint(history_usual(&h, USUAL_MAILER, "Mailer", DAY + 1), ==,
			ANSWER_YES);
	g_assert_cmpint(history_usual(&h, USUAL_MAILER, "Other", DAY + 1), ==, ANSWER_NO);
	g_assert_cmpint(history_usual(&h, USUAL_DKIM, "x.example", DAY + 1), ==,
			ANSWER_UNKNOWN);
	g_assert_cmpint(history_today_in(&h, DAY + 1), ==, 0);
	arena_destroy(&a);
}

/* With the newest day open, what was before it still counts. */
static void test_before_today(void)
{
	struct arena *a = arena_create();
	struct history h = { 0 };

	add_in(&h, DAY - 10, a);
	add_in(&h, DAY - 10, a);
	add_in(&h, DAY - 3, a);
	add_out(&h, DAY - 5, a);
	add_in(&h, DAY, a);
	g_assert_cmpint(history_messages_in(&h, DAY), ==, 3);
	g_assert_cmpint(history_today_in(&h, DAY), ==, 1);
	g_assert_cmpint(history_last_in(&h, DAY), ==, DAY - 3);
	g_assert_cmpint(history_last_out(&h, DAY), ==, DAY - 5);
	g_assert_cmpint(history_days_known(&h, DAY), ==, 10);
	g_assert_cmpint(history_days_seen(&h, DAY), ==, 2);
	g_assert_cmpint(history_usual_day_milli(&h, DAY), ==, 1500);
	arena_destroy(&a);
}

static void test_decay(void)
{
	struct arena *a = arena_create();
	struct history h = { 0 };

	g_assert_cmpint(history_decay(1000, 0), ==, 1000);
	g_assert_cmpint(history_decay(1000, -5), ==, 1000);
	g_assert_cmpint(history_decay(1000, 30), ==, 500);
	g_assert_cmpint(history_decay(1000, 60), ==, 250);
	g_assert_cmpint(history_decay(1000, 15), ==, 707);
	g_assert_cmpint(history_decay(1000, 100000), ==, 0);
	add_in(&h, DAY - 60, a);
	add_in(&h, DAY - 30, a);
	g_assert_cmpint(history_recent_in_milli(&h, DAY - 30), ==, 500);
	g_assert_cmpint(history_recent_in_milli(&h, DAY), ==, 750);
	add_in(&h, DAY - 90, a); /* late news */
	g_assert_cmpint(history_recent_in_milli(&h, DAY), ==, 875);
	arena_destroy(&a);
}

static void test_days_seen(void)
{
	struct arena *a = arena_create();
	struct history h = { 0 }, late = { 0 };

	for (int i = 0; i < 100; i++)
		add_in(&h, DAY + i / 2, a); /* each day twice, in order: exact */
	g_assert_cmpint(history_days_seen(&h, DAY + 100), ==, 50);
	for (int i = 99; i >= 0; i--)
		add_in(&late, DAY + i / 2,
		       a); /* backwards: only the 16 newest are certain */
	g_assert_cmpint(history_days_seen(&late, DAY + 100), <=, 50);
	g_assert_cmpint(history_days_seen(&late, DAY + 100), >=, DAYS_MOST);
	history_merge(&h, &late, a); /* the same days again */
	g_assert_cmpint(history_days_seen(&h, DAY + 100), ==, 50);
	arena_destroy(&a);
}

/* Two archives that lie apart add up. */
static void test_days_apart(void)
{
	struct arena *a = arena_create();
	struct history old = { 0 }, young = { 0 };

	for (int i = 0; i < 40; i++) {
		add_in(&old, DAY + i, a);
		add_in(&young, DAY + 100 + i, a);
	}
	history_merge(&young, &old, a);
	g_assert_cmpint(history_days_seen(&young, DAY + 1000), ==, 80);
	arena_destroy(&a);
}

/* New values fight for the last place; what is frequent stays. */
static void test_usual_stays(void)
{
	struct arena *a = arena_create();
	struct history h = { 0 };

	for (int i = 0; i < 10; i++)
		add_mailer(&h, DAY - 10 + i, "Old", a);
	for (int i = 0; i < 100; i++)
		add_mailer(&h, DAY, arena_printf(a, "New %d", i), a);
	g_assert_cmpuint(h.usual[USUAL_MAILER].n, ==, USUAL_MOST);
	g_assert_cmpstr(h.usual[USUAL_MAILER].at[0].text, ==, "Old");
	g_assert_cmpint(history_usual(&h, USUAL_MAILER, "Old", DAY), ==, ANSWER_YES);
	g_assert_cmpint(history_usual(&h, USUAL_MAILER, "New 3", DAY), ==, ANSWER_NO);
	g_assert_cmpint(h.usual[USUAL_MAILER].at[0].closed, ==, 9);
	arena_destroy(&a);
}

/* Twenty messages on five days, all in the morning. */
static void test_usual_hour(void)
{
	struct arena *a = arena_create();
	struct history h = { 0 };

	for (int i = 0; i < HOUR_MESSAGES - 1; i++)
		add_hour(&h, DAY + i / 4, 7 + i % 3, NULL, a);
	g_assert_cmpint(history_usual_hour(&h, 20, DAY + 10), ==, ANSWER_UNKNOWN);
	add_hour(&h, DAY + 4, 9, NULL, a);
	/* the newest day is open */
	g_assert_cmpint(history_usual_hour(&h, 20, DAY + 4), ==, ANSWER_UNKNOWN);
	g_assert_cmpint(history_usual_hour(&h, 20, DAY + 5), ==, ANSWER_NO);
	g_assert_cmpint(history_usual_hour(&h, 8, DAY + 5), ==, ANSWER_YES);
	g_assert_cmpint(history_usual_hour(&h, 12, DAY + 5), ==, ANSWER_YES);
	g_assert_cmpint(history_usual_hour(&h, 13, DAY + 5), ==, ANSWER_NO);
	g_assert_cmpint(history_usual_hour(&h, 4, DAY + 5), ==, ANSWER_YES);
	g_assert_cmpint(history_usual_hour(&h, 3, DAY + 5), ==, ANSWER_NO);
	/* a night's flood is usual tomorrow, not tonight */
	for (int i = 0; i < 50; i++)
		add_hour(&h, DAY + 6, 20, NULL, a);
	g_assert_cmpint(history_usual_hour(&h, 20, DAY + 6), ==, ANSWER_NO);
	g_assert_cmpint(history_usual_hour(&h, 20, DAY + 7), ==, ANSWER_YES);
	arena_destroy(&a);
}

/* One message in a hundred is an exception. */
static void test_rare_hour(void)
{
	struct arena *a = arena_create();
	struct history h = { 0 };

	add_hour(&h, DAY, 20, NULL, a);
	for (int i = 0; i < 99; i++)
		add_hour(&h, DAY + i, 8, NULL, a);
	g_assert_cmpint(history_usual_hour(&h, 20, DAY + 100), ==, ANSWER_NO);
	add_hour(&h, DAY, 20, NULL, a);
	g_assert_cmpint(history_usual_hour(&h, 20, DAY + 100), ==, ANSWER_YES);
	arena_destroy(&a);
}

/* Where texts are too many to keep, hashes answer the same questions. */
static void test_hashed_usual(void)
{
	struct arena *a = arena_create();
	struct history h = { 0 };

	add_in(&h, DAY - 3, a); /* of a time that kept no habits */
	add_in(&h, DAY - 2, a);
	add_hour(&h, DAY, 8, "old.example", a);
	g_assert_cmpint(history_messages_in(&h, DAY + 1), ==, 3);
	g_assert_cmpint(history_observed(&h, DAY + 1), ==, 1);
	g_assert_cmpint(history_usual(&h, USUAL_LINK, "new.example", DAY + 1), ==,
			ANSWER_UNKNOWN);
	add_hour(&h, DAY, 8, "old.example", a);
	add_hour(&h, DAY, 8, NULL, a);
	g_assert_cmpint(history_ever(&h, USUAL_LINK, DAY), ==, ANSWER_NO);
	g_assert_cmpint(history_ever(&h, USUAL_LINK, DAY + 1), ==, ANSWER_YES);
	g_assert_cmpint(history_usual(&h, USUAL_LINK, "new.example", DAY), ==,
			ANSWER_UNKNOWN);
	g_assert_cmpint(history_usual(&h, USUAL_LINK, "new.example", DAY + 1), ==,
			ANSWER_NO);
	g_assert_cmpint(history_usual(&h, USUAL_LINK, "old.example", DAY + 1), ==,
			ANSWER_YES);
	g_assert_cmpint(history_usual(&h, USUAL_MAILER, "Mailer", DAY + 1), ==,
			ANSWER_UNKNOWN);
	/* mail of ours closes the day too */
	add_out(&h, DAY + 1, a);
	g_assert_cmpint(history_usual(&h, USUAL_LINK, "old.example", DAY + 1), ==,
			ANSWER_YES);
	arena_destroy(&a);
}

static void test_reached(void)
{
	struct arena *a = arena_create();
	struct history h = { 0 };

	for (int i = 0; i < 30; i++)
		add_reached(&h, DAY + i / 15, i % 20, a);
	g_assert_cmpint(history_mailboxes(&h, DAY + 1), ==, 15);
	g_assert_cmpint(history_mailboxes(&h, DAY + 2), ==, 20);
	arena_destroy(&a);
}

static void test_mark(void)
{
	struct arena *a = arena_create();
	struct history h = { 0 }, more = { 0 };

	add_in(&more, DAY, a);
	more.mark = 4711;
	history_merge(&h, &more, a);
	history_merge(&h, &more, a);
	g_assert_cmpint(history_messages_in(&h, DAY + 1), ==, 1);
	more.mark = 4712;
	history_merge(&h, &more, a);
	g_assert_cmpint(history_messages_in(&h, DAY + 1), ==, 2);
	arena_destroy(&a);
}

static void add_random(struct history *h, GRand *random, struct arena *a)
{
	int64_t day = DAY + g_rand_int_range(random, 0, 10);
	struct history count = { .open_day = day, .mailboxes.open = 1 };

	switch (g_rand_int_range(random, 0, 6)) {
	case 0:
		add_in(h, day, a);
		break;
	case 1:
		add_out(h, day, a);
		break;
	case 2:
		add_hour(h, day, g_rand_int_range(random, 0, 24),
			 g_rand_boolean(random) ? "one.example" : "two.example", a);
		break;
	case 3:
		add_reached(h, day, g_rand_int_range(random, 0, 200), a);
		break;
	case 4:
		add_mailer(h, day, g_rand_boolean(random) ? "One" : "Two", a);
		break;
	default:
		history_merge(h, &count, a);
		break;
	}
}

static struct history copy_of(const struct history *h, struct arena *a)
{
	struct history copy;

	g_assert_cmpint(history_decode(a, codec_encode(&history_codec, h, a), &copy), ==,
			ANSWER_YES);
	return copy;
}

/* In any order and grouping, the same comes out. */
static void test_commutes(void)
{
	GRand *random = g_rand_new_with_seed(42);

	for (int round = 0; round < 300; round++) {
		struct arena *a = arena_create();
		struct history x = { 0 }, y = { 0 }, xy, yx;
		struct bytes one, two;

		for (int i = 0; i < 8; i++) {
			add_random(&x, random, a);
			add_random(&y, random, a);
		}
		xy = copy_of(&x, a);
		history_merge(&xy, &y, a);
		yx = copy_of(&y, a);
		history_merge(&yx, &x, a);
		xy.in.recent_milli = xy.out.recent_milli = 0; /* rounded differently */
		yx.in.recent_milli = yx.out.recent_milli = 0;
		one = codec_encode(&history_codec, &xy, a);
		two = codec_encode(&history_codec, &yx, a);
		g_assert_true(bytes_equal(one, two));
		arena_destroy(&a);
	}
	g_rand_free(random);
}

static void test_round_trip(void)
{
	struct arena *a = arena_create();
	struct history h = { .rescued = { 1, 2 }, .junked = { 3, 4 }, .mark = -1 }, back;
	struct bytes value;

	add_mailer(&h, DAY, "Mailer", a);
	add_in(&h, DAY + 1, a);
	add_out(&h, DAY + 2, a);
	add_hour(&h, DAY + 2, 13, "one.example", a);
	value = codec_encode(&history_codec, &h, a);
	g_assert_cmpint(history_decode(a, value, &back), ==, ANSWER_YES);
	g_assert_true(bytes_equal(value, codec_encode(&history_codec, &back, a)));
	g_assert_cmpint(back.junked.open + back.junked.closed, ==, 7);
	g_assert_cmpint(back.mark, ==, -1);
	g_assert_cmpint(history_observed(&back, DAY + 3), ==, 1);
	arena_destroy(&a);
}

/* A record written before there were hours and habits, byte by byte: version 1, open day
 * 20000, one message in. It reads, merges, and says that it knows no habits. */
static void test_old_record(void)
{
	static const char old[] = { 1, 2, (char)0xc0, (char)0xb8, 2, 5, 4, 3, 2, 4, 2 };
	struct arena *a = arena_create();
	struct history h;

	g_assert_cmpint(history_decode(a, (struct bytes){ old, sizeof(old) }, &h), ==,
			ANSWER_YES);
	g_assert_cmpint(h.open_day, ==, DAY);
	g_assert_cmpint(history_messages_in(&h, DAY + 1), ==, 1);
	g_assert_cmpint(history_observed(&h, DAY + 1), ==, 0);
	add_hour(&h, DAY + 1, 8, "one.example", a);
	g_assert_cmpint(history_messages_in(&h, DAY + 2), ==, 2);
	g_assert_cmpint(history_observed(&h, DAY + 2), ==, 1);
	arena_destroy(&a);
}

/* What time alone earns: mail on several closed days over weeks, and no less. */
static void test_trusted(void)
{
	struct arena *a = arena_create();
	struct history burst = { 0 }, daily = { 0 }, weekly = { 0 }, written = { 0 };
	struct history saved = { .open_day = DAY, .rescued.open = 1 };

	for (int i = 0; i < 500; i++)
		add_in(&burst, DAY, a);
	g_assert_cmpint(history_trusted(&burst, DAY + 900), ==, ANSWER_NO);
	for (int i = 0; i < 12; i++)
		add_in(&daily, DAY + i, a);
	g_assert_cmpint(history_trusted(&daily, DAY + 12), ==, ANSWER_NO);
	for (int i = 0; i < 8; i++)
		add_in(&weekly, DAY + 7 * i, a);
	g_assert_cmpint(history_trusted(&weekly, DAY + 49), ==, ANSWER_NO);
	g_assert_cmpint(history_trusted(&weekly, DAY + 50), ==, ANSWER_YES);
	add_out(&written, DAY, a);
	g_assert_cmpint(history_trusted(&written, DAY), ==, ANSWER_NO);
	g_assert_cmpint(history_trusted(&written, DAY + 1), ==, ANSWER_YES);
	g_assert_cmpint(history_trusted(&saved, DAY), ==, ANSWER_NO);
	g_assert_cmpint(history_trusted(&saved, DAY + 1), ==, ANSWER_YES);
	g_assert_cmpint(history_trusted(NULL, DAY), ==, ANSWER_NO);
	arena_destroy(&a);
}

/* A name that came after our last answer was never answered. */
static void test_trusted_item(void)
{
	struct usual_item item = {
		.text = "jane@firm.example", .open = 1, .first_day = DAY, .last_day = DAY
	};

	g_assert_cmpint(history_trusted_item(&item, DAY - 1, DAY + 9), ==, ANSWER_NO);
	g_assert_cmpint(history_trusted_item(&item, DAY + 2, DAY), ==, ANSWER_NO);
	g_assert_cmpint(history_trusted_item(&item, DAY + 2, DAY + 3), ==, ANSWER_YES);
	item.closed = 300;
	g_assert_cmpint(history_trusted_item(&item, -1, DAY + 90), ==, ANSWER_NO);
	item.last_day = DAY + 14;
	g_assert_cmpint(history_trusted_item(&item, -1, DAY + 13), ==, ANSWER_NO);
	g_assert_cmpint(history_trusted_item(&item, -1, DAY + 15), ==, ANSWER_YES);
	g_assert_cmpint(history_trusted_item(NULL, DAY, DAY + 3), ==, ANSWER_NO);
}

static void add_signed(struct history *h, int64_t day, const char *signer,
		       struct arena *a)
{
	struct usual_item items[] = {
		{ .text = USUAL_EACH, .open = 1, .first_day = day, .last_day = day },
		{ .text = signer, .open = 1, .first_day = day, .last_day = day },
		{ .text = "[192.0.2.1]", .open = 1, .first_day = day, .last_day = day },
	};
	struct history one = { .open_day = day, .usual[USUAL_DKIM] = { items, 3 } };

	history_merge(h, &one, a);
	add_in(h, day, a);
}

static void test_signs(void)
{
	struct arena *a = arena_create();
	struct history list = { 0 }, bare = { 0 };

	for (int i = 0; i < 8; i++)
		add_signed(&list, DAY + 2 * i, "host.example", a);
	g_assert_cmpint(history_signs(&list, "host.example", DAY + 15), ==, ANSWER_YES);
	g_assert_cmpint(history_signs(&list, "host.example", DAY + 14), ==, ANSWER_NO);
	g_assert_cmpint(history_signs(&list, "evil.example", DAY + 15), ==, ANSWER_NO);
	g_assert_cmpint(history_signs(&list, USUAL_EACH, DAY + 15), ==, ANSWER_NO);
	g_assert_cmpint(history_signs(NULL, "host.example", DAY + 15), ==, ANSWER_NO);
	/* as often, but not longer; and never more than half */
	for (int i = 0; i < 8; i++)
		add_signed(&list, DAY + 15, "evil.example", a);
	g_assert_cmpint(history_signs(&list, "evil.example", DAY + 90), ==, ANSWER_NO);
	/* what is signed is not known by its host; what nobody signs is */
	g_assert_cmpint(history_signs(&list, "[192.0.2.1]", DAY + 15), ==, ANSWER_NO);
	for (int i = 0; i < 8; i++)
		add_signed(&bare, DAY + 2 * i, i % 2 ? "a.example" : "b.example", a);
	g_assert_cmpint(history_signs(&bare, "[192.0.2.1]", DAY + 15), ==, ANSWER_YES);
	/* a record from before signers were noted */
	bare = (struct history){ 0 };
	for (int i = 0; i < 60; i++)
		add_in(&bare, DAY + i, a);
	add_signed(&bare, DAY + 60, "evil.example", a);
	g_assert_cmpint(history_signs(&bare, "evil.example", DAY + 61), ==, ANSWER_NO);
	arena_destroy(&a);
}

/* Numbers that counting cannot have made are damage. */
static void test_insane(void)
{
	struct arena *a = arena_create();
	struct history rows[] = {
		{ .open_day = -1 },
		{ .open_day = INT64_MAX },
		{ .in.messages.closed = -1 },
		{ .out.recent_milli = INT64_MAX },
		{ .mailboxes.open = INT64_MAX / 2 },
		{ .days_older = -5 },
		{ .hours = { "\x18\x01", 2 } },
		{ .habits = { "\x11\x01\x01", 3 } },
		{ .reached = { "\x11\x01", 2 } },
	};
	struct history back;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpint(history_decode(a,
					       codec_encode(&history_codec, &rows[i], a),
					       &back),
				==, ANSWER_UNKNOWN);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/history/none", test_none);
	g_test_add_func("/history/poison-lag", test_poison_lag);
	g_test_add_func("/history/before-today", test_before_today);
	g_test_add_func("/history/decay", test_decay);
	g_test_add_func("/history/days-seen", test_days_seen);
	g_test_add_func("/history/days-apart", test_days_apart);
	g_test_add_func("/history/usual-stays", test_usual_stays);
	g_test_add_func("/history/usual-hour", test_usual_hour);
	g_test_add_func("/history/rare-hour", test_rare_hour);
	g_test_add_func("/history/hashed-usual", test_hashed_usual);
	g_test_add_func("/history/old-record", test_old_record);
	g_test_add_func("/history/reached", test_reached);
	g_test_add_func("/history/mark", test_mark);
	g_test_add_func("/history/commutes", test_commutes);
	g_test_add_func("/history/round-trip", test_round_trip);
	g_test_add_func("/history/trusted", test_trusted);
	g_test_add_func("/history/trusted-item", test_trusted_item);
	g_test_add_func("/history/signs", test_signs);
	g_test_add_func("/history/insane", test_insane);
	return g_test_run();
}
