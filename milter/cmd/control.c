/* Bounded on both sides: a request is one line of at most 512 bytes, or as many bytes as its
 * listener allows, an asker that is silent is dropped after two seconds, few are served at a time,
 * and who comes when more are waiting is sent away. */
#include "cmd/control.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "config/load.h"
#include "session/listen_socket.h"

#define WORD_BYTES 512 /* a setting of the roll-out, with the reason of the guard */
#define SERVED_MOST 8  /* at once */
#define WAITING_MOST 32
#define BACKLOG 16
#define ANSWER_BYTES (1024 * 1024)
#define SILENCE_MS 2000
#define FULL_US 100000  /* no file descriptor is free: not to be asked in a circle */
#define RELOAD_MS 60000 /* it reads big lists */
#define ANSWER_MS 5000  /* what else is asked is at hand */

struct control {
	struct listen_socket socket;
	int stop[2]; /* a byte into stop[1] ends the thread */
	GThread *thread;
	GThreadPool *pool; /* of those who answer */
	struct control_setup setup;
	bool (*answer_word)(const char *word, GString *to,
			    void *user); /* of control_open() */
	void *user;
};

static bool fail(GError **e, const char *path, const char *doing)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		    "control socket %s: cannot %s: %s", path, doing, g_strerror(errno));
	return false;
}

static bool address_of(const char *path, struct sockaddr_un *to, GError **e)
{
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (g_strlcpy(to->sun_path, path, sizeof(to->sun_path)) < sizeof(to->sun_path))
		return true;
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
		    "control socket %s: the path is longer than %zu bytes", path,
		    sizeof(to->sun_path) - 1);
	return false;
}

static bool wait_readable(int fd, int64_t ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, (int)MAX(ms, 0)) > 0;
}

static void send_all(int fd, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t put = send(fd, text, n, MSG_NOSIGNAL);

		if (put <= 0)
			return;
		text += put;
		n -= (size_t)put;
	}
}

/* out   false: too long, or not in time */
static bool read_request(const struct control *c, int fd, GString *request)
{
	bool word = c->setup.most_bytes == 0;
	size_t most = word ? WORD_BYTES : c->setup.most_bytes;
	int64_t end_us = clock_mono_us() + SILENCE_MS * 1000;
	char piece[4096];
	ssize_t got = 1;

	while (got > 0 && request->len <= most && clock_mono_us() < end_us &&
	       (!word || strchr(request->str, '\n') == NULL)) {
		if (!wait_readable(fd, SILENCE_MS))
			return false;
		got = read(fd, piece, MIN(sizeof(piece), most + 1 - request->len));
		if (got > 0)
			g_string_append_len(request, piece, got);
	}
	return word || got == 0 || request->len > most;
}

static bool may_ask(const struct control *c, int fd)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t n = sizeof(peer);

	return c->setup.may == NULL ||
	       (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 &&
		c->setup.may(peer.uid, c->setup.user));
}

/* What was not read would make the kernel take the answer from the asker, too. */
static void read_rest(int fd)
{
	char piece[4096];

	for (int i = 0; i < 256 && wait_readable(fd, 0); i++)
		if (read(fd, piece, sizeof(piece)) <= 0)
			return;
}

/* what a pool is given must not be NULL, as descriptor 0 would be */
static gpointer as_job(int fd)
{
	return GINT_TO_POINTER(fd + 1);
}

static void serve(gpointer job, gpointer user)
{
	const struct control *c = user;
	int fd = GPOINTER_TO_INT(job) - 1;
	GString *request = g_string_new(NULL), *to = g_string_new(NULL);

	if (!may_ask(c, fd)) {
		g_string_assign(to, "refused peer: this user may not ask here\n");
		read_rest(fd);
	} else if (read_request(c, fd, request) &&
		   !c->setup.answer(
			   (struct bytes){ .at = request->str, .n = request->len }, to,
			   c->setup.user)) {
		g_string_assign(to, "error: unknown request\n");
	}
	send_all(fd, to->str, to->len);
	read_rest(fd);
	g_string_free(request, TRUE);
	g_string_free(to, TRUE);
	close(fd);
}

static gpointer listen_on(gpointer data)
{
	struct control *c = data;
	struct pollfd p[2] = { { .fd = c->socket.fd, .events = POLLIN },
			       { .fd = c->stop[0], .events = POLLIN } };
	struct timeval patience = { .tv_sec = SILENCE_MS / 1000 };

	while (poll(p, 2, -1) >= 0 || errno == EINTR) {
		if (p[1].revents != 0)
			break;
		int fd = accept4(c->socket.fd, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE)
				g_usleep(FULL_US);
			continue;
		}
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
		if (g_thread_pool_unprocessed(c->pool) < WAITING_MOST)
			g_thread_pool_push(c->pool, as_job(fd), NULL);
		else
			close(fd);
	}
	return NULL;
}

static bool open_listener(const struct control_setup *setup, struct listen_socket *s_r,
			  GError **e)
{
	char *socket = g_strconcat("unix:", setup->path, NULL);
	const struct listen_request want = { .option = setup->option,
					     .socket = socket,
					     .group = "",
					     .mode = setup->mode,
					     .mode_from = setup->mode,
					     .waiting = BACKLOG };
	bool done = listen_socket_open_at(&want, s_r, e);

	g_free(socket);
	return done;
}

static struct control *make_listener(const struct control_setup *setup, GError **e)
{
	struct listen_socket s;

	if (!open_listener(setup, &s, e))
		return NULL;
	struct control *c = g_new0(struct control, 1);

	c->setup = *setup;
	c->socket = s;
	if (pipe(c->stop) < 0)
		g_error("cannot make a pipe: %s", g_strerror(errno));
	return c;
}

static void begin(struct control *c)
{
	c->pool = g_thread_pool_new(serve, c, MAX(c->setup.at_once, 1), FALSE, NULL);
	c->thread = g_thread_new("control", listen_on, c);
}

struct control *control_listen(const struct control_setup *setup, GError **e)
{
	struct control *c = make_listener(setup, e);

	if (c != NULL)
		begin(c);
	return c;
}

static bool answer_word(struct bytes request, GString *to, void *control)
{
	struct control *c = control;
	char *word = g_strchomp(g_strndup(request.at, request.n));
	bool known = c->answer_word(word, to, c->user);

	g_free(word);
	return known;
}

struct control *control_open(const char *path,
			     bool (*answer)(const char *word, GString *to, void *user),
			     void *user, GError **e)
{
	const struct control_setup setup = { .option = "control_socket",
					     .path = path,
					     .mode = "0600",
					     .at_once = SERVED_MOST,
					     .answer = answer_word };
	struct control *c = make_listener(&setup, e);

	if (c == NULL)
		return NULL;
	c->setup.user = c;
	c->answer_word = answer;
	c->user = user;
	begin(c);
	return c;
}

void control_close(struct control *c)
{
	if (c == NULL)
		return;
	if (write(c->stop[1], "x", 1) == 1)
		g_thread_join(c->thread);
	g_thread_pool_free(c->pool, FALSE, TRUE);
	listen_socket_close(&c->socket);
	close(c->stop[0]);
	close(c->stop[1]);
	g_free(c);
}

/* A configuration with mistakes must still find the daemon: that is when a reload is asked
 * for. So the one line that names its socket is looked for by itself. */
static char *socket_in_broken_file(const char *path)
{
	char *text = NULL, *found = NULL;
	size_t n = 0;
	GMatchInfo *match = NULL;
	GRegex *line = g_regex_new("^\\s*control_socket\\s*=\\s*\"?([^\"\\s]+)",
				   G_REGEX_MULTILINE | G_REGEX_RAW, 0, NULL);

	if (file_read(path, LIMIT_CONFIG_BYTES, &text, &n, NULL) &&
	    g_regex_match(line, text, 0, &match))
		found = g_match_info_fetch(match, 1);
	if (match != NULL) /* there was a text to look in */
		g_match_info_unref(match);
	g_regex_unref(line);
	g_free(text);
	return found != NULL ? found : g_strdup("/run/wonted/control.sock");
}

char *control_socket_of(const char *config)
{
	struct options *o = options_load(config, NULL);
	char *path =
		o != NULL ? g_strdup(o->control_socket) : socket_in_broken_file(config);

	options_unref(o);
	return path;
}

char *control_learn_path(const char *control_socket)
{
	return g_strconcat(control_socket, ".learn", NULL);
}

static bool is_silent(const char *path, int64_t ms, GError **e)
{
	g_set_error(
		e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		"control socket %s: no answer within %lld s: the daemon is stopped or "
		"stuck, or at a long reload; see its log, and restart it if that does "
		"not end",
		path, (long long)ms / 1000);
	return false;
}

/* all of it by then, however slowly it comes */
static bool read_answer(int fd, const char *path, int64_t ms, GString *all, GError **e)
{
	int64_t end_us = clock_mono_us() + ms * 1000;
	char piece[4096];
	ssize_t got = 1;

	while (got > 0 && all->len < ANSWER_BYTES) {
		if (!wait_readable(fd, (end_us - clock_mono_us()) / 1000))
			return is_silent(path, ms, e);
		got = read(fd, piece, sizeof(piece));
		if (got > 0)
			g_string_append_len(all, piece, got);
	}
	return got == 0 || fail(e, path, "read the answer");
}

/* A daemon that hangs takes nobody up: connect() waits as long as send() may. */
static int reach(const struct sockaddr_un *to)
{
	const struct timeval most = { .tv_sec = ANSWER_MS / 1000 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof(most));
	if (fd >= 0 && connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0) {
		int why = errno;

		close(fd);
		errno = why;
		fd = -1;
	}
	return fd;
}

static bool ask(const char *path, struct bytes request, int64_t ms, char **answer_r,
		GError **e)
{
	struct sockaddr_un to;
	GString *all = g_string_new(NULL);
	bool done = false;
	int fd = address_of(path, &to, e) ? reach(&to) : -1;

	if (fd >= 0) {
		send_all(fd, request.at, request.n);
		shutdown(fd, SHUT_WR);
		done = read_answer(fd, path, ms, all, e);
		close(fd);
	} else if (e == NULL || *e == NULL) {
		if (errno == EAGAIN)
			is_silent(path, ANSWER_MS, e);
		else
			fail(e, path, "reach the daemon (is it running?)");
	}
	*answer_r = g_string_free(all, !done);
	return done;
}

bool control_ask(const char *path, const char *word, char **answer_r, GError **e)
{
	int64_t ms = strcmp(word, "reload") == 0 ? RELOAD_MS : ANSWER_MS;
	char *line = g_strconcat(word, "\n", NULL);
	bool done = ask(path, bytes_of(line), ms, answer_r, e);

	g_free(line);
	return done;
}

bool control_tell(const char *path, struct bytes request, char **answer_r, GError **e)
{
	return ask(path, request, ANSWER_MS, answer_r, e);
}
