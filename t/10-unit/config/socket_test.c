#include "config/socket.h"

#include <string.h>

struct row {
	const char *written, *milter, *postfix, *bad;
};

static const struct row rows[] = {
	{ "unix:/run/wonted/wonted.sock", "unix:/run/wonted/wonted.sock",
	  "unix:/run/wonted/wonted.sock", NULL },
	{ "local:/run/w.sock", "unix:/run/w.sock", "unix:/run/w.sock", NULL },
	{ "inet:8891@127.0.0.1", "inet:8891@127.0.0.1", "inet:127.0.0.1:8891", NULL },
	{ "inet:8891@mx.example.org", "inet:8891@mx.example.org",
	  "inet:mx.example.org:8891", NULL },
	{ "inet6:8891@::1", "inet6:8891@::1", "inet:[::1]:8891", NULL },
	{ "inet:127.0.0.1:8891", NULL, NULL, "it is inet:8891@127.0.0.1" },
	{ "inet:localhost:8891", NULL, NULL, "it is inet:8891@localhost" },
	{ "inet:[::1]:8891", NULL, NULL, "it is inet6:8891@::1" },
	{ "inet:8891", NULL, NULL,
	  "has no host: write inet:8891@127.0.0.1, or inet:8891@0.0.0.0" },
	{ "inet:", NULL, NULL, "is not a socket" },
	{ "inet:0@127.0.0.1", NULL, NULL, "has no port" },
	{ "inet:65536@127.0.0.1", NULL, NULL, "has no port" },
	{ "inet:x@127.0.0.1", NULL, NULL, "has no port" },
	{ "inet:@127.0.0.1", NULL, NULL, "has no port" },
	{ "inet:8891@", NULL, NULL, "has no host name or IPv4 address" },
	{ "inet:8891@::1", NULL, NULL, "has no host name or IPv4 address" },
	{ "inet6:8891@127.0.0.1", NULL, NULL, "has no host name or IPv6 address" },
	{ "inet:8891@a b", NULL, NULL, "has no host name" },
	{ "unix:run/w.sock", NULL, NULL, "must begin with \"/\"" },
	{ "unix:", NULL, NULL, "must begin with \"/\"" },
	{ "/run/w.sock", NULL, NULL, "is a path: write unix:/run/w.sock" },
	{ "tcp:8891@127.0.0.1", NULL, NULL, "is not a socket: write unix:/PATH" },
	{ "", NULL, NULL, "is not a socket" },
};

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct row *r = &rows[i];
		struct socket_spec spec;
		char *why = NULL, *text;

		g_test_message("%s", r->written);
		if (!socket_parse(r->written, &spec, &why)) {
			g_assert_nonnull(r->bad);
			g_assert_nonnull(strstr(why, r->bad));
			g_free(why);
			continue;
		}
		g_assert_null(r->bad);
		text = socket_for_milter(&spec);
		g_assert_cmpstr(text, ==, r->milter);
		g_free(text);
		text = socket_for_postfix(&spec);
		g_assert_cmpstr(text, ==, r->postfix);
		g_free(text);
		socket_clear(&spec);
	}
}

static void test_local(void)
{
	static const struct {
		const char *text;
		bool local;
	} given[] = {
		{ "unix:/run/w.sock", true },
		{ "inet:8891@127.0.0.1", true },
		{ "inet:8891@127.3.2.1", true },
		{ "inet6:8891@::1", true },
		{ "inet:8891@localhost", true },
		{ "inet:8891@0.0.0.0", false },
		{ "inet6:8891@::", false },
		{ "inet:8891@192.0.2.1", false },
		{ "inet:8891@localhost.example.org", false },
		{ "inet6:8891@::ffff:192.0.2.1", false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(given); i++) {
		struct socket_spec spec;
		char *why;

		g_test_message("%s", given[i].text);
		g_assert_true(socket_parse(given[i].text, &spec, &why));
		g_assert_cmpint(socket_is_local(&spec), ==, given[i].local);
		socket_clear(&spec);
	}
}

/* sun_path has 108 bytes, one of them the NUL */
static void test_long_path(void)
{
	char *fits = g_strnfill(107, 'x'), *over = g_strnfill(108, 'x');
	struct socket_spec spec;
	char *text, *why = NULL;

	fits[0] = over[0] = '/';
	text = g_strconcat("unix:", fits, NULL);
	g_assert_true(socket_parse(text, &spec, &why));
	socket_clear(&spec);
	g_free(text);
	text = g_strconcat("unix:", over, NULL);
	g_assert_false(socket_parse(text, &spec, &why));
	g_assert_nonnull(strstr(why, "at most 107 bytes, this one has 108"));
	g_free(why);
	g_free(text);
	g_free(fits);
	g_free(over);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/socket/rows", test_rows);
	g_test_add_func("/config/socket/long-path", test_long_path);
	g_test_add_func("/config/socket/local", test_local);
	return g_test_run();
}
