/* Our reading of HTML beside libxml2's: the same reader hears either what html_tree.h tells or
 * libxml2's SAX events. Samples of every kind of markup, and the HTML parts of a folder of mail
 * (WONTED_CORPUS: each WONTED_CORPUS_STEP-th message). Where the two differ, the difference has a
 * name below, and ours is what browsers show; anything else fails and names the file. */
#include "message/html_text.c"

#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>

#include "base/file.h"
#include "base/limits.h"
#include "message/charset.h"
#include "message/content.h"

struct oracle {
	struct reader *r;
	const struct html_listener *l;
	htmlParserCtxtPtr parser;
	struct arena *a;
	void *own[HTML_MAX_OPEN + 1];
	size_t depth;
	size_t stopped_at;
};

static struct bytes coded(struct arena *a, const char *value)
{
	GString *out = g_string_new(value);

	g_string_replace(out, "&", "&amp;", 0);
	const char *kept = arena_strndup(a, out->str, out->len);

	g_string_free(out, TRUE);
	return bytes_of(kept);
}

static struct html_token tag_of(struct oracle *o, const char *name,
				const xmlChar **attributes)
{
	struct html_token tag = { .kind = HTML_TOKEN_START_TAG, .text = bytes_of(name) };

	tag.element = html_element_of(tag.text);
	for (; attributes != NULL && attributes[0] != NULL; attributes += 2) {
		enum html_key key = html_key_of(bytes_of((const char *)attributes[0]));

		if (key == HTML_KEYS || html_has(&tag, key))
			continue;
		tag.has |= 1U << key;
		tag.values[key] = attributes[1] == NULL
					  ? (struct bytes){ "", 0 }
					  : coded(o->a, (const char *)attributes[1]);
	}
	return tag;
}

static bool is_implied(const struct oracle *o, const char *name,
		       const xmlChar **attributes)
{
	const xmlChar *at = o->parser->input->cur;

	return attributes == NULL && strcmp(name, "p") == 0 && *at != '>' && *at != '/';
}

static void sax_start(void *user, const xmlChar *element, const xmlChar **attributes)
{
	struct oracle *o = user;
	const char *name = (const char *)element;

	if (o->stopped_at > 0)
		return;
	struct html_token tag =
		tag_of(o, is_implied(o, name, attributes) ? "wonted" : name, attributes);

	o->own[o->depth] = o->l->open(o->r, &tag, o->depth);
	if (++o->depth + 1 == HTML_MAX_OPEN) {
		o->stopped_at = (size_t)xmlByteConsumed(o->parser);
		xmlStopParser(o->parser);
	}
}

static void sax_end(void *user, const xmlChar *element)
{
	struct oracle *o = user;

	if (o->depth > 0)
		o->l->close(o->r, html_element_of(bytes_of((const char *)element)),
			    o->own[--o->depth], false);
}

static void sax_text(void *user, const xmlChar *text, int n)
{
	struct oracle *o = user;

	o->l->text(o->r, (struct bytes){ (const char *)text, (size_t)n }, o->depth);
}

static void sax_comment(void *user, const xmlChar *text)
{
	struct oracle *o = user;

	o->l->comment(o->r, bytes_of((const char *)text));
}

static void one_parser(struct oracle *o, struct bytes html)
{
	htmlParserCtxtPtr c = htmlCreateMemoryParserCtxt(html.at, (int)html.n);

	g_assert_nonnull(c);
	*c->sax = (htmlSAXHandler){ .startElement = sax_start,
				    .endElement = sax_end,
				    .characters = sax_text,
				    .ignorableWhitespace = sax_text,
				    .cdataBlock = sax_text,
				    .comment = sax_comment };
	c->userData = o;
	htmlCtxtUseOptions(c, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
				      HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
				      HTML_PARSE_IGNORE_ENC);
	xmlSwitchEncoding(c, XML_CHAR_ENCODING_UTF8);
	o->parser = c;
	o->stopped_at = 0;
	htmlParseDocument(c);
	htmlFreeParserCtxt(c);
	while (o->depth > 0) {
		o->depth--;
		o->r->depth--;
	}
	close_link(o->r);
}

static void oracle_read(struct bytes html, const struct html_listener *l, void *user)
{
	struct oracle *o = g_new0(struct oracle, 1);

	o->r = user;
	o->l = l;
	o->a = o->r->a;
	while (html.n > 0) {
		one_parser(o, html);
		const char *rest = o->stopped_at == 0 || o->stopped_at >= html.n
					   ? NULL
					   : memchr(html.at + o->stopped_at, '>',
						    html.n - o->stopped_at);

		if (rest == NULL)
			break;
		html.n -= (size_t)(rest + 1 - html.at);
		html.at = rest + 1;
	}
	g_free(o);
}

static void read_with(struct arena *a, struct bytes html, struct html_text *t,
		      html_teller *tell)
{
	*t = (struct html_text){ .visible = g_string_new(NULL),
				 .hidden = g_string_new(NULL),
				 .links = g_array_new(FALSE, FALSE, sizeof(struct link)),
				 .max_bytes = LIMIT_TEXT_BYTES,
				 .max_links = LIMIT_LINKS };
	read_from(a, html, t, tell);
}

static void drop(struct html_text *t)
{
	g_string_free(t->visible, TRUE);
	g_string_free(t->hidden, TRUE);
	g_array_free(t->links, TRUE);
}

/* all that is no blank */
static char *dense(const char *text)
{
	GString *out = g_string_sized_new(strlen(text));

	for (; *text != '\0'; text++)
		if (!g_ascii_isspace(*text))
			g_string_append_c(out, *text);
	return g_string_free(out, FALSE);
}

static char *links_of(const struct html_text *t)
{
	GString *out = g_string_new(t->base);

	for (guint i = 0; i < t->links->len; i++) {
		const struct link *l = &g_array_index(t->links, struct link, i);

		g_string_append_printf(out, "%s[%s]%d\n", l->url, l->text, l->hidden);
	}
	return g_string_free(out, FALSE);
}

/* Why the two differ. Browsers agree with ours: each is a rule of the standard that libxml2 is
 * older than. */
enum reason {
	CLASS_SAME,
	CLASS_LINES,     /* what ends a paragraph, an item or a cell: the same letters */
	CLASS_LINK_TEXT, /* a link goes on in the blocks that stand in it */
	CLASS_INHERITED, /* formats that go on, tables: letters are seen that were not, or back */
	CLASS_MARKUP,    /* <![if ...]>, <!x>, <?x> and </b=> are no text */
	CLASS_REFERENCE, /* "&#146;", "&oacuten", names that HTML 4 did not have */
	CLASS_UNENDED,   /* a tag without an end is none */
	CLASS_COMMENT, /* links in comments that are conditions: libxml2 misses comments */
	CLASS_UNEXPLAINED,
	CLASSES,
};

static const char *const class_names[CLASSES] = { "same",      "lines",   "link text",
						  "inherited", "markup",  "reference",
						  "unended",   "comment", "unexplained" };

struct tally {
	size_t seen, step, parts, count[CLASSES];
};

/* every letter, shown or hidden, in an order of its own */
static bool same_letters(const struct html_text *ours, const struct html_text *theirs)
{
	size_t count[2][256] = { { 0 } };
	const struct html_text *both[] = { ours, theirs };

	for (size_t i = 0; i < 2; i++) {
		for (const char *p = both[i]->visible->str; *p != '\0'; p++)
			count[i][(unsigned char)*p]++;
		for (const char *p = both[i]->hidden->str; *p != '\0'; p++)
			count[i][(unsigned char)*p]++;
		count[i][' '] = count[i]['\n'] = 0;
	}
	return memcmp(count[0], count[1], sizeof(count[0])) == 0;
}

static int compare_urls(const void *one, const void *other)
{
	return strcmp(((const struct link *)one)->url, ((const struct link *)other)->url);
}

/* in the order of the alphabet, because a link counts when it ends; more: ours may have more */
static bool same_urls(const struct html_text *ours, const struct html_text *theirs,
		      bool more)
{
	guint k = 0, n = ours->links->len;

	g_array_sort(ours->links, compare_urls);
	g_array_sort(theirs->links, compare_urls);
	for (guint i = 0; i < theirs->links->len; i++, k++) {
		const char *url = g_array_index(theirs->links, struct link, i).url;

		while (more && k < n &&
		       strcmp(g_array_index(ours->links, struct link, k).url, url) < 0)
			k++;
		if (k == n ||
		    strcmp(g_array_index(ours->links, struct link, k).url, url) != 0)
			return false;
	}
	return more || k == n;
}

/* is there one that libxml2 reads in another way? */
static bool has_new_reference(struct bytes html)
{
	const char *p = html.at;
	char name[40];

	while ((p = strchr(p, '&')) != NULL) {
		unsigned long n =
			strtoul(p + 2 + (p[1] == '#' && (p[2] | 32) == 'x'), NULL,
				p[1] == '#' && (p[2] | 32) == 'x' ? 16 : 10);
		size_t length =
			strspn(++p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST"
				    "UVWXYZ0123456789");

		if (*p == '#' &&
		    (n < 32 || (n >= 128 && n < 160) || (n >= 0xd800 && n < 0xe000)))
			return true;
		if (length == 0 || length >= sizeof(name))
			continue;
		memcpy(name, p, length);
		name[length] = '\0';
		if (p[length] != ';' || htmlEntityLookup((const xmlChar *)name) == NULL)
			return true;
	}
	return false;
}

/* is more markup shown as text by theirs? */
static bool shows_markup(const struct html_text *ours, const struct html_text *theirs)
{
	size_t n[2] = { 0 };
	const struct html_text *both[] = { ours, theirs };

	for (size_t i = 0; i < 2; i++) {
		for (const char *p = both[i]->visible->str; *p != '\0'; p++)
			n[i] += *p == '>';
		for (const char *p = both[i]->hidden->str; *p != '\0'; p++)
			n[i] += *p == '>';
	}
	return n[1] > n[0];
}

/* does a tag begin that never ends? */
static bool is_unended(struct bytes html)
{
	struct html_tokens tokens = { .html = html };
	struct html_token token;
	size_t at;

	do {
		at = tokens.at;
		html_next(&tokens, &token);
		if (token.kind == HTML_TOKEN_START_TAG) {
			tokens.content = html_element_content(token.element);
			tokens.ended_by = token.text;
		}
	} while (token.kind != HTML_TOKEN_END);
	return at < html.n;
}

static enum reason class_of(struct bytes html, const struct html_text *ours,
			    const struct html_text *theirs)
{
	char *one = links_of(ours), *other = links_of(theirs);
	char *v1 = dense(ours->visible->str), *v2 = dense(theirs->visible->str);
	bool links = strcmp(one, other) != 0, shown = strcmp(v1, v2) != 0;
	bool lines = strcmp(ours->visible->str, theirs->visible->str) != 0 ||
		     strcmp(ours->hidden->str, theirs->hidden->str) != 0;
	enum reason reason = CLASS_UNEXPLAINED;

	if (!links && !lines && ours->fields == theirs->fields)
		reason = CLASS_SAME;
	else if (shows_markup(ours, theirs))
		reason = CLASS_MARKUP;
	else if (same_letters(ours, theirs) && same_urls(ours, theirs, false))
		reason = shown ? CLASS_INHERITED : links ? CLASS_LINK_TEXT : CLASS_LINES;
	else if (has_new_reference(html))
		reason = CLASS_REFERENCE;
	else if (is_unended(html))
		reason = CLASS_UNENDED;
	else if (same_letters(ours, theirs) && same_urls(ours, theirs, true))
		reason = CLASS_COMMENT;
	g_free(one);
	g_free(other);
	g_free(v1);
	g_free(v2);
	return reason;
}

static void one_part(struct tally *t, const char *path, struct arena *a,
		     struct bytes html)
{
	struct html_text ours, theirs;

	read_with(a, html, &ours, html_tree_read);
	read_with(a, html, &theirs, oracle_read);
	enum reason reason = class_of(html, &ours, &theirs);

	t->parts++;
	t->count[reason]++;
	if (reason == CLASS_UNEXPLAINED)
		g_test_message("%s: differs, and no class says why", path);
	drop(&ours);
	drop(&theirs);
}

static void one_message(struct tally *t, const char *path)
{
	struct arena *a = arena_create();
	struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	char *text;
	size_t n;

	if (!file_read(path, LIMIT_MESSAGE_BYTES, &text, &n, NULL)) {
		arena_destroy(&a);
		return;
	}
	struct message *m = message_parse(a, (struct bytes){ text, n }, &limits);

	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];
		bool sound;

		if (p->kind == PART_TEXT_HTML)
			one_part(t, path, a,
				 charset_decode(a,
						content_decode(a, part_content(m, p),
							       p->encoding),
						p->charset, &sound));
	}
	g_free(text);
	arena_destroy(&a);
}

static void one_path(struct tally *t, const char *path)
{
	GDir *folder = g_dir_open(path, 0, NULL);
	const char *name;

	if (folder == NULL) {
		if (!g_str_has_suffix(path, ".tsv") && t->seen++ % t->step == 0)
			one_message(t, path);
		return;
	}
	while ((name = g_dir_read_name(folder)) != NULL) {
		char *below = g_build_filename(path, name, NULL);

		one_path(t, below);
		g_free(below);
	}
	g_dir_close(folder);
}

static void over_real_mail(void)
{
	const char *folder = g_getenv("WONTED_CORPUS"),
		   *step = g_getenv("WONTED_CORPUS_STEP");
	struct tally t = { .step = step == NULL
					   ? 1
					   : (size_t)g_ascii_strtoull(step, NULL, 10) };

	one_path(&t, folder);
	g_test_message("%zu files, each %zu. looked at: %zu parts of HTML", t.seen,
		       t.step, t.parts);
	for (size_t i = 0; i < CLASSES; i++)
		g_test_message("%8zu %s", t.count[i], class_names[i]);
	g_assert_cmpuint(t.count[CLASS_UNEXPLAINED], ==, 0);
	g_assert_cmpuint(t.parts, >, 0);
}

/* the same classes without any mail: the name is what the difference is called */
static void over_samples(void)
{
	static const struct {
		const char *html;
		enum reason reason;
	} rows[] = {
		{ "<p>one<p>two <b>three</b> &amp; <a href=http://a.example>four</a>",
		  CLASS_SAME },
		{ "<table><tr><td>a<td>b</table><ul><li>c<li>d</ul><div hidden>e</div>",
		  CLASS_SAME },
		{ "<style>.a{display:none}</style><p "
		  "class=a>x</p><!--y--><script>z</script>",
		  CLASS_SAME },
		{ "<p>a</body></html>b", CLASS_LINES },
		{ "<a href=http://a.example><table><td>a</table></a>", CLASS_LINK_TEXT },
		{ "<p><font color=white>a</p>b</font>c", CLASS_INHERITED },
		{ "<table style=display:none>a<td>b</table>", CLASS_INHERITED },
		{ "<![if !mso]>a<![endif]>", CLASS_MARKUP },
		{ "&#149; a &CounterClockwiseContourIntegral; &oacutex",
		  CLASS_REFERENCE },
		{ "a <a href=\"http://a.example>b</a>", CLASS_UNENDED },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *a = arena_create();
		struct html_text ours, theirs;

		g_test_message("%s", rows[i].html);
		read_with(a, bytes_of(rows[i].html), &ours, html_tree_read);
		read_with(a, bytes_of(rows[i].html), &theirs, oracle_read);
		g_assert_cmpstr(
			class_names[class_of(bytes_of(rows[i].html), &ours, &theirs)], ==,
			class_names[rows[i].reason]);
		drop(&ours);
		drop(&theirs);
		arena_destroy(&a);
	}
}

int main(int argc, char **argv)
{
	message_library_init();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/html-oracle/samples", over_samples);
	if (g_getenv("WONTED_CORPUS") != NULL)
		g_test_add_func("/html-oracle/real-mail", over_real_mail);
	return g_test_run();
}
