/* What may stand where a unix socket is to be, who may connect, and what is said if it cannot be. */
#include "session/listen_socket.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"

struct place {
	char *folder, *path, *socket;
	struct listen_request want;
};

static void setup(struct place *p, gconstpointer unused)
{
	(void)unused;
	p->folder = g_dir_make_tmp(NULL, NULL);
	p->path = g_build_filename(p->folder, "sock", NULL);
	p->socket = g_strconcat("unix:", p->path, NULL);
	p->want = (struct listen_request){ .option = "page_socket",
					   .socket = p->socket,
					   .group = "",
					   .mode = "0640",
					   .group_from = "page_group",
					   .mode_from = "page_mode",
					   .waiting = 3 };
}

static void teardown(struct place *p, gconstpointer unused)
{
	(void)unused;
	g_unlink(p->path);
	g_rmdir(p->folder);
	g_free(p->socket);
	g_free(p->path);
	g_free(p->folder);
}

static bool is_there(const struct place *p)
{
	return g_file_test(p->path, G_FILE_TEST_EXISTS);
}

static bool reach(const struct place *p)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool done;

	g_strlcpy(to.sun_path, p->path, sizeof(to.sun_path));
	done = connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0;
	close(fd);
	return done;
}

static void open_well(struct place *p, struct listen_socket *s_r)
{
	GError *e = NULL;
	bool done = listen_socket_open_at(&p->want, s_r, &e);

	g_assert_no_error(e);
	g_assert_true(done);
	g_assert_cmpstr(s_r->path, ==, p->path);
	g_assert_false(s_r->tcp);
}

static void refuse(struct place *p, const char *says)
{
	struct listen_socket s;
	GError *e = NULL;

	g_assert_false(listen_socket_open_at(&p->want, &s, &e));
	g_assert_cmpint(s.fd, ==, -1);
	g_assert_null(s.path);
	g_test_message("%s", e->message);
	g_assert_nonnull(strstr(e->message, says));
	g_error_free(e);
}

static void test_mode(struct place *p, gconstpointer unused)
{
	struct listen_socket s;
	struct stat st;

	(void)unused;
	for (int i = 0; i < 2; i++) {
		mode_t before = umask(i == 0 ? 0 : 0777);

		open_well(p, &s);
		umask(before);
		g_assert_cmpint(stat(p->path, &st), ==, 0);
		g_assert_cmpint(st.st_mode & 07777, ==, 0640);
		g_assert_true(reach(p));
		listen_socket_close(&s);
		g_assert_false(is_there(p));
		listen_socket_close(&s); /* harmless */
	}
}

/* what a crash left is nobody's */
static void test_stale(struct place *p, gconstpointer unused)
{
	struct listen_socket s;

	(void)unused;
	open_well(p, &s);
	close(s.fd);
	g_free(s.path);
	g_assert_true(is_there(p));
	g_assert_false(reach(p));
	open_well(p, &s);
	g_assert_true(reach(p));
	listen_socket_close(&s);
}

static void test_served(struct place *p, gconstpointer unused)
{
	struct listen_socket s;

	(void)unused;
	open_well(p, &s);
	refuse(p, "page_socket unix:");
	refuse(p, "another process serves it; stop that one first");
	g_assert_true(reach(p));
	listen_socket_close(&s);
}

static void test_in_the_way(struct place *p, gconstpointer unused)
{
	char *text;

	(void)unused;
	g_assert_true(g_file_set_contents(p->path, "a letter", -1, NULL));
	refuse(p, "a file of that name is there, which is no socket");
	g_assert_true(g_file_get_contents(p->path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, "a letter");
	g_free(text);
}

/* the message names the option that must be changed, and nothing stays behind */
static void test_group(struct place *p, gconstpointer unused)
{
	(void)unused;
	p->want.group = "no-such-group";
	refuse(p, "page_group: there is no group \"no-such-group\"");
	g_assert_false(is_there(p));
}

static void test_not_a_socket(struct place *p, gconstpointer unused)
{
	(void)unused;
	p->want.socket = p->path;
	refuse(p, "page_socket: is a path: write unix:/");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*test)(struct place *p, gconstpointer unused);
	} tests[] = {
		{ "/session/listen_socket/mode", test_mode },
		{ "/session/listen_socket/stale", test_stale },
		{ "/session/listen_socket/served", test_served },
		{ "/session/listen_socket/in-the-way", test_in_the_way },
		{ "/session/listen_socket/group", test_group },
		{ "/session/listen_socket/not-a-socket", test_not_a_socket },
	};

	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].name, struct place, NULL, setup, tests[i].test,
			   teardown);
	return g_test_run();
}
