/* Tag lists, lists with colons, numbers, and base64 beside them. */
#include "auth/tags.h"

#include <glib.h>

#include "auth/base64.h"

static bool read_exact(const char *text, char **exact_r, struct tags *tags_r)
{
	size_t n = strlen(text);

	*exact_r = g_memdup2(text, n);
	return tags_read((struct bytes){ *exact_r, n }, tags_r);
}

static const struct {
	const char *text;
	bool good;
	size_t n;
	const char *name, *value; /* of one tag among them */
} rows[] = {
	{ "v=1; a=b", true, 2, "a", "b" },
	{ " v = 1 ;\r\n\ta= b c ;", true, 2, "a", "b c" },
	{ "a=b;", true, 1, "a", "b" },
	{ "a=b;;c=d;; ", true, 2, "c", "d" },
	{ "a=", true, 1, "a", "" },
	{ "a=b=c==", true, 1, "a", "b=c==" },
	{ "p=AB\r\n CD", true, 1, "p", "AB\r\n CD" },
	{ "", false, 0, NULL, NULL },
	{ ";", false, 0, NULL, NULL },
	{ "a", false, 0, NULL, NULL },
	{ "v=1; =b", false, 1, "v", "1" },
	{ "v=1; 1a=b", false, 1, "v", "1" },
	{ "v=1; a b=c", false, 1, "v", "1" },
	{ "v=1; a=\303\244", false, 1, "v", "1" },
	{ "v=1; a=\001", false, 1, "v", "1" },
	/* RFC 6376 3.2: "Tags with duplicate names MUST NOT occur within a single tag-list" */
	{ "a=b; a=c", false, 1, "a", "b" },
	{ "h=b; H=c", false, 1, "h", "b" },
};

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct tags tags;
		struct bytes value;
		char *exact;

		g_test_message("%s", rows[i].text);
		g_assert_true(read_exact(rows[i].text, &exact, &tags) == rows[i].good);
		g_assert_cmpuint(tags.n, ==, rows[i].n);
		if (rows[i].name != NULL) {
			g_assert_true(tags_find(&tags, rows[i].name, &value));
			g_assert_cmpmem(value.at, value.n, rows[i].value,
					strlen(rows[i].value));
		}
		g_assert_false(tags_find(&tags, "x", &value));
		g_assert_cmpuint(value.n, ==, 0);
		g_free(exact);
	}
}

static void test_many(void)
{
	GString *text = g_string_new(NULL);
	struct tags tags;

	for (int i = 0; i <= LIMIT_TAGS; i++) {
		g_assert_true(i == 0 || tags_read(bytes_of(text->str), &tags));
		g_string_append_printf(text, "t%d=%d;", i, i);
	}
	g_assert_false(tags_read(bytes_of(text->str), &tags));
	g_assert_cmpuint(tags.n, ==, LIMIT_TAGS);
	g_string_free(text, TRUE);
}

static void test_lists(void)
{
	struct bytes list = bytes_of(" From: To :\r\n\tcc::"), item;
	static const char *const items[] = { "From", "To", "cc", "", "" };
	size_t n = 0;

	while (tag_next(&list, &item)) {
		g_assert_cmpuint(n, <, G_N_ELEMENTS(items));
		g_assert_cmpmem(item.at, item.n, items[n], strlen(items[n]));
		n++;
	}
	g_assert_cmpuint(n, ==, G_N_ELEMENTS(items));
	list = (struct bytes){ 0 };
	g_assert_false(tag_next(&list, &item));
	g_assert_true(tag_is(bytes_of("DNS/txt"), "dns/TXT"));
	g_assert_false(tag_is(bytes_of("dns"), "dns/txt"));
}

static void test_numbers(void)
{
	long long n;

	g_assert_true(tag_number(bytes_of("0"), &n));
	g_assert_true(tag_number(bytes_of("999999999999"), &n));
	g_assert_true(n == 999999999999);
	g_assert_false(tag_number(bytes_of("1000000000000"), &n));
	g_assert_false(tag_number(bytes_of(""), &n));
	g_assert_false(tag_number(bytes_of("-1"), &n));
	g_assert_false(tag_number(bytes_of("1 2"), &n));
}

static const struct {
	const char *text;
	bool good;
	const char *bytes;
} base64_rows[] = {
	{ "YWJj", true, "abc" },
	{ "YWI=", true, "ab" },
	{ "YQ==", true, "a" },
	{ "YQ", true, "a" },
	{ "Y W\r\n\tJ j", true, "abc" },
	{ "", false, "" },
	{ "Y", false, "" },
	{ "YWJjZ", false, "" },
	{ "Y*==", false, "" },
	{ "YQ===", false, "" },
	{ "YQ==YQ==", false, "" },
	{ "====", false, "" },
	{ "YWJjZGVmZ2hp", false, "" }, /* over the eight bytes there is room for */
};

static void test_base64(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(base64_rows); i++) {
		uint8_t out[8];
		size_t n;

		g_test_message("%s", base64_rows[i].text);
		g_assert_true(base64_read(bytes_of(base64_rows[i].text), out, sizeof(out),
					  &n) == base64_rows[i].good);
		if (base64_rows[i].good)
			g_assert_cmpmem(out, n, base64_rows[i].bytes,
					strlen(base64_rows[i].bytes));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/tags/rows", test_rows);
	g_test_add_func("/auth/tags/many", test_many);
	g_test_add_func("/auth/tags/lists", test_lists);
	g_test_add_func("/auth/tags/numbers", test_numbers);
	g_test_add_func("/auth/base64", test_base64);
	return g_test_run();
}
