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
	/* what a spreadsheet makes where the comma is the decimal sign */
	{ "name;addresses\r\n\"Roe, Jane\";\"a@x.example;b@x.example\"\r\n",
	  "name|addresses/Roe, Jane|a@x.example;b@x.example" },
	{ "name\taddresses\nJane Roe\ta@x.example;b@x.example\n",
	  "name|addresses/Jane Roe|a@x.example;b@x.example" },
	{ "sep=;\r\na;b\r\n1,5;2\r\n", "a|b/1,5|2" },
	{ "\"a;b\",c\n", "a;b|c" },
	{ "\xef\xbb\xbfname;x\n1;2\n", "name|x/1|2" },
	{ "only\na;b\n", "only/a;b" },
	{ "sep=", "sep=" },
	{ "\xff\xfe", "" },
};

static char *read_all(const char *text, size_t n)
{
	struct arena *a = arena_create();
	char *exact = g_memdup2(text, n); /* no NUL behind it */
	struct csv c = csv_begin(a, (struct bytes){ exact, n });
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

/* both byte orders, a pair of surrogates, half a pair, half a unit */
static void test_utf16(void)
{
	static const struct {
		const char *text;
		size_t n;
		const char *want;
	} files[] = {
		{ "\xff\xfe"
		  "a\0;\0\xe4\0\n\0",
		  10, "a|\xc3\xa4" },
		{ "\xfe\xff"
		  "\0a\0;\0\xe4\0\n",
		  10, "a|\xc3\xa4" },
		{ "\xff\xfe"
		  "\x3d\xd8\x00\xde,\0b\0",
		  10, "\xf0\x9f\x98\x80|b" },
		{ "\xff\xfe"
		  "a\0\x3d\xd8",
		  6, "a\xef\xbf\xbd" },
		{ "\xff\xfe"
		  "a\0b",
		  5, "a\xef\xbf\xbd" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		char *got = read_all(files[i].text, files[i].n);

		g_assert_cmpstr(got, ==, files[i].want);
		g_free(got);
	}
}

static void test_lines(void)
{
	struct arena *a = arena_create();
	struct csv c = csv_begin(a, bytes_of("a\n\n\"x\ny\"\nb\"\nc\n"));
	static const size_t want[] = { 1, 3, 5, 6 };
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
	g_test_add_func("/csv/utf16", test_utf16);
	g_test_add_func("/csv/lines", test_lines);
	g_test_add_func("/csv/many-fields", test_many_fields);
	return g_test_run();
}
