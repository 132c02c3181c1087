/* Every family of keys: its row names a codec that is there in that version, its value goes
 * through every store and comes back the same, and a newer or cut value reads as unknown. */
#include <glib.h>
#include <glib/gstdio.h>

#include "base/arena.h"
#include "behavior/behavior.h"
#include "mailbox/mailbox.h"
#include "person/person.h"
#include "preference/received.h"
#include "store/keys.h"
#include "store/store.h"

static const char *const texts[] = { "Anna Schmidt", "J\xc3\xb6rg" };
static struct usual_item item = { "reply.example", 3, 1, 19000, 19010 };

static const struct person person = {
	.id = "anna@acme.example",
	.names = texts,
	.n_names = 2,
	.addresses = texts,
	.n_addresses = 1,
	.title = "CFO",
	.vip = true,
	.since_s = 1700000000,
};
static const struct people people = { .at = &person, .n = 1, .more = true };
static const struct mailbox mailbox = {
	.kind = MAILBOX_LIST,
	.canonical = "a@acme.example",
	.policy = "strict",
	.locale = "de_DE",
	.flags = texts,
	.n_flags = 2,
	.baseline_since_s = 1600000000,
};
static const struct preference_evidence evidence = { 1, 2, PREFERENCE_JUNK, 0, 0, 1, 3,
						     4, 5 };
static const struct preference preference = {
	.kind = PREFERENCE_WANTED,
	.cause = "ann",
	.signer = "lists.example",
	.since_s = 1600000000,
	.expires_s = 1700000000,
	.stated_ms = 1600000000000,
	.forgotten_ms = 1500000000000,
	.evidence = &evidence,
	.n_evidence = 1,
};
static const struct received received = {
	.time_s = 1600000000,
	.message_id = 77,
	.sender = "news@shop.example",
	.org = "shop.example",
	.list_id = "news.shop.example",
	.proven = true,
	.signers = texts,
	.n_signers = 1,
};
static const struct history history = {
	.open_day = 19010,
	.in = { { 5, 1 }, 18000, 19010, 19000, 4711 },
	.out = { { 2, 0 }, 18001, 18500, 18500, 11 },
	.mailboxes = { 2, 1 },
	.rescued = { 1, 0 },
	.junked = { 0, 1 },
	.days = { "\x38\x4a\x00\x42\x4a\x00", 6 },
	.days_older = 3,
	.usual[USUAL_REPLY_TO] = { &item, 1 },
	.usual[USUAL_ADDRESS] = { &item, 1 },
	.mark = INT64_MIN,
	.hours = { "\x08\x05\x88\x01", 4 },
	.habits = { "\x12\x01\x02\x03", 4 },
	.reached = { "\x12\x01\x02", 3 },
};
static const struct thread thread = { true, false, 19010, { "\x01\x02\x03\x04", 4 } };
static const struct campaign campaign = { 1, 2, 3, 4, 5, 6 };

static const struct {
	const struct codec *codec;
	const void *sample;
} families[FAMILY_COUNT] = {
	[FAMILY_PERSON] = { &person_codec, &person },
	[FAMILY_NAME] = { &people_codec, &people },
	[FAMILY_MAILBOX] = { &mailbox_codec, &mailbox },
	[FAMILY_PREFERENCE] = { &preference_codec, &preference },
	[FAMILY_RECEIVED] = { &received_codec, &received },
	[FAMILY_PAIR] = { &history_codec, &history },
	[FAMILY_SENDER] = { &history_codec, &history },
	[FAMILY_DOMAIN] = { &history_codec, &history },
	[FAMILY_DISPLAY] = { &history_codec, &history },
	[FAMILY_LIST] = { &history_codec, &history },
	[FAMILY_LOOKALIKE] = { &history_codec, &history },
	[FAMILY_THREAD] = { &thread_codec, &thread },
	[FAMILY_CAMPAIGN] = { &campaign_codec, &campaign },
	[FAMILY_TENANT] = { &baseline_codec, NULL }, /* made below: it holds a history */
};

static const void *sample_of(size_t family, struct arena *a)
{
	struct baseline *b;

	if (family != FAMILY_TENANT)
		return families[family].sample;
	b = arena_new(a, struct baseline, 1);
	*b = (struct baseline){ .since_s = 1600000000, .all = history };
	return b;
}

static struct bytes key_of(size_t family, struct arena *a)
{
	const struct family_row *row = &key_families[family];

	return key_build(a, (enum family)family, "acme",
			 *row->part1 != '\0' ? "one" : NULL,
			 *row->part2 != '\0' ? "two" : NULL);
}

static void test_rows(void)
{
	for (size_t i = 0; i < FAMILY_COUNT; i++) {
		g_assert_nonnull(families[i].codec);
		g_assert_cmpstr(key_families[i].codec, ==, families[i].codec->name);
		g_assert_cmpuint(key_families[i].version, ==, families[i].codec->version);
	}
}

/* Field tags are for ever: each once in its table. */
static void test_tags(void)
{
	for (size_t i = 0; i < FAMILY_COUNT; i++) {
		const struct codec *c = families[i].codec;

		for (size_t k = 0; k < c->n_fields; k++) {
			g_assert_cmpuint(c->fields[k].tag, >, 0);
			for (size_t j = 0; j < k; j++)
				g_assert_cmpuint(c->fields[k].tag, !=, c->fields[j].tag);
		}
	}
}

static void *decode(size_t family, struct bytes value, struct arena *a,
		    enum answer *answer_r)
{
	void *back = arena_alloc(a, families[family].codec->size);

	*answer_r = codec_decode(families[family].codec, value, back, a);
	return back;
}

static void test_store(gconstpointer url)
{
	struct store *s = store_open(url, &(struct store_setup){ .write = true }, NULL);
	struct arena *a = arena_create();
	struct store_write w[FAMILY_COUNT] = { 0 };
	struct store_read r[FAMILY_COUNT] = { 0 };

	g_assert_nonnull(s);
	for (size_t i = 0; i < FAMILY_COUNT; i++) {
		w[i].key = r[i].key = key_of(i, a);
		w[i].value = codec_encode(families[i].codec, sample_of(i, a), a);
		w[i].ttl_s = key_families[i].ttl_s;
	}
	g_assert_cmpint(store_write_many(s, w, FAMILY_COUNT, NULL), ==, STORE_WROTE);
	store_read_many(s, r, FAMILY_COUNT, 0, a);
	for (size_t i = 0; i < FAMILY_COUNT; i++) {
		GString *sent = g_string_new(NULL), *got = g_string_new(NULL);
		enum answer answer;
		void *back;

		g_assert_cmpint(r[i].answer, ==, ANSWER_YES);
		back = decode(i, r[i].value, a, &answer);
		g_assert_cmpint(answer, ==, ANSWER_YES);
		codec_json(families[i].codec, sample_of(i, a), sent);
		codec_json(families[i].codec, back, got);
		g_assert_cmpstr(sent->str, ==, got->str);
		g_assert_cmpuint(got->len, >, 10);
		g_assert_true(bytes_equal(codec_encode(families[i].codec, back, a),
					  w[i].value));
		g_string_free(sent, TRUE);
		g_string_free(got, TRUE);
	}
	arena_destroy(&a);
	store_close(&s);
}

static void test_lmdb(void)
{
	char *folder = g_dir_make_tmp("wonted-families-XXXXXX", NULL);
	char *url = g_strconcat("lmdb:", folder, "/store", NULL);
	char *lock = g_strconcat(folder, "/store-lock", NULL);

	test_store(url);
	g_unlink(url + strlen("lmdb:"));
	g_unlink(lock);
	g_rmdir(folder);
	g_free(lock);
	g_free(url);
	g_free(folder);
}

static void test_newer_and_cut(void)
{
	for (size_t i = 0; i < FAMILY_COUNT; i++) {
		struct arena *a = arena_create();
		struct bytes value = codec_encode(families[i].codec, sample_of(i, a), a);
		char *copy = g_memdup2(value.at, value.n);
		enum answer answer;

		copy[0]++;
		decode(i, (struct bytes){ copy, value.n }, a, &answer);
		g_assert_cmpint(answer, ==, ANSWER_UNKNOWN);
		g_free(copy);
		for (size_t n = 0; n < value.n; n++) {
			copy = g_memdup2(value.at, n); /* no byte behind it */
			decode(i, (struct bytes){ copy, n }, a, &answer);
			g_assert_cmpint(answer, !=, ANSWER_NO);
			g_free(copy);
		}
		arena_destroy(&a);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/families/rows", test_rows);
	g_test_add_func("/families/tags", test_tags);
	g_test_add_data_func("/families/mem", "mem:", test_store);
	g_test_add_data_func("/families/fault", "fault:0:mem:", test_store);
	g_test_add_func("/families/lmdb", test_lmdb);
	g_test_add_func("/families/newer-and-cut", test_newer_and_cut);
	return g_test_run();
}
