#include <glib.h>

#include "base/arena.h"
#include "base/limits.h"
#include "store/keys.h"

static const char *built(struct arena *a, enum family f, const char *tenant,
			 const char *part1, const char *part2)
{
	struct bytes key = key_build(a, f, tenant, part1, part2);

	return arena_strndup(a, key.at, key.n);
}

static void test_forms(void)
{
	struct arena *a = arena_create();

	g_assert_cmpstr(built(a, FAMILY_PERSON, "acme", "a@acme.example", NULL), ==,
			"P|acme|a@acme.example");
	g_assert_cmpstr(built(a, FAMILY_PAIR, "acme", "a@acme.example", "b@x.example"),
			==, "R|{acme|a@acme.example}|b@x.example");
	g_assert_cmpstr(built(a, FAMILY_MAILBOX, "acme", "a@acme.example", ""), ==,
			"M|{acme|a@acme.example}");
	g_assert_cmpstr(built(a, FAMILY_TENANT, "acme", NULL, NULL), ==, "O|acme");
	g_assert_cmpstr(built(a, FAMILY_THREAD, "acme", "1@x.example", NULL), ==,
			"T|acme|#35f7d56ca9dee835629c37ccd0d8f3f86514f817");
	arena_destroy(&a);
}

/* Different parts never make one key, whatever stands in them. */
static void test_no_confusion(void)
{
	static const char *const parts[] = { "a",     "a|b",      "a}|b", "{a",
					     "a%7Cb", "#a",       "%23a", " a",
					     "a ",    "\xc3\xa4", "\x01", "a{b}" };
	struct arena *a = arena_create();
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
	size_t n = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		for (size_t j = 0; j < G_N_ELEMENTS(parts); j++) {
			for (size_t k = 0; k < G_N_ELEMENTS(parts); k++) {
				const char *key = built(a, FAMILY_PAIR, parts[i],
							parts[j], parts[k]);
				struct key_parts back;

				g_assert_true(
					g_hash_table_add(seen, (void *)(uintptr_t)key));
				n++;
				g_assert_true(key_split(a, bytes_of(key), &back));
				g_assert_cmpint(back.family, ==, FAMILY_PAIR);
				g_assert_cmpstr(back.tenant, ==, parts[i]);
				g_assert_cmpstr(back.part1, ==, parts[j]);
				g_assert_cmpstr(back.part2, ==, parts[k]);
			}
		}
	}
	g_assert_cmpuint(g_hash_table_size(seen), ==, n);
	g_hash_table_destroy(seen);
	arena_destroy(&a);
}

/* The Cluster slot is that of what stands between the first brace and the next closing one. */
static void test_hash_tag(void)
{
	struct arena *a = arena_create();
	const char *key = built(a, FAMILY_PAIR, "t}", "a}{@x", "b}");

	g_assert_cmpstr(key, ==, "R|{t%7D|a%7D%7B@x}|b%7D");
	arena_destroy(&a);
}

static void test_long(void)
{
	struct arena *a = arena_create();
	char *x = g_strnfill(5000, '|'), *y = g_strnfill(5001, '|');
	const char *one = built(a, FAMILY_PAIR, x, x, x),
		   *two = built(a, FAMILY_PAIR, x, x, y);

	g_assert_cmpuint(strlen(one), <=, LIMIT_KEY_BYTES);
	g_assert_cmpstr(one, !=, two);
	g_free(x);
	x = g_strnfill(150, 'x');
	g_assert_cmpuint(strlen(built(a, FAMILY_PAIR, x, x, x)), <=, LIMIT_KEY_BYTES);
	g_assert_nonnull(strstr(built(a, FAMILY_SENDER, "t", x, NULL), x));
	g_free(x);
	g_free(y);
	arena_destroy(&a);
}

static void test_prefix(void)
{
	struct arena *a = arena_create();

	for (size_t i = 0; i < FAMILY_COUNT; i++) {
		const struct family_row *row = &key_families[i];
		const char *p1 = row->part1[0] != '\0' ? "one" : NULL;
		const char *p2 = row->part2[0] != '\0' ? "two" : NULL;
		const char *key = built(a, (enum family)i, "acme", p1, p2);
		const char *other = built(a, (enum family)i, "acme2", p1, p2);
		struct bytes prefix = key_prefix(a, (enum family)i, "acme");

		g_assert_true(strncmp(key, prefix.at, prefix.n) == 0);
		g_assert_true(p1 == NULL || strncmp(other, prefix.at, prefix.n) != 0);
	}
	arena_destroy(&a);
}

static void test_rows(void)
{
	for (size_t i = 0; i < FAMILY_COUNT; i++) {
		const struct family_row *row = &key_families[i];

		for (size_t j = 0; j < i; j++) {
			g_assert_cmpstr(row->name, !=, key_families[j].name);
			g_assert_cmpstr(row->prefix, !=, key_families[j].prefix);
		}
		g_assert_cmpuint(row->version, >, 0);
		g_assert_cmpstr(row->doc, !=, "");
	}
}

static void test_split_rejects(void)
{
	static const struct bytes rows[] = {
		{ "", 0 },         { "X|t|a", 5 },
		{ "P", 1 },        { "P|t", 3 },
		{ "P|t|a|b", 7 },  { "R|t|a|b", 7 },
		{ "R|{t|a|b", 8 }, { "P|t|\0", 5 },
		{ "O|t|a", 5 },    { "R|{t|a}|b|c|d", 13 },
	};
	struct arena *a = arena_create();
	struct key_parts parts;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *exact = g_memdup2(rows[i].at, rows[i].n);

		g_assert_false(key_split(a, (struct bytes){ exact, rows[i].n }, &parts));
		g_free(exact);
	}
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/keys/forms", test_forms);
	g_test_add_func("/keys/no-confusion", test_no_confusion);
	g_test_add_func("/keys/hash-tag", test_hash_tag);
	g_test_add_func("/keys/long", test_long);
	g_test_add_func("/keys/prefix", test_prefix);
	g_test_add_func("/keys/rows", test_rows);
	g_test_add_func("/keys/split-rejects", test_split_rejects);
	return g_test_run();
}
