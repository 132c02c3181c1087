/* Where links lead: as browsers read, not as writers wish. */
#include "message/links.h"

#include <glib.h>
#include <string.h>

static struct arena *a;

static void test_resolve(void)
{
	static const struct {
		const char *url, *base, *host;
	} rows[] = {
		{ "http://www.Example.org/a?b#c", NULL, "www.example.org" },
		{ "HTTPS://EXAMPLE.ORG", NULL, "example.org" },
		{ "https://example.org:8443/", NULL, "example.org" },
		{ "http://user:pw@example.org/", NULL, "example.org" },
		{ "http://bank.example@evil.example/", NULL, "evil.example" },
		{ "http://bank.example%2f@evil.example/", NULL, "evil.example" },
		{ "http://evil.example/@bank.example", NULL, "evil.example" },
		{ "http://evil.example?@bank.example", NULL, "evil.example" },
		{ "http://evil.example\\@bank.example", NULL, "evil.example" },
		{ "http:\\\\evil.example\\x", NULL, "evil.example" },
		{ "http:/evil.example/", NULL, "evil.example" },
		{ "http:evil.example", NULL, "evil.example" },
		{ "https:///evil.example/", NULL, "evil.example" },
		{ "ht\ntp://ev\til.example/", NULL, "evil.example" },
		{ "http://%65vil.example/", NULL, "evil.example" },
		{ "//evil.example/x", NULL, "evil.example" },
		{ "/\\evil.example/x", NULL, "evil.example" },
		{ "http://bücher.example/", NULL, "xn--bcher-kva.example" },
		{ "http://evil。example/", NULL, "evil.example" },
		{ "http://ｅvil.example/", NULL, "evil.example" },
		{ "http://evil.example./", NULL, "evil.example" },
		{ "ftp://files.example/", NULL, "files.example" },
		{ "www.example.org/x", NULL, "www.example.org" },
		/* URL Standard 3.5: numbers are IPv4 addresses */
		{ "http://192.0.2.1/", NULL, "192.0.2.1" },
		{ "http://3221225985/", NULL, "192.0.2.1" },
		{ "http://0xc0.0.0x201/", NULL, "192.0.2.1" },
		{ "http://0300.0.02.01/", NULL, "192.0.2.1" },
		{ "http://[2001:db8::1]:80/", NULL, "[2001:db8::1]" },
		{ "http://[2001:db8::1", NULL, NULL },
		/* no host */
		{ "mailto:x@example.org", NULL, NULL },
		{ "javascript:alert(1)//http://x.example", NULL, NULL },
		{ "data:text/html,<b>", NULL, NULL },
		{ "tel:+123", NULL, NULL },
		{ "cid:1@x", NULL, NULL },
		{ "", NULL, NULL },
		{ "http://", NULL, NULL },
		{ "http://a..b/", NULL, NULL },
		{ "http://\xff/", NULL, NULL },
		{ "relative/path", NULL, NULL },
		{ "relative/path", "https://base.example/x/", "base.example" },
		{ "?q", "https://base.example/x/", "base.example" },
		/* places of the document's own host, where the scheme is the same */
		{ "https:login", "https://base.example/x/", "base.example" },
		{ "https:/login", "https://base.example/x/", "base.example" },
		{ "https://other.example", "https://base.example/x/", "other.example" },
		{ "https:\\\\other.example", "https://base.example/", "other.example" },
		{ "http:other.example", "https://base.example/", "other.example" },
		{ "mailto:x@example.org", "https://base.example/", NULL },
		{ "http://other.example/", "https://base.example/", "other.example" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct link link = { .url = rows[i].url };

		g_test_message("%s", rows[i].url);
		links_resolve(a, &link, rows[i].base);
		g_assert_cmpstr(link.host, ==, rows[i].host);
		g_assert_true((link.org == NULL) == (link.host == NULL));
	}
}

static void test_text(void)
{
	static const struct {
		const char *text, *want; /* urls with "|" */
	} rows[] = {
		{ "", "" },
		{ "see http://example.org/x now", "http://example.org/x|" },
		{ "see https://example.org/x.", "https://example.org/x|" },
		{ "(http://example.org/a_(b))", "http://example.org/a_(b)|" },
		{ "<http://example.org/>", "http://example.org/|" },
		{ "\"www.example.org\", HTTP://EXAMPLE.ORG!",
		  "www.example.org|HTTP://EXAMPLE.ORG|" },
		{ "*https://example.org/a*", "https://example.org/a|" },
		{ "xhttp://example.org awww.example.org", "" },
		{ "http:// www. https://", "" },
		{ "http://example.org/ü\xc2\xa0x", "http://example.org/ü|" },
		{ "http://a.example/?u=http://b.example/",
		  "http://a.example/?u=http://b.example/|" },
		{ "h", "" },
		{ "http:/", "" },
		{ "www", "" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		GArray *links = g_array_new(FALSE, FALSE, sizeof(struct link));
		GString *got = g_string_new(NULL);
		size_t n = strlen(rows[i].text);
		char *exact = g_memdup2(rows[i].text, n);

		g_assert_false(links_in_text(a, (struct bytes){ exact, n }, links, 100));
		for (guint k = 0; k < links->len; k++)
			g_string_append_printf(got, "%s|",
					       g_array_index(links, struct link, k).url);
		g_assert_cmpstr(got->str, ==, rows[i].want);
		g_free(exact);
		g_string_free(got, TRUE);
		g_array_free(links, TRUE);
	}
}

static void test_limits(void)
{
	GArray *links = g_array_new(FALSE, FALSE, sizeof(struct link));
	GString *text = g_string_new("http://x.example/");

	for (int i = 0; i < 2000; i++)
		g_string_append(text, "ü");
	g_assert_false(links_in_text(a, bytes_of(text->str), links, 10));
	g_assert_cmpuint(strlen(g_array_index(links, struct link, 0).url), <=, 2048);
	g_assert_true(
		g_utf8_validate(g_array_index(links, struct link, 0).url, -1, NULL));
	g_string_truncate(text, 0);
	for (int i = 0; i < 20; i++)
		g_string_append(text, "http://x.example/ ");
	g_array_set_size(links, 0);
	g_assert_true(links_in_text(a, bytes_of(text->str), links, 10));
	g_assert_cmpuint(links->len, ==, 10);
	g_string_free(text, TRUE);
	g_array_free(links, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	a = arena_create();
	g_test_add_func("/links/resolve", test_resolve);
	g_test_add_func("/links/text", test_text);
	g_test_add_func("/links/limits", test_limits);
	int failed = g_test_run();

	arena_destroy(&a);
	return failed;
}
