/* What a text stands in, by the rules of the standard: "p b:x" is an x in a <b> in a <p>. */
#include "message/html_tree.h"

#include <string.h>

#include "lib/effort.h"

struct heard {
	GString *out;
	char *open[HTML_MAX_OPEN + 1]; /* names */
	size_t inside[HTML_MAX_OPEN + 1];
	size_t depth, most, pages, dropped;
	size_t names; /* that are neither ended nor dropped yet */
};

/* the names of what holds the element at a place, the outermost first */
static void append_path(struct heard *h, size_t inside)
{
	if (inside == 0)
		return;
	append_path(h, h->inside[inside - 1]);
	g_string_append_printf(h->out, "%s ", h->open[inside - 1]);
}

static void push(struct heard *h, char *name, size_t inside)
{
	g_assert_cmpuint(inside, <=, h->depth);
	g_assert_cmpuint(h->depth, <=, HTML_MAX_OPEN);
	h->open[h->depth] = name;
	h->inside[h->depth] = inside;
	h->depth++;
	h->most = MAX(h->most, h->depth);
}

static void *on_open(void *user, const struct html_token *tag, size_t inside)
{
	char *name = g_ascii_strdown(tag->text.at, (gssize)tag->text.n);

	push(user, name, inside);
	((struct heard *)user)->names++;
	return name;
}

static void on_reopen(void *user, enum html_element element, void *own, size_t inside)
{
	g_assert_true(element == HTML_OTHER ||
		      strcmp(html_element_name(element), own) == 0);
	push(user, own, inside);
}

static void on_close(void *user, enum html_element element, void *own, bool moved)
{
	struct heard *h = user;

	(void)element;
	g_assert_cmpuint(h->depth, >, 0);
	g_assert_true(h->open[--h->depth] == own);
	if (!moved) {
		h->names--;
		g_free(own);
	}
}

static void on_drop(void *user, enum html_element element, void *own)
{
	struct heard *h = user;

	(void)element;
	h->dropped++;
	h->names--;
	g_free(own);
}

static void on_text(void *user, struct bytes text, size_t inside)
{
	struct heard *h = user;

	g_assert_cmpuint(inside, <=, h->depth);
	if (h->out->len > 0)
		g_string_append_c(h->out, '|');
	append_path(h, inside);
	if (h->out->len > 0 && h->out->str[h->out->len - 1] == ' ')
		h->out->str[h->out->len - 1] = ':';
	g_string_append_len(h->out, text.at, (gssize)text.n);
}

static void on_page(void *user, const struct html_token *tag)
{
	(void)tag;
	((struct heard *)user)->pages++;
}

static const struct html_listener listener = {
	.open = on_open,
	.reopen = on_reopen,
	.close = on_close,
	.drop = on_drop,
	.text = on_text,
	.page = on_page,
};

static struct heard hear(const char *html, size_t n)
{
	struct heard h = { .out = g_string_new(NULL) };
	char *exact = g_memdup2(html, n);

	html_tree_read((struct bytes){ exact, n }, &listener, &h);
	g_assert_cmpuint(h.depth, ==, 0);
	g_assert_cmpuint(h.names, ==, 0);
	g_free(exact);
	return h;
}

struct row {
	const char *html, *texts;
};

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct heard h = hear(rows[i].html, strlen(rows[i].html));

		g_test_message("%s", rows[i].html);
		g_assert_cmpstr(h.out->str, ==, rows[i].texts);
		g_string_free(h.out, TRUE);
	}
}

static void test_implied_ends(void)
{
	static const struct row rows[] = {
		{ "a<p>b<p>c<div>d</div>e", "a|p:b|p:c|div:d|e" },
		{ "<p>a<b>b<br>c<img>d", "p:a|p b:b|p b:c|p b:d" },
		{ "<ul><li>a<li>b<ul><li>c</ul>d</ul>e",
		  "ul li:a|ul li:b|ul li ul li:c|ul li:d|e" },
		{ "<li>a<div><li>b", "li:a|li:b" },
		{ "<li>a<blockquote><li>b", "li:a|li blockquote li:b" },
		{ "<dl><dt>a<dd>b<dt>c</dl>", "dl dt:a|dl dd:b|dl dt:c" },
		{ "<h1>a<h2>b</h1>c", "h1:a|h2:b|c" },
		{ "<select><option>a<option>b<optgroup>c</select>d",
		  "select option:a|select option:b|select optgroup:c|d" },
		{ "<button>a<button>b</button>c", "button:a|button:b|c" },
		{ "<p>a<button>b<p>c</p>d</button>e",
		  "p:a|p button:b|p button p:c|p button:d|p:e" },
		{ "<ruby>a<rt>b<rp>c</ruby>", "ruby:a|ruby rt:b|ruby rp:c" },
		{ "<p>a<table><td>b", "p:a|table tbody tr td:b" },
		{ "<p>a<hr>b", "p:a|b" },
		{ "a</p>b</br>c</div></span></b></td>d", "a|b|c|d" },
		{ "<div><span>a</div>b</span>c", "div span:a|b|c" },
		{ "<span><div>a</span>b</div>c", "span div:a|span div:b|span:c" },
		{ "<form><div>a</form>b</div>c", "form div:a|div:b|c" },
		{ "<head><title>a</title></head><body>b</body></html>c", "title:a|b|c" },
		{ "<x-y>a<X-Z>b</X-Y>c</x-z>d", "x-y:a|x-y x-z:b|c|d" },
		{ "<div/>a<br/>b<span/>c", "div:a|div:b|div span:c" },
		{ "<image>a<textarea><b></textarea>c", "a|textarea:<b>|c" },
	};

	check(rows, G_N_ELEMENTS(rows));
}

static void test_formats(void)
{
	static const struct row rows[] = {
		/* they go on in the next block, and inside of it */
		{ "<p><b>a</p>b<div>c</div></b>d", "p b:a|b:b|b div:c|d" },
		{ "<p><b>a</p><div>b</div>c", "p b:a|div b:b|b:c" },
		{ "<b>a<i>b</b>c</i>d", "b:a|b i:b|i:c|d" },
		{ "<b>a<p>b</b>c</p>d", "b:a|b p:b|p:c|d" },
		{ "<b><span><p>a</b>b", "b span p:a|p:b" },
		{ "<b><i><p>a</b>b</i>c", "b i p:a|i p:b|p:c" },
		{ "<span><b>a</span>b", "span b:a|b:b" },
		/* not behind a cell, nor into one */
		{ "<table><td><b>a</td><td>b</table>c",
		  "table tbody tr td b:a|table tbody tr td:b|c" },
		{ "<p><b>a</p><table><td>b</table>c", "p b:a|table tbody tr td:b|b:c" },
		{ "<b><table><td>a</b>b</table>c",
		  "b table tbody tr td:a|b table tbody tr td:b|b:c" },
		{ "<object><b>a</object>b", "object b:a|b" },
		/* one link is no part of another */
		{ "<a>a<a>b</a>c", "a:a|a:b|c" },
		{ "<a>a<p>b<a>c</a>d", "a:a|a p:b|p a:c|p:d" },
		{ "<p><a>a</p><p>b</a>c", "p a:a|p a:b|p:c" },
		{ "<a>a<table><td><a>b</a>c</table>d",
		  "a:a|a table tbody tr td a:b|a table tbody tr td:c|a:d" },
		{ "<nobr>a<nobr>b", "nobr:a|nobr:b" },
		{ "<b>a</i>b</b>c", "b:a|b:b|c" },
		{ "<p><b><i>a</p><style>b</style>c", "p b i:a|style:b|b i:c" },
	};

	check(rows, G_N_ELEMENTS(rows));
}

static void test_tables(void)
{
	static const struct row rows[] = {
		{ "<table><tr><td>a<td>b<tr><th>c</table>d",
		  "table tbody tr td:a|table tbody tr td:b|table tbody tr th:c|d" },
		{ "<table><thead><tr><td>a<tbody><tr><td>b</table>",
		  "table thead tr td:a|table tbody tr td:b" },
		{ "<table><caption>a<td>b</table>",
		  "table caption:a|table tbody tr td:b" },
		{ "<table><colgroup><col><tr><td>a</table>", "table tbody tr td:a" },
		/* cells without a table are none */
		{ "a<td>b</td><tr>c</table>d", "a|b|c|d" },
		/* what stands between rows and cells is shown before the table */
		{ "<div><table>a<tr>b<td>c</table>d",
		  "div:a|div:b|div table tbody tr td:c|div:d" },
		{ "<table><b>a<tr><td>b</table>c", "b:a|table tbody tr td:b|b:c" },
		{ "<table><div>a<td>b</table>c", "div:a|table tbody tr td:b|c" },
		{ "<table><tr><form>a<td>b</table>",
		  "table tbody tr form:a|table tbody tr td:b" },
		/* a table in a cell, and one that is not */
		{ "<table><td>a<table><td>b</table>c</table>d",
		  "table tbody tr td:a|table tbody tr td table tbody tr td:b|table tbody "
		  "tr td:c|d" },
		{ "<table><tr>a<table><td>b</table>c", "a|table tbody tr td:b|c" },
		{ "<table><td><div>a</td>b</table>", "table tbody tr td div:a|b" },
		{ "<table><td>a<p>b</tr>c</table>d",
		  "table tbody tr td:a|table tbody tr td p:b|c|d" },
		{ "<table><td>a</tbody>b</th>c</table>d", "table tbody tr td:a|b|c|d" },
		{ "<table><colgroup>a<td>b</table>c", "a|table tbody tr td:b|c" },
		{ "<table><td><template></td>a</template>b</table>",
		  "table tbody tr td template:a|table tbody tr td:b" },
		{ "<div>a<table><td></div>b</table>c",
		  "div:a|div table tbody tr td:b|div:c" },
	};

	check(rows, G_N_ELEMENTS(rows));
}

static void test_foreign(void)
{
	static const struct row rows[] = {
		{ "<svg><text>a</text></svg>b", "svg text:a|b" },
		{ "<svg/>a<svg><g/>b</svg>c", "a|svg:b|c" },
		{ "<svg><style><b>a", "b:a" },
		{ "<svg><style>a<g>b</style>c", "svg style:a|svg style g:b|svg:c" },
		{ "<svg><![CDATA[<b>]]></svg><![CDATA[c]]>d", "svg:<b>|d" },
		{ "<svg><title><b>a</title>b", "svg title b:a|svg title b:b" },
		{ "<svg><foreignObject><p>a</foreignObject>b</p></foreignObject>c",
		  "svg foreignobject p:a|svg foreignobject p:b|svg:c" },
		{ "<svg><g><p>a</svg>b", "p:a|p:b" },
		{ "<svg><font>a<font color=red>b", "svg font:a|font:b" },
		{ "<svg>a</p>b", "svg:a|b" },
		{ "<math><mi><b>a</mi>b</math>c", "math mi b:a|math mi b:b|math mi b:c" },
		{ "<math><annotation-xml><svg>a</math>b", "math annotation-xml svg:a|b" },
		{ "<math><annotation-xml encoding=Text/HTML><p>a",
		  "math annotation-xml p:a" },
		{ "<math><annotation-xml><p>a", "p:a" },
		{ "<table><td><svg><template></td>a</table>b", "a|b" },
		{ "<svg><td>a</td>b</svg>c", "svg td:a|svg:b|c" },
	};

	check(rows, G_N_ELEMENTS(rows));
}

static void test_pages(void)
{
	const char *html = "<html><body>a<body><template><body></template>";
	struct heard h = hear(html, strlen(html));

	g_assert_cmpuint(h.pages, ==, 3);
	g_string_free(h.out, TRUE);
}

static void test_depth(void)
{
	GString *html = g_string_new(NULL);
	struct heard h;

	for (int i = 0; i < 10 * HTML_MAX_OPEN; i++)
		g_string_append(html, i % 2 == 0 ? "<div>" : "<i>");
	g_string_append(html, "a<br>b</div>c");
	h = hear(html->str, html->len);
	g_assert_cmpuint(h.most, <=, HTML_MAX_OPEN + 1);
	g_assert_nonnull(strstr(h.out->str, "i:a|"));
	g_assert_nonnull(strstr(h.out->str, "i:c"));
	g_string_free(h.out, TRUE);
	g_string_assign(html, "<p>");
	for (int i = 0; i < 100; i++)
		g_string_append(html, "<font>");
	g_string_append(html, "</p>a");
	h = hear(html->str, html->len);
	g_assert_cmpuint(h.dropped, >, 0);
	g_string_free(h.out, TRUE);
	g_string_free(html, TRUE);
}

struct hostile {
	const char *piece, *other;
};

static void read_hostile(const void *of, size_t n)
{
	const struct hostile *row = of;
	GString *html = g_string_sized_new(n);

	while (html->len < n / 2)
		g_string_append(html, row->piece);
	while (html->len < n)
		g_string_append(html, row->other == NULL ? row->piece : row->other);
	struct html_listener deaf = listener;
	struct heard h = { .out = g_string_new(NULL) };

	html_tree_read((struct bytes){ html->str, html->len }, &deaf, &h);
	g_assert_cmpuint(h.names, ==, 0);
	g_string_free(h.out, TRUE);
	g_string_free(html, TRUE);
}

static void test_hostile(void)
{
	static const struct hostile rows[] = {
		{ "<b><p>", "</b>" },     { "<font>", "<p></p>" },
		{ "<p><b></p>", NULL },   { "<p><b><i><u></p>x", NULL },
		{ "<table>", "</td>" },   { "<table><tr>x", NULL },
		{ "<svg>", "</x>" },      { "<span>", "</x><p>" },
		{ "<a><div>", NULL },     { "<form><div>", "</form>" },
		{ "<body>", NULL },       { "<math><mi>", "<p></p>" },
		{ "<template>", "</p>" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].piece);
		g_assert_true(effort_is_linear(read_hostile, &rows[i], 64 * 1024));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/html-tree/implied-ends", test_implied_ends);
	g_test_add_func("/html-tree/formats", test_formats);
	g_test_add_func("/html-tree/tables", test_tables);
	g_test_add_func("/html-tree/foreign", test_foreign);
	g_test_add_func("/html-tree/pages", test_pages);
	g_test_add_func("/html-tree/depth", test_depth);
	g_test_add_func("/html-tree/hostile", test_hostile);
	return g_test_run();
}
