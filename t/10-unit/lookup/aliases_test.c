/* What is known of aliases: bounded, the unused goes first, and any thread may ask. */
#include "lookup/aliases.h"

#include <glib.h>

static const char *found(struct aliases *al, struct arena *a, const char *address)
{
	return aliases_find(al, a, "own", address);
}

static void test_learn(void)
{
	struct aliases *al = aliases_create(10);
	struct arena *a = arena_create();

	g_assert_null(found(al, a, "a.smith@own.example"));
	aliases_learn(al, "own", "a.smith@own.example", "ann@own.example");
	g_assert_cmpstr(found(al, a, "a.smith@own.example"), ==, "ann@own.example");
	g_assert_null(found(al, a, "ann@own.example"));
	/* what is another tenant's is another address */
	g_assert_null(aliases_find(al, a, "other", "a.smith@own.example"));
	aliases_learn(al, "own", "a.smith@own.example", "joe@own.example");
	g_assert_cmpstr(found(al, a, "a.smith@own.example"), ==, "joe@own.example");
	g_assert_cmpuint(aliases_count(al), ==, 1);
	aliases_learn(al, "own", "a.smith@own.example", NULL);
	aliases_learn(al, "own", "nobody@own.example", NULL);
	g_assert_null(found(al, a, "a.smith@own.example"));
	g_assert_cmpuint(aliases_count(al), ==, 0);
	arena_destroy(&a);
	aliases_unref(al);
	aliases_unref(NULL);
}

/* what was found outlives what is known */
static void test_own(void)
{
	struct aliases *al = aliases_create(1), *also = aliases_ref(al);
	struct arena *a = arena_create();
	char address[] = "a@own.example", canonical[] = "ann@own.example";

	aliases_learn(al, "own", address, canonical);
	address[0] = canonical[0] = 'x';
	const char *text = found(al, a, "a@own.example");

	aliases_unref(al);
	g_assert_cmpstr(found(also, a, "a@own.example"), ==, "ann@own.example");
	aliases_unref(also);
	g_assert_cmpstr(text, ==, "ann@own.example");
	arena_destroy(&a);
}

static void test_bound(void)
{
	struct aliases *al = aliases_create(100), *none = aliases_create(0);
	struct arena *a = arena_create();

	for (int i = 0; i < 100; i++)
		aliases_learn(al, "own", arena_printf(a, "a%d@own.example", i),
			      "ann@own.example");
	/* every second one is asked for; a hundred new ones push out the others first */
	for (int i = 0; i < 100; i += 2)
		g_assert_nonnull(found(al, a, arena_printf(a, "a%d@own.example", i)));
	for (int i = 0; i < 50; i++) {
		aliases_learn(al, "own", arena_printf(a, "b%d@own.example", i),
			      "ben@own.example");
		g_assert_cmpuint(aliases_count(al), ==, 100);
	}
	for (int i = 0; i < 100; i++)
		g_assert_true((found(al, a, arena_printf(a, "a%d@own.example", i)) !=
			       NULL) == (i % 2 == 0));
	aliases_learn(none, "own", "a@own.example", "ann@own.example");
	g_assert_null(found(none, a, "a@own.example"));
	aliases_unref(none);
	aliases_unref(al);
	arena_destroy(&a);
}

/* Threads learn and ask the same few at once: what is found is one of what was learned. */
static void *ask_and_learn(void *p)
{
	struct aliases *al = p;
	guint seed = GPOINTER_TO_UINT(g_thread_self()) | 1;

	for (int i = 0; i < 5000; i++) {
		struct arena *a = arena_create();
		const char *address, *canonical;

		seed = seed * 1103515245 + 12345;
		address = arena_printf(a, "a%u@own.example", seed >> 16 & 31);
		canonical = found(al, a, address);
		if (canonical != NULL)
			g_assert_true(
				g_str_has_suffix(canonical, "@own.example") &&
				(g_str_has_prefix(canonical, "ann") ||
				 g_str_has_prefix(canonical, "a.longer.name.of.ann")));
		aliases_learn(al, "own", address,
			      i % 3 == 0   ? NULL
			      : i % 3 == 1 ? "ann@own.example"
					   : "a.longer.name.of.ann@own.example");
		g_assert_cmpuint(aliases_count(al), <=, 16);
		arena_destroy(&a);
	}
	aliases_unref(al);
	return NULL;
}

static void test_threads(void)
{
	struct aliases *al = aliases_create(16);
	GThread *threads[8];

	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("alias", ask_and_learn, aliases_ref(al));
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
	aliases_unref(al);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/aliases/learn", test_learn);
	g_test_add_func("/aliases/own", test_own);
	g_test_add_func("/aliases/bound", test_bound);
	g_test_add_func("/aliases/threads", test_threads);
	return g_test_run();
}
