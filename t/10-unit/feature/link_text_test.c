/* Which site a visible text promises. */
#include "feature/link_text.h"

#include <glib.h>

static const struct {
	const char *text, *want;
} rows[] = {
	{ "https://bank.example/login", "bank.example" },
	{ "HTTP://WWW.Bank.Example", "www.bank.example" },
	{ " https://bank.example ", "bank.example" },
	{ "<https://bank.example>", "bank.example" },
	{ "https://bank.example:8443/a b c", "bank.example" },
	{ "https://bank.example. Click here", "bank.example" },
	{ "https://bank.example@evil.example/", "bank.example" },
	{ "http:\\\\bank.example", NULL },
	{ "www.bank.example", "www.bank.example" },
	{ "www.bank.example is safe", "www.bank.example" },
	{ "bank.example", "bank.example" },
	{ "bank.example/login", "bank.example" },
	{ "(bank.example)", "bank.example" },
	{ "bank.example.", "bank.example" },
	{ "müller.example", "xn--mller-kva.example" },
	{ "bank.example and more", NULL },
	{ "visit bank.example", NULL },
	{ "boss@bank.example", NULL },
	{ "Click here", NULL },
	{ "report.pdf", NULL },
	{ "README.md", NULL },
	{ "archive.tar.gz", NULL },
	{ "gain_block.cpp", NULL },
	{ "block.cpp", NULL },
	{ "Makefile.am", NULL },
	{ "lib/block.h", NULL },
	{ "main.cpp/line", NULL },
	{ "std.string", NULL },
	{ "notes.org_old", NULL },
	{ "os.path", NULL },
	{ "gain_block.co", NULL },
	{ "https://gain_block.example/", "gain_block.example" },
	{ "bank.co.uk", "bank.co.uk" },
	{ "https://report.zip/", "report.zip" },
	{ "12.50", NULL },
	{ "192.0.2.1", NULL },
	{ "https://192.0.2.1/", NULL },
	{ "e.g", NULL },
	{ ".example", NULL },
	{ "https://", NULL },
	{ "www.", NULL },
	{ ".", NULL },
	{ "", NULL },
	{ NULL, NULL },
};

static void test_rows(void)
{
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *exact = g_strdup(rows[i].text);

		g_test_message("%s", exact == NULL ? "(none)" : exact);
		g_assert_cmpstr(link_text_host(a, exact), ==, rows[i].want);
		g_free(exact);
	}
	arena_destroy(&a);
}

static void test_long(void)
{
	struct arena *a = arena_create();
	char *x = g_strnfill(100000, 'x');
	char *bare = g_strdup_printf("bank.example/%s", x);
	char *url = g_strdup_printf("https://bank.example/%s", x);
	char *host = g_strdup_printf("https://%s.example/", x);

	g_assert_null(link_text_host(a, bare));
	g_assert_cmpstr(link_text_host(a, url), ==, "bank.example");
	g_assert_null(link_text_host(a, host));
	g_free(x);
	g_free(bare);
	g_free(url);
	g_free(host);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/link_text/rows", test_rows);
	g_test_add_func("/link_text/long", test_long);
	return g_test_run();
}
