/* What files are by their first bytes, and which of them can hold others. */
#include "base/file_magic.h"

#include <glib.h>
#include <string.h>

static void test_magic(void)
{
	static const struct {
		const char *head;
		size_t n;
		const char *magic;
	} rows[] = {
		{ "", 0, NULL },
		{ "M", 1, NULL },
		{ "MZ\x90", 3, "exe" },
		{ "PK\x03\x04", 4, "zip" },
		{ "PK\x03", 3, NULL },
		{ "%PDF-1.7", 8, "pdf" },
		{ "\n\n  %PDF-1.7", 12, "pdf" },
		{ "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, "ole" },
		{ "Rar!\x1a\x07\x01", 7, "rar" },
		{ "7z\xbc\xaf\x27\x1c", 6, "7z" },
		{ "L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 20, "lnk" },
		{ "{\\rtf1", 6, "rtf" },
		{ "#!/bin/sh", 9, "script" },
		{ "\x1f\x8b\x08", 3, "gzip" },
		{ "\x89PNG\r\n\x1a\n", 8, "png" },
		{ "\xff\xd8\xff\xe0", 4, "jpeg" },
		{ "\xef\xbb\xbf \r\n<!DOCTYPE HTML>", 20, "html" },
		{ "<script>", 8, "html" },
		{ "<svg ", 5, "svg" },
		{ "<?xml ", 6, "xml" },
		{ "@echo off", 9, "script" },
		{ "BEGIN:VCALENDAR", 15, "ics" },
		{ "just text", 9, NULL },
		{ "     ", 5, NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *exact = g_memdup2(rows[i].head, rows[i].n);

		g_assert_cmpstr(file_magic((struct bytes){ exact, rows[i].n }), ==,
				rows[i].magic);
		g_free(exact);
	}
	GByteArray *iso = g_byte_array_new();

	g_byte_array_set_size(iso, 33000);
	memset(iso->data, 0, iso->len);
	memcpy(iso->data + 32769, "CD001", 5);
	g_assert_cmpstr(file_magic((struct bytes){ (char *)iso->data, iso->len }), ==,
			"iso");
	g_byte_array_unref(iso);
}

static void test_known(void)
{
	g_assert_cmpstr(file_magic_known(bytes_of("exe")), ==, "exe");
	g_assert_cmpstr(file_magic_known(bytes_of("html")), ==, "html");
	g_assert_null(file_magic_known(bytes_of("ex")));
	g_assert_null(file_magic_known(bytes_of("")));
}

static void test_packs(void)
{
	static const struct {
		const char *name;
		enum file_packs packs;
	} rows[] = {
		{ "a.ZIP", PACKS_FILES }, { "a.tar.gz", PACKS_FILES },
		{ "a.eml", PACKS_MAIL },  { "a.exe", PACKS_NOTHING },
		{ "a.", PACKS_NOTHING },  { "zip", PACKS_NOTHING },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpint(file_packs(file_ending(rows[i].name)), ==, rows[i].packs);
	g_assert_cmpint(file_packs(file_ending(NULL)), ==, PACKS_NOTHING);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/file_magic/magic", test_magic);
	g_test_add_func("/file_magic/known", test_known);
	g_test_add_func("/file_magic/packs", test_packs);
	return g_test_run();
}
