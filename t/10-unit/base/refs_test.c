/* The last one to let go is told so, and nobody else; who lets go too often ends the process. */
#include "base/refs.h"

#include <glib.h>

static void last_one_is_told(void)
{
	struct refs r;

	refs_begin(&r, 2);
	refs_take(&r);
	g_assert_false(refs_drop(&r));
	g_assert_false(refs_drop(&r));
	g_assert_true(refs_drop(&r));
}

struct shared {
	struct refs refs;
	int last;
};

static gpointer take_and_drop(gpointer data)
{
	struct shared *s = data;

	for (int i = 0; i < 10000; i++) {
		refs_take(&s->refs);
		s->last += refs_drop(&s->refs); /* never: this thread holds one */
	}
	if (refs_drop(&s->refs))
		s->last++;
	return NULL;
}

static void threads_agree_on_the_last(void)
{
	struct shared s = { 0 };
	GThread *t[4];

	refs_begin(&s.refs, G_N_ELEMENTS(t) + 1);
	for (size_t i = 0; i < G_N_ELEMENTS(t); i++)
		t[i] = g_thread_new("refs", take_and_drop, &s);
	for (size_t i = 0; i < G_N_ELEMENTS(t); i++)
		g_thread_join(t[i]);
	g_assert_cmpint(s.last, ==, 0);
	g_assert_true(refs_drop(&s.refs));
}

static void once_too_often(void)
{
	struct refs r;

	if (g_test_subprocess()) {
		refs_begin(&r, 1);
		refs_drop(&r);
		refs_drop(&r);
		return;
	}
	g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
	g_test_trap_assert_failed();
	g_test_trap_assert_stderr("*before > 0*");
}

static void taken_after_the_last(void)
{
	struct refs r;

	if (g_test_subprocess()) {
		refs_begin(&r, 1);
		refs_drop(&r);
		refs_take(&r);
		return;
	}
	g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
	g_test_trap_assert_failed();
	g_test_trap_assert_stderr("*before > 0*");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/base/refs/last_one_is_told", last_one_is_told);
	g_test_add_func("/base/refs/threads_agree_on_the_last",
			threads_agree_on_the_last);
	g_test_add_func("/base/refs/once_too_often", once_too_often);
	g_test_add_func("/base/refs/taken_after_the_last", taken_after_the_last);
	return g_test_run();
}
