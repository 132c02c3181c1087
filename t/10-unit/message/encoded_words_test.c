/* RFC 2047 as readers read it. */
#include "message/encoded_words.h"

#include <glib.h>
#include <string.h>

#include "lib/effort.h"
#include "message/message.h"

static void test_words(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		/* section 8: "white space between adjacent encoded-words is not displayed" */
		{ "=?ISO-8859-1?Q?a?=", "a" },
		{ "=?ISO-8859-1?Q?a?= b", "a b" },
		{ "=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab" },
		{ "=?ISO-8859-1?Q?a?=   \t =?ISO-8859-1?Q?b?=", "ab" },
		{ "=?ISO-8859-1?Q?a_b?=", "a b" },
		{ "=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b" },
		{ "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= "
		  "=?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
		  "If you can read this you understand the example." },
		/* characters cut in two: not allowed, but common */
		{ "=?utf-8?B?w6nD?= =?utf-8?B?qQ==?=", "éé" },
		{ "=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=", "é" },
		/* RFC 2231 5: a language after the set */
		{ "=?us-ascii*en?Q?Keld?=", "Keld" },
		{ "=?koi8-r?B?8NLJ18XU?=", "Привет" },
		{ "=?gb2312?B?xOO6ww==?=", "你好" },
		{ "=?iso-2022-jp?B?GyRCJDMkcxsoQg==?=", "こん" },
		{ "=?windows-1252?Q?=93q=94?=", "“q”" },
		{ "=?iso-8859-1?Q?=93q=94?=", "“q”" },
		/* without blanks around them, in quotes, in brackets */
		{ "[x]=?utf-8?Q?y?=z", "[x]yz" },
		{ "\"=?utf-8?Q?y?=\"", "\"y\"" },
		{ "(=?utf-8?Q?y?=)", "(y)" },
		/* what is none stays */
		{ "=?", "=?" },
		{ "=?utf-8", "=?utf-8" },
		{ "=?utf-8?", "=?utf-8?" },
		{ "=?utf-8?Q", "=?utf-8?Q" },
		{ "=?utf-8?Q?", "=?utf-8?Q?" },
		{ "=?utf-8?Q?abc", "=?utf-8?Q?abc" },
		{ "=?utf-8?X?abc?=", "=?utf-8?X?abc?=" },
		{ "=??Q?abc?=", "=??Q?abc?=" },
		{ "=?a b?Q?abc?=", "=?a b?Q?abc?=" },
		{ "=?utf-8?Q?"
		  "?=",
		  "" },
		{ "=?utf-8?Q?=?=", "=" },
		{ "=?utf-8?Q?a=ZZ?=", "a=ZZ" },
		/* sets nobody knows, bytes that are not of the set, NUL */
		{ "=?x-nonsense?Q?abc?=", "abc" },
		{ "=?x-nonsense?Q?=FF?=", "\xef\xbf\xbd" },
		{ "=?utf-8?Q?a=FFb?=", "a\xef\xbf\xbd"
				       "b" },
		{ "=?utf-8?Q?a=00b?=", "a\xef\xbf\xbd"
				       "b" },
		/* raw 8-bit inside and outside */
		{ "=?iso-8859-1?Q?Fr\xf6sche?=", "Frösche" },
		{ "Fr\xf6sche", "Frösche" },
		{ "Fr\xc3\xb6sche", "Frösche" },
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		size_t n = strlen(rows[i].in);
		char *exact = g_memdup2(rows[i].in, n);

		g_assert_cmpstr(encoded_words(a, (struct bytes){ exact, n }), ==,
				rows[i].want);
		g_free(exact);
	}
	arena_destroy(&a);
}

static void test_length(void)
{
	g_assert_cmpuint(encoded_word_length(bytes_of("=?utf-8?Q?abc?= x")), ==, 15);
	g_assert_cmpuint(encoded_word_length(bytes_of("=?utf-8?Q?a c?=")), ==, 0);
	g_assert_cmpuint(encoded_word_length(bytes_of("x=?utf-8?Q?a?=")), ==, 0);
	g_assert_cmpuint(encoded_word_length(bytes_of("=?utf-8?Q?a?")), ==, 0);
}

static void read_pieces(const void *piece, size_t n)
{
	struct arena *a = arena_create();
	GString *text = g_string_sized_new(n);

	while (text->len < n)
		g_string_append(text, piece);
	encoded_words(a, (struct bytes){ text->str, text->len });
	g_string_free(text, TRUE);
	arena_destroy(&a);
}

static void test_linear(void)
{
	g_assert_true(effort_is_linear(read_pieces, "=?a?q?", 256 * 1024));
}

int main(int argc, char **argv)
{
	message_library_init();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/encoded-words/words", test_words);
	g_test_add_func("/encoded-words/length", test_length);
	g_test_add_func("/encoded-words/linear", test_linear);
	return g_test_run();
}
