/* Lists of addresses in one text. */
#include "base/pieces.h"

#include <glib.h>

static void test_split(void)
{
	static const struct {
		const char *text, *separators, *want;
	} rows[] = {
		{ "", ",", "" },
		{ "a, b,,c", ", ", "a|b|c" },
		{ "\"smith, ann\"@example.org,bob@example.org", ", ",
		  "\"smith, ann\"@example.org|bob@example.org" },
		{ "\"a\\\"; b\"@x.example;c@x.example", ";",
		  "\"a\\\"; b\"@x.example|c@x.example" },
		/* not closed: as any other character, and not looked for again */
		{ "5\" wide, 6\\\" high", ",", "5\" wide| 6\\\" high" },
		{ "\"a, b", ", ", "\"a|b" },
		{ "\"", ",", "\"" },
		{ "\"a\\", ",", "\"a\\" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char **got = pieces_split(rows[i].text, rows[i].separators);
		char *joined = g_strjoinv("|", got);

		g_assert_cmpstr(joined, ==, rows[i].want);
		g_free(joined);
		g_strfreev(got);
	}
}

/* a quote is looked for once, however many stand behind it */
static void test_linear(void)
{
	GString *many = g_string_new("\"");

	for (int i = 0; i < 1000000; i++)
		g_string_append(many, "\\\"");
	char **got = pieces_split(many->str, ",");

	g_assert_cmpuint(g_strv_length(got), ==, 1);
	g_assert_cmpstr(got[0], ==, many->str);
	g_strfreev(got);
	g_string_free(many, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pieces/split", test_split);
	g_test_add_func("/pieces/linear", test_linear);
	return g_test_run();
}
