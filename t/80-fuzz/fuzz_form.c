/* What a browser sends beside the path: fields, cookies, filters, links. */
#include <stdint.h>

#include "review/filter.h"
#include "review/form.h"
#include "review/link.h"

#define NAMES_SHOWN 20

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void assert_sound(const struct form *f)
{
	static const char *const names[] = { "a", "q", "id", "" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		size_t n_values = 0;
		const char **all = form_values(f, names[i], &n_values);

		for (size_t k = 0; k < MIN(n_values, NAMES_SHOWN); k++)
			g_assert_true(g_utf8_validate(all[k], -1, NULL));
		g_assert_true(form_get(f, names[i]) == all[0]);
		g_free(all);
	}
}

static void try_link(const uint8_t *data, size_t n)
{
	char *token = g_strndup((const char *)data, n);
	struct link_claim c = { 0 };

	g_assert_false(link_open("a key that nobody knows", token, 0, &c));
	g_free(token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes text = { (const char *)data, n };
	struct form *f = form_read(text), *jar = form_read_cookies(text);
	struct list_filter filter;

	if (f != NULL) {
		char *query = filter_query("/", f);

		assert_sound(f);
		g_assert_true(g_str_is_ascii(query));
		filter_read(f, NULL, 1000000, &filter);
		filter_clear(&filter);
		g_free(query);
	}
	if (jar != NULL)
		assert_sound(jar);
	try_link(data, n);
	form_free(f);
	form_free(jar);
	return 0;
}
