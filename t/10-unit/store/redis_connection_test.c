/* One exchange with a server that is not what it should be: every answer it may give, in
 * pieces of every size, late, too much, nonsense; and the errors it may name. */
#include "store/redis_connection.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/redis_command.h"
#include "store/redis_server.h"
#include "store/redis_trouble.h"

struct fake {
	char *path;
	int fd;
	const char *answer;
	size_t piece;    /* bytes at once; 0: all */
	gulong pause_us; /* between pieces */
	bool hang_up;    /* after it */
	GThread *thread;
	gint stop;
};

static void *serve(void *data)
{
	struct fake *f = data;
	int fd = accept(f->fd, NULL, NULL);
	size_t n = strlen(f->answer), at = 0;
	char buffer[4096];

	g_assert_cmpint(recv(fd, buffer, sizeof(buffer), 0), >, 0);
	while (at < n && !g_atomic_int_get(&f->stop)) {
		size_t some = f->piece > 0 ? MIN(f->piece, n - at) : n;

		if (send(fd, f->answer + at, some, MSG_NOSIGNAL) < 0)
			break;
		at += some;
		if (f->pause_us > 0)
			g_usleep(f->pause_us);
	}
	while (!f->hang_up && !g_atomic_int_get(&f->stop))
		g_usleep(1000);
	close(fd);
	return NULL;
}

static void begin(struct fake *f, struct redis_sockaddr *sockaddr_r)
{
	struct redis_address a = { .path = f->path };
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	g_unlink(f->path);
	memcpy(un.sun_path, f->path, strlen(f->path) + 1);
	f->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	g_assert_cmpint(bind(f->fd, (struct sockaddr *)&un, sizeof(un)), ==, 0);
	g_assert_cmpint(listen(f->fd, 5), ==, 0);
	f->thread = g_thread_new("fake", serve, f);
	g_assert_true(redis_sockaddr_find(&a, false, sockaddr_r));
}

static void end(struct fake *f)
{
	g_atomic_int_set(&f->stop, 1);
	g_thread_join(f->thread);
	close(f->fd);
}

struct got {
	struct redis_question q;
	GString *text;
};

static void take(struct redis_question *q, const redisReply *reply)
{
	struct got *g = (struct got *)q;

	g_string_append_printf(g->text, "%d", reply->type);
	if (reply->str != NULL)
		g_string_append_printf(g->text, ":%s", reply->str);
	g_string_append_c(g->text, ' ');
}

static const struct {
	const char *answer;
	const char *got; /* of two questions, the first with one answer to skip */
	enum redis_down down;
	bool hang_up;
} rows[] = {
	{ "+OK\r\n$3\r\nabc\r\n:5\r\n", "1:abc 3 ", REDIS_UP, false },
	{ "+OK\r\n$-1\r\n*2\r\n$1\r\na\r\n$-1\r\n", "4 2 ", REDIS_UP, false },
	{ "-ASK\r\n-ERR x\r\n+PONG\r\n", "6:ERR x 5:PONG ", REDIS_UP, false },
	{ "+OK\r\n$3\r\nab", "", REDIS_BROKEN, true },
	{ "", "", REDIS_BROKEN, true },
	{ "+OK\r\n$3\r\nabc\r\n", "1:abc ", REDIS_LATE, false },
	{ "HTTP/1.1 400 Bad Request\r\n\r\n", "", REDIS_BROKEN, false },
	{ "+OK\r\n$3\r\nabc\r\n:5\r\n:6\r\n", "1:abc 3 ", REDIS_BROKEN, false },
	{ "*-5\r\n", "", REDIS_BROKEN, false },
	{ "*2000000000\r\n", "", REDIS_BROKEN, false },
	{ "*99999999999\r\n", "", REDIS_BROKEN, false },
	{ "$99999999999999999999\r\n", "", REDIS_BROKEN, false },
};

static void ask(const char *path, size_t row, size_t piece)
{
	struct fake f = { .path = g_strdup(path),
			  .answer = rows[row].answer,
			  .hang_up = rows[row].hang_up,
			  .piece = piece };
	struct got got[2] = { { .q = { .take = take, .skip = 1 } },
			      { .q = { .take = take } } };
	struct redis_login login = { 0 };
	struct bytes word = bytes_of("PING");
	struct redis_sockaddr sockaddr;
	struct redis_link *l;

	got[0].text = got[1].text = g_string_new(NULL);
	begin(&f, &sockaddr);
	l = redis_link_open(&sockaddr, &login);
	for (size_t i = 0; i < 2; i++) {
		redis_append_command(l->out, &word, 1);
		redis_link_expect(l, &got[i].q);
	}
	redis_exchange(&l, 1, clock_mono_us() + 100000);
	/* what comes after the last answer may not have been there yet */
	if (l->down == REDIS_UP && rows[row].down == REDIS_BROKEN) {
		g_usleep(20000);
		g_assert_false(redis_link_quiet(l));
	} else {
		g_assert_cmpint(l->down, ==, rows[row].down);
	}
	g_assert_true((l->why != NULL) == (l->down != REDIS_UP));
	g_assert_cmpstr(got[0].text->str, ==, rows[row].got);
	redis_link_close(l);
	end(&f);
	g_string_free(got[0].text, TRUE);
	g_free(f.path);
}

static void test_answers(void)
{
	char *folder = g_dir_make_tmp("wonted-redis-XXXXXX", NULL);
	char *path = g_build_filename(folder, "s", NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].answer);
		for (size_t piece = 0; piece < 4; piece++)
			ask(path, i, piece);
	}
	g_unlink(path);
	g_rmdir(folder);
	g_free(path);
	g_free(folder);
}

/* A server that gives a byte now and then keeps every timeout of a socket, but no deadline. */
static void test_trickle(void)
{
	char *folder = g_dir_make_tmp("wonted-redis-XXXXXX", NULL);
	struct fake f = { .path = g_build_filename(folder, "s", NULL),
			  .answer = "$40\r\n0123456789012345678901234567890123456789\r\n",
			  .piece = 1,
			  .pause_us = 10000 };
	struct got got = { .q = { .take = take }, .text = g_string_new(NULL) };
	struct redis_login login = { .password = (char[]){ "x" } };
	struct bytes word = bytes_of("PING");
	struct redis_sockaddr sockaddr;
	struct redis_link *l;
	int64_t begin_us, took_us;

	begin(&f, &sockaddr);
	l = redis_link_open(&sockaddr, &login);
	redis_append_command(l->out, &word, 1);
	redis_link_expect(l, &got.q);
	begin_us = clock_mono_us();
	redis_exchange(&l, 1, begin_us + 80000);
	took_us = clock_mono_us() - begin_us;
	g_assert_cmpint(l->down, ==, REDIS_LATE);
	g_assert_cmpint(took_us, >=, 80000);
	g_assert_cmpint(took_us, <, 400000); /* all of it would take 460 ms */
	redis_link_close(l);
	end(&f);
	g_unlink(f.path);
	g_rmdir(folder);
	g_string_free(got.text, TRUE);
	g_free(f.path);
	g_free(folder);
}

static void test_nobody(void)
{
	struct redis_address a = { .path = (char[]){ "/nonexistent/wonted" } };
	struct redis_login login = { 0 };
	struct redis_sockaddr sockaddr;
	struct redis_link *l;

	g_assert_true(redis_sockaddr_find(&a, false, &sockaddr));
	l = redis_link_open(&sockaddr, &login);
	redis_exchange(&l, 1, clock_mono_us() + 100000);
	g_assert_cmpint(l->down, ==, REDIS_REFUSED);
	redis_link_close(l);
	sockaddr = (struct redis_sockaddr){ 0 };
	l = redis_link_open(&sockaddr, &login);
	g_assert_cmpint(l->down, ==, REDIS_REFUSED);
	redis_link_close(l);
	redis_link_close(NULL);
}

static void test_greetings(void)
{
	static const struct {
		const char *user, *password;
		int64_t db;
		const char *want;
	} logins[] = {
		{ NULL, NULL, 0, "" },
		{ NULL, NULL, 7, "*2\r\n$6\r\nSELECT\r\n$1\r\n7\r\n" },
		{ NULL, "open sesame", 0, "*2\r\n$4\r\nAUTH\r\n$11\r\nopen sesame\r\n" },
		{ "joe", "x", 12,
		  "*3\r\n$4\r\nAUTH\r\n$3\r\njoe\r\n$1\r\nx\r\n"
		  "*2\r\n$6\r\nSELECT\r\n$2\r\n12\r\n" },
	};
	struct redis_sockaddr nowhere = { 0 };

	for (size_t i = 0; i < G_N_ELEMENTS(logins); i++) {
		struct redis_login login = { g_strdup(logins[i].user),
					     g_strdup(logins[i].password), logins[i].db };
		struct redis_link *l = redis_link_open(&nowhere, &login);

		g_assert_cmpstr(l->out->str, ==, logins[i].want);
		redis_link_close(l);
		g_free(login.user);
		g_free(login.password);
	}
}

static void test_troubles(void)
{
	static const struct {
		const char *text;
		const char *name;
		bool out;
	} errors[] = {
		{ "READONLY You can't write against a read only replica.", "readonly",
		  false },
		{ "OOM command not allowed when used memory > 'maxmemory'.", "oom",
		  false },
		{ "LOADING Redis is loading the dataset in memory", "loading", true },
		{ "NOAUTH Authentication required.", "auth", true },
		{ "WRONGPASS invalid username-password pair or user is disabled.", "auth",
		  true },
		{ "BUSY Redis is busy running a script.", "busy", true },
		{ "NOPERM this user has no permissions", "permission", true },
		{ "ERR something else", "other", false },
		{ "", "other", false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
		const struct redis_trouble_row *row =
			&redis_troubles[redis_trouble_of(errors[i].text)];

		g_assert_cmpstr(row->name, ==, errors[i].name);
		g_assert_true(row->out == errors[i].out);
		g_assert_cmpuint(strlen(row->remedy), >, 5);
	}
}

/* Values that are none of ours are unknown, not absent. */
static void test_values(void)
{
	struct arena *a = arena_create();
	struct bytes in = redis_value_in(bytes_of("abc"), 1100, a);
	redisReply reply = { .type = REDIS_REPLY_STRING,
			     .str = arena_strndup(a, in.at, in.n),
			     .len = in.n };
	struct store_read r = { .answer = ANSWER_UNKNOWN };

	redis_value_out(&r, &reply, 1099, a);
	g_assert_cmpint(r.answer, ==, ANSWER_YES);
	g_assert_true(bytes_equal(r.value, bytes_of("abc")));
	r = (struct store_read){ .answer = ANSWER_UNKNOWN };
	redis_value_out(&r, &reply, 1100, a);
	g_assert_cmpint(r.answer, ==, ANSWER_NO);
	r = (struct store_read){ .answer = ANSWER_UNKNOWN };
	reply.len = 3;
	redis_value_out(&r, &reply, 1000, a);
	g_assert_cmpint(r.answer, ==, ANSWER_UNKNOWN);
	reply.type = REDIS_REPLY_ERROR;
	redis_value_out(&r, &reply, 1000, a);
	g_assert_cmpint(r.answer, ==, ANSWER_UNKNOWN);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/redis-connection/answers", test_answers);
	g_test_add_func("/redis-connection/trickle", test_trickle);
	g_test_add_func("/redis-connection/nobody", test_nobody);
	g_test_add_func("/redis-connection/greetings", test_greetings);
	g_test_add_func("/redis-connection/troubles", test_troubles);
	g_test_add_func("/redis-connection/values", test_values);
	return g_test_run();
}
