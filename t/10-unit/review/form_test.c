/* Fields, cookies, and the HTML that is written. */
#include "review/form.h"

#include <glib.h>

#include "base/limits.h"
#include "review/page.h"

static void reads_fields(void)
{
	struct form *f = form_read(bytes_of("a=1&b=x+y%20z&a=2&c&d=%3C%26&=e&&g=%zz%4"));
	size_t n = 0;
	const char **all = form_values(f, "a", &n);

	g_assert_cmpuint(n, ==, 2);
	g_assert_cmpstr(all[1], ==, "2");
	g_free(all);
	g_assert_cmpstr(form_get(f, "b"), ==, "x y z");
	g_assert_cmpstr(form_get(f, "c"), ==, "");
	g_assert_cmpstr(form_get(f, "d"), ==, "<&");
	g_assert_cmpstr(form_get(f, ""), ==, "e");
	g_assert_cmpstr(form_get(f, "g"), ==, "%zz%4");
	g_assert_null(form_get(f, "h"));
	g_assert_cmpstr(form_text(f, "h"), ==, "");
	form_free(f);
	f = form_read(bytes_of("t=a%0D%0Ab"));
	g_assert_cmpstr(form_get(f, "t"), ==, "a\nb");
	form_free(f);
	f = form_read(bytes_of(NULL));
	g_assert_null(form_get(f, "t"));
	form_free(f);
}

static void refuses(void)
{
	GString *many = g_string_new(NULL);

	g_assert_null(form_read(bytes_of("a=%00")));
	g_assert_null(form_read(bytes_of("a=%ff")));
	g_assert_null(form_read(bytes_of("%ff=a")));
	g_assert_null(form_read(bytes_of("a=%c3")));
	g_assert_null(form_read_cookies(bytes_of("a=\xff")));
	for (int i = 0; i <= LIMIT_REVIEW_FIELDS; i++)
		g_string_append(many, "a=1&");
	g_assert_null(form_read((struct bytes){ many->str, many->len }));
	g_string_free(many, TRUE);
}

static void reads_cookies(void)
{
	struct form *f = form_read_cookies(bytes_of("x=1; __Host-a=b=c;y;  z=%20"));

	g_assert_cmpstr(form_get(f, "__Host-a"), ==, "b=c");
	g_assert_cmpstr(form_get(f, "z"), ==, "%20");
	g_assert_null(form_get(f, "y"));
	form_free(f);
}

static void writes_pages(void)
{
	struct page p = { .out = g_string_new(NULL) };
	char *path = path_join("/hold/", "a/../\"b", "/html");
	GString *query = g_string_new("/list");

	g_assert_cmpstr(path, ==, "/hold/a%2F..%2F%22b/html");
	query_add(query, "q", "a&b=c");
	query_add(query, "r", "");
	query_add(query, "s", "\xc3\xa4");
	g_assert_cmpstr(query->str, ==, "/list?q=a%26b%3Dc&s=%C3%A4");
	page_open(&p, "a", "href", path, "title", "\"<x>'", "rel", (const char *)NULL,
		  NULL);
	page_text(&p, "a<b>&\"\xff");
	page_close(&p, "a");
	page_printf(&p, "%s", "<i>");
	g_assert_cmpstr(p.out->str, ==,
			"<a href=\"/hold/a%2F..%2F%22b/html\" "
			"title=\"&quot;&lt;x&gt;&#39;\">a&lt;b&gt;&amp;&quot;"
			"\xef\xbf\xbd</a>&lt;i&gt;");
	g_string_free(query, TRUE);
	g_string_free(p.out, TRUE);
	g_free(path);
}

/* No page of ours can lead to another site or run a text. */
static void aborts_for(const char *name, const char *value)
{
	if (g_test_subprocess()) {
		struct page p = { .out = g_string_new(NULL) };

		page_open(&p, "a", name, value, NULL);
		return;
	}
	g_test_trap_subprocess(NULL, 0, 0);
	g_test_trap_assert_failed();
}

static void no_foreign_address(void)
{
	aborts_for("href", "https://evil.example/");
}

static void no_foreign_host(void)
{
	aborts_for("action", "//evil.example/");
}

static void no_script(void)
{
	aborts_for("onclick", "x");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/form/reads_fields", reads_fields);
	g_test_add_func("/form/refuses", refuses);
	g_test_add_func("/form/reads_cookies", reads_cookies);
	g_test_add_func("/form/writes_pages", writes_pages);
	g_test_add_func("/form/no_foreign_address", no_foreign_address);
	g_test_add_func("/form/no_foreign_host", no_foreign_host);
	g_test_add_func("/form/no_script", no_script);
	return g_test_run();
}
