/* HTML, style attributes and colours. */
#include <stdint.h>

#include "10-unit/message/sane.h"
#include "message/html_text.h"
#include "message/inline_style.h"
#include "message/links.h"
#include "message/unicode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_create();
	struct html_text t = { .visible = g_string_new(NULL),
			       .hidden = g_string_new(NULL),
			       .links = g_array_new(FALSE, FALSE, sizeof(struct link)),
			       .max_bytes = 10000,
			       .max_links = 50 };
	struct bytes raw = { (const char *)data, n };
	const char *valid = unicode_valid(a, raw);
	char *exact = g_memdup2(valid, strlen(valid));
	struct inline_style style;

	html_text_read(a, (struct bytes){ exact, strlen(valid) }, &t);
	g_assert_true(g_utf8_validate(t.visible->str, (gssize)t.visible->len, NULL));
	g_assert_true(g_utf8_validate(t.hidden->str, (gssize)t.hidden->len, NULL));
	g_assert_cmpuint(t.visible->len, <=, t.max_bytes);
	g_assert_cmpuint(t.links->len, <=, t.max_links);
	for (guint i = 0; i < t.links->len; i++) {
		struct link *l = &g_array_index(t.links, struct link, i);

		links_resolve(a, l, t.base);
		sane_text(l->url);
		sane_text(l->text);
		sane_text(l->host);
	}
	style_read(raw, &style);
	g_string_free(t.visible, TRUE);
	g_string_free(t.hidden, TRUE);
	g_array_free(t.links, TRUE);
	g_free(exact);
	arena_destroy(&a);
	return 0;
}
