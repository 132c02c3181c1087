/* Which files can do harm when they are opened. Endings are what decides on Windows, so
 * they are read as Windows reads them. */
#include "detect/file_kind.h"

#include <glib.h>
#include <string.h>

#include "base/compiler.h"

enum { ENDING_BYTES_MOST = 24, BLANKS_LEAST = 5 };

struct ending {
	const char *text;
	enum file_kind kind;
};

/* What is dangerous stands in one table, rules/lists/dangerous-endings.txt. This is what it
 * said when the program was built, for rules that come without it. */
static const char *const shipped[] = {
#include "detect/shipped_endings.inc"
};

struct endings {
	GHashTable *set; /* ".exe", lower case */
};

/* clang-format off */
/* of dangerous ones, those that are called a disk image; the others are other kinds */
static const struct ending endings[] = {
	{ "dmg", FILE_DISK },
	{ "img", FILE_DISK },
	{ "iso", FILE_DISK },
	{ "udf", FILE_DISK },
	{ "vhd", FILE_DISK },
	{ "vhdx", FILE_DISK },
	{ "docm", FILE_MACRO },
	{ "dotm", FILE_MACRO },
	{ "potm", FILE_MACRO },
	{ "ppam", FILE_MACRO },
	{ "ppsm", FILE_MACRO },
	{ "pptm", FILE_MACRO },
	{ "sldm", FILE_MACRO },
	{ "xla", FILE_MACRO },
	{ "xlam", FILE_MACRO },
	{ "xlm", FILE_MACRO },
	{ "xlsb", FILE_MACRO },
	{ "xlsm", FILE_MACRO },
	{ "xltm", FILE_MACRO },
	{ "htm", FILE_PAGE },
	{ "html", FILE_PAGE },
	{ "mht", FILE_PAGE },
	{ "mhtml", FILE_PAGE },
	{ "shtml", FILE_PAGE },
	{ "svg", FILE_PAGE },
	{ "svgz", FILE_PAGE },
	{ "xht", FILE_PAGE },
	{ "xhtml", FILE_PAGE },
	{ "7z", FILE_ARCHIVE },
	{ "ace", FILE_ARCHIVE },
	{ "arj", FILE_ARCHIVE },
	{ "cab", FILE_ARCHIVE },
	{ "gz", FILE_ARCHIVE },
	{ "lzh", FILE_ARCHIVE },
	{ "rar", FILE_ARCHIVE },
	{ "tar", FILE_ARCHIVE },
	{ "tgz", FILE_ARCHIVE },
	{ "xz", FILE_ARCHIVE },
	{ "zip", FILE_ARCHIVE },
};

static const struct ending magics[] = {
	{ "exe", FILE_PROGRAM }, { "elf", FILE_PROGRAM }, { "macho", FILE_PROGRAM },
	{ "lnk", FILE_PROGRAM }, { "chm", FILE_PROGRAM }, { "class", FILE_PROGRAM },
	{ "dex", FILE_PROGRAM },
	{ "onenote", FILE_PROGRAM }, { "iso", FILE_DISK }, { "vhd", FILE_DISK },
	{ "img", FILE_DISK }, { "vmdk", FILE_DISK }, { "wim", FILE_DISK },
	{ "vhdx", FILE_DISK }, { "html", FILE_PAGE }, { "svg", FILE_PAGE },
	{ "zip", FILE_ARCHIVE }, { "rar", FILE_ARCHIVE }, { "7z", FILE_ARCHIVE },
	{ "cab", FILE_ARCHIVE }, { "gzip", FILE_ARCHIVE }, { "ace", FILE_ARCHIVE },
};
/* clang-format on */

/* Endings that people trust, and that therefore stand before the real one. */
static const char *const trusted[] = { "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx",
				       "txt", "rtf", "csv",  "jpg", "jpeg", "png", "gif",
				       "mp3", "mp4", "wav",  "eml", "htm",  "html" };

static enum file_kind kind_of(const struct ending *table, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (g_ascii_strcasecmp(table[i].text, text) == 0)
			return table[i].kind;
	return FILE_PLAIN;
}

/* length of the name without what Windows drops from its end */
static size_t name_length(const char *name)
{
	size_t n = strlen(name);

	while (n > 0 && (name[n - 1] == '.' || g_ascii_isspace(name[n - 1]) ||
			 g_ascii_iscntrl(name[n - 1])))
		n--;
	return n;
}

/* the ending of the first n bytes, "" if there is none */
static void ending_of(const char *name, size_t n, char ending_r[ENDING_BYTES_MOST + 2])
{
	const char *dot = g_strrstr_len(name, (gssize)n, ".");
	size_t length = dot == NULL ? 0 : n - (size_t)(dot + 1 - name);

	ending_r[0] = '\0';
	if (length == 0 || length > ENDING_BYTES_MOST + 1)
		return;
	memcpy(ending_r, dot + 1, length);
	ending_r[length] = '\0';
	g_strstrip(ending_r);
}

struct endings *endings_create(const struct bytes *at, size_t n)
{
	struct endings *e = g_new0(struct endings, 1);

	e->set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (size_t i = 0; i < n; i++)
		g_hash_table_add(e->set, g_ascii_strdown(at[i].at, (gssize)at[i].n));
	return e;
}

void endings_free(struct endings *e)
{
	if (e == NULL)
		return;
	g_hash_table_destroy(e->set);
	g_free(e);
}

/* dot_ending: ".exe" */
static bool is_dangerous(const struct endings *e, const char *dot_ending)
{
	char *lower = g_ascii_strdown(dot_ending, -1);
	bool found = e != NULL && g_hash_table_contains(e->set, lower);

	for (size_t i = 0; e == NULL && !found && i < COUNT_OF(shipped); i++)
		found = strcmp(shipped[i], lower) == 0;
	g_free(lower);
	return found;
}

enum file_kind file_kind_named(const struct endings *e, const char *name)
{
	char ending[ENDING_BYTES_MOST + 3] = ".";

	ending_of(name, name_length(name), ending + 1);
	enum file_kind kind = kind_of(endings, COUNT_OF(endings), ending + 1);

	if (is_dangerous(e, ending))
		return kind == FILE_DISK ? kind : FILE_PROGRAM;
	return kind == FILE_DISK ? FILE_PLAIN : kind;
}

enum file_kind file_kind_typed(const char *magic)
{
	return kind_of(magics, COUNT_OF(magics), magic);
}

bool file_disguised(const char *name)
{
	/* U+202A..U+202E and U+2066..U+2069 turn the direction of what follows */
	for (const char *p = name; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069))
			return true;
	}

	size_t n = name_length(name), blanks = 0;

	for (size_t i = 0; i < n; i++) {
		blanks = g_ascii_isspace(name[i]) ? blanks + 1 : 0;
		if (blanks >= BLANKS_LEAST && strchr(name + i, '.') != NULL)
			return true;
	}
	return false;
}

bool file_double(const struct endings *e, const char *name)
{
	char before[ENDING_BYTES_MOST + 2];
	size_t n = name_length(name);
	const char *dot = g_strrstr_len(name, (gssize)n, ".");

	enum file_kind kind = file_kind_named(e, name);

	if (dot == NULL || kind == FILE_PLAIN || kind == FILE_ARCHIVE)
		return false;
	ending_of(name, (size_t)(dot - name), before);
	for (size_t i = 0; i < COUNT_OF(trusted); i++)
		if (g_ascii_strcasecmp(before, trusted[i]) == 0)
			return true;
	return false;
}
