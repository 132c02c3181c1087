/* Phrases of the banner: every language says all that English says, short enough, and fit to
 * be read without accents; a locale finds its language. */
#include "action/banner_words.h"

#include <glib.h>

#include "action/banner_html.h"
#include "action/banner_text.h"

enum { COLUMNS = 72 };

static void is_fit(const char *text)
{
	char *ascii = g_str_to_ascii(text, "C");

	g_assert_true(g_utf8_validate(text, -1, NULL));
	g_assert_cmpuint(strlen(ascii), <=, COLUMNS);
	g_assert_null(strchr(ascii, '?')); /* a letter that nobody could write */
	g_assert_false(g_str_has_prefix(text, "From "));
	g_assert_true(g_str_has_suffix(text, "."));
	g_free(ascii);
}

static void says_all_in_each(void)
{
	for (enum language l = 0; l < LANGUAGE_COUNT; l++) {
		for (enum verdict v = 0; v < VERDICT_COUNT; v++) {
			const char *advice = banner_advice(l, v);

			g_test_message("%s %s", language_names[l], verdict_names[v]);
			is_fit(banner_heading(l, v));
			g_assert_cmpint(advice == NULL, ==,
					banner_advice(LANGUAGE_EN, v) == NULL);
			if (advice != NULL)
				is_fit(advice);
			for (enum language k = 0; k < l; k++)
				g_assert_cmpstr(banner_heading(l, v), !=,
						banner_heading(k, v));
		}
	}
}

/* in blocks and marks nothing but ASCII; a block is known again, in whatever language */
static void stands_in_ascii(void)
{
	struct arena *a = arena_create();

	for (enum language l = 0; l < LANGUAGE_COUNT; l++) {
		const char *heading = banner_heading(l, VERDICT_MALICIOUS);
		const struct banner_words w = {
			.heading = heading, .advice = banner_advice(l, VERDICT_MALICIOUS)
		};
		struct bytes text = banner_text_block(a, &w, "\r\n");
		struct html_setting setting = { .eol = "\n" };
		struct bytes html = banner_html_block(a, &w, &setting);
		const char *mark = banner_mark(a, l, VERDICT_MALICIOUS);

		g_assert_true(g_str_is_ascii(text.at));
		g_assert_true(g_str_is_ascii(html.at));
		g_assert_true(g_str_is_ascii(mark));
		g_assert_cmpuint(strcspn(mark, " ?"), ==, strlen(mark));
		g_assert_cmpuint(banner_text_find(text).n, ==, text.n);
		g_assert_cmpuint(banner_html_find(html).n, ==, html.n);
	}
	arena_destroy(&a);
}

static void finds_languages(void)
{
	static const struct {
		const char *locale;
		enum language want;
	} rows[] = {
		{ "de", LANGUAGE_DE },
		{ "de_DE", LANGUAGE_DE },
		{ "DE-at", LANGUAGE_DE },
		{ "pt_BR.UTF-8", LANGUAGE_PT },
		{ "ca_ES@valencia", LANGUAGE_NL },
		{ "en", LANGUAGE_EN },
		{ "ja_JP", LANGUAGE_NL },
		{ "deu", LANGUAGE_NL },
		{ "d", LANGUAGE_NL },
		{ "_DE", LANGUAGE_NL },
		{ "", LANGUAGE_NL },
		{ NULL, LANGUAGE_NL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].locale);
		g_assert_cmpint(banner_language(rows[i].locale, LANGUAGE_NL), ==,
				rows[i].want);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/banner-words/says-all-in-each", says_all_in_each);
	g_test_add_func("/banner-words/stands-in-ascii", stands_in_ascii);
	g_test_add_func("/banner-words/finds-languages", finds_languages);
	return g_test_run();
}
