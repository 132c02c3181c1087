/* What stands in mail is rarely the name that a registry prefers. Names are compared by
 * their letters and digits alone, and families of numbered sets by their number. */
#include "message/charset_name.h"

#include <glib.h>
#include <string.h>

#define KEY_BYTES 64

/* clang-format off */
/* letters and digits of the alias, in lower case */
static const struct {
	const char *key, *name;
} aliases[] = {
	{ "utf8", "UTF-8" }, { "unicode11utf8", "UTF-8" }, { "unicode20utf8", "UTF-8" },
	{ "xunicode20utf8", "UTF-8" }, { "utf8mb4", "UTF-8" }, { "utf8bom", "UTF-8" },
	{ "utf8n", "UTF-8" }, { "csutf8", "UTF-8" }, { "cesu8", "UTF-8" },
	{ "usascii", "US-ASCII" }, { "ascii", "US-ASCII" }, { "ansix341968", "US-ASCII" },
	{ "ansix341986", "US-ASCII" }, { "isoir6", "US-ASCII" }, { "iso646us", "US-ASCII" },
	{ "iso646irv1991", "US-ASCII" }, { "us", "US-ASCII" }, { "csascii", "US-ASCII" },
	{ "ibm367", "US-ASCII" }, { "cp367", "US-ASCII" }, { "7bit", "US-ASCII" },
	{ "8bit", "US-ASCII" }, { "binary", "US-ASCII" },
	{ "latin1", "CP1252" }, { "l1", "CP1252" }, { "isoir100", "CP1252" },
	{ "csisolatin1", "CP1252" }, { "cp819", "CP1252" }, { "ibm819", "CP1252" },
	{ "ansi", "CP1252" }, { "xansi", "CP1252" }, { "iso8859", "CP1252" },
	{ "western", "CP1252" },
	{ "latin2", "ISO-8859-2" }, { "l2", "ISO-8859-2" }, { "isoir101", "ISO-8859-2" },
	{ "csisolatin2", "ISO-8859-2" },
	{ "latin3", "ISO-8859-3" }, { "l3", "ISO-8859-3" }, { "isoir109", "ISO-8859-3" },
	{ "csisolatin3", "ISO-8859-3" },
	{ "latin4", "ISO-8859-4" }, { "l4", "ISO-8859-4" }, { "isoir110", "ISO-8859-4" },
	{ "csisolatin4", "ISO-8859-4" },
	{ "cyrillic", "ISO-8859-5" }, { "isoir144", "ISO-8859-5" },
	{ "csisolatincyrillic", "ISO-8859-5" },
	{ "arabic", "ISO-8859-6" }, { "asmo708", "ISO-8859-6" }, { "ecma114", "ISO-8859-6" },
	{ "isoir127", "ISO-8859-6" }, { "csisolatinarabic", "ISO-8859-6" },
	{ "csiso88596e", "ISO-8859-6" }, { "csiso88596i", "ISO-8859-6" },
	{ "greek", "ISO-8859-7" }, { "greek8", "ISO-8859-7" }, { "ecma118", "ISO-8859-7" },
	{ "elot928", "ISO-8859-7" }, { "suneugreek", "ISO-8859-7" },
	{ "isoir126", "ISO-8859-7" }, { "csisolatingreek", "ISO-8859-7" },
	{ "hebrew", "ISO-8859-8" }, { "visual", "ISO-8859-8" }, { "logical", "ISO-8859-8" },
	{ "isoir138", "ISO-8859-8" }, { "csisolatinhebrew", "ISO-8859-8" },
	{ "csiso88598e", "ISO-8859-8" }, { "csiso88598i", "ISO-8859-8" },
	{ "latin5", "CP1254" }, { "l5", "CP1254" }, { "isoir148", "CP1254" },
	{ "csisolatin5", "CP1254" },
	{ "latin6", "ISO-8859-10" }, { "l6", "ISO-8859-10" }, { "isoir157", "ISO-8859-10" },
	{ "csisolatin6", "ISO-8859-10" }, { "latin7", "ISO-8859-13" },
	{ "latin8", "ISO-8859-14" }, { "latin9", "ISO-8859-15" }, { "l9", "ISO-8859-15" },
	{ "csisolatin9", "ISO-8859-15" }, { "latin10", "ISO-8859-16" },
	{ "thai", "CP874" }, { "tis620", "CP874" }, { "tis62025331", "CP874" },
	{ "cstis620", "CP874" }, { "dos874", "CP874" },
	{ "koi", "KOI8-R" }, { "koi8", "KOI8-R" }, { "koi8r", "KOI8-R" },
	{ "cskoi8r", "KOI8-R" }, { "koi8u", "KOI8-U" }, { "koi8ru", "KOI8-U" },
	{ "csibm866", "CP866" },
	{ "macintosh", "MACINTOSH" }, { "mac", "MACINTOSH" }, { "csmacintosh", "MACINTOSH" },
	{ "macroman", "MACINTOSH" }, { "xmacroman", "MACINTOSH" }, { "xmac", "MACINTOSH" },
	{ "xmaccyrillic", "MAC-UK" }, { "xmacukrainian", "MAC-UK" },
	{ "maccyrillic", "MAC-UK" }, { "xmacce", "MAC-CENTRALEUROPE" },
	{ "xmaccentraleurope", "MAC-CENTRALEUROPE" },
	{ "gb2312", "GB18030" }, { "gb231280", "GB18030" }, { "gbk", "GB18030" },
	{ "xgbk", "GB18030" }, { "gb18030", "GB18030" }, { "chinese", "GB18030" },
	{ "csgb2312", "GB18030" }, { "csgbk", "GB18030" }, { "isoir58", "GB18030" },
	{ "csiso58gb231280", "GB18030" }, { "euccn", "GB18030" }, { "xeuccn", "GB18030" },
	{ "gb", "GB18030" }, { "cngb", "GB18030" }, { "csgb18030", "GB18030" },
	{ "big5", "BIG5-HKSCS" }, { "big5hkscs", "BIG5-HKSCS" }, { "cnbig5", "BIG5-HKSCS" },
	{ "csbig5", "BIG5-HKSCS" }, { "xxbig5", "BIG5-HKSCS" }, { "xbig5", "BIG5-HKSCS" },
	{ "big5eten", "BIG5-HKSCS" },
	{ "eucjp", "EUC-JP-MS" }, { "xeucjp", "EUC-JP-MS" }, { "xeuc", "EUC-JP-MS" },
	{ "cseucpkdfmtjapanese", "EUC-JP-MS" }, { "ujis", "EUC-JP-MS" },
	{ "extendedunixcodepackedformatforjapanese", "EUC-JP-MS" },
	{ "iso2022jp", "ISO-2022-JP-3" }, { "xiso2022jp", "ISO-2022-JP-3" },
	{ "csiso2022jp", "ISO-2022-JP-3" }, { "iso2022jp1", "ISO-2022-JP-3" },
	{ "iso2022jpms", "ISO-2022-JP-3" }, { "iso2022jp3", "ISO-2022-JP-3" },
	{ "jis", "ISO-2022-JP-3" }, { "csiso2022jp2", "ISO-2022-JP-2" },
	{ "iso2022jp2", "ISO-2022-JP-2" },
	{ "shiftjis", "CP932" }, { "sjis", "CP932" }, { "xsjis", "CP932" },
	{ "csshiftjis", "CP932" }, { "mskanji", "CP932" }, { "windows31j", "CP932" },
	{ "cswindows31j", "CP932" }, { "ms932", "CP932" }, { "xshiftjis", "CP932" },
	{ "xmsshiftjis", "CP932" },
	{ "euckr", "UHC" }, { "cseuckr", "UHC" }, { "korean", "UHC" }, { "ksc5601", "UHC" },
	{ "ksc56011987", "UHC" }, { "ksc56011989", "UHC" }, { "csksc56011987", "UHC" },
	{ "isoir149", "UHC" }, { "ksx1001", "UHC" }, { "uhc", "UHC" }, { "ms949", "UHC" },
	{ "xwindows949", "UHC" },
	{ "iso2022kr", "ISO-2022-KR" }, { "csiso2022kr", "ISO-2022-KR" },
	{ "johab", "JOHAB" }, { "euctw", "EUC-TW" }, { "xeuctw", "EUC-TW" },
	{ "utf7", "UTF-7" }, { "unicode11utf7", "UTF-7" }, { "csunicode11utf7", "UTF-7" },
	{ "xunicode20utf7", "UTF-7" }, { "unicode20utf7", "UTF-7" }, { "csutf7", "UTF-7" },
	{ "utf16", "UTF-16" }, { "unicode", "UTF-16" }, { "csunicode", "UTF-16" },
	{ "ucs2", "UTF-16" }, { "iso10646ucs2", "UTF-16" }, { "unicodefeff", "UTF-16" },
	{ "utf16le", "UTF-16LE" }, { "utf16be", "UTF-16BE" }, { "unicodefffe", "UTF-16BE" },
	{ "utf32", "UTF-32" }, { "ucs4", "UTF-32" }, { "utf32le", "UTF-32LE" },
	{ "utf32be", "UTF-32BE" }, { "iso10646ucs4", "UTF-32" },
	{ "viscii", "VISCII" }, { "csviscii", "VISCII" }, { "tcvn", "TCVN5712-1" },
};

/* Microsoft's and IBM's numbers that are not those of a CP set of iconv, or of a larger one */
static const struct {
	int number;
	const char *name;
} numbers[] = {
	{ 367, "US-ASCII" }, { 819, "CP1252" }, { 936, "GB18030" }, { 949, "UHC" },
	{ 950, "BIG5-HKSCS" }, { 951, "BIG5-HKSCS" }, { 1200, "UTF-16LE" },
	{ 1201, "UTF-16BE" }, { 1361, "JOHAB" }, { 10000, "MACINTOSH" },
	{ 10007, "MAC-UK" }, { 12000, "UTF-32LE" }, { 12001, "UTF-32BE" },
	{ 20127, "US-ASCII" }, { 20866, "KOI8-R" }, { 20932, "EUC-JP-MS" },
	{ 20936, "GB18030" }, { 21866, "KOI8-U" }, { 50220, "ISO-2022-JP-3" },
	{ 50221, "ISO-2022-JP-3" }, { 50222, "ISO-2022-JP-3" }, { 50225, "ISO-2022-KR" },
	{ 51932, "EUC-JP-MS" }, { 51936, "GB18030" }, { 51949, "UHC" }, { 54936, "GB18030" },
	{ 65000, "UTF-7" }, { 65001, "UTF-8" },
};
/* clang-format on */

static void take_key(const char *said, char key_r[KEY_BYTES])
{
	size_t n = 0;

	for (; *said != '\0' && n + 1 < KEY_BYTES; said++)
		if (g_ascii_isalnum(*said))
			key_r[n++] = g_ascii_tolower(*said);
	key_r[n] = '\0';
}

/* the number behind one of the prefixes, if nothing else is there; -1: it is not so */
static int numbered(const char *key, const char *const *prefixes, const char **rest_r)
{
	for (; *prefixes != NULL; prefixes++) {
		const char *digits = key + strlen(*prefixes);
		size_t n;

		if (!g_str_has_prefix(key, *prefixes))
			continue;
		n = strspn(digits, "0123456789");
		if (n == 0 || n > 6)
			continue;
		*rest_r = digits + n;
		return (int)g_ascii_strtoull(digits, NULL, 10);
	}
	return -1;
}

static const char *by_page(struct arena *a, int page)
{
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (numbers[i].number == page)
			return numbers[i].name;
	if (page > 28590 && page < 28606) /* Microsoft's numbers of ISO 8859 */
		return page == 28591   ? "CP1252"
		       : page == 28599 ? "CP1254"
				       : arena_printf(a, "ISO-8859-%d", page - 28590);
	return arena_printf(a, "CP%d", page);
}

/* iso-8859-2, iso_8859-2:1987, iso88592, iso-8859-8-i, csiso885915 */
static const char *by_iso(struct arena *a, const char *key)
{
	const char *at = g_str_has_prefix(key, "cs") ? key + 2 : key;

	at = g_str_has_prefix(at, "x") ? at + 1 : at;
	if (!g_str_has_prefix(at, "iso8859"))
		return NULL;
	at += strlen("iso8859");
	size_t n = strspn(at, "0123456789");

	if (n == 0 || n > 6)
		return NULL;
	/* a year may follow */
	size_t set = n > 4 ? n - 4 : n;
	int number = (int)g_ascii_strtoull(arena_strndup(a, at, set), NULL, 10);

	if (number < 1 || number > 16 || number == 12)
		return NULL;
	return number == 1    ? "CP1252"
	       : number == 9  ? "CP1254"
	       : number == 11 ? "CP874"
			      : arena_printf(a, "ISO-8859-%d", number);
}

const char *charset_name(struct arena *a, const char *said)
{
	static const char *const pages[] = { "windows", "cswindows", "xwindows", "cp",
					     "xcp",     "ibm",       "csibm",    "mscp",
					     "win",     "dos",       "codepage", "ansi",
					     "ms",      "cspc",      NULL };
	char key[KEY_BYTES];
	const char *rest, *name;

	take_key(said, key);
	for (size_t i = 0; i < G_N_ELEMENTS(aliases); i++)
		if (strcmp(aliases[i].key, key) == 0)
			return aliases[i].name;
	if ((name = by_iso(a, key)) != NULL)
		return name;
	int page = numbered(key, pages, &rest);

	if (page < 0 && strspn(key, "0123456789") == strlen(key) && key[0] != '\0' &&
	    strlen(key) < 6)
		return by_page(a, (int)g_ascii_strtoull(key, NULL, 10));
	return page >= 0 && *rest == '\0' ? by_page(a, page) : said;
}
