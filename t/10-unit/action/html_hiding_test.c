/* What of a sender's styles could hide the banner is noticed; what mail usually has is not. */
#include "action/html_hiding.h"

#include <glib.h>
#include <string.h>

#include "lib/effort.h"

static bool may_hide(const char *html)
{
	struct arena *a = arena_create();
	char *exact = g_memdup2(html, strlen(html));
	bool may = html_may_hide(a, (struct bytes){ exact, strlen(html) });

	g_free(exact);
	arena_destroy(&a);
	return may;
}

static void test_notices(void)
{
	static const char *const rows[] = {
		"<style>body{padding-top:3000px}</style>x",
		"<style>*{display:none!important}</style>x",
		"<style>@media all{@supports(display:grid){body{opacity:0}}}</style>x",
		"<style>html{& body{filter:blur(9px)}}</style>x",
		"<style>a,:is(body){margin:-900px}</style>x",
		"<style>b\\6f dy{p\\61 dding:3000px}</style>x",
		"<style>body{padding-/**/top:9px;padding-top/**/:3000px}</style>x",
		"<style>.x{transform:scale(0)}</style><body class='y X'>x",
		"<style>#i{display:flex}</style><html id=i>x",
		"<style>div::before{content:'';position:absolute}</style>x",
		"<style>*:after{content:\"safe\"}</style>x",
		"<style>head,title{display:block}</style>x",
		"<style>body{border-top:solid 3000px}</style>x",
		"<style>body{padding-top:calc(9px*100)}</style>x",
		"<style>.c{z-index:2147483647}</style>x",
		"<style>.c{z-index:calc(2147483646 + 1)}</style>x",
		"<style>@import 'data:text/css,x';</style>x",
		"<link rel=stylesheet href='data:text/css,x'>x",
		"<p>x</p><style>body{padding-top:100vh}</style>",
		"<body style='margin-top:-900px'>x",
		"<body topmargin=3000>x",
		"<body hidden>x",
		"<p>x<body style=\"opacity:0\">",
		"<div style='position:fixed;z-index:99999999999'>x</div>",
		"<div style='z&#45;index:2147483647'>x</div>",
		"<input autofocus>",
		/* references by name */
		"<body style='padding-top&colon;3000px'>x",
		"<body style='padding-top&#58;3000px'>x",
		"<body style=\"a:&quot;'&quot;;padding-top:3000px;b:'\">x",
		"<body style=\"a:&quot'&quot;padding-top:3000px;b:'\">x",
		"<div style='z-index&colon;2147483647'>x</div>",
		"<style>.a_b{opacity:0}</style><body class='a&lowbar;b'>x",
		"<body topmargin='&#51;000'>x",
		"<link rel=stylesheet href='data&colon;text/css,x'>x",
		"<link rel=stylesheet href='da\tt\r\na:text/css,x'>x",
		"<svg><style>body{padding-top&colon;3000px}</style></svg>x",
		"<math><style>a{b:&quot;'&quot;} body{opacity:0} c{d:'}</style>x",
		"<svg><style>bo<g/>dy{padding-top:3000px}</style></svg>x",
		/* names that are written with escapes */
		"<style>.a\\:b{opacity:0}</style><body class='a:b'>x",
		"<style>.a\\_b{opacity:0}</style><body class='a_b'>x",
		"<style>.\\e9 t\\e9{opacity:0}</style><body class='\xc3\xa9t\xc3\xa9'>x",
		/* strings that go on behind a line end, and some that do not */
		"<style>a{b:\"c\\\r\nd\"} body{opacity:0} e{f:\"g\"}</style>x",
		"<style>a{b:\"c\r} body{opacity:0} e{f:\"g\"}</style>x",
		/* addresses of sheets */
		"<style>@\\69mport 'data:text/css,x';</style>x",
		"<style>@import 'd\\61ta:text/css,x';</style>x",
		"<style>@import 'da\\\nta:text/css,x';</style>x",
		"<style>@import url(d\\61 ta:text/css,x);</style>x",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i]);
		g_assert_true(may_hide(rows[i]));
	}
}

static void test_leaves_usual_mail(void)
{
	static const char *const rows[] = {
		"",
		"x",
		"<style>*{margin:0;padding:0;box-sizing:border-box}</style>x",
		"<style>body{margin:0 auto!important;width:100%!important;"
		"max-width:640px;background:#eee;font:14px Arial}</style>x",
		"<style>.pre{display:none;max-height:0;opacity:0}</style>x",
		"<style>@media(max-width:600px){.w{width:100%!important}}</style>x",
		"<style>.c:after{content:'';display:table} "
		"li::before{content:'-'}</style>"
		"<body class=b>x",
		"<style>#outlook a{padding:0} body a:hover{opacity:.5}</style>x",
		"<style>p.MsoNormal{margin:0cm;mso-style:\"\\@x\"}</style>x",
		"<style>.a:not(.b){position:absolute}</style>x",
		"<style>div{position:fixed;top:0}</style>x",
		"<style>.m{z-index:1000;position:relative}</style>x",
		"<div style='z-index:9;position:absolute;top:0'>x</div>",
		"<img src='data:image/gif;base64,AAAA'>",
		"<style>@font-face{font-family:x;src:url(x)} @page{margin:3in}</style>x",
		"<body bgcolor=white topmargin=0 style='padding:20px 5%'>x",
		"<body style=\"font-family:&quot;Segoe UI&quot;,sans-serif\">x",
		"<div style=\"font:9pt "
		"&quot;it's&quot;;background:url(x?a=1&b=2)\">x</div>",
		"<link href='https://a.example/css?a=b&amp;c&d=swap' rel=stylesheet>x",
		"<style>@import url('https://a.example/css?a');</style><img src='cid:1'>",
		"<style>.a{color:red} .b{content:'&nbsp;'}</style>x",
		"<svg><style>.a{fill:red}</style><path d=''/></svg>x",
		"<meta name=description content='&auml; &#8230;'><body class='a:b'>x",
		"<style>.sm\\:before\\:x{opacity:0} "
		"a[href='x:after']{color:red}</style>x",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i]);
		g_assert_false(may_hide(rows[i]));
	}
}

static void repeat(const void *of, size_t n)
{
	GString *text = g_string_new("<style>");
	struct arena *a = arena_create();

	while (text->len < n)
		g_string_append(text, of);
	html_may_hide(a, (struct bytes){ text->str, text->len });
	g_string_free(text, TRUE);
	arena_destroy(&a);
}

static void test_is_linear(void)
{
	static const char *const units[] = { "a,",
					     "a{",
					     "a{b:c}",
					     "\"",
					     "/*",
					     "\\6",
					     ".a.",
					     "(",
					     "<style>",
					     "<a b=c",
					     "a:",
					     "}",
					     "</style><p style='a:b'>" };

	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		g_test_message("%s", units[i]);
		g_assert_true(effort_is_linear(repeat, units[i], 512 * 1024));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/html_hiding/notices", test_notices);
	g_test_add_func("/html_hiding/leaves-usual-mail", test_leaves_usual_mail);
	g_test_add_func("/html_hiding/is-linear", test_is_linear);
	return g_test_run();
}
