/* Nobody to talk to. The conversation itself is in t/70-tools/clamd.t. */
#include "clamd/clamd.h"

#include <glib.h>

#include "base/clock.h"

/* nobody there, and nobody who waits */
static void without_a_scanner(void)
{
	static const char *const sockets[] = { "unix:/nonexistent/clamd",
					       "inet:1@127.0.0.1", "inet:1@host.invalid",
					       "nonsense" };
	struct arena *a = arena_create();
	struct clamd_answer answer;

	for (size_t i = 0; i < G_N_ELEMENTS(sockets); i++) {
		struct clamd_setup setup = { .socket = sockets[i],
					     .max_bytes = 100,
					     .deadline_us = clock_mono_us() + 60000000 };
		struct clamd_scan *s = clamd_begin(&setup, bytes_of("text"));

		clamd_finish(&s, a, &answer);
		g_assert_null(s);
		g_assert_cmpint(answer.result, ==, CLAMD_UNCHECKED);
		g_assert_cmpstr(answer.why, ==, "clamd: cannot be reached");
		s = clamd_begin(&setup, bytes_of("text"));
		clamd_finish(&s, NULL, NULL);
		g_assert_null(s);
	}
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/clamd/nobody there", without_a_scanner);
	return g_test_run();
}
