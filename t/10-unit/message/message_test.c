/* Whole messages: nothing that can be sent is an error. */
#include "message/message.h"

#include <glib.h>
#include <string.h>

#include "10-unit/message/sane.h"

static struct arena *a;

static const struct message *parse(const char *raw, size_t n, size_t max)
{
	struct message_limits limits = { .max_bytes = max };
	const struct message *m = message_parse(a, (struct bytes){ raw, n }, &limits);

	sane_message(m);
	return m;
}

static void test_empty(void)
{
	const struct message *m = parse(NULL, 0, 1000);

	g_assert_cmpuint(m->n_headers, ==, 0);
	g_assert_cmpuint(m->n_parts, ==, 1);
	g_assert_cmpstr(m->text, ==, "");
	g_assert_cmphex(m->malformed, ==, MALFORMED_NO_FROM | MALFORMED_DATE);
}

static void test_size(void)
{
	static const char raw[] = "From: a@example.org\n\n0123456789";
	const struct message *m = parse(raw, sizeof(raw) - 1, sizeof(raw) - 6);

	g_assert_cmphex(m->truncated, ==, TRUNCATED_SIZE);
	g_assert_cmpstr(m->text, ==, "01234");
	g_assert_cmphex(parse(raw, sizeof(raw) - 1, sizeof(raw) - 1)->truncated, ==, 0);
}

static void test_nul(void)
{
	static const char raw[] = "From: a@example.org\nX: a\0b\n\nc\0d";
	const struct message *m = parse(raw, sizeof(raw) - 1, 1000);

	g_assert_cmphex(m->malformed & MALFORMED_NUL, ==, MALFORMED_NUL);
	g_assert_cmpstr(m->text, ==,
			"c\xef\xbf\xbd"
			"d");
	g_assert_cmpuint(m->n_headers, ==, 2);
}

static void test_header(void)
{
	static const char raw[] = "X: =?utf-8?Q?a=C3=A9?=\r\n b \r\nx: c\r\n\r\n";
	const struct message *m = parse(raw, sizeof(raw) - 1, 1000);

	g_assert_cmpstr(header_text(a, message_header(m, "X", 0)), ==, "aé b");
	g_assert_cmpstr(header_text(a, message_header(m, "x", 1)), ==, "c");
	g_assert_null(message_header(m, "x", 2));
}

/* every prefix of a message with one of everything, on exact copies: the sanitizers look */
static void test_prefixes(void)
{
	static const char raw[] =
		"Received: from a.example by b.example; Mon, 1 Jan 2024 00:00:00 "
		"+0000\r\n"
		"From: =?utf-8?B?SsO8?= \"q\\\"q\" (c(d)) <a@b.example>\r\n"
		"Subject: =?utf-8?Q?x=C3=A9?=\r\nContent-Type: multipart/mixed; "
		"boundary=\"o\"\r\n"
		"\r\n--o\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
		"<a href=\"http://x.example/\xc3\xa9\" "
		"style=\"color:#fff\">y&amp;</a>\r\n--o\r\n"
		"Content-Type: application/zip; name*=utf-8''a%2Ezip\r\n"
		"Content-Transfer-Encoding: base64\r\n\r\nUEsDBAoAAAA=\r\n--o\r\n"
		"Content-Type: message/rfc822\r\n\r\nTo: "
		"x@y.example\r\n\r\nwww.z.example\r\n--o--\r\n";

	for (size_t n = 0; n < sizeof(raw); n++) {
		char *exact = g_memdup2(raw, n);

		parse(exact, n, 100000);
		g_free(exact);
	}
}

int main(int argc, char **argv)
{
	message_library_init();
	g_test_init(&argc, &argv, NULL);
	a = arena_create();
	g_test_add_func("/message/empty", test_empty);
	g_test_add_func("/message/size", test_size);
	g_test_add_func("/message/nul", test_nul);
	g_test_add_func("/message/header", test_header);
	g_test_add_func("/message/prefixes", test_prefixes);
	int failed = g_test_run();

	arena_destroy(&a);
	return failed;
}
