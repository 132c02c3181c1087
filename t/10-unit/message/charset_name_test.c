/* Aliases of character sets, as mail has them. */
#include "message/charset_name.h"

#include <glib.h>
#include <iconv.h>
#include <string.h>

static const struct {
	const char *said, *name;
} rows[] = {
	{ "UTF-8", "UTF-8" },
	{ "\"utf8\"", "UTF-8" },
	{ "unicode-1-1-utf-8", "UTF-8" },
	{ "CP65001", "UTF-8" },
	{ "US-ASCII", "US-ASCII" },
	{ "ANSI_X3.4-1968", "US-ASCII" },
	{ " iso-8859-1 ", "CP1252" },
	{ "ISO_8859-1:1987", "CP1252" },
	{ "latin_1", "CP1252" },
	{ "cp-1252", "CP1252" },
	{ "windows1252", "CP1252" },
	{ "iso8859-15", "ISO-8859-15" },
	{ "csISO885915", "ISO-8859-15" },
	{ "iso-8859-8-i", "ISO-8859-8" },
	{ "ISO_8859-9:1989", "CP1254" },
	{ "iso-8859-11", "CP874" },
	{ "x-sjis", "CP932" },
	{ "Windows-31J", "CP932" },
	{ "MS_Kanji", "CP932" },
	{ "ks_c_5601-1987", "UHC" },
	{ "euc_kr", "UHC" },
	{ "gb2312", "GB18030" },
	{ "cp936", "GB18030" },
	{ "csISO2022JP", "ISO-2022-JP-3" },
	{ "iso2022jp", "ISO-2022-JP-3" },
	{ "cp50220", "ISO-2022-JP-3" },
	{ "UNICODE-1-1-UTF-7", "UTF-7" },
	{ "csEUCPkdFmtJapanese", "EUC-JP-MS" },
	{ "cp-850", "CP850" },
	{ "ibm437", "CP437" },
	{ "dos-866", "CP866" },
	{ "x-mac-cyrillic", "MAC-UK" },
	{ "big5", "BIG5-HKSCS" },
	{ "koi8_r", "KOI8-R" },
	{ "x-klingon", "x-klingon" },
	{ "", "" },
	{ "iso-8859-99", "iso-8859-99" },
};

static void test_names(void)
{
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(charset_name(a, rows[i].said), ==, rows[i].name);
	arena_destroy(&a);
}

/* each name that comes out is one that iconv has */
static void test_known_to_iconv(void)
{
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *name = charset_name(a, rows[i].said);
		iconv_t cd = iconv_open("UTF-8", name);

		g_test_message("%s", name);
		if (name != rows[i].said)
			g_assert_true(cd != (iconv_t)-1);
		if (cd != (iconv_t)-1)
			iconv_close(cd);
	}
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/charset-name/names", test_names);
	g_test_add_func("/charset-name/known-to-iconv", test_known_to_iconv);
	return g_test_run();
}
