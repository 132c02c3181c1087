/* HTML of any bytes, cut into tokens and heard as a tree. */
#include <stdint.h>

#include "message/html_reference.h"
#include "message/html_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct heard {
	size_t depth;
	size_t pending; /* closed, and neither reopened nor dropped */
};

static void *on_open(void *user, const struct html_token *tag, size_t inside)
{
	struct heard *h = user;

	g_assert_cmpuint(tag->text.n, >, 0);
	g_assert_cmpuint(inside, <=, h->depth);
	g_assert_cmpuint(++h->depth, <=, HTML_MAX_OPEN + 1);
	return NULL;
}

static void on_reopen(void *user, enum html_element element, void *own, size_t inside)
{
	struct heard *h = user;

	(void)element;
	(void)own;
	g_assert_cmpuint(h->pending--, >, 0);
	g_assert_cmpuint(inside, <=, h->depth);
	g_assert_cmpuint(++h->depth, <=, HTML_MAX_OPEN + 1);
}

static void on_close(void *user, enum html_element element, void *own, bool moved)
{
	struct heard *h = user;

	(void)element;
	(void)own;
	h->pending += moved;
	g_assert_cmpuint(h->depth--, >, 0);
}

static void on_drop(void *user, enum html_element element, void *own)
{
	struct heard *h = user;

	(void)element;
	(void)own;
	g_assert_cmpuint(h->pending--, >, 0);
}

static void on_text(void *user, struct bytes text, size_t inside)
{
	struct heard *h = user;

	(void)text;
	g_assert_cmpuint(inside, <=, h->depth);
}

static void hear(struct bytes html)
{
	static const struct html_listener listener = {
		.open = on_open,
		.reopen = on_reopen,
		.close = on_close,
		.drop = on_drop,
		.text = on_text,
	};
	struct heard h = { 0 };

	html_tree_read(html, &listener, &h);
	g_assert_cmpuint(h.depth, ==, 0);
}

/* tokens come in order, and none leaves the input */
static void cut(struct bytes html, bool foreign)
{
	struct html_tokens tokens = { .html = html, .foreign = foreign };
	struct html_token token;
	size_t before;

	do {
		before = tokens.at;
		html_next(&tokens, &token);
		g_assert_cmpuint(tokens.at, <=, html.n);
		if (token.kind == HTML_TOKEN_END)
			break;
		g_assert_cmpuint(tokens.at, >, before);
		g_assert_true(token.text.at >= html.at + before &&
			      token.text.at + token.text.n <= html.at + tokens.at);
		if (token.kind == HTML_TOKEN_START_TAG) {
			tokens.content = html_element_content(token.element);
			tokens.ended_by = token.text;
		}
	} while (true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *exact = g_memdup2(data, n);
	struct bytes html = { exact == NULL ? "" : exact, n };
	GString *out = g_string_new(NULL);

	cut(html, false);
	cut(html, true);
	hear(html);
	html_decode(out, html, false);
	g_assert_cmpuint(out->len, <=, 3 * n);
	html_decode(out, html, true);
	g_string_free(out, TRUE);
	g_free(exact);
	return 0;
}
