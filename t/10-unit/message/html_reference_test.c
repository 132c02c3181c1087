/* Character references, as browsers read them. */
#include "message/html_reference.h"

#include <string.h>

struct row {
	const char *coded, *text, *value; /* value NULL: the same as the text */
};

static char *decoded(struct bytes coded, bool value)
{
	GString *out = g_string_new(NULL);
	char *exact = g_memdup2(coded.at, coded.n);

	html_decode(out, (struct bytes){ exact, coded.n }, value);
	g_free(exact);
	return g_string_free(out, FALSE);
}

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *text = decoded(bytes_of(rows[i].coded), false);
		char *value = decoded(bytes_of(rows[i].coded), true);

		g_test_message("%s", rows[i].coded);
		g_assert_cmpstr(text, ==, rows[i].text);
		g_assert_cmpstr(value, ==,
				rows[i].value != NULL ? rows[i].value : rows[i].text);
		g_free(text);
		g_free(value);
	}
}

static void test_names(void)
{
	static const struct row rows[] = {
		{ "", "", NULL },
		{ "a&amp;b&lt;c&gt;&quot;&apos;", "a&b<c>\"'", NULL },
		{ "&amp&lt", "&<", NULL },
		{ "&ampx &amp=", "&x &=", "&ampx &amp=" },
		{ "&copy1&copy;1", "©1©1", "&copy1©1" },
		{ "&notit; &notin;", "¬it; ∉", "&notit; ∉" },
		{ "&not &nots", "¬ ¬s", "¬ &nots" },
		{ "&aacute&Aacute;", "áÁ", NULL },
		{ "&sup1;&sup;&sup1", "¹⊃¹", NULL },
		{ "&frac12;&there4;", "½∴", NULL },
		{ "&CounterClockwiseContourIntegral;", "∳", NULL },
		{ "&CounterClockwiseContourIntegrals;",
		  "&CounterClockwiseContourIntegrals;", NULL },
		{ "&nGt;", "\xe2\x89\xab\xe2\x83\x92", NULL },
		{ "&NewLine;&Tab;&nbsp;", "\n\t\xc2\xa0", NULL },
		{ "&colon;&period;&lbrace;", ":.{", NULL },
		{ "&zwnj;&zwj;", "\xe2\x80\x8c\xe2\x80\x8d", NULL },
		{ "&AMP;&GT&LT", "&><", NULL },
		{ "&AMp;&bogus; &; & &a", "&AMp;&bogus; &; & &a", NULL },
		{ "&&amp;&", "&&&", NULL },
		{ "&amp;lt;", "&lt;", NULL },
		{ "&\xc3\xa4;", "&ä;", NULL },
		{ "&Zopf;&zwnj;&zeta;&Alpha;&alpha;", "ℤ\xe2\x80\x8cζΑα", NULL },
	};

	check(rows, G_N_ELEMENTS(rows));
}

static void test_numbers(void)
{
	static const struct row rows[] = {
		{ "&#65;&#x42;&#X43;&#0068;", "ABCD", NULL },
		{ "&#65&#x42 &#65x", "AB Ax", NULL },
		{ "&#;&#x;&#xg;&#", "&#;&#x;&#xg;&#", NULL },
		{ "&#128;&#x99;&#146;&#129;", "€™’\xc2\x81", NULL },
		{ "&#0;&#xd800;&#xdfff;&#x110000;",
		  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", NULL },
		{ "&#99999999999999999999999;", "\xef\xbf\xbd", NULL },
		{ "&#x1F600;&#x10ffff;", "😀\xf4\x8f\xbf\xbf", NULL },
		{ "&#8203;&#13;", "\xe2\x80\x8b\r", NULL },
	};

	check(rows, G_N_ELEMENTS(rows));
}

static void test_nul(void)
{
	char *out = decoded((struct bytes){ "a\0&\0", 4 }, false);

	g_assert_cmpstr(out, ==, "a\xef\xbf\xbd&\xef\xbf\xbd");
	g_free(out);
}

/* Every row of the table is found, under its own name alone. */
static void test_table(void)
{
	static const struct {
		char letter;
		const char *names;
	} groups[] = {
#define ROW(letter, names) { letter, names },
#include "message/html_entities.def"
#undef ROW
	};
	size_t found = 0, without_end = 0;
	GString *name = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(groups); i++) {
		char **rows = g_strsplit(groups[i].names, " ", -1);

		for (char **row = rows; *row != NULL && **row != '\0'; row++) {
			size_t n = strcspn(*row, ":.");

			g_assert_cmpint(**row, ==, groups[i].letter);
			g_string_printf(name, "&%.*s;", (int)n, *row);
			char *text = decoded(bytes_of(name->str), true);

			g_assert_cmpstr(text, ==, *row + n + 1);
			found++;
			without_end += (*row)[n] == '.';
			g_free(text);
		}
		g_strfreev(rows);
	}
	g_assert_cmpuint(found, ==, 2125);
	g_assert_cmpuint(without_end, ==, 106);
	g_string_free(name, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/html-reference/names", test_names);
	g_test_add_func("/html-reference/numbers", test_numbers);
	g_test_add_func("/html-reference/nul", test_nul);
	g_test_add_func("/html-reference/table", test_table);
	return g_test_run();
}
