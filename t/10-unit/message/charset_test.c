/* Whatever comes in, UTF-8 comes out. */
#include "message/charset.h"

#include <glib.h>
#include <string.h>

#include "message/message.h"

static void test_sets(void)
{
	static const struct {
		const char *charset, *in, *want;
		bool sound;
	} rows[] = {
		{ NULL, "", "", true },
		{ NULL, "ascii", "ascii", true },
		{ "utf-8", "ascii", "ascii", true },
		{ "UTF-8", "\xc3\xa9", "é", true },
		{ "utf8", "caf\xe9 bar", "caf\xef\xbf\xbd bar", false },
		/* RFC 2046 4.1.2: the default is US-ASCII; programs forget to say better */
		{ NULL, "\xc3\xa9", "é", false },
		{ "us-ascii", "\xc3\xa9", "é", false },
		{ NULL, "caf\xe9", "café", false },
		/* Encoding Standard 4.2: iso-8859-1 is a label of windows-1252 */
		{ "iso-8859-1", "\x93q\x94 caf\xe9", "“q” café", true },
		{ "windows-1252", "\x80", "€", true },
		{ "windows-1252", "\x81", "\xef\xbf\xbd", true },
		{ "iso-8859-15", "\xa4", "€", true },
		{ "koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет", true },
		{ "gb2312", "\xc4\xe3\xba\xc3", "你好", true },
		{ "iso-2022-jp", "\x1b$B$3$s\x1b(B", "こん", true },
		{ "utf-7", "Hi +AOk- there", "Hi é there", true },
		{ "shift_jis", "\x82\xb1", "こ", true },
		{ "big5", "\xa4\xa4", "中", true },
		{ "x-nonsense", "caf\xe9", "caf\xef\xbf\xbd", false },
		/* who knows what the bytes mean there */
		{ "x-nonsense", "plain", "plain", false },
		/* aliases: the same letters, none of them silently lost */
		{ "csISO2022JP", "\x1b$B$3$s\x1b(B", "こん", true },
		{ "iso2022jp", "\x1b$B$3$s\x1b(B", "こん", true },
		{ "UNICODE-1-1-UTF-7", "Hi +AOk- there", "Hi é there", true },
		{ "Windows-31J", "\x82\xb1", "こ", true },
		{ "ks_c_5601-1987", "\xb0\xa1", "가", true },
		{ "csEUCPkdFmtJapanese", "\xa4\xb3", "こ", true },
		{ "cp-850", "\x82", "é", true },
		{ "../../etc/passwd", "caf\xe9", "caf\xef\xbf\xbd", false },
		{ "", "caf\xe9", "caf\xef\xbf\xbd", false },
		/* an unfinished character at the end */
		{ "gb2312", "\xc4", "\xef\xbf\xbd", false },
		{ "gb2312", "\xff\xc4\xe3", "\xef\xbf\xbd你", false },
	};
	struct arena *a = arena_create();
	bool sound;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		size_t n = strlen(rows[i].in);
		char *exact = g_memdup2(rows[i].in, n);
		struct bytes got = charset_decode(a, (struct bytes){ exact, n },
						  rows[i].charset, &sound);

		g_assert_cmpstr(got.at, ==, rows[i].want);
		g_assert_cmpuint(got.n, ==, strlen(rows[i].want));
		g_assert_cmpint(sound, ==, rows[i].sound);
		g_free(exact);
	}
	arena_destroy(&a);
}

static void test_wide(void)
{
	struct arena *a = arena_create();
	bool sound;
	struct bytes got =
		charset_decode(a, (struct bytes){ "h\0\xe9\0", 4 }, "utf-16le", &sound);

	g_assert_cmpstr(got.at, ==, "hé");
	g_assert_true(sound);
	/* NUL is no text */
	got = charset_decode(a, (struct bytes){ "a\0b", 3 }, "utf-8", &sound);
	g_assert_cmpstr(got.at, ==,
			"a\xef\xbf\xbd"
			"b");
	g_assert_false(sound);
	got = charset_decode(a, (struct bytes){ "\0\0a\0", 4 }, "utf-16le", &sound);
	g_assert_cmpstr(got.at, ==,
			"\xef\xbf\xbd"
			"a");
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	message_library_init();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/charset/sets", test_sets);
	g_test_add_func("/charset/wide", test_wide);
	return g_test_run();
}
