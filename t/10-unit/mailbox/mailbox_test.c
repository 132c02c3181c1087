#include <glib.h>

#include "base/arena.h"
#include "mailbox/mailbox.h"
#include "store/keys.h"

static const char *const flags[] = { "pilot", "banner" };
static const struct mailbox full = {
	.kind = MAILBOX_SHARED,
	.canonical = "info@acme.example",
	.policy = "strict",
	.locale = "de_DE",
	.flags = flags,
	.n_flags = 2,
	.baseline_since_s = 1600000000,
};

static struct mailbox stored(struct store *s, struct arena *a, const char *address)
{
	struct store_read r = { .key = key_build(a, FAMILY_MAILBOX, "acme", address,
						 NULL) };
	struct mailbox m;

	store_read_many(s, &r, 1, 0, a);
	g_assert_cmpint(r.answer, ==, ANSWER_YES);
	g_assert_cmpint(mailbox_decode(a, r.value, &m), ==, ANSWER_YES);
	return m;
}

static void change(struct store *s, struct arena *a, const struct mailbox *m)
{
	struct store_write w = mailbox_change(a, "acme", "office@acme.example", m);

	g_assert_cmpint(store_write_many(s, &w, 1, NULL), ==, STORE_WROTE);
}

static void test_round_trip(void)
{
	struct arena *a = arena_create();
	struct bytes value = codec_encode(&mailbox_codec, &full, a);
	struct mailbox m;

	g_assert_cmpint(mailbox_decode(a, value, &m), ==, ANSWER_YES);
	g_assert_cmpint(m.kind, ==, full.kind);
	g_assert_cmpstr(m.canonical, ==, full.canonical);
	g_assert_cmpstr(m.policy, ==, full.policy);
	g_assert_cmpstr(m.locale, ==, full.locale);
	g_assert_cmpuint(m.n_flags, ==, 2);
	g_assert_cmpstr(m.flags[1], ==, "banner");
	g_assert_cmpint(m.baseline_since_s, ==, full.baseline_since_s);
	arena_destroy(&a);
}

static void test_change_lays_over(void)
{
	struct store *s =
		store_open("mem:", &(struct store_setup){ .write = true }, NULL);
	struct arena *a = arena_create();
	struct mailbox m;

	change(s, a, &full);
	change(s, a, &(struct mailbox){ .kind = MAILBOX_USER });
	m = stored(s, a, "office@acme.example");
	g_assert_cmpint(m.kind, ==, MAILBOX_USER);
	g_assert_cmpstr(m.policy, ==, "strict");
	g_assert_cmpuint(m.n_flags, ==, 2);
	change(s, a, &(struct mailbox){ .baseline_since_s = 1700000000 });
	g_assert_cmpint(stored(s, a, "office@acme.example").baseline_since_s, ==,
			1600000000);
	change(s, a, &(struct mailbox){ .baseline_since_s = 1500000000 });
	g_assert_cmpint(stored(s, a, "office@acme.example").baseline_since_s, ==,
			1500000000);
	store_close(&s);
	arena_destroy(&a);
}

/* A kind that a newer program knows is "not said" here. */
static void test_strange_words(void)
{
	struct arena *a = arena_create();
	struct mailbox m = { .kind = 99 };

	g_assert_cmpint(mailbox_decode(a, codec_encode(&mailbox_codec, &m, a), &m), ==,
			ANSWER_YES);
	g_assert_cmpint(m.kind, ==, MAILBOX_NONE);
	for (size_t i = 0; i < MAILBOX_KIND_COUNT; i++)
		g_assert_nonnull(mailbox_kind_names[i]);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mailbox/round-trip", test_round_trip);
	g_test_add_func("/mailbox/change-lays-over", test_change_lays_over);
	g_test_add_func("/mailbox/strange-words", test_strange_words);
	return g_test_run();
}
