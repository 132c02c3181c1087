/* Style attributes: only what is plainly hidden is. */
#include "message/inline_style.h"

#include <glib.h>
#include <string.h>

static void test_colors(void)
{
	static const struct {
		const char *text;
		int color;
	} rows[] = {
		{ "#ffffff", 0xffffff },
		{ "#FFF", 0xffffff },
		{ "#1a2B3c", 0x1a2b3c },
		{ "#123f", 0x112233 },
		{ "#12345678", 0x123456 },
		{ "#12345600", COLOR_NONE },
		{ " White ", 0xffffff },
		{ "transparent", COLOR_NONE },
		{ "rgb(1,2,3)", 0x010203 },
		{ "rgb(1 2 3)", 0x010203 },
		{ "RGB( 100%, 0%, 0% )", 0xff0000 },
		{ "rgba(1,2,3,0)", COLOR_NONE },
		{ "rgba(1,2,3,.5)", 0x010203 },
		{ "rgb(1 2 3 / 0%)", COLOR_NONE },
		{ "rgb(999,0,0)", 0xff0000 },
		{ "ffffff", 0xffffff },
		{ "", COLOR_UNKNOWN },
		{ "#", COLOR_UNKNOWN },
		{ "#ggg", COLOR_UNKNOWN },
		{ "#12", COLOR_UNKNOWN },
		{ "rgb(", COLOR_UNKNOWN },
		{ "rgb(1,2)", COLOR_UNKNOWN },
		{ "inherit", COLOR_UNKNOWN },
		{ "var(--x)", COLOR_UNKNOWN },
		{ "nocolr", COLOR_UNKNOWN },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmphex((unsigned)style_color(bytes_of(rows[i].text)), ==,
				(unsigned)rows[i].color);
}

static void test_alike(void)
{
	g_assert_true(style_colors_alike(0xffffff, 0xffffff));
	g_assert_true(style_colors_alike(0xfefefe, 0xffffff));
	g_assert_false(style_colors_alike(0xeeeeee, 0xffffff));
	g_assert_true(style_colors_alike(COLOR_NONE, 0xffffff));
	g_assert_false(style_colors_alike(COLOR_UNKNOWN, 0xffffff));
	g_assert_false(style_colors_alike(0xffffff, COLOR_UNKNOWN));
	g_assert_false(style_colors_alike(COLOR_UNKNOWN, COLOR_UNKNOWN));
}

static struct inline_style style(const char *css)
{
	struct inline_style s;
	char *exact = g_memdup2(css, strlen(css));

	style_read((struct bytes){ exact, strlen(css) }, &s);
	g_free(exact);
	return s;
}

static void test_declarations(void)
{
	struct inline_style s =
		style("color : red ; background: #fff url(x) no-repeat;;x");

	g_assert_cmphex((unsigned)s.color, ==, 0xff0000);
	g_assert_cmpint(s.background, ==, COLOR_UNKNOWN);
	s = style("background: no-repeat navy");
	g_assert_cmphex((unsigned)s.background, ==, 0x80);
	s = style("");
	g_assert_cmpint(s.color, ==, COLOR_UNSET);
	g_assert_cmpint(s.font, ==, STYLE_UNSET);
	/* the later one wins */
	g_assert_cmpint(style("font-size:0;font-size:12px").font, ==, STYLE_SHOWN);
	g_assert_cmpint(style("visibility:visible").visibility, ==, STYLE_SHOWN);
	g_assert_cmpint(style("visibility:collapse").visibility, ==, STYLE_HIDDEN);
	g_assert_false(style("width:0").gone);
	g_assert_true(style("overflow:hidden;max-height:0px").gone);
	g_assert_false(style("left:-9999px").gone);
	g_assert_true(style("left:-9999px;position:absolute").gone);
	g_assert_false(style("opacity:").gone);
	g_assert_false(style("opacity:1e999").gone);
	g_assert_false(style("opacity:.9").gone);
	g_assert_false(style("display:none-ish").gone);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/inline-style/colors", test_colors);
	g_test_add_func("/inline-style/alike", test_alike);
	g_test_add_func("/inline-style/declarations", test_declarations);
	return g_test_run();
}
