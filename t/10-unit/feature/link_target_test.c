/* What the address of a link says beside its host. */
#include "feature/link_target.h"

#include <glib.h>
#include <string.h>

#include "message/links.h"

static struct arena *a;

static struct link link_to(const char *url)
{
	struct link link = { .url = url };

	links_resolve(a, &link, NULL);
	return link;
}

static void test_beyond(void)
{
	static const struct {
		const char *url, *host;
	} rows[] = {
		{ "https://www.search.example/url?q=https://goal.example/x&sa=D",
		  "goal.example" },
		{ "https://a.example/r?u=https%3A%2F%2FGoal.Example%2Fx",
		  "goal.example" },
		{ "https://a.example/r?u=https%253A%252F%252Fgoal.example",
		  "goal.example" },
		{ "https://a.example/r/http://u:p@goal.example:81/", "goal.example" },
		{ "https://a.example/r?u=//goal.example/x", "goal.example" },
		{ "https://a.example/amp/s/goal.example/x", "goal.example" },
		{ "https://a.example/r?u=aHR0cHM6Ly9nb2FsLmV4YW1wbGUv", "goal.example" },
		{ "https://a.example/r#aHR0cDovL2dvYWwuZXhhbXBsZQ==&x=1",
		  "goal.example" },
		{ "www.a.example/r?u=http://goal.example", "goal.example" },
		/* its own house; a guard; nothing */
		{ "https://a.example/login?next=https://www.a.example/x", NULL },
		{ "https://urldefense.com/v3/__https://goal.example/a__;!!x", NULL },
		{ "https://a.example/http/x", NULL },
		{ "https://a.example/?q=https://", NULL },
		{ "https://a.example/?q=https://localhost/", NULL },
		{ "https://a.example/?q=https://%ff.example/", NULL },
		{ "https://a.example/?q=aHR0c", NULL },
		{ "https://goal.example", NULL },
		{ "mailto:x@a.example?body=https://goal.example", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct link link = link_to(rows[i].url);

		g_test_message("%s", rows[i].url);
		g_assert_cmpstr(link_beyond(a, &link), ==, rows[i].host);
	}
}

static void test_user(void)
{
	static const struct {
		const char *url, *host;
	} rows[] = {
		{ "https://bank.com@goal.example/x", "bank.com" },
		{ "https://Bank.com:443@goal.example", "bank.com" },
		{ "https://bank.com%2Flogin@goal.example", "bank.com" },
		{ "https:\\\\bank.com@goal.example", "bank.com" },
		{ "https://user:password@goal.example/", NULL },
		{ "https://goal.example/@bank.com", NULL },
		{ "https://goal.example?x@bank.com", NULL },
		{ "mailto:ann@bank.com", NULL },
		{ "https://%ff.com@goal.example/", NULL },
		{ "@", NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].url);
		g_assert_cmpstr(link_user_host(a, rows[i].url), ==, rows[i].host);
	}
}

static void test_scheme(void)
{
	g_assert_cmpstr(link_scheme(a, "HTTPS://a.example"), ==, "https");
	g_assert_cmpstr(link_scheme(a, "java\nscript:x"), ==, "javascript");
	g_assert_cmpstr(link_scheme(a, "search-ms:query=x"), ==, "search-ms");
	g_assert_null(link_scheme(a, "a.example:8080/"));
	g_assert_null(link_scheme(a, "/a:b"));
	g_assert_null(link_scheme(a, ":x"));
	g_assert_null(link_scheme(a, "abcdefghijklmnopqrstuvwxyzabcdefgh:x"));
	g_assert_null(link_scheme(a, ""));
}

static void test_readable(void)
{
	static const struct {
		const char *url, *want;
	} rows[] = {
		{ "HTTP://u@A.Example:80/%6cogin?x", "http://a.example/login?x" },
		{ "www.a.example/b", "http://www.a.example/b" },
		{ "https://a.example", "https://a.example" },
		{ "https://a.example/%0d%00%", "https://a.example/%0d%00%" },
		{ "https://a.example/%ff", "https://a.example/\xef\xbf\xbd" },
		{ "mailto:x@a.example", NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct link link = link_to(rows[i].url);

		g_assert_cmpstr(link_readable(a, &link), ==, rows[i].want);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	a = arena_create();
	g_test_add_func("/link-target/beyond", test_beyond);
	g_test_add_func("/link-target/user", test_user);
	g_test_add_func("/link-target/scheme", test_scheme);
	g_test_add_func("/link-target/readable", test_readable);
	int status = g_test_run();

	arena_destroy(&a);
	return status;
}
