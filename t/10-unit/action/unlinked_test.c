/* unlinked.c: what a banner says of a stranger's words is nothing to click or to call. */
#include "action/unlinked.h"

static void test_ascii(void)
{
	static const char *const rows[][2] = {
		{ "http://help.evil.example/now", "http[:]//help[.]evil[.]example/now" },
		{ "jane@mail.example", "jane[@]mail[.]example" },
		{ "tel:+15550100", "tel[:]+15550100" },
		{ "invoice.pdf.exe", "invoice[.]pdf[.]exe" },
		{ "\"mail.example\":", "\"mail[.]example\":" },
		{ "4.5", "4.5" },
		{ "10:30", "10:30" },
		{ "CAUTION:", "CAUTION:" },
		{ ".", "." },
		{ "", "" },
		{ "a...b", "a[.][.][.]b" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		GString *word = g_string_new(rows[i][0]);

		unlinked_ascii(word);
		g_assert_cmpstr(word->str, ==, rows[i][1]);
		g_string_free(word, TRUE);
	}
}

static void test_numbers(void)
{
	static const char *const rows[][2] = {
		{ "call +1 202 555 0100 now", "call +[number] now" },
		{ "(030) 12 34 56-78.", "([number]." },
		{ "\xd9\xa0\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6\xd9\xa7\xd9"
		  "\xa8",
		  "[number]" },
		{ "8 of 15 days", "8 of 15 days" },
		{ "on 2026-11-20", "on 2026-11-20" },
		{ "192.0.2.10", "192.0.2.10" },
		{ "", "" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *made = without_numbers(rows[i][0]);

		g_assert_cmpstr(made, ==, rows[i][1]);
		g_free(made);
	}
}

/* each sign that browsers read as one of an address */
static void test_signs(void)
{
	g_assert_true(makes_link('a', '.', 'b'));
	g_assert_true(makes_link('1', '.', 'b'));
	g_assert_true(makes_link('a', 0x3002, 'b'));
	g_assert_true(makes_link('a', 0xff20, 0x4e00));
	g_assert_false(makes_link('a', '.', ' '));
	g_assert_false(makes_link('a', '.', 0));
	g_assert_false(makes_link(0, '.', 'a'));
	g_assert_false(makes_link(0x2028, '.', 'a'));
	g_assert_false(makes_link('a', '/', 'b'));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/unlinked/ascii", test_ascii);
	g_test_add_func("/unlinked/numbers", test_numbers);
	g_test_add_func("/unlinked/signs", test_signs);
	return g_test_run();
}
