/* URLs of Redis stores: what is understood, what is refused, and how passwords are kept. */
#include "store/redis_url.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "base/error.h"

struct row {
	enum redis_url_kind kind;
	const char *rest;
	const char *want; /* servers; replicas; db; master; NULL: refused */
	const char *why;  /* of what is refused: part of the message */
};

static const struct row rows[] = {
	{ REDIS_URL_TCP, "//127.0.0.1", "127.0.0.1:6379;;0;", NULL },
	{ REDIS_URL_TCP, "//127.0.0.1:7000/3", "127.0.0.1:7000;;3;", NULL },
	{ REDIS_URL_TCP, "//db.example.org:7000", "db.example.org:7000;;0;", NULL },
	{ REDIS_URL_TCP, "//[2001:db8::1]:7000/1", "[2001:db8::1]:7000;;1;", NULL },
	{ REDIS_URL_TCP, "//[2001:db8::1]", "[2001:db8::1]:6379;;0;", NULL },
	{ REDIS_URL_TCP, "//192.0.2.1?replicas=192.0.2.2,192.0.2.3:7",
	  "192.0.2.1:6379;192.0.2.2:6379,192.0.2.3:7;0;", NULL },
	{ REDIS_URL_TCP, "//192.0.2.1?db=4", "192.0.2.1:6379;;4;", NULL },
	{ REDIS_URL_TCP, "127.0.0.1", NULL, "\"//\" must follow" },
	{ REDIS_URL_TCP, "//", NULL, "host and port" },
	{ REDIS_URL_TCP, "//:6379", NULL, "host and port" },
	{ REDIS_URL_TCP, "//a:0", NULL, "host and port" },
	{ REDIS_URL_TCP, "//a:65536", NULL, "host and port" },
	{ REDIS_URL_TCP, "//a:1,b:2", NULL, "host and port" },
	{ REDIS_URL_TCP, "//2001:db8::1", NULL, "host and port" },
	{ REDIS_URL_TCP, "//[2001:db8::1", NULL, "host and port" },
	{ REDIS_URL_TCP, "//[::1]x", NULL, "host and port" },
	{ REDIS_URL_TCP, "//a/x", NULL, "makes no sense" },
	{ REDIS_URL_TCP, "//a/-1", NULL, "makes no sense" },
	{ REDIS_URL_TCP, "//a/1/2", NULL, "makes no sense" },
	{ REDIS_URL_TCP, "//a?color=red", NULL, "the option \"color\"" },
	{ REDIS_URL_TCP, "//a?db", NULL, "the option \"db\"" },
	{ REDIS_URL_TCP, "//a?replicas=", NULL, "the option \"replicas\"" },
	{ REDIS_URL_TCP, "//joe:secret@a", NULL, "a password must not stand in a URL" },
	{ REDIS_URL_TCP, "//joe@a", NULL, "a user without a password file" },
	{ REDIS_URL_TCP, "//@a", NULL, "is missing" },
	{ REDIS_URL_TCP, "//a?password_file=secret", NULL, "absolute path" },
	{ REDIS_URL_TCP, "//a?password_file=/nonexistent/x", NULL, "/nonexistent/x" },
	{ REDIS_URL_UNIX, "///run/redis.sock", "/run/redis.sock;;0;", NULL },
	{ REDIS_URL_UNIX, "///run/redis.sock?db=2", "/run/redis.sock;;2;", NULL },
	{ REDIS_URL_UNIX, "//run/redis.sock", NULL, "path of the socket" },
	{ REDIS_URL_UNIX, "///", NULL, "path of the socket" },
	{ REDIS_URL_UNIX, "///x?replicas=a", NULL, "the option \"replicas\"" },
	{ REDIS_URL_SENTINEL, "//a,b:7/memory", "a:26379,b:7;;0;memory", NULL },
	{ REDIS_URL_SENTINEL, "//a/memory?db=3", "a:26379;;3;memory", NULL },
	{ REDIS_URL_SENTINEL, "//a", NULL, "name of the master" },
	{ REDIS_URL_SENTINEL, "//a/", NULL, "name of the master" },
	{ REDIS_URL_SENTINEL, "//a/b/c", NULL, "name of the master" },
	{ REDIS_URL_CLUSTER, "//a,b,c:7", "a:6379,b:6379,c:7;;0;", NULL },
	{ REDIS_URL_CLUSTER, "//a,", NULL, "host and port" },
	{ REDIS_URL_CLUSTER, "//a/1", NULL, "makes no sense" },
	{ REDIS_URL_CLUSTER, "//a?db=1", NULL, "the option \"db\"" },
};

static void add_addresses(GString *to, const GPtrArray *list)
{
	for (guint i = 0; i < list->len; i++) {
		const struct redis_address *a = g_ptr_array_index(list, i);

		g_string_append_printf(to, "%s%s", i > 0 ? "," : "", a->text);
	}
	g_string_append_c(to, ';');
}

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		GError *e = NULL;
		struct redis_url *u = redis_url_parse(rows[i].kind, rows[i].rest, &e);
		GString *got = g_string_new(NULL);

		g_test_message("%s", rows[i].rest);
		if (rows[i].want == NULL) {
			g_assert_null(u);
			g_assert_error(e, WONTED_ERROR, e->code);
			g_assert_nonnull(strstr(e->message, rows[i].why));
			g_assert_null(strstr(e->message, "secret@"));
			g_clear_error(&e);
		} else {
			g_assert_no_error(e);
			add_addresses(got, u->servers);
			add_addresses(got, u->replicas);
			g_string_append_printf(got, "%" G_GINT64_FORMAT ";%s",
					       u->login.db,
					       u->master_name ? u->master_name : "");
			g_assert_cmpstr(got->str, ==, rows[i].want);
		}
		g_string_free(got, TRUE);
		redis_url_free(u);
	}
}

static const struct {
	const char *text;
	int mode;
	const char *password; /* NULL: refused */
} files[] = {
	{ "open sesame\n", 0600, "open sesame" },
	{ "open sesame", 0640, "open sesame" },
	{ "first\r\nsecond\n", 0400, "first" },
	{ "open sesame\n", 0644, NULL },
	{ "open sesame\n", 0660, NULL },
	{ "", 0600, NULL },
	{ "\n", 0600, NULL },
};

static void test_passwords(void)
{
	char *folder = g_dir_make_tmp("wonted-url-XXXXXX", NULL);
	char *path = g_build_filename(folder, "password", NULL);
	char *rest = g_strdup_printf("//joe@a?password_file=%s", path);

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		GError *e = NULL;
		struct redis_url *u;

		g_unlink(path);
		g_assert_true(g_file_set_contents(path, files[i].text, -1, NULL));
		g_assert_cmpint(g_chmod(path, files[i].mode), ==, 0);
		u = redis_url_parse(REDIS_URL_TCP, rest, &e);
		if (files[i].password != NULL) {
			g_assert_no_error(e);
			g_assert_cmpstr(u->login.password, ==, files[i].password);
			g_assert_cmpstr(u->login.user, ==, "joe");
		} else {
			g_assert_null(u);
			g_assert_nonnull(strstr(e->message, path));
			g_clear_error(&e);
		}
		redis_url_free(u);
	}
	g_unlink(path);
	g_rmdir(folder);
	g_free(rest);
	g_free(path);
	g_free(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/redis-url/rows", test_rows);
	g_test_add_func("/redis-url/passwords", test_passwords);
	return g_test_run();
}
