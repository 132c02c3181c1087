#include "base/sorted.h"

/* bytes, not letters: no locale changes the order of files and rules */
static void texts(void)
{
	static const char *const given[] = { "\xc3\xa4", "ab", "a", "B", "" };
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

	for (size_t i = 0; i < G_N_ELEMENTS(given); i++)
		g_ptr_array_add(list, g_strdup(given[i]));
	g_ptr_array_sort(list, sorted_by_text);
	for (guint i = 0; i < list->len; i++)
		g_assert_cmpstr(list->pdata[i], ==, given[list->len - 1 - i]);
	g_ptr_array_unref(list);
}

static void values(void)
{
	static const char *const given[] = { "c", "a", "b" };
	GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	GPtrArray *list = sorted_values(table, sorted_by_text);

	g_assert_cmpuint(list->len, ==, 0);
	g_ptr_array_unref(list);
	for (size_t i = 0; i < G_N_ELEMENTS(given); i++) {
		char *value = g_strdup(given[i]);

		g_hash_table_insert(table, value, value);
	}
	list = sorted_values(table, sorted_by_text);
	g_assert_cmpuint(list->len, ==, 3);
	g_assert_cmpstr(list->pdata[0], ==, "a");
	g_assert_cmpstr(list->pdata[1], ==, "b");
	g_assert_cmpstr(list->pdata[2], ==, "c");
	g_ptr_array_unref(list);
	g_hash_table_unref(table);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sorted/texts", texts);
	g_test_add_func("/sorted/values", values);
	return g_test_run();
}
