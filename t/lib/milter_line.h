/* Both ends of a connection without a runtime behind it: the listener is closing, so sessions
 * copy what they are told and defer what ends. */
#ifndef LIB_MILTER_LINE_H
#define LIB_MILTER_LINE_H

#include <glib.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "session/connection.h"

struct milter_line {
	struct listener listener;
	int mta, filter;
	GByteArray *said; /* by the filter; milter_line_serve() fills it */
	enum connection_end end;
};

static inline void milter_line_open(struct milter_line *l)
{
	int fds[2];

	*l = (struct milter_line){ .listener = { .slot.lock = PTHREAD_MUTEX_INITIALIZER,
						 .metrics = metrics_new(METRIC_MILTER),
						 .closing = true },
				   .said = g_byte_array_new() };
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
	l->mta = fds[0];
	l->filter = fds[1];
}

static inline enum connection_end
milter_line_converse(const struct connection_setup *setup, int *rests)
{
	struct connection *c = connection_open(setup);
	enum connection_end end;

	while ((end = connection_serve(c)) == CONNECTION_RESTS)
		if (rests != NULL)
			(*rests)++;
	connection_close(c);
	return end;
}

struct milter_line_mta {
	int fd;
	const guint8 *says;
	size_t n;
	GByteArray *hears;
};

/* Says all, hears all, whichever is possible. */
static inline gpointer milter_line_mta(gpointer data)
{
	struct milter_line_mta *m = data;
	struct pollfd at = { .fd = m->fd, .events = POLLIN | POLLOUT };
	guint8 some[4096];
	ssize_t got = 1;

	while (got != 0 && poll(&at, 1, -1) >= 0) {
		ssize_t n = m->n == 0 ? 0
				      : send(m->fd, m->says, m->n,
					     MSG_DONTWAIT | MSG_NOSIGNAL);

		m->says += MAX(n, 0);
		m->n -= (size_t)MAX(n, 0);
		if (m->n == 0 && (at.events & POLLOUT) != 0) {
			at.events = POLLIN;
			shutdown(m->fd, SHUT_WR);
		}
		got = recv(m->fd, some, sizeof(some), MSG_DONTWAIT);
		if (got > 0)
			g_byte_array_append(m->hears, some, (guint)got);
		if (got < 0 && (at.revents & (POLLHUP | POLLERR)) != 0)
			break;
	}
	return NULL;
}

/* The MTA says this and no more, and hears what is answered. */
static inline void milter_line_serve(struct milter_line *l, const void *says, size_t n)
{
	const struct connection_setup setup = { .fd = l->filter,
						.listener = &l->listener,
						.idle_ms = 60000,
						.packet_ms = 30000 };
	struct milter_line_mta mta = {
		.fd = l->mta, .says = says, .n = n, .hears = l->said
	};
	GThread *thread = g_thread_new("mta", milter_line_mta, &mta);

	l->end = milter_line_converse(&setup, NULL);
	close(l->filter);
	g_thread_join(thread);
	g_assert_cmpint(l->listener.sessions, ==, 0);
	g_assert_cmpint(l->listener.ends, ==, 0);
}

static inline void milter_line_close(struct milter_line *l)
{
	close(l->mta);
	g_byte_array_free(l->said, TRUE);
	metrics_free(l->listener.metrics);
}

#endif
