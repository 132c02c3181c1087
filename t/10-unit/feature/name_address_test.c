/* Addresses hidden in display names, and names that only look like them. */
#include "feature/name_address.h"

#include <glib.h>

static const struct {
	const char *display, *want;
} rows[] = {
	{ "boss@own.example", "boss@own.example" },
	{ "Jane Roe (boss@own.example)", "boss@own.example" },
	{ "\"Boss@Own.Example\" Jane", "boss@own.example" },
	{ "Jane <boss@own.example>", "boss@own.example" },
	{ "Jane boss@own.example.", "boss@own.example" },
	{ "boss＠own.example", "boss@own.example" },
	{ "boss [at] own.example", "boss@own.example" },
	{ "boss(AT)own.example", "boss@own.example" },
	{ "老板boss@own.example", "boss@own.example" },
	{ "boss@müller.example", "boss@xn--mller-kva.example" },
	{ "boss@xn--mller-kva.xn--p1ai", "boss@xn--mller-kva.xn--p1ai" },
	{ "a @ b and c@d.example", "c@d.example" },
	{ "first.last+tag@mail.own.example", "first.last+tag@mail.own.example" },
	{ "Jane @ Sales", NULL },
	{ "team@work", NULL },
	{ "@handle", NULL },
	{ "@handle.example", NULL },
	{ "boss@", NULL },
	{ "boss@.example", NULL },
	{ "boss@own.e", NULL },
	{ "boss@10.0.0.1", NULL },
	{ "3 @ 2.50", NULL },
	{ "meet [at] noon", NULL },
	{ "@", NULL },
	{ "", NULL },
	{ NULL, NULL },
};

static void test_rows(void)
{
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *exact = g_strdup(rows[i].display);

		g_test_message("%s", exact == NULL ? "(none)" : exact);
		g_assert_cmpstr(name_address(a, exact), ==, rows[i].want);
		g_free(exact);
	}
	arena_destroy(&a);
}

/* ten thousand at signs cost what 512 bytes of them cost */
static void test_bounded(void)
{
	struct arena *a = arena_create();
	char *many = g_strnfill(10000, '@');

	g_assert_null(name_address(a, many));
	g_free(many);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/name_address/rows", test_rows);
	g_test_add_func("/name_address/bounded", test_bounded);
	return g_test_run();
}
