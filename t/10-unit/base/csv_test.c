#include <glib.h>

#include "base/arena.h"
#include "base/csv.h"

struct row {
	const char *text;
	const char *want; /* records by "/", fields by "|", errors by "!" */
};

/* RFC 4180 2: fields, quotes, doubled quotes, line breaks inside quotes */
static const struct row rows[] = {
	{ "a,b\r\nc,d\r\n", "a|b/c|d" },
	{ "a,b\nc,d", "a|b/c|d" },
	{ "\xef\xbb\xbfname,x\n", "name|x" },
	{ "\"a\",\"b,c\"\n", "a|b,c" },
	{ "\"a\"\"b\"\n", "a\"b" },
	{ "\"a\nb\",c\n", "a\nb|c" },
	{ "a,\n,b\n,\n", "a|/|b/|" },
	{ "\n\n\na\n\n", "a" },
	{ "", "" },
	{ "a b , c\n", "a b | c" },
	{ "a\rb\n", "a\rb" },
	{ "a\"b,c\nd\n", "!a quote inside a field that does not begin with one/d" },
	{ "\"a\"b\nd\n", "!text behind a closing quote/d" },
	{ "a,\"b", "!a quote that is never closed" },
	{ "\"", "!a quote that is never closed" },
	{ "\"\"", "" },
};

static char *read_all(const char *text, size_t n)
{
	struct arena *a = arena_create();
	char *exact = g_memdup2(text, n); /* no NUL behind it */
	struct csv c = csv_begin((struct bytes){ exact, n });
	GString *all = g_string_new(NULL);
	struct csv_record r;
	bool first = true;

	while (csv_next(&c, a, &r)) {
		if (!first)
			g_string_append_c(all, '/');
		first = false;
		if (r.why != NULL)
			g_string_append_printf(all, "!%s", r.why);
		for (size_t i = 0; r.why == NULL && i < r.n; i++)
			g_string_append_printf(all, "%s%s", i > 0 ? "|" : "",
					       r.fields[i]);
	}
	g_free(exact);
	arena_destroy(&a);
	return g_string_free(all, FALSE);
}

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *got = read_all(rows[i].text, strlen(rows[i].text));

		g_assert_cmpstr(got, ==, rows[i].want);
		g_free(got);
	}
}

static void test_nul(void)
{
	char *got = read_all("a\0b,c\nd\n", 8);

	g_assert_cmpstr(got, ==, "!a NUL byte/d");
	g_free(got);
}

static void test_lines(void)
{
	struct csv c = csv_begin(bytes_of("a\n\n\"x\ny\"\nb\"\nc\n"));
	static const size_t want[] = { 1, 3, 5, 6 };
	struct arena *a = arena_create();
	struct csv_record r;
	size_t n = 0;

	while (csv_next(&c, a, &r))
		g_assert_cmpuint(r.line, ==, want[n++]);
	g_assert_cmpuint(n, ==, 4);
	arena_destroy(&a);
}

static void test_many_fields(void)
{
	char *commas = g_strnfill(1000, ',');
	char *got = read_all(commas, 1000);

	g_assert_cmpstr(got, ==, "!too many fields");
	g_free(got);
	g_free(commas);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/csv/rows", test_rows);
	g_test_add_func("/csv/nul", test_nul);
	g_test_add_func("/csv/lines", test_lines);
	g_test_add_func("/csv/many-fields", test_many_fields);
	return g_test_run();
}
