/* A URL is of one kind, by all that stands before its colon. */
#include "base/store_url.h"

#include <glib.h>
#include <string.h>

static void every_kind_is_found(void)
{
	for (enum store_url_kind k = 0; k < STORE_URL_KINDS; k++) {
		const struct store_url *u = &store_urls[k];
		char *url = g_strconcat(u->scheme, ":x", NULL);
		const char *rest = NULL;

		g_assert_cmpint(store_url_kind(url, &rest), ==, k);
		g_assert_cmpstr(rest, ==, "x");
		g_assert_cmpint(store_url_kind(u->form, &rest), ==, k);
		g_assert_cmpint(store_url_kind(u->full, &rest), ==, k);
		g_free(url);
	}
}

static void others_are_none(void)
{
	static const char *const none[] = {
		"",      ":",     "lmdb", "lmd:/x", "LMDB:/x", "lmdb-:/x",
		"redi:", " mem:", "mem",  "redis",  "redis+",  "redis+tcp:x"
	};

	for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
		const char *rest = NULL;

		g_test_message("%s", none[i]);
		g_assert_cmpint(store_url_kind(none[i], &rest), ==, STORE_URL_KINDS);
		g_assert_null(rest);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/base/store_url/every_kind_is_found", every_kind_is_found);
	g_test_add_func("/base/store_url/others_are_none", others_are_none);
	return g_test_run();
}
