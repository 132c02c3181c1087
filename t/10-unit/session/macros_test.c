/* Which value holds at which step; packets that no MTA should send. */
#include "session/macros.h"

#include <glib.h>

#include "base/limits.h"

#define SAY(m, text) macros_take(m, (struct bytes){ .at = (text), .n = sizeof(text) - 1 })

static void test_lifetimes(void)
{
	struct macros m = { 0 };

	SAY(&m, "Cj\0mx.example.org\0");
	macros_begin(&m, MACROS_CONNECT);
	SAY(&m, "M{mail_addr}\0bob@example.net\0i\0Q1\0");
	macros_begin(&m, MACROS_MAIL);
	g_assert_cmpstr(macros_get(&m, MACRO_MAIL_ADDR), ==, "bob@example.net");
	SAY(&m, "R{rcpt_addr}\0ann@example.org\0i\0Q2\0");
	macros_begin(&m, MACROS_RCPT);
	g_assert_cmpstr(macros_get(&m, MACRO_RCPT_ADDR), ==, "ann@example.org");
	g_assert_cmpstr(macros_get(&m, MACRO_QUEUE_ID), ==, "Q2");
	/* the next recipient is not the one before, whatever was said of that one */
	macros_begin(&m, MACROS_RCPT);
	g_assert_null(macros_get(&m, MACRO_RCPT_ADDR));
	g_assert_cmpstr(macros_get(&m, MACRO_QUEUE_ID), ==, "Q1");
	SAY(&m, "E{i}\0Q3\0");
	macros_begin(&m, MACROS_EOM);
	g_assert_cmpstr(macros_get(&m, MACRO_QUEUE_ID), ==, "Q3");
	macros_forget(&m, MACROS_MAIL);
	g_assert_null(macros_get(&m, MACRO_QUEUE_ID));
	g_assert_null(macros_get(&m, MACRO_MAIL_ADDR));
	g_assert_cmpstr(macros_get(&m, MACRO_MTA_NAME), ==, "mx.example.org");
	macros_begin(&m, MACROS_MAIL);
	g_assert_null(macros_get(&m, MACRO_MAIL_ADDR));
	macros_begin(&m, MACROS_HELO);
	g_assert_cmpstr(macros_get(&m, MACRO_MTA_NAME), ==, "mx.example.org");
	macros_free(&m);
	g_assert_null(macros_get(&m, MACRO_MTA_NAME));
}

/* said before the command, said after it, and said twice */
static void test_order(void)
{
	struct macros m = { 0 };

	SAY(&m, "E"
		"i\0old\0");
	SAY(&m, "M"
		"i\0new\0");
	g_assert_cmpstr(macros_get(&m, MACRO_QUEUE_ID), ==, "new");
	macros_begin(&m, MACROS_MAIL);
	SAY(&m, "M"
		"i\0late\0i\0second\0");
	g_assert_cmpstr(macros_get(&m, MACRO_QUEUE_ID), ==, "late");
	SAY(&m, "M"
		"{auth_authen}\0ann\0");
	g_assert_null(macros_get(&m, MACRO_QUEUE_ID));
	g_assert_cmpstr(macros_get(&m, MACRO_AUTH_USER), ==, "ann");
	macros_free(&m);
}

static void test_odd(void)
{
	struct macros m = { 0 };
	char *big = g_strnfill(LIMIT_MACRO_BYTES + 1, 'x');
	GString *all = g_string_new("Mi");

	SAY(&m, "");
	SAY(&m, "?i\0Q\0");
	SAY(&m, "M");
	SAY(&m, "Mi");
	SAY(&m, "Mi\0");
	SAY(&m, "Mi\0Q");
	SAY(&m, "M\0");
	SAY(&m, "M\0\0\0");
	SAY(&m, "M{}\0x\0{\0x\0}\0x\0");
	for (size_t i = 0; i < MACRO_COUNT; i++)
		g_assert_null(macros_get(&m, (enum macro)i));
	SAY(&m, "Mi\0Q1\0{tls_version}");
	g_assert_cmpstr(macros_get(&m, MACRO_QUEUE_ID), ==, "Q1");
	SAY(&m, "M{mail_addr}\0\0{x}\0y\0i\0Q2\0");
	g_assert_null(macros_get(&m, MACRO_MAIL_ADDR));
	g_assert_cmpstr(macros_get(&m, MACRO_QUEUE_ID), ==, "Q2");
	g_string_append_c(all, '\0');
	g_string_append_len(all, big, LIMIT_MACRO_BYTES + 2);
	macros_take(&m, (struct bytes){ .at = all->str, .n = all->len });
	g_assert_null(macros_get(&m, MACRO_QUEUE_ID));
	g_string_erase(all, 5, 1);
	macros_take(&m, (struct bytes){ .at = all->str, .n = all->len });
	g_assert_cmpuint(strlen(macros_get(&m, MACRO_QUEUE_ID)), ==, LIMIT_MACRO_BYTES);
	g_string_free(all, TRUE);
	g_free(big);
	macros_free(&m);
}

/* what is asked for is what is kept */
static void test_asked(void)
{
	GString *said = g_string_new(NULL);

	for (size_t i = 0; i < MACROS_STEPS; i++)
		if (macros_asked((enum macro_step)i) != NULL)
			g_string_append_printf(said, "%s ",
					       macros_asked((enum macro_step)i));
#define MACRO(id, name) g_assert_nonnull(strstr(said->str, name));
#include "session/macros.def"
#undef MACRO
	g_string_free(said, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/macros/lifetimes", test_lifetimes);
	g_test_add_func("/macros/order", test_order);
	g_test_add_func("/macros/odd", test_odd);
	g_test_add_func("/macros/asked", test_asked);
	return g_test_run();
}
