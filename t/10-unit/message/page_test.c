/* What attached pages do by themselves. */
#include "message/page.h"

#include <glib.h>
#include <string.h>

static unsigned acts(const char *text, size_t n)
{
	char *exact = g_memdup2(text, n);
	unsigned got = page_acts((struct bytes){ exact, n });

	g_free(exact);
	return got;
}

static void test_signs(void)
{
	static const struct {
		const char *page;
		unsigned acts;
	} rows[] = {
		{ "", 0 },
		{ "<p>Hello, the sum of 3 on line=4</p>", 0 },
		{ "<a href=\"https://a.example/?once=1\">x</a>", 0 },
		{ "<ScRiPt>x</script>", PAGE_SCRIPT },
		{ "<svg\nonload=x()>", PAGE_SCRIPT },
		{ "<svg/onload=x()>", PAGE_SCRIPT },
		{ "<input autofocus onfocus = 'x'>", PAGE_SCRIPT },
		{ "<a href='java&#115;cript:x'>", PAGE_SCRIPT },
		{ "<a href='j&#x61;vascript&#58;x'>", PAGE_SCRIPT },
		{ "<a href='java\tscript:x'>", PAGE_SCRIPT },
		{ "<meta content='0;url=//a' http-equiv = \"Refresh\">", PAGE_LEADS },
		{ "<iframe src='https://a.example'>", PAGE_LEADS },
		{ "<form action=x><input type = \"password\">",
		  PAGE_FORM | PAGE_PASSWORD },
		{ "<script>new Blob ([atob(x)])</script>", PAGE_SCRIPT | PAGE_BUILDS },
		{ "<a download href='data:application/zip;base64,UEs='>", PAGE_BUILDS },
		{ "<a href=data:;base64,UEs=>", PAGE_BUILDS },
		{ "<img src='data:image/png;base64,iVBO'>", 0 },
		{ "&#; &#x; &#999999999999; &#0;<script>", PAGE_SCRIPT },
		{ "&#", 0 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].page);
		g_assert_cmphex(acts(rows[i].page, strlen(rows[i].page)), ==,
				rows[i].acts);
	}
}

static void test_wide(void)
{
	static const char wide[] = "\xff\xfe<\0s\0c\0r\0i\0p\0t\0>";

	g_assert_cmphex(acts(wide, sizeof(wide) - 1), ==, PAGE_SCRIPT);
}

/* wherever it stands in a long page */
static void test_places(void)
{
	for (size_t at = 0; at < 600; at++) {
		char *page = g_strnfill(700, 'x');

		memcpy(page + at, "data:application/xhtml", 22);
		g_assert_cmphex(acts(page, 700), ==, PAGE_SCRIPT | PAGE_BUILDS);
		g_free(page);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/page/signs", test_signs);
	g_test_add_func("/page/wide", test_wide);
	g_test_add_func("/page/places", test_places);
	return g_test_run();
}
