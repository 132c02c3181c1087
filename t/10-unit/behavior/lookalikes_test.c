/* Which organisations are found by what looks like them: those that have earned trust. */
#include <glib.h>

#include "base/arena.h"
#include "base/limits.h"
#include "behavior/lookalikes.h"
#include "message/domain.h"
#include "store/keys.h"

#define DAY 20000

struct fixture {
	struct store *s;
	struct arena *a;
};

static void set_up(struct fixture *f, gconstpointer data)
{
	GError *e = NULL;

	(void)data;
	f->s = store_open("mem:", &(struct store_setup){ .write = true }, &e);
	g_assert_no_error(e);
	f->a = arena_create();
}

static void tear_down(struct fixture *f, gconstpointer data)
{
	(void)data;
	store_close(&f->s);
	arena_destroy(&f->a);
}

static const struct history wrote = {
	.open_day = DAY, .out = { .messages.open = 1, .first_day = DAY, .last_day = DAY }
};
static const struct history came = {
	.open_day = DAY, .in = { .messages.open = 9, .first_day = DAY, .last_day = DAY }
};

static void write_one(struct fixture *f, const char *org, const struct history *stored,
		      const struct history *added)
{
	const struct organisation o = {
		.tenant = "acme", .org = org, .stored = stored, .added = added
	};
	GError *e = NULL;

	g_assert_true(lookalikes_write(f->s, &o, 1, &e));
	g_assert_no_error(e);
}

/* what a domain is led to: "a b" */
static const char *found(struct fixture *f, const char *domain)
{
	const char *keys[LIMIT_LOOKALIKE_KEYS];
	size_t n = domain_lookalike_asks(f->a, domain, keys);
	const char *all = "";

	for (size_t i = 0; i < n; i++) {
		struct store_read r = { .key = key_build(f->a, FAMILY_LOOKALIKE, "acme",
							 keys[i], NULL) };
		struct history h;

		store_read_many(f->s, &r, 1, 0, f->a);
		if (r.answer != ANSWER_YES)
			continue;
		g_assert_cmpint(history_decode(f->a, r.value, &h), ==, ANSWER_YES);
		for (size_t k = 0; k < h.usual[USUAL_ADDRESS].n; k++)
			if (strstr(all, h.usual[USUAL_ADDRESS].at[k].text) == NULL)
				all = arena_printf(f->a, "%s%s ", all,
						   h.usual[USUAL_ADDRESS].at[k].text);
	}
	return all;
}

static void test_written_to(struct fixture *f, gconstpointer data)
{
	(void)data;
	write_one(f, "northwind.example", NULL, &wrote);
	g_assert_cmpstr(found(f, "northwlnd.example"), ==, "northwind.example ");
	g_assert_cmpstr(found(f, "nortwind.example"), ==, "northwind.example ");
	g_assert_cmpstr(found(f, "northwind.example.evil.net"), ==, "northwind.example ");
	g_assert_cmpstr(found(f, "southwind.example"), ==, "");
}

/* whoever writes to us makes nobody look like himself, however much he writes on a day */
static void test_stranger(struct fixture *f, gconstpointer data)
{
	struct history many = came;

	(void)data;
	many.in.messages.open = 5000;
	write_one(f, "northwind.example", NULL, &many);
	g_assert_cmpstr(found(f, "nortwind.example"), ==, "");
}

/* one message every second day: 8 messages on 8 days over 2 weeks */
static void test_long_and_regular(struct fixture *f, gconstpointer data)
{
	struct history h = { .open_day = 0 };

	(void)data;
	for (int i = 0; i < 8; i++) {
		char days[DAY_BYTES];
		struct history one = came;

		one.open_day = one.in.first_day = one.in.last_day = DAY + 2 * i;
		one.in.messages.open = 1;
		for (int b = 0; b < DAY_BYTES; b++)
			days[b] = (char)(unsigned char)(one.open_day >> (8 * b) & 0xff);
		one.days = (struct bytes){ .at = days, .n = DAY_BYTES };
		g_assert_cmpstr(found(f, "nortwind.example"), ==, "");
		write_one(f, "northwind.example", &h, &one);
		history_merge(&h, &one, f->a);
	}
	g_assert_cmpstr(found(f, "nortwind.example"), ==, "northwind.example ");
}

static int64_t times(struct fixture *f, const char *look)
{
	struct store_read r = { .key = key_build(f->a, FAMILY_LOOKALIKE, "acme", look,
						 NULL) };
	struct history h;

	store_read_many(f->s, &r, 1, 0, f->a);
	g_assert_cmpint(history_decode(f->a, r.value, &h), ==, ANSWER_YES);
	return h.usual[USUAL_ADDRESS].at[0].closed + h.usual[USUAL_ADDRESS].at[0].open;
}

/* each message to an old acquaintance is not twenty writes */
static void test_seldom(struct fixture *f, gconstpointer data)
{
	struct history h = { .open_day = 0 };

	(void)data;
	for (int i = 0; i < 320; i++) {
		struct history one = wrote;

		one.open_day = one.out.first_day = one.out.last_day = DAY + i;
		write_one(f, "harbor.example", &h, &one);
		history_merge(&h, &one, f->a);
	}
	g_assert_cmpint(times(f, "harbor"), ==, 10);
}

/* two that share a key, in one write */
static void test_shared_key(struct fixture *f, gconstpointer data)
{
	const struct organisation both[] = {
		{ .tenant = "acme", .org = "harbor.example", .added = &wrote },
		{ .tenant = "acme", .org = "harbour.example", .added = &wrote },
	};

	(void)data;
	g_assert_true(lookalikes_write(f->s, both, 2, NULL));
	g_assert_nonnull(strstr(found(f, "harbor.test"), "harbor.example"));
	g_assert_nonnull(strstr(found(f, "harbor.test"), "harbour.example"));
}

static void test_many(struct fixture *f, gconstpointer data)
{
	struct organisation *all = arena_new(f->a, struct organisation, 3000);

	(void)data;
	for (int i = 0; i < 3000; i++)
		all[i] = (struct organisation){
			.tenant = "acme",
			.org = arena_printf(f->a, "company-%c%c%c.example", 'a' + i % 26,
					    'a' + i / 26 % 26, 'a' + i / 676),
			.added = &wrote,
		};
	g_assert_true(lookalikes_write(f->s, all, 3000, NULL));
	for (int i = 0; i < 3000; i += 100)
		g_assert_nonnull(strstr(found(f, all[i].org), all[i].org));
}

#define ADD(name, test) \
	g_test_add("/lookalikes/" name, struct fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("written-to", test_written_to);
	ADD("stranger", test_stranger);
	ADD("long-and-regular", test_long_and_regular);
	ADD("seldom", test_seldom);
	ADD("shared-key", test_shared_key);
	ADD("many", test_many);
	return g_test_run();
}
