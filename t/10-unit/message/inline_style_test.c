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
	g_assert_true(style_colors_alike(0xf0f0f0, 0xffffff));
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

/* ways to hide, and what looks much like them and hides nothing */
static void test_ways_to_hide(void)
{
	static const struct {
		const char *css;
		bool gone;
	} rows[] = {
		{ "transform:scale(0)", true },
		{ "transform:scale(1)", false },
		{ "transform:scale(0.5,0)", true },
		{ "-webkit-transform: rotate(3deg) scaleY(0.01)", true },
		{ "transform:translate(-9999px,0)", true },
		{ "transform:translate(-50%)", false },
		{ "scale:0", true },
		{ "scale:1", false },
		{ "clip:rect(0,0,0,0)", true },
		{ "clip:rect(1px 1px 1px 1px)", true },
		{ "clip:rect(0,100px,50px,0)", false },
		{ "clip:auto", false },
		{ "clip-path:inset(50%)", true },
		{ "clip-path:inset(2%)", false },
		{ "clip-path:circle(0)", true },
		{ "clip-path:circle(40px)", false },
		{ "opacity:0.05", true },
		{ "opacity:5%", true },
		{ "opacity:50%", false },
		{ "filter:opacity(0)", true },
		{ "filter:opacity(0.9)", false },
		{ "text-indent:-9999px", true },
		{ "margin-top:-2000px", true },
		{ "position:absolute;left:9999px", true },
		{ "position:absolute;bottom:-900px", true },
		{ "position:absolute;left:20px", false },
		{ "overflow:hidden;height:1px", true },
		{ "overflow:clip;max-height:0", true },
		{ "height:1px", false },
		{ "overflow:hidden;height:auto", false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (style(rows[i].css).gone != rows[i].gone)
			g_error("%s", rows[i].css);
	g_assert_cmphex((unsigned)style_color(bytes_of("hsl(120, 100%, 50%)")), ==,
			0x00ff00);
	g_assert_cmphex((unsigned)style_color(bytes_of("hsla(0,0%,100%,1)")), ==,
			0xffffff);
	g_assert_cmpint(style("font-size:2px").font, ==, STYLE_HIDDEN);
	g_assert_cmpint(style("-webkit-text-fill-color:transparent").color, ==,
			COLOR_NONE);
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
	g_test_add_func("/inline_style/ways-to-hide", test_ways_to_hide);
	g_test_add_func("/inline-style/colors", test_colors);
	g_test_add_func("/inline-style/alike", test_alike);
	g_test_add_func("/inline-style/declarations", test_declarations);
	return g_test_run();
}
