/* Names as the system that opens the file makes of them. */
#include "message/file_name.h"

#include <glib.h>
#include <string.h>

static void test_plain(void)
{
	static const struct {
		const char *name, *want;
	} rows[] = {
		{ "a.exe", "a.exe" },
		{ "Minutes.PDF", "Minutes.PDF" },
		{ "a.exe.", "a.exe" },
		{ "a.exe . . ", "a.exe" },
		{ "a.exe::$DATA", "a.exe" },
		{ "a.exe:notes.txt", "a.exe" },
		{ "C:a.exe", "a.exe" },
		{ "../../a.exe", "a.exe" },
		{ "dir\\a.exe\\", "a.exe" },
		{ "a.exe%20", "a.exe" },
		{ "a%2Eexe", "a.exe" },
		{ "a%252Eexe", "a.exe" },
		{ "a.e\txe", "a.exe" },
		{ "a.ex\xe2\x80\x8b"
		  "e",
		  "a.exe" },                                           /* zero width */
		{ "a.\xef\xbd\x85\xef\xbd\x98\xef\xbd\x85", "a.exe" }, /* wide */
		{ "a\xef\xbc\x8e"
		  "exe",
		  "a.exe" }, /* wide stop */
		{ "a\xe2\x80\xa4"
		  "exe",
		  "a.exe" }, /* one dot leader */
		{ "a\xe3\x80\x82"
		  "exe",
		  "a.exe" },                  /* ideographic */
		{ "a.exe\xc2\xa0", "a.exe" }, /* no-break blank */
		{ "a.exe\xc2\xad", "a.exe" }, /* soft hyphen */
		{ "\"a.exe\"", "\"a.exe" },
		{ "minutes of may.pdf", "minutes of may.pdf" },
		{ "100% cotton.pdf", "100% cotton.pdf" },
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(file_name_plain(a, rows[i].name), ==, rows[i].want);
	g_assert_null(file_name_plain(a, " . "));
	g_assert_null(file_name_plain(a, ""));
	arena_destroy(&a);
}

/* nothing makes it anything but UTF-8 */
static void test_valid(void)
{
	struct arena *a = arena_create();

	for (int c = 0; c < 256; c++) {
		char *name = g_strdup_printf("a%%%02xb%%c3%%%02x.exe", c, c);
		const char *plain = file_name_plain(a, name);

		g_assert_true(plain == NULL || g_utf8_validate(plain, -1, NULL));
		g_free(name);
	}
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/file-name/plain", test_plain);
	g_test_add_func("/file-name/valid", test_valid);
	return g_test_run();
}
