/* Whatever stands in a stranger's page, what comes out is text and plain structure. */
#include "message/html_safe.h"

#include "base/compiler.h"

static char *safe(const char *html)
{
	struct arena *a = arena_create();
	GString *out = g_string_new(NULL);

	html_safe_append(a, bytes_of(html), 100000, out);
	arena_destroy(&a);
	return g_string_free(out, FALSE);
}

static void writes_anew(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "<p onclick=alert(1) style='color:red'>Hi <b class=x>you</b>",
		  "<p>Hi <b>you</b></p>" },
		{ "<table><tr><td colspan=2 rowspan=\"99999\" width=9>x</table>",
		  "<table><tbody><tr><td colspan=\"2\">x</td></tr></tbody></table>" },
		{ "<a href='javascript:alert(1)'>pay</a>",
		  "<u>pay</u> <small>[javascript:alert(1)]</small>" },
		{ "<a href='https://x.example/\"><script>'>pay</a>",
		  "<u>pay</u> "
		  "<small>[https://x.example/&quot;&gt;&lt;script&gt;]</small>" },
		{ "<img src=http://x.example/t.gif alt='Logo <b>'>",
		  "<i>[Logo &lt;b&gt;]</i>" },
		{ "<img src=x onerror=alert(1)>", "" },
		{ "a<script>alert('<b>1</b>')</script>b", "ab" },
		{ "<style>*{display:none}</style><div>x</div>", "<div>x</div>" },
		{ "<form action=http://x.example/><input "
		  "name=a><button>Send</button></form>",
		  "Send" },
		{ "<svg><animate onbegin=alert(1) attributeName=x><text>y</text></svg>z",
		  "z" },
		{ "<div><iframe src=//x.example></iframe><object "
		  "data=x>y</object>z</div>",
		  "<div>z</div>" },
		{ "<div>a &lt;script&gt; &amp; \"q\" 'r'</div>",
		  "<div>a &lt;script&gt; &amp; &quot;q&quot; &#39;r&#39;</div>" },
		{ "<div>\xe2\x80\xaetxt.exe</div>", "<div>[U+202E]txt.exe</div>" },
		{ "<div>b</div></div></div></body></html><div>c</div>",
		  "<div>b</div><div>c</div>" },
		{ "<base href=http://x.example/><meta http-equiv=refresh "
		  "content='0;url=//x'><link rel=stylesheet href=x><div>d</div>",
		  "<div>d</div>" },
		{ "<h1>T</h1><hr><ul><li>1<li>2</ul>",
		  "<h1>T</h1><hr><ul><li>1</li><li>2</li></ul>" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *out = safe(rows[i].in);

		g_assert_cmpstr(out, ==, rows[i].out);
		g_free(out);
	}
}

static void goes_on_behind_deep_nesting(void)
{
	GString *html = g_string_new(NULL);

	for (int i = 0; i < 1000; i++)
		g_string_append(html, "<div><span>");
	g_string_append(html, "the end");
	char *out = safe(html->str);

	g_assert_nonnull(strstr(out, "the end"));
	g_free(out);
	g_string_free(html, TRUE);
}

static void is_cut(void)
{
	struct arena *a = arena_create();
	GString *out = g_string_new(NULL);
	GString *html = g_string_new(NULL);

	for (int i = 0; i < 1000; i++)
		g_string_append(html, "<div><b>word</b>");
	g_assert_false(
		html_safe_append(a, (struct bytes){ html->str, html->len }, 500, out));
	g_assert_cmpuint(out->len, <, 3000);
	g_assert_true(g_str_has_suffix(out->str, "</div>"));
	g_string_free(out, TRUE);
	g_string_free(html, TRUE);
	arena_destroy(&a);
}

static void escapes_any_bytes(void)
{
	GString *out = g_string_new(NULL);

	html_escape_append(out, (struct bytes){ "a\xff\"<\0>\x1b", 7 });
	g_assert_cmpstr(out->str, ==, "a\xef\xbf\xbd&quot;&lt;\xef\xbf\xbd&gt;[U+001B]");
	g_string_free(out, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/html_safe/writes_anew", writes_anew);
	g_test_add_func("/html_safe/goes_on_behind_deep_nesting",
			goes_on_behind_deep_nesting);
	g_test_add_func("/html_safe/is_cut", is_cut);
	g_test_add_func("/html_safe/escapes_any_bytes", escapes_any_bytes);
	return g_test_run();
}
