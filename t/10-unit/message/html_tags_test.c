/* Tags with more attributes than anybody writes: the first ones stay, and all places stay. */
#include "message/html_tags.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"

static struct bytes few(struct arena *a, const char *html)
{
	return html_few_attributes(a, bytes_of(html));
}

static void test_usual(void)
{
	static const char *const texts[] = {
		"",
		"<",
		"<a",
		"<a href=\"x\">text</a> 1 < 2 <!-- a b c -->",
		"<a b='\"' c=\">\" d=e/f>",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_assert_true(few(NULL, texts[i]).at == texts[i]);
}

/* each way to write many: what stands behind the tag is read as before */
static void test_many(void)
{
	static const char *const attributes[] = {
		" b%d", " b%d=x",   " b%d=\"x > y\"",      " b%d='\"'",
		"/b%d", " b%d = x", " b%d=\"x\"c%d=\"x\"",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++) {
		GString *html = g_string_new("<p><a href=\"first\"");
		struct arena *a = arena_create();
		char number[16];

		for (int k = 0; k < 3 * LIMIT_ATTRIBUTES; k++) {
			GString *one = g_string_new(attributes[i]);

			g_snprintf(number, sizeof(number), "%d", k);
			g_string_replace(one, "%d", number, 0);
			g_string_append(html, one->str);
			g_string_free(one, TRUE);
		}
		g_string_append(html, ">text</a>");
		struct bytes got = few(a, html->str);

		g_assert_cmpuint(got.n, ==, html->len);
		g_assert_true(got.at != html->str);
		g_assert_true(g_str_has_prefix(got.at, "<p><a href=\"first\""));
		g_assert_true(g_str_has_suffix(got.at, " >text</a>"));
		g_assert_nonnull(strstr(got.at, "b50"));
		g_assert_null(strstr(got.at, "b400"));
		arena_destroy(&a);
		g_string_free(html, TRUE);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/html_tags/usual", test_usual);
	g_test_add_func("/html_tags/many", test_many);
	return g_test_run();
}
