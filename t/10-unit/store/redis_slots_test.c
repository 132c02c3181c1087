/* Slots of keys, and what nodes say about who owns them. */
#include "store/redis_slots.h"

#include <glib.h>

#include "store/keys.h"

/* Redis cluster specification, "Keys hash tags"; values as CLUSTER KEYSLOT gives them */
static const struct {
	const char *key;
	unsigned slot;
} slots[] = {
	{ "123456789", 12739 }, /* 0x31C3, the specification's own example */
	{ "", 0 },
	{ "foo", 12182 },
	{ "somekey", 11058 },
	{ "foo{hash_tag}", 2515 },
	{ "bar{hash_tag}", 2515 },
	{ "hash_tag", 2515 },
};

static const struct {
	const char *key, *same_as;
} tags[] = {
	{ "{user1000}.following", "user1000" },
	{ "{user1000}.followers", "user1000" },
	{ "foo{{bar}}zap", "{bar" },
	{ "foo{bar}{zap}", "bar" },
	{ "foo{bar}zap}", "bar" },
};

static void test_slots(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(slots); i++)
		g_assert_cmpuint(slot_of(bytes_of(slots[i].key)), ==, slots[i].slot);
	for (size_t i = 0; i < G_N_ELEMENTS(tags); i++)
		g_assert_cmpuint(slot_of(bytes_of(tags[i].key)), ==,
				 slot_of(bytes_of(tags[i].same_as)));
	/* no tag: all of the key counts */
	g_assert_cmpuint(slot_of(bytes_of("foo{}{bar}")), !=, slot_of(bytes_of("bar")));
	g_assert_cmpuint(slot_of(bytes_of("foo{bar")), !=, slot_of(bytes_of("bar")));
}

/* What the key table promises: the pairs of one mailbox lie together. */
static void test_key_table(void)
{
	struct arena *a = arena_create();
	struct bytes one =
		key_build(a, FAMILY_PAIR, "t", "anna@example.org", "bob@example.com");
	struct bytes two =
		key_build(a, FAMILY_PAIR, "t", "anna@example.org", "eve@example.net");
	struct bytes other =
		key_build(a, FAMILY_PAIR, "t", "otto@example.org", "bob@example.com");

	g_assert_cmpuint(slot_of(one), ==, slot_of(two));
	g_assert_cmpuint(slot_of(one), !=, slot_of(other));
	arena_destroy(&a);
}

static const struct {
	const char *text;
	const char *want; /* NULL: no redirection */
} redirects[] = {
	{ "MOVED 3999 192.0.2.1:6381", "moved 3999 192.0.2.1:6381" },
	{ "ASK 3999 192.0.2.1:6381", "ask 3999 192.0.2.1:6381" },
	{ "MOVED 0 ::1:6381", "moved 0 [::1]:6381" },
	{ "MOVED 1 :6381", "moved 1 192.0.2.9:6381" },
	{ "MOVED 1 node.example.org:6381", "moved 1 node.example.org:6381" },
	{ "MOVED 16384 192.0.2.1:6381", NULL },
	{ "MOVED -1 192.0.2.1:6381", NULL },
	{ "MOVED 1 192.0.2.1", NULL },
	{ "MOVED 1 192.0.2.1:0", NULL },
	{ "MOVED 1 192.0.2.1:65536", NULL },
	{ "MOVED 1", NULL },
	{ "MOVED", NULL },
	{ "", NULL },
	{ "ERR unknown command", NULL },
	{ "MOVED 1 192.0.2.1:6381 more", NULL },
};

static void test_redirects(void)
{
	struct redis_address *from = redis_address_new("192.0.2.9", 7000);

	for (size_t i = 0; i < G_N_ELEMENTS(redirects); i++) {
		struct redis_address *a;
		unsigned slot;
		bool ask;
		char *got;

		if (!redis_redirect(redirects[i].text, from, &ask, &slot, &a)) {
			g_assert_null(redirects[i].want);
			continue;
		}
		got = g_strdup_printf("%s %u %s", ask ? "ask" : "moved", slot, a->text);
		g_assert_cmpstr(got, ==, redirects[i].want);
		redis_address_free(a);
		g_free(got);
	}
	redis_address_free(from);
}

static void note(unsigned first, unsigned last, bool master,
		 const struct redis_address *a, void *to)
{
	g_string_append_printf(to, "%u-%u%s%s ", first, last, master ? "=" : "~",
			       a->text);
}

static const struct {
	const char *reply;
	const char *want;
	bool good;
} maps[] = {
	{ "*1\r\n*4\r\n:0\r\n:5460\r\n*3\r\n$9\r\n192.0.2.1\r\n:7000\r\n$2\r\nid\r\n"
	  "*3\r\n$9\r\n192.0.2.2\r\n:7001\r\n$2\r\nid\r\n",
	  "0-5460=192.0.2.1:7000 0-5460~192.0.2.2:7001 ", true },
	{ "*1\r\n*3\r\n:5\r\n:5\r\n*2\r\n$-1\r\n:7000\r\n", "5-5=192.0.2.9:7000 ", true },
	{ "*1\r\n*3\r\n:5\r\n:5\r\n*2\r\n$0\r\n\r\n:7000\r\n", "5-5=192.0.2.9:7000 ",
	  true },
	{ "*1\r\n*3\r\n:5\r\n:5\r\n*2\r\n$1\r\n?\r\n:7000\r\n", "5-5=192.0.2.9:7000 ",
	  true },
	{ "*0\r\n", "", true },
	{ "*1\r\n*3\r\n:5\r\n:16384\r\n*2\r\n$1\r\na\r\n:7000\r\n", "", false },
	{ "*1\r\n*3\r\n:-1\r\n:5\r\n*2\r\n$1\r\na\r\n:7000\r\n", "", false },
	{ "*1\r\n*3\r\n:5\r\n:5\r\n*2\r\n$1\r\na\r\n:70000\r\n", "", true },
	{ "*1\r\n*3\r\n:5\r\n:5\r\n*1\r\n$1\r\na\r\n", "", true },
	{ "*1\r\n*3\r\n:5\r\n:5\r\n:7\r\n", "", true },
	{ "*1\r\n*2\r\n:5\r\n:5\r\n", "", false },
	{ "*1\r\n:5\r\n", "", false },
	{ "-ERR This instance has cluster support disabled\r\n", "", false },
	{ "$-1\r\n", "", false },
};

static void test_maps(void)
{
	struct redis_address *from = redis_address_new("192.0.2.9", 7000);

	for (size_t i = 0; i < G_N_ELEMENTS(maps); i++) {
		redisReader *reader = redisReaderCreate();
		GString *got = g_string_new(NULL);
		void *reply = NULL;

		g_assert_cmpint(
			redisReaderFeed(reader, maps[i].reply, strlen(maps[i].reply)), ==,
			REDIS_OK);
		g_assert_cmpint(redisReaderGetReply(reader, &reply), ==, REDIS_OK);
		g_assert_nonnull(reply);
		g_assert_true(redis_slots_see(reply, from, note, got) == maps[i].good);
		g_assert_cmpstr(got->str, ==, maps[i].want);
		g_string_free(got, TRUE);
		freeReplyObject(reply);
		redisReaderFree(reader);
	}
	redis_address_free(from);
}

/* The key that asks for the generation lies where the key does. */
static void test_generation_key(void)
{
	static const char *const keys[] = { "R|{t|m1}|x", "P|t|a@example.org", "{}a",
					    "a{b}c{d}", "S|t|{" };
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		struct bytes key = bytes_of(keys[i]);
		struct bytes its = slot_generation_key(key, a);

		g_assert_true(bytes_hold(its, 0, bytes_of("!generation")));
		if (strcmp(keys[i], "{}a") != 0)
			g_assert_cmpuint(slot_of(its), ==, slot_of(key));
	}
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/redis-slots/slots", test_slots);
	g_test_add_func("/redis-slots/key-table", test_key_table);
	g_test_add_func("/redis-slots/redirects", test_redirects);
	g_test_add_func("/redis-slots/maps", test_maps);
	g_test_add_func("/slots/generation-key", test_generation_key);
	return g_test_run();
}
