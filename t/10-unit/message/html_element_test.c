/* Every name is found, in any case, and no other. */
#include "message/html_element.h"

#include <glib.h>

static void test_elements(void)
{
	for (unsigned e = HTML_OTHER + 1; e < HTML_ELEMENTS; e++) {
		const char *name = html_element_name(e);
		char *upper = g_ascii_strup(name, -1),
		     *longer = g_strconcat(name, "x", NULL);

		g_assert_cmpuint(html_element_of(bytes_of(name)), ==, e);
		g_assert_cmpuint(html_element_of(bytes_of(upper)), ==, e);
		g_assert_cmpuint(html_element_of(bytes_of(longer)), !=, e);
		g_assert_true(e == 1 || strcmp(html_element_name(e - 1), name) < 0);
		g_free(upper);
		g_free(longer);
	}
	g_assert_cmpuint(html_element_of(bytes_of("")), ==, HTML_OTHER);
	g_assert_cmpuint(html_element_of(bytes_of("yy")), ==, HTML_OTHER);
	g_assert_cmpuint(html_element_of(bytes_of("zz")), ==, HTML_OTHER);
	g_assert_cmpuint(html_element_of(bytes_of("v:rect")), ==, HTML_OTHER);
	g_assert_cmpuint(html_element_flags(HTML_OTHER), ==, 0);
	g_assert_cmpuint(html_element_content(HTML_STYLE), ==, HTML_CONTENT_RAWTEXT);
}

static void test_keys(void)
{
	static const char *const names[HTML_KEYS] = {
		"id",       "to",         "alt",        "src",        "data",
		"face",     "href",       "size",       "text",       "type",
		"class",    "color",      "style",      "action",     "hidden",
		"values",   "bgcolor",    "colspan",    "content",    "rowspan",
		"encoding", "background", "formaction", "http-equiv", "xlink:href",
	};
	static const char *const others[] = {
		"",       "i",           "ix",          "hreg",   "hrefs",
		"colour", "xlink:hrefs", "formactions", "onclick"
	};

	for (unsigned k = 0; k < HTML_KEYS; k++) {
		char *upper = g_ascii_strup(names[k], -1);

		g_assert_cmpuint(html_key_of(bytes_of(names[k])), ==, k);
		g_assert_cmpuint(html_key_of(bytes_of(upper)), ==, k);
		g_free(upper);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		g_assert_cmpuint(html_key_of(bytes_of(others[i])), ==, HTML_KEYS);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/html-element/elements", test_elements);
	g_test_add_func("/html-element/keys", test_keys);
	return g_test_run();
}
