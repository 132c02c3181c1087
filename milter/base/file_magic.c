/* What files are by their bytes, whatever they call themselves; and which of them pack
 * others. Both the filter and the decoders' children go by these tables. */
#include "base/file_magic.h"

#include <glib.h>
#include <string.h>

/* first match wins, so the longer of two that start alike stands first */
static const struct {
	size_t at;
	size_t n;
	const char *bytes;
	const char *magic;
} signatures[] = {
	{ 0, 2, "MZ", "exe" },
	{ 0, 4,
	  "\x7f"
	  "ELF",
	  "elf" },
	{ 0, 4, "\xcf\xfa\xed\xfe", "macho" },
	{ 0, 4, "\xce\xfa\xed\xfe", "macho" },
	{ 0, 4, "PK\x03\x04", "zip" },
	{ 0, 4, "PK\x05\x06", "zip" },
	{ 0, 4, "PK\x07\x08", "zip" },
	{ 0, 5, "%PDF-", "pdf" },
	{ 0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole" },
	{ 0, 6, "Rar!\x1a\x07", "rar" },
	{ 0, 6, "7z\xbc\xaf\x27\x1c", "7z" },
	{ 0, 20, "\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", "lnk" },
	{ 0, 5, "{\\rtf", "rtf" },
	{ 0, 4, "{\\rt", "rtf" }, /* Word opens this too */
	{ 0, 2, "#!", "script" },
	{ 0, 4, "\x78\x9f\x3e\x22", "tnef" },
	{ 0, 4, "MSCF", "cab" },
	{ 0, 4, "ITSF", "chm" },
	{ 0, 2, "\x1f\x8b", "gzip" },
	{ 0, 3, "BZh", "bzip2" },
	{ 0, 6,
	  "\xfd"
	  "7zXZ\0",
	  "xz" },
	{ 0, 4, "\x28\xb5\x2f\xfd", "zstd" },
	{ 7, 7, "**ACE**", "ace" },
	{ 0, 2, "\x60\xea", "arj" },
	{ 2, 3, "-lh", "lha" },
	{ 257, 5, "ustar", "tar" },
	{ 32769, 5, "CD001", "iso" },
	{ 32769, 5, "BEA01", "iso" }, /* ECMA-167 2/9.2: UDF alone */
	{ 54, 5, "FAT12", "img" },
	{ 54, 5, "FAT16", "img" },
	{ 82, 5, "FAT32", "img" },
	{ 3, 8, "NTFS    ", "img" },
	{ 3, 8, "EXFAT   ", "img" },
	{ 0, 4, "KDMV", "vmdk" },
	{ 0, 8, "MSWIM\0\0\0", "wim" },
	{ 0, 8, "conectix", "vhd" },
	{ 0, 8, "vhdxfile", "vhd" },
	{ 0, 16, "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3",
	  "onenote" },
	{ 0, 4, "\xca\xfe\xba\xbe", "class" },
	{ 0, 4, "dex\n", "dex" },
	{ 0, 4, "!BDN", "pst" },
	{ 0, 8, "\x89PNG\r\n\x1a\n", "png" },
	{ 0, 3, "\xff\xd8\xff", "jpeg" },
	{ 0, 4, "GIF8", "gif" },
	{ 0, 4, "II*\0", "tiff" },
	{ 0, 4, "MM\0*", "tiff" },
	{ 8, 4, "WEBP", "webp" },
	{ 0, 2, "BM", "bmp" },
	{ 4, 4, "ftyp", "mp4" },
	{ 0, 3, "ID3", "mp3" },
	{ 0, 4, "OggS", "ogg" },
	{ 0, 4, "\x1a\x45\xdf\xa3", "matroska" },
};

static const struct {
	const char *start;
	const char *magic;
} starts[] = {
	{ "<!doctype html", "html" }, { "<html", "html" },
	{ "<head", "html" },          { "<body", "html" },
	{ "<script", "html" },        { "<meta", "html" },
	{ "<title", "html" },         { "<iframe", "html" },
	{ "<table", "html" },         { "<svg", "svg" },
	{ "<?xml", "xml" },           { "<job", "script" },
	{ "<package", "script" },     { "<hta:", "html" },
	{ "@echo", "script" },        { "begin:vcalendar", "ics" },
	{ "begin:vcard", "vcard" },   { "[internetshortcut]", "url" },
};

/* markup may start with blanks, a byte order mark or a comment */
static const char *text_magic(struct bytes head)
{
	size_t i = bytes_hold(head, 0, bytes_of("\xef\xbb\xbf")) ? 3 : 0;

	while (i < head.n && (g_ascii_isspace(head.at[i]) || head.at[i] == '\0'))
		i++;
	for (size_t k = 0; k < G_N_ELEMENTS(starts); k++)
		if (head.n - i >= strlen(starts[k].start) &&
		    g_ascii_strncasecmp(head.at + i, starts[k].start,
					strlen(starts[k].start)) == 0)
			return starts[k].magic;
	return NULL;
}

/* readers of PDF look for its mark in the first kilobyte */
static bool is_late_pdf(struct bytes head)
{
	return memmem(head.at, MIN(head.n, 1024), "%PDF-", 5) != NULL;
}

const char *file_magic(struct bytes head)
{
	if (head.n == 0)
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(signatures); i++)
		if (bytes_hold(head, signatures[i].at,
			       (struct bytes){ signatures[i].bytes, signatures[i].n }))
			return signatures[i].magic;
	const char *magic = text_magic(head);

	return magic == NULL && is_late_pdf(head) ? "pdf" : magic;
}

const char *file_magic_known(struct bytes name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(signatures); i++)
		if (bytes_equal(bytes_of(signatures[i].magic), name))
			return signatures[i].magic;
	for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
		if (bytes_equal(bytes_of(starts[i].magic), name))
			return starts[i].magic;
	if (bytes_equal(bytes_of(FILE_KIND_MACRO), name))
		return FILE_KIND_MACRO;
	return bytes_equal(bytes_of(FILE_KIND_TEMPLATE), name) ? FILE_KIND_TEMPLATE
							       : NULL;
}

/* of file_magic(), and endings without their dot */
static const struct {
	const char *word;
	enum file_packs packs;
} packers[] = {
	{ "ole", PACKS_FILES },  { "doc", PACKS_FILES },   { "dot", PACKS_FILES },
	{ "xls", PACKS_FILES },  { "xlt", PACKS_FILES },   { "ppt", PACKS_FILES },
	{ "pps", PACKS_FILES },  { "pot", PACKS_FILES },   { "zip", PACKS_FILES },
	{ "rar", PACKS_FILES },  { "7z", PACKS_FILES },    { "tar", PACKS_FILES },
	{ "gzip", PACKS_FILES }, { "bzip2", PACKS_FILES }, { "xz", PACKS_FILES },
	{ "zstd", PACKS_FILES }, { "cab", PACKS_FILES },   { "iso", PACKS_FILES },
	{ "vhd", PACKS_FILES },  { "ace", PACKS_FILES },   { "arj", PACKS_FILES },
	{ "lha", PACKS_FILES },  { "gz", PACKS_FILES },    { "tgz", PACKS_FILES },
	{ "bz2", PACKS_FILES },  { "tbz", PACKS_FILES },   { "tbz2", PACKS_FILES },
	{ "txz", PACKS_FILES },  { "tzst", PACKS_FILES },  { "zst", PACKS_FILES },
	{ "lzh", PACKS_FILES },  { "z", PACKS_FILES },     { "lz", PACKS_FILES },
	{ "lzma", PACKS_FILES }, { "lz4", PACKS_FILES },   { "r00", PACKS_FILES },
	{ "001", PACKS_FILES },  { "img", PACKS_FILES },   { "udf", PACKS_FILES },
	{ "vhdx", PACKS_FILES }, { "zipx", PACKS_FILES },  { "alz", PACKS_FILES },
	{ "egg", PACKS_FILES },  { "uue", PACKS_FILES },   { "cpio", PACKS_FILES },
	{ "xar", PACKS_FILES },  { "pkg", PACKS_FILES },   { "cbz", PACKS_FILES },
	{ "cbr", PACKS_FILES },  { "cb7", PACKS_FILES },   { "jar", PACKS_FILES },
	{ "apk", PACKS_FILES },  { "deb", PACKS_FILES },   { "rpm", PACKS_FILES },
	{ "war", PACKS_FILES },  { "wim", PACKS_FILES },   { "pdf", PACKS_CODES },
	{ "png", PACKS_CODES },  { "jpeg", PACKS_CODES },  { "gif", PACKS_CODES },
	{ "webp", PACKS_CODES }, { "eml", PACKS_MAIL },    { "mht", PACKS_MAIL },
	{ "mhtml", PACKS_MAIL }, { "msg", PACKS_MAIL },    { "tnef", PACKS_MAIL },
	{ "mbox", PACKS_MAIL },
};

enum file_packs file_packs(const char *word)
{
	for (size_t i = 0; word != NULL && i < G_N_ELEMENTS(packers); i++)
		if (g_ascii_strcasecmp(packers[i].word, word) == 0)
			return packers[i].packs;
	return PACKS_NOTHING;
}

const char *file_ending(const char *name)
{
	const char *dot = name == NULL ? NULL : strrchr(name, '.');

	return dot == NULL ? NULL : dot + 1;
}
