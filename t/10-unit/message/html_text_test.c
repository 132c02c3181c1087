/* What a reader of HTML sees, and what not. */
#include "message/html_text.h"

#include <string.h>

#include "lib/effort.h"

static struct arena *a;

static struct html_text read_html(const char *html, size_t n)
{
	struct html_text t = { .visible = g_string_new(NULL),
			       .hidden = g_string_new(NULL),
			       .links = g_array_new(FALSE, FALSE, sizeof(struct link)),
			       .max_bytes = 100000,
			       .max_links = 10 };
	char *exact = g_memdup2(html, n);

	html_text_read(a, (struct bytes){ exact, n }, &t);
	g_free(exact);
	return t;
}

static void drop(struct html_text *t)
{
	g_string_free(t->visible, TRUE);
	g_string_free(t->hidden, TRUE);
	g_array_free(t->links, TRUE);
}

static void test_text(void)
{
	static const struct {
		const char *html, *visible;
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "<p>one</p><p>two<br>three</p>", "one\ntwo\nthree" },
		{ "a <b>b</b><i>c</i>\r\n  d", "a bc d" },
		{ "<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a b\nc" },
		{ "<ul><li>x<li>y</ul>z", "x\ny\nz" },
		{ "a&amp;b&nbsp;&lt;c&gt; &euro; &#8364; &#x20AC; &bogus;",
		  "a&b <c> € € € &bogus;" },
		/* no text: style, script, title, comments, conditional comments */
		{ "<head><title>t</title><style>p{x}</style></head><body>a<script>b()</"
		  "script>c",
		  "ac" },
		{ "a<!-- b -->c<!--[if mso]>d<![endif]-->e", "ace" },
		{ "a<style>b", "a" },
		{ "<object>x</object><iframe>y</iframe><template>z</template>a", "xa" },
		/* zero width characters tear words apart for filters, not for readers */
		{ "vi\xe2\x80\x8b"
		  "agr\xe2\x80\x8c&#8203;a &shy;x&#65279;y",
		  "viagra xy" },
		{ "<P>UPPER</P><!DOCTYPE html><X-NEW>x</X-NEW>", "UPPER\nx" },
		{ "<a href=\"http://x.example\">link</a> after", "link after" },
		{ "unclosed <b>bold <i>both", "unclosed bold both" },
		{ "</div></p></b>stray", "stray" },
		{ "< notatag a<b", "< notatag a" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct html_text t = read_html(rows[i].html, strlen(rows[i].html));

		g_assert_cmpstr(t.visible->str, ==, rows[i].visible);
		g_assert_cmpstr(t.hidden->str, ==, "");
		drop(&t);
	}
}

/* "x" is hidden, "a" and "b" around it are not */
static void test_hidden(void)
{
	static const char *const ways[] = {
		"<div style=\"display:none\">x</div>",
		"<div style=\"DISPLAY : NONE !important;\">x</div>",
		"<div style='color:red;display:none'><b><i>x</i></b></div>",
		"<span style=\"visibility:hidden\">x</span>",
		"<span style=\"font-size:0\">x</span>",
		"<span style=\"font-size:0px;line-height:0\">x</span>",
		"<span style=\"font-size:1px\">x</span>",
		"<span style=\"font-size:0.01em\">x</span>",
		"<span style=\"font:0/0 arial\">x</span>",
		"<span style=\"opacity:0\">x</span>",
		"<span style=\"opacity:0.0;\">x</span>",
		"<span style=\"color:#fff\">x</span>",
		"<span style=\"color:white\">x</span>",
		"<span style=\"color:#fefefe\">x</span>",
		"<span style=\"color:rgb(255, 255, 255)\">x</span>",
		"<span style=\"color:rgba(0,0,0,0)\">x</span>",
		"<span style=\"color:transparent\">x</span>",
		"<font color=\"#FFFFFF\">x</font>",
		"<font color=white>x</font>",
		"<span style=\"color:#333;background:#333\">x</span>",
		"<div style=\"background-color:navy\"><span "
		"style=\"color:#000080\">x</span></div>",
		"<table bgcolor=#123456><tr><td><font color=\"#123456\">x</font></table>",
		"<div hidden>x</div>",
		"<div hidden=\"hidden\">x</div>",
		"<div style=\"max-height:0;overflow:hidden\">x</div>",
		"<div style=\"width:0px;overflow:hidden\">x</div>",
		"<div style=\"text-indent:-9999px\">x</div>",
		"<div style=\"position:absolute;left:-9999px\">x</div>",
		"<div style=\"display:none\"><div style=\"display:block\">x</div></div>",
		"<style>.p{display:none}</style><div class=\"o p\">x</div>",
		"<style>#p{font-size:0}</style><div id=p>x</div>",
		"<style>/* c */ @media x{.p{color:red}} .q, div.p { opacity : 0 }</style>"
		"<div class=p>x</div>",
		"<style>.p{background:#000}</style><div class=p "
		"style=\"color:black\">x</div>",
		"<style>.p{color:#111;background:#111}</style><div class=p>x</div>",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
		char *html = arena_printf(a, "<body>a %s b</body>", ways[i]);
		struct html_text t = read_html(html, strlen(html));

		g_test_message("%s", ways[i]);
		g_assert_cmpstr(t.hidden->str, ==, "x");
		g_assert_null(strchr(t.visible->str, 'x'));
		g_assert_nonnull(strchr(t.visible->str, 'a'));
		g_assert_nonnull(strchr(t.visible->str, 'b'));
		drop(&t);
	}
}

static void test_seen(void)
{
	static const char *const ways[] = {
		"<div style=\"display:block\">x</div>",
		"<div style=\"visibility:hidden\"><b "
		"style=\"visibility:visible\">x</b></div>",
		"<div style=\"font-size:0\"><b style=\"font-size:14px\">x</b></div>",
		"<div style=\"font-size:10px\">x</div>",
		"<div style=\"font-size:small\">x</div>",
		"<div style=\"font:bold 12px/1.5 arial\">x</div>",
		"<div style=\"opacity:0.5\">x</div>",
		"<div style=\"color:#000\">x</div>",
		"<div style=\"background:#000;color:#fff\">x</div>",
		"<div "
		"style=\"background:url(http://x.example/y.png);color:#fff\">x</div>",
		"<table><td background=y.png><font color=white>x</font></td>",
		"<table bgcolor=black><tr><td style=\"color:white\">x</table>",
		"<div style=\"max-height:0\">x</div>",
		"<div style=\"width:0\">x</div>",
		"<div style=\"mso-hide:all\">x</div>",
		"<div style=\"color:inherit\">x</div>",
		"<div style=\"display\">x</div>",
		"<div style=\":none;;;display:;\">x</div>",
		"<div style=\"background:#fff url(y.png)\"><font "
		"color=white>x</font></div>",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
		struct html_text t = read_html(ways[i], strlen(ways[i]));

		g_test_message("%s", ways[i]);
		g_assert_cmpstr(t.visible->str, ==, "x");
		g_assert_cmpstr(t.hidden->str, ==, "");
		drop(&t);
	}
}

static void test_links(void)
{
	static const struct {
		const char *html;
		const char *want; /* url[text]hidden| */
	} rows[] = {
		{ "<a href=\"http://x.example/?a=1&amp;b=2\">click <b>here</b>\n now</a>",
		  "http://x.example/?a=1&b=2[click here now]0|" },
		{ "<a href=' http://x.example/ '>y</a><a href=http://z.example>w</a>",
		  "http://x.example/[y]0|http://z.example[w]0|" },
		/* only a picture: nothing to read */
		{ "<a href=\"http://x.example\"><img src=\"y.png\" alt=\"z\"></a>",
		  "http://x.example[]0|" },
		{ "<a name=\"x\">y</a><a href=\"#top\">z</a><a href=\"\">w</a>", "" },
		{ "<map><area href=\"http://x.example\"></map>", "http://x.example[]0|" },
		{ "<form action=\"http://x.example/f\"><input></form>",
		  "http://x.example/f[]0|" },
		{ "<a style=\"display:none\" href=\"http://x.example\">y</a>",
		  "http://x.example[]1|" },
		{ "<div style=\"font-size:0\"><a href=\"http://x.example\">y</a></div>",
		  "http://x.example[]1|" },
		{ "<a href=\"http://x.example\"><span style=\"opacity:0\">y</span></a>",
		  "http://x.example[]1|" },
		{ "<a href=\"http://x.example\">z<span hidden>y</span></a>",
		  "http://x.example[z]0|" },
		/* an anchor ends where the next starts, or the document */
		{ "<a href=\"http://x.example\">y<a href=\"http://z.example\">w",
		  "http://x.example[y]0|http://z.example[w]0|" },
		{ "<a href=\"mailto:x@y.example\">m</a>", "mailto:x@y.example[m]0|" },
		{ "<a href=\"&#104;ttp://i.example\">i</a>", "http://i.example[i]0|" },
		{ "<a href=\"http://x.example/\xc3\xa4\">y</a>",
		  "http://x.example/ä[y]0|" },
		{ "<div style=\"color:white;background:blue\"><a "
		  "href=\"http://x.example\">y</a></div>",
		  "http://x.example[]1|" }, /* blue on blue */
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct html_text t = read_html(rows[i].html, strlen(rows[i].html));
		GString *got = g_string_new(NULL);

		for (guint k = 0; k < t.links->len; k++) {
			const struct link *l = &g_array_index(t.links, struct link, k);

			g_string_append_printf(got, "%s[%s]%d|", l->url, l->text,
					       l->hidden);
		}
		g_assert_cmpstr(got->str, ==, rows[i].want);
		g_string_free(got, TRUE);
		drop(&t);
	}
}

static void test_base(void)
{
	const char *html =
		"<base href=\"http://x.example/\"><base href=\"http://y.example/\">";
	struct html_text t = read_html(html, strlen(html));

	g_assert_cmpstr(t.base, ==, "http://x.example/");
	g_assert_cmpuint(t.links->len, ==, 0);
	drop(&t);
}

static void test_fields(void)
{
	static const struct {
		const char *html;
		unsigned fields;
	} rows[] = {
		{ "<form><input name=a></form>", HTML_FIELD_TEXT },
		{ "<INPUT TYPE=PassWord>", HTML_FIELD_PASSWORD },
		{ "<input type=email><input type='password'>",
		  HTML_FIELD_TEXT | HTML_FIELD_PASSWORD },
		{ "<textarea></textarea>", HTML_FIELD_TEXT },
		{ "<input type=file>", HTML_FIELD_FILE },
		{ "<input type=hidden><input type=submit><button>x</button>", 0 },
		{ "<a href='http://a.example' type=password>x</a>", 0 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct html_text t = read_html(rows[i].html, strlen(rows[i].html));

		g_test_message("%s", rows[i].html);
		g_assert_cmphex(t.fields, ==, rows[i].fields);
		drop(&t);
	}
}

static void test_limits(void)
{
	GString *html = g_string_new(NULL);
	struct html_text t;

	for (int i = 0; i < 20; i++)
		g_string_append(html, "<a href=http://x.example>y</a>");
	t = read_html(html->str, html->len);
	g_assert_cmpuint(t.links->len, ==, 10);
	g_assert_cmphex(t.truncated, ==, TRUNCATED_LINKS);
	drop(&t);
	g_string_truncate(html, 0);
	for (int i = 0; i < 30000; i++)
		g_string_append(html, "word ");
	t = read_html(html->str, html->len);
	g_assert_cmpuint(t.visible->len, <=, 100000);
	g_assert_cmphex(t.truncated, ==, TRUNCATED_TEXT);
	drop(&t);
	g_string_assign(html, "<a href=\"http://x.example/");
	for (int i = 0; i < 3000; i++)
		g_string_append(html, "ü");
	g_string_append(html, "\">");
	for (int i = 0; i < 3000; i++)
		g_string_append(html, "ü ");
	t = read_html(html->str, html->len);
	g_assert_cmpuint(strlen(g_array_index(t.links, struct link, 0).url), <=, 2048);
	g_assert_cmpuint(strlen(g_array_index(t.links, struct link, 0).text), <=, 1024);
	g_assert_true(
		g_utf8_validate(g_array_index(t.links, struct link, 0).url, -1, NULL));
	drop(&t);
	g_string_free(html, TRUE);
}

struct hostile {
	const char *piece;
	const char *other; /* after half of it; NULL: more of the same */
};

static void read_hostile(const void *of, size_t n)
{
	const struct hostile *h = of;
	GString *html = g_string_sized_new(n);

	while (html->len < n / 2)
		g_string_append(html, h->piece);
	while (html->len < n)
		g_string_append(html, h->other == NULL ? h->piece : h->other);
	struct html_text t = read_html(html->str, html->len);

	drop(&t);
	g_string_free(html, TRUE);
}

/* half a megabyte of each, and what comes after it must still be read */
static void test_hostile(void)
{
	static const struct hostile rows[] = {
		{ "<div>", NULL },
		{ "<b>", "</i>" },
		{ "<table>", NULL },
		{ "<a href=x>", NULL },
		{ "<p", NULL },
		{ "<!--", NULL },
		{ "&", NULL },
		{ "<", NULL },
		{ "<a x=\"", NULL },
		{ "</p>", NULL },
		{ "<form><input>", NULL },
		{ "<b><i><u>", "</table>" },
		{ "<div style=\"", NULL },
		{ "<x a=b c=d e>", NULL },
		{ "<![CDATA[", NULL },
		{ "<?", NULL },
		{ "<select><option>", NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].piece);
		g_assert_true(effort_is_linear(read_hostile, &rows[i], 512 * 1024));
	}
	GString *deep = g_string_new(NULL);

	for (int i = 0; i < 50000; i++)
		g_string_append(deep, "<div>");
	g_string_append(deep, "here <a href=http://x.example>y</a>");
	struct html_text t = read_html(deep->str, deep->len);

	g_assert_cmpstr(t.visible->str, ==, "here y");
	g_assert_cmpuint(t.links->len, ==, 1);
	drop(&t);
	g_string_free(deep, TRUE);
}

/* Wherever an element or a text leads to, and however it is written. */
static void test_all_that_leads(void)
{
	static const struct {
		const char *html, *wanted;
	} rows[] = {
		{ "<meta http-equiv=refresh content=\"0; URL='https://h1.example'\">"
		  "<area href=//h2.example><form action=http://h3.example>"
		  "<button formaction=http://h4.example></button>"
		  "<input type=image formaction=http://h5.example></form>",
		  "https://h1.example //h2.example http://h3.example http://h4.example "
		  "http://h5.example " },
		{ "<iframe src=http://h6.example></iframe><embed src=http://h7.example>"
		  "<object data=http://h8.example></object><svg>"
		  "<a xlink:href=http://h9.example>x</a><use href=http://h10.example#x "
		  "/></svg>",
		  "http://h6.example http://h7.example http://h8.example "
		  "http://h9.example "
		  "http://h10.example#x " },
		{ "<!--[if mso]><v:rect href=\"http://h11.example/\"><![endif]-->"
		  "<p>Go to https://h12.example/x, or <a "
		  "href=http://h13.example>www.no.example"
		  "</a> or www.h14.example now</p><div "
		  "style=display:none>www.no.example</div>",
		  "http://h11.example/ http://h13.example https://h12.example/x "
		  "www.h14.example " },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct html_text t = read_html(rows[i].html, strlen(rows[i].html));
		GString *got = g_string_new(NULL);

		for (guint k = 0; k < t.links->len; k++)
			g_string_append_printf(
				got, "%s ", g_array_index(t.links, struct link, k).url);
		g_assert_cmpstr(got->str, ==, rows[i].wanted);
		g_string_free(got, TRUE);
		drop(&t);
	}
}

int main(int argc, char **argv)
{
	message_library_init();
	g_test_init(&argc, &argv, NULL);
	a = arena_create();
	g_test_add_func("/html_text/all-that-leads", test_all_that_leads);
	g_test_add_func("/html-text/text", test_text);
	g_test_add_func("/html-text/hidden", test_hidden);
	g_test_add_func("/html-text/seen", test_seen);
	g_test_add_func("/html-text/links", test_links);
	g_test_add_func("/html-text/base", test_base);
	g_test_add_func("/html-text/fields", test_fields);
	g_test_add_func("/html-text/limits", test_limits);
	g_test_add_func("/html-text/hostile", test_hostile);
	int failed = g_test_run();

	arena_destroy(&a);
	return failed;
}
