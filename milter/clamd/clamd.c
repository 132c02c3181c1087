/* INSTREAM: pieces, each behind its length, and a length of 0; then one line comes back. clamd may
 * answer before it was told everything (a size limit) and close; so a write that fails is no
 * answer, and the line is looked for in any case. */
#include "clamd/clamd.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "config/socket.h"

#define PIECE_BYTES 65536

struct clamd_scan {
	char *socket;
	size_t max_bytes;
	int64_t deadline_us;
	struct bytes raw;
	GThread *thread; /* NULL: it could not be started */
	int fd;
	char line[LIMIT_CLAMD_ANSWER_BYTES]; /* what came back, n bytes */
	size_t n;
	const char *why; /* static words; NULL: look at the line */
};

/* ---- the connection, on its thread ---- */

/* false: the deadline has passed */
static bool wait_for(const struct clamd_scan *s, short events)
{
	for (;;) {
		int64_t left_us = s->deadline_us - clock_mono_us();
		struct pollfd p = { .fd = s->fd, .events = events };
		int n;

		if (left_us <= 0)
			return false;
		n = poll(&p, 1, (int)MIN(left_us / 1000 + 1, G_MAXINT));
		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
	}
}

static bool connect_to(struct clamd_scan *s, const struct sockaddr *to, socklen_t n)
{
	int error = 0;
	socklen_t n_error = sizeof(error);

	s->fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		return false;
	if (connect(s->fd, to, n) == 0)
		return true;
	/* a unix socket whose queue is full says EAGAIN, and there is nothing to wait for */
	return errno == EINPROGRESS && wait_for(s, POLLOUT) &&
	       getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &n_error) == 0 &&
	       error == 0;
}

static bool connect_inet(struct clamd_scan *s, const struct socket_spec *spec)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
					.ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char port[8];
	bool good;

	g_snprintf(port, sizeof(port), "%u", spec->port);
	if (getaddrinfo(spec->host, port, &hints, &found) != 0)
		return false;
	good = connect_to(s, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return good;
}

static bool connect_unix(struct clamd_scan *s, const struct socket_spec *spec)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	if (g_strlcpy(to.sun_path, spec->path, sizeof(to.sun_path)) >=
	    sizeof(to.sun_path))
		return false;
	return connect_to(s, (const struct sockaddr *)&to, sizeof(to));
}

static bool open_connection(struct clamd_scan *s)
{
	struct socket_spec spec = { 0 };
	char *why = NULL;
	bool good = socket_parse(s->socket, &spec, &why);

	if (good)
		good = spec.family == SOCKET_UNIX ? connect_unix(s, &spec)
						  : connect_inet(s, &spec);
	socket_clear(&spec);
	g_free(why);
	return good;
}

/* false: it cannot be said, or not in time */
static bool put(struct clamd_scan *s, const char *at, size_t n)
{
	while (n > 0) {
		ssize_t done;

		if (!wait_for(s, POLLOUT))
			return false;
		done = send(s->fd, at, n, MSG_NOSIGNAL);
		if (done < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		at += MAX(done, 0);
		n -= (size_t)MAX(done, 0);
	}
	return true;
}

static bool put_piece(struct clamd_scan *s, const char *at, size_t n)
{
	const unsigned char length[4] = { (unsigned char)(n >> 24),
					  (unsigned char)(n >> 16),
					  (unsigned char)(n >> 8), (unsigned char)n };

	return put(s, (const char *)length, sizeof(length)) && put(s, at, n);
}

static void put_message(struct clamd_scan *s)
{
	static const char command[] = "zINSTREAM"; /* its NUL ends it */
	bool good = put(s, command, sizeof(command));

	for (size_t i = 0; i < s->raw.n && good; i += PIECE_BYTES)
		good = put_piece(s, s->raw.at + i, MIN(s->raw.n - i, PIECE_BYTES));
	if (good)
		put_piece(s, "", 0);
}

/* one line, or as much of it as comes; false: the deadline has passed */
static bool take_line(struct clamd_scan *s)
{
	while (s->n < sizeof(s->line)) {
		ssize_t n;

		if (!wait_for(s, POLLIN))
			return false;
		n = recv(s->fd, s->line + s->n, sizeof(s->line) - s->n, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return true;
		s->n += (size_t)n;
		if (memchr(s->line, '\0', s->n) != NULL)
			return true;
	}
	return true;
}

static gpointer ask(gpointer data)
{
	struct clamd_scan *s = data;
	const char *end;

	if (s->raw.n > s->max_bytes) {
		s->why = "clamd: larger than clamd_max_size";
		return NULL;
	}
	if (!open_connection(s)) {
		s->why = "clamd: cannot be reached";
		return NULL;
	}
	put_message(s);
	if (!take_line(s))
		s->why = "clamd: out of time";
	end = memchr(s->line, '\0', s->n);
	/* half a line says nothing, whatever it looks like */
	if (end == NULL && s->why == NULL)
		s->why = s->n == 0 ? "clamd: no answer" : "clamd: half an answer";
	s->n = end == NULL ? 0 : (size_t)(end - s->line);
	return NULL;
}

/* ---- the asker ---- */

struct clamd_scan *clamd_begin(const struct clamd_setup *setup, struct bytes raw)
{
	struct clamd_scan *s = g_new0(struct clamd_scan, 1);

	s->socket = g_strdup(setup->socket);
	s->max_bytes = setup->max_bytes;
	s->deadline_us = setup->deadline_us;
	s->raw = raw;
	s->fd = -1;
	s->thread = g_thread_try_new("clamd", ask, s, NULL);
	return s;
}

void clamd_finish(struct clamd_scan **sp, struct arena *a, struct clamd_answer *answer_r)
{
	struct clamd_scan *s = *sp;

	*sp = NULL;
	if (s == NULL)
		return;
	if (s->thread != NULL)
		g_thread_join(s->thread);
	else
		s->why = "clamd: no thread to ask it";
	if (answer_r != NULL && s->why != NULL)
		*answer_r =
			(struct clamd_answer){ .result = CLAMD_UNCHECKED, .why = s->why };
	else if (answer_r != NULL)
		*answer_r = clamd_read_answer(a, (struct bytes){ s->line, s->n });
	if (s->fd >= 0)
		close(s->fd);
	g_free(s->socket);
	g_free(s);
}
