/* Every state of the standard's tokenizer, by what comes out of it. */
#include "message/html_token.h"

#include <string.h>

#include "lib/effort.h"
#include "message/html_reference.h"

static struct arena *a;

static const struct {
	enum html_key key;
	const char *name;
} shown[] = {
	{ HTML_KEY_ID, "id" },         { HTML_KEY_HREF, "href" },
	{ HTML_KEY_CLASS, "class" },   { HTML_KEY_STYLE, "style" },
	{ HTML_KEY_HIDDEN, "hidden" },
};

static void append_tag(GString *out, const struct html_token *t)
{
	g_string_append(out, t->kind == HTML_TOKEN_START_TAG ? "<" : "</");
	g_string_append_len(out, t->text.at, (gssize)t->text.n);
	for (size_t i = 0; i < G_N_ELEMENTS(shown); i++)
		if (html_has(t, shown[i].key))
			g_string_append_printf(out, " %s=[%s]", shown[i].name,
					       html_string(a, t, shown[i].key));
	g_string_append(out, t->self_closing ? "/>" : ">");
}

static void append_token(GString *out, const struct html_token *t)
{
	switch (t->kind) {
	case HTML_TOKEN_END:
		return;
	case HTML_TOKEN_TEXT:
		g_string_append_c(out, '"');
		if (t->coded)
			html_decode(out, t->text, false);
		else
			g_string_append_len(out, t->text.at, (gssize)t->text.n);
		g_string_append_c(out, '"');
		return;
	case HTML_TOKEN_START_TAG:
	case HTML_TOKEN_END_TAG:
		append_tag(out, t);
		return;
	case HTML_TOKEN_COMMENT:
		g_string_append_printf(out, "{%.*s}", (int)t->text.n, t->text.at);
		return;
	}
	g_assert_not_reached();
}

static char *tokens_of(const char *html, size_t n, bool foreign)
{
	char *exact = g_memdup2(html, n);
	struct html_tokens tokens = { .html = { exact, n }, .foreign = foreign };
	struct html_token t;
	GString *out = g_string_new(NULL);

	do {
		html_next(&tokens, &t);
		append_token(out, &t);
		if (t.kind == HTML_TOKEN_START_TAG) {
			tokens.content = html_element_content(t.element);
			tokens.ended_by = t.text;
		}
	} while (t.kind != HTML_TOKEN_END);
	g_free(exact);
	return g_string_free(out, FALSE);
}

struct row {
	const char *html, *tokens;
};

static void check(const struct row *rows, size_t n, bool foreign)
{
	for (size_t i = 0; i < n; i++) {
		char *got = tokens_of(rows[i].html, strlen(rows[i].html), foreign);

		g_test_message("%s", rows[i].html);
		g_assert_cmpstr(got, ==, rows[i].tokens);
		g_free(got);
	}
}

static void test_data_and_tags(void)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "a<b", "\"a\"" }, /* a tag without an end is none */
		{ "a < b <3 <", "\"a < b <3 <\"" },
		{ "a</", "\"a</\"" },
		{ "<b>x</b>", "<b>\"x\"</b>" },
		{ "<B\tid=1>x</B >", "<B id=[1]>\"x\"</B>" },
		{ "<br/><br / >", "<br/><br>" },
		{ "</>x", "\"x\"" },
		{ "</ b>x", "{ b}\"x\"" },
		{ "</3>x", "{3}\"x\"" },
		{ "</b id=1/>", "</b id=[1/]>" },
		{ "<a<b>x", "<a<b>\"x\"" }, /* "<" belongs to the name */
		{ "<a/id=1>", "<a id=[1]>" },
		{ "<h1></h1>", "<h1></h1>" },
		{ "<?xml x?>y", "{?xml x?}\"y\"" },
	};

	check(rows, G_N_ELEMENTS(rows), false);
}

static void test_attributes(void)
{
	static const struct row rows[] = {
		{ "<a id=1 class=\"b c\" href='d>e'>",
		  "<a id=[1] href=[d>e] class=[b c]>" },
		{ "<a id>", "<a id=[]>" },
		{ "<a id=>x", "<a id=[]>\"x\"" },
		{ "<a id= >x", "<a id=[]>\"x\"" },
		{ "<a id \n = \t 1>", "<a id=[1]>" },
		{ "<a id=1 ID=2>", "<a id=[1]>" }, /* the first counts */
		{ "<a id=\"1\"class=2>", "<a id=[1] class=[2]>" },
		{ "<a =id=1>", "<a>" }, /* its name is "=id" */
		{ "<a ==1 id=2>", "<a id=[2]>" },
		{ "<a 'id=1>", "<a>" },
		{ "<a id=a\"b'c=d<e`f>", "<a id=[a\"b'c=d<e`f]>" },
		{ "<a id=1/>", "<a id=[1/]>" },
		{ "<a id=1 />", "<a id=[1]/>" },
		{ "<a id=\"1\"/>", "<a id=[1]/>" },
		{ "<a id=\"1>x", "" },
		{ "<a id='1>x", "" },
		{ "<a id=1", "" },
		{ "<a id", "" },
		{ "<a id=\"1\"", "" },
		{ "<a hidden class>", "<a class=[] hidden=[]>" },
		{ "<a href=\"?a=1&amp;b=2&copy=3&lt;&lt\">",
		  "<a href=[?a=1&b=2&copy=3<<]>" },
		{ "<a idx=1 i=2 _id=3>", "<a>" },
	};
	char *got = tokens_of("<a id=\"a\0b\">", 12, false);

	check(rows, G_N_ELEMENTS(rows), false);
	g_assert_cmpstr(got, ==,
			"<a id=[a\xef\xbf\xbd"
			"b]>");
	g_free(got);
}

static void test_comments(void)
{
	static const struct row rows[] = {
		{ "<!--a-->b", "{a}\"b\"" },
		{ "<!-->b", "{}\"b\"" },
		{ "<!--->b", "{}\"b\"" },
		{ "<!---->b", "{}\"b\"" },
		{ "<!----->b", "{-}\"b\"" },
		{ "<!--a--!>b", "{a}\"b\"" },
		{ "<!----!>b", "{}\"b\"" },
		{ "<!---!>b-->c", "{-!>b}\"c\"" },
		{ "<!--a--b-->c", "{a--b}\"c\"" },
		{ "<!--a-- >b-->c", "{a-- >b}\"c\"" },
		{ "<!--a->b-->c", "{a->b}\"c\"" },
		{ "<!--a<!--b-->c-->", "{a<!--b}\"c-->\"" },
		{ "<!--<p>-->c", "{<p>}\"c\"" },
		{ "<!--a", "{a}" },
		{ "<!-", "{-}" },
		{ "<!-a->b", "{-a-}\"b\"" },
		{ "<!a>b", "{a}\"b\"" },
		{ "<!>b", "{}\"b\"" },
		{ "<!DOCTYPE html PUBLIC \"-//a>b", "\"b\"" },
		{ "<!doctype html>b", "\"b\"" },
		{ "<![if !mso]>b<![endif]-->c", "{[if !mso]}\"b\"{[endif]--}\"c\"" },
		{ "<![CDATA[<b>]]>c", "{[CDATA[<b}\"]]>c\"" },
	};

	check(rows, G_N_ELEMENTS(rows), false);
}

static void test_sections_in_foreign(void)
{
	static const struct row rows[] = {
		{ "<![CDATA[<b>&amp;]]>c", "\"<b>&amp;\"\"c\"" },
		{ "<![CDATA[]]>c", "\"\"\"c\"" },
		{ "<![CDATA[a]>]]]>c", "\"a]>]\"\"c\"" },
		{ "<![CDATA[a", "\"a\"" },
		{ "<![cdata[a]]>b", "{[cdata[a]]}\"b\"" },
	};

	check(rows, G_N_ELEMENTS(rows), true);
}

static void test_raw_texts(void)
{
	static const struct row rows[] = {
		{ "<title>a<b>&amp;</title>c", "<title>\"a<b>&\"</title>\"c\"" },
		{ "<textarea><p></TEXTAREA\n>c", "<textarea>\"<p>\"</TEXTAREA>\"c\"" },
		{ "<title>a</titles></title>", "<title>\"a</titles>\"</title>" },
		{ "<title>a</title", "<title>\"a</title\"" },
		{ "<title>a</title x", "<title>\"a\"" },
		{ "<title></title>c", "<title></title>\"c\"" },
		{ "<style><b>&amp;</style>c", "<style>\"<b>&amp;\"</style>\"c\"" },
		{ "<style></xmp></style/>c", "<style>\"</xmp>\"</style/>\"c\"" },
		{ "<xmp><!--</xmp>-->", "<xmp>\"<!--\"</xmp>\"-->\"" },
		{ "<iframe><p></iframe>", "<iframe>\"<p>\"</iframe>" },
		{ "<noframes><p></noframes>", "<noframes>\"<p>\"</noframes>" },
		{ "<noembed><p></noembed>", "<noembed>\"<p>\"</noembed>" },
		{ "<noscript><p></noscript>", "<noscript><p></noscript>" },
		{ "<plaintext>a</plaintext><b>", "<plaintext>\"a</plaintext><b>\"" },
	};

	check(rows, G_N_ELEMENTS(rows), false);
}

static void test_scripts(void)
{
	static const struct row rows[] = {
		{ "<script>a<b>&amp;</script>c", "<script>\"a<b>&amp;\"</script>\"c\"" },
		{ "<script><!--a</script>c", "<script>\"<!--a\"</script>\"c\"" },
		{ "<script><!--<script>a</script>b</script>c",
		  "<script>\"<!--<script>a</script>b\"</script>\"c\"" },
		{ "<script><!--<script>a--></script>c",
		  "<script>\"<!--<script>a-->\"</script>\"c\"" },
		{ "<script><!--<scripts>a</script>c",
		  "<script>\"<!--<scripts>a\"</script>\"c\"" },
		{ "<script><!--><script></script>c",
		  "<script>\"<!--><script>\"</script>\"c\"" },
		{ "<script><!---><script></script>c",
		  "<script>\"<!---><script>\"</script>\"c\"" },
		{ "<script><!--<script></script><script></script></script>c",
		  "<script>\"<!--<script></script><script></script>\"</script>\"c\"" },
		{ "<script><script></script>c", "<script>\"<script>\"</script>\"c\"" },
		{ "<script><!-- -- ></script>c", "<script>\"<!-- -- >\"</script>\"c\"" },
		{ "<script>a", "<script>\"a\"" },
		{ "<script><!--<script></script>", "<script>\"<!--<script></script>\"" },
	};

	check(rows, G_N_ELEMENTS(rows), false);
}

static void read_hostile(const void *piece, size_t n)
{
	GString *html = g_string_sized_new(n);

	while (html->len < n)
		g_string_append(html, piece);
	char *got = tokens_of(html->str, html->len, strstr(piece, "CDATA") != NULL);

	g_free(got);
	g_string_free(html, TRUE);
}

static void test_hostile(void)
{
	static const char *const pieces[] = {
		"<",
		"<a",
		"<a ",
		"<a x=",
		"<a x=\"",
		"</",
		"<!--",
		"<!--->",
		"<!",
		"<?",
		"<![CDATA[",
		"<title>",
		"<title></titl",
		"<script><!--",
		"<script></script",
		"&",
		"&amp",
		"&#",
		"&#x",
		"--!",
		"<a x='",
		"=",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_test_message("%s", pieces[i]);
		g_assert_true(effort_is_linear(read_hostile, pieces[i], 512 * 1024));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	a = arena_create();
	g_test_add_func("/html-token/data-and-tags", test_data_and_tags);
	g_test_add_func("/html-token/attributes", test_attributes);
	g_test_add_func("/html-token/comments", test_comments);
	g_test_add_func("/html-token/sections-in-foreign", test_sections_in_foreign);
	g_test_add_func("/html-token/raw-texts", test_raw_texts);
	g_test_add_func("/html-token/scripts", test_scripts);
	g_test_add_func("/html-token/hostile", test_hostile);
	int failed = g_test_run();

	arena_destroy(&a);
	return failed;
}
