/* HTML that a page shows again: what comes out has no tag and no attribute but the allowed. */
#include <stdint.h>

#include "message/html_safe.h"
#include "message/unicode.h"

#define MOST 100000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Every "<" begins a tag of ours: a word of small letters, perhaps spans, and ">". */
static void assert_harmless(const char *out)
{
	for (const char *p = out; (p = strchr(p, '<')) != NULL; p++) {
		size_t slash = p[1] == '/';
		size_t word = strspn(p + 1 + slash, "abcdefghijklmnopqrstuvwxyz123456");
		const char *rest = p + 1 + slash + word;
		size_t spans = strspn(rest, " colrwspan=\"0123456789");

		g_assert_cmpuint(word, >, 0);
		g_assert_cmpint(rest[spans], ==, '>');
		g_assert_false(g_str_has_prefix(p, "<script") ||
			       g_str_has_prefix(p, "<style"));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_create();
	GString *out = g_string_new(NULL);
	struct bytes raw = { (const char *)data, n };

	html_safe_append(a, bytes_of(unicode_valid(a, raw)), MOST, out);
	g_assert_true(g_utf8_validate(out->str, (gssize)out->len, NULL));
	g_assert_cmpuint(out->len, <, 8 * MOST);
	assert_harmless(out->str);
	g_string_truncate(out, 0);
	html_escape_append(out, raw);
	g_assert_true(g_utf8_validate(out->str, (gssize)out->len, NULL));
	g_assert_null(strpbrk(out->str, "<>\"'"));
	g_string_free(out, TRUE);
	arena_destroy(&a);
	return 0;
}
