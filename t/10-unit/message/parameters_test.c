/* Every value that some reader takes for a parameter's. */
#include "message/parameters.h"

#include <string.h>

#include "base/limits.h"
#include "message/message.h"

static struct arena *a;

/* all values, one a line */
static char *found(const char *value, size_t n, const char *name)
{
	GPtrArray *all = g_ptr_array_new();
	char *exact = g_memdup2(value, n);
	GString *out = g_string_new(NULL);

	parameters_find(a, (struct bytes){ exact, n }, name, all);
	g_free(exact);
	g_assert_cmpuint(all->len, <=, LIMIT_PARAMETER_VALUES);
	for (guint i = 0; i < all->len; i++) {
		g_assert_true(g_utf8_validate(all->pdata[i], -1, NULL));
		g_string_append_printf(out, "%s%s", i > 0 ? "\n" : "",
				       (char *)all->pdata[i]);
	}
	g_ptr_array_free(all, TRUE);
	return g_string_free(out, FALSE);
}

static void test_ways(void)
{
	static const struct {
		const char *value, *want;
	} rows[] = {
		{ "attachment; filename=\"a b.exe\"; size=1", "a b.exe" },
		{ "attachment; FileName = a b.exe ; x=y", "a b.exe" },
		{ "attachment; filename='a.exe'", "a.exe" },
		{ "attachment; filename=\"a.exe", "a.exe" },
		{ "attachment; filename=\"a\\\"b.exe\"", "a\"b.exe" },
		{ "attachment; filename=\"C:\\dir\\a.exe\"", "C:\\dir\\a.exe" },
		{ "attachment;\r\n\tfilename=\"a\r\n b.exe\"", "a b.exe" },
		/* twice, and in two spellings */
		{ "x; filename=a.txt; filename=b.exe", "a.txt\nb.exe" },
		{ "x; filename=a.txt; filename*=utf-8''b.exe", "a.txt\nb.exe" },
		{ "x; filename=a.txt; filename=a.txt", "a.txt" },
		/* RFC 2231: pieces, in any order */
		{ "x; filename*0=\"a.\"; filename*1=ex; filename*2=e", "a.exe" },
		{ "x; filename*1*=%2Ebat; filename*0*=utf-8''a", ".batutf-8''a\na.bat" },
		{ "x; filename*0*=''a%2E; filename*1*=%62; filename*2=at", "a.bat" },
		{ "x; filename*0=a%2E; filename*1=exe", "a%2E"
							"exe\na.exe" },
		/* a gap: some stop, some go on */
		{ "x; filename*0=a.txt; filename*2=.exe", "a.txt.exe\na.txt" },
		{ "x; filename*=iso-8859-1'de'%FCber.exe", "\xc3\xbc"
							   "ber.exe" },
		{ "x; filename*=a%2Eexe", "a.exe" },
		{ "x; filename*=utf-8''a.exe%00.txt", "a.exe\na.exe\xef\xbf\xbd.txt" },
		/* RFC 2047 where it should not be: words, with padding, side by side */
		{ "x; filename=\"=?utf-8?B?YQ==?= =?utf-8?B?Lg==?=\r\n "
		  "=?utf-8?B?ZXhl?=\"",
		  "a.exe" },
		{ "x; filename==?utf-8?q?a=2Eexe?=", "a.exe" },
		/* none of it */
		{ "x; filenames=a.exe; file=b; filename*x=c; filename*0x=d", "" },
		{ "x; filename=", "" },
		{ "x; filename", "" },
		{ "", "" },
		{ ";;;=;*=", "" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *got = found(rows[i].value, strlen(rows[i].value), "filename");

		g_assert_cmpstr(got, ==, rows[i].want);
		g_free(got);
	}
}

static void test_limits(void)
{
	GString *many = g_string_new("x"), *pieces = g_string_new("x");

	for (int i = 0; i < 1000; i++)
		g_string_append_printf(many, "; filename=%d.exe", i);
	for (int i = 150; i-- > 0;)
		g_string_append_printf(pieces, "; filename*%d=%c", i,
				       i == 149 ? 'e' : 'x');
	char *got = found(many->str, many->len, "filename");
	char **lines = g_strsplit(got, "\n", -1);

	g_assert_cmpuint(g_strv_length(lines), ==, LIMIT_PARAMETER_VALUES);
	g_strfreev(lines);
	g_free(got);
	got = found(pieces->str, pieces->len, "filename");
	g_assert_cmpuint(strlen(got), ==, 150 + 1 + 150);
	g_free(got);
	g_string_free(many, TRUE);
	g_string_free(pieces, TRUE);
}

static void test_text(void)
{
	static const char *const texts[] = { "Delivery report", "http://x.example/a.com",
					     "", "a.", "version 1. 5" };
	GPtrArray *all = g_ptr_array_new();

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		parameters_add_text(a, bytes_of(texts[i]), all);
	g_assert_cmpuint(all->len, ==, 0);
	parameters_add_text(a, bytes_of(" =?utf-8?q?a=2Eexe?= "), all);
	g_assert_cmpuint(all->len, ==, 1);
	g_assert_cmpstr(all->pdata[0], ==, "a.exe");
	g_ptr_array_free(all, TRUE);
}

/* every cut and every wrong byte: no crash (the sanitizers look on) */
static void test_hostile(void)
{
	static const char value[] = "x; filename*1*=%2E%0; filename*0*=utf-8'd'a; "
				    "filename=\"=?utf-8?B?YQ==?=\\\"; filename*=''%";
	char copy[sizeof(value)];

	for (size_t n = 0; n < sizeof(value); n++)
		g_free(found(value, n, "filename"));
	for (size_t i = 0; i < sizeof(value); i++) {
		memcpy(copy, value, sizeof(value));
		copy[i] = '\0';
		g_free(found(copy, sizeof(copy), "filename"));
		copy[i] = '"';
		g_free(found(copy, sizeof(copy), "filename"));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	a = arena_create();
	g_test_add_func("/parameters/ways", test_ways);
	g_test_add_func("/parameters/limits", test_limits);
	g_test_add_func("/parameters/text", test_text);
	g_test_add_func("/parameters/hostile", test_hostile);
	int failed = g_test_run();

	arena_destroy(&a);
	return failed;
}
