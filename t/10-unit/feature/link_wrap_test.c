/* Rewritten links and where they lead. */
#include "feature/link_wrap.h"

#include <glib.h>

static const struct {
	const char *url, *host, *want;
} rows[] = {
	{ "https://eur03.safelinks.protection.outlook.com/"
	  "?url=https%3A%2F%2Flists.example.org"
	  "%2Fx&data=1",
	  "eur03.safelinks.protection.outlook.com", "lists.example.org" },
	{ "https://urldefense.com/v3/__https://www.example.org/a__;!!x", "urldefense.com",
	  "www.example.org" },
	{ "https://urldefense.com/v3/__https://www.example.org__;!!x", "urldefense.com",
	  "www.example.org" },
	{ "https://urldefense.proofpoint.com/v2/"
	  "url?u=http-3A__my-2Dlists.example.org_a&d=x",
	  "urldefense.proofpoint.com", "my-lists.example.org" },
	{ "https://secure-web.cisco.com/1x/https%3a%2f%2fexample.org%2f",
	  "secure-web.cisco.com", "example.org" },
	/* nothing guarded, or nothing readable: the guard itself */
	{ "https://urldefense.com/about", "urldefense.com", "urldefense.com" },
	{ "https://urldefense.com/v3/__https://__", "urldefense.com", "urldefense.com" },
	{ "urldefense.com/v3/", "urldefense.com", "urldefense.com" },
	/* others only look so */
	{ "https://redirect.example/?url=https%3A%2F%2Fexample.org", "redirect.example",
	  "redirect.example" },
	{ "https://xurldefense.com/v3/__https://example.org", "xurldefense.com",
	  "xurldefense.com" },
	/* the first counts: what stands behind it is the guarded site's own */
	{ "https://urldefense.com/v3/__https://evil.example/?https://bank.example__",
	  "urldefense.com", "evil.example" },
	{ NULL, "urldefense.com", "urldefense.com" },
};

static void test_rows(void)
{
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *exact = g_strdup(rows[i].url);

		g_assert_cmpstr(link_unwrap(a, exact, rows[i].host), ==, rows[i].want);
		g_free(exact);
	}
	arena_destroy(&a);
}

static void test_long(void)
{
	struct arena *a = arena_create();
	char *x = g_strnfill(2000, 'x');
	char *url = g_strdup_printf("https://urldefense.com/v3/__https://%s.example", x);

	g_assert_cmpstr(link_unwrap(a, url, "urldefense.com"), ==, "urldefense.com");
	g_free(x);
	g_free(url);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/link_wrap/rows", test_rows);
	g_test_add_func("/link_wrap/long", test_long);
	return g_test_run();
}
