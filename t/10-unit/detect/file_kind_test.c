/* Endings as Windows reads them. */
#include "detect/file_kind.h"

#include <glib.h>

static void test_named(void)
{
	static const struct {
		const char *name;
		enum file_kind want;
	} rows[] = {
		{ "a.exe", FILE_PROGRAM },
		{ "A.EXE", FILE_PROGRAM },
		{ "a.exe ", FILE_PROGRAM },
		{ "a.exe...", FILE_PROGRAM },
		{ "a. exe", FILE_PROGRAM },
		{ "a.exe\n", FILE_PROGRAM },
		{ ".exe", FILE_PROGRAM },
		{ "x.settingcontent-ms", FILE_PROGRAM },
		{ "folder.exe/readme.txt", FILE_PLAIN },
		{ "exe", FILE_PLAIN },
		{ "", FILE_PLAIN },
		{ ".", FILE_PLAIN },
		{ "...", FILE_PLAIN },
		{ "a.", FILE_PLAIN },
		{ "a.exe.txt", FILE_PLAIN },
		{ "a.exeexeexeexeexeexeexeexe", FILE_PLAIN },
		{ "a.img", FILE_DISK },
		{ "a.XLSM", FILE_MACRO },
		{ "a.xlsx", FILE_PLAIN },
		{ "a.htm", FILE_PAGE },
		{ "a.tar.gz", FILE_ARCHIVE },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].name);
		g_assert_cmpint(file_kind_named(NULL, rows[i].name), ==, rows[i].want);
	}
}

/* what the list does not name is harmless, and what it names is not, whatever was shipped */
static void test_list(void)
{
	const struct bytes at[] = { bytes_of(".xyz"), bytes_of(".IMG") };
	struct endings *e = endings_create(at, G_N_ELEMENTS(at));

	g_assert_cmpint(file_kind_named(NULL, "a.xyz"), ==, FILE_PLAIN);
	g_assert_cmpint(file_kind_named(NULL, "a.slk"), ==, FILE_PROGRAM);
	g_assert_cmpint(file_kind_named(NULL, "a.msixbundle"), ==, FILE_PROGRAM);
	g_assert_cmpint(file_kind_named(e, "a.XYZ"), ==, FILE_PROGRAM);
	g_assert_cmpint(file_kind_named(e, "a.img"), ==, FILE_DISK);
	g_assert_cmpint(file_kind_named(e, "a.exe"), ==, FILE_PLAIN);
	g_assert_cmpint(file_kind_named(e, "a.iso"), ==, FILE_PLAIN);
	g_assert_cmpint(file_kind_named(e, "a.docm"), ==, FILE_MACRO);
	g_assert_true(file_double(e, "a.pdf.xyz"));
	endings_free(e);
}

static void test_typed(void)
{
	g_assert_cmpint(file_kind_typed("exe"), ==, FILE_PROGRAM);
	g_assert_cmpint(file_kind_typed("iso"), ==, FILE_DISK);
	g_assert_cmpint(file_kind_typed("html"), ==, FILE_PAGE);
	g_assert_cmpint(file_kind_typed("zip"), ==, FILE_ARCHIVE);
	g_assert_cmpint(file_kind_typed("pdf"), ==, FILE_PLAIN);
}

static void test_disguised(void)
{
	g_assert_true(file_disguised("a\xE2\x80\xAE"
				     "fdp.exe"));
	g_assert_true(file_disguised("a\xE2\x81\xA7"
				     "fdp.exe"));
	g_assert_true(file_disguised("report.pdf     .exe"));
	/* many blanks in a title hide no ending, single ones nothing at all */
	g_assert_false(file_disguised("a     b"));
	g_assert_false(file_disguised("minutes of the meeting.pdf"));
	g_assert_false(file_disguised("a.pdf        "));
	g_assert_false(file_disguised(""));
}

static void test_double(void)
{
	g_assert_true(file_double(NULL, "invoice.pdf.exe"));
	g_assert_true(file_double(NULL, "invoice.PDF .exe"));
	g_assert_true(file_double(NULL, "login.pdf.html"));
	g_assert_false(file_double(NULL, "invoice.exe"));
	g_assert_false(file_double(NULL, "backup.txt.gz"));
	g_assert_false(file_double(NULL, "v1.2.exe"));
	g_assert_false(file_double(NULL, "a.exe.pdf"));
	g_assert_false(file_double(NULL, ".pdf"));
	g_assert_false(file_double(NULL, ""));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/file_kind/named", test_named);
	g_test_add_func("/file_kind/list", test_list);
	g_test_add_func("/file_kind/typed", test_typed);
	g_test_add_func("/file_kind/disguised", test_disguised);
	g_test_add_func("/file_kind/double", test_double);
	return g_test_run();
}
