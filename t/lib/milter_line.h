/* Both ends of a connection without a runtime behind it: the listener is closing, so sessions
 * copy what they are told and defer what ends. */
#ifndef LIB_MILTER_LINE_H
#define LIB_MILTER_LINE_H

#include <glib.h>
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
	int fds[2], room = 1024 * 1024;

	*l = (struct milter_line){ .listener = { .slot.lock = PTHREAD_MUTEX_INITIALIZER,
						 .closing = true },
				   .said = g_byte_array_new() };
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
	l->mta = fds[0];
	l->filter = fds[1];
	for (int i = 0; i < 2; i++)
		setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
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

/* Ends what the MTA says, and serves it to its end. */
static inline void milter_line_serve(struct milter_line *l)
{
	const struct connection_setup setup = { .fd = l->filter,
						.listener = &l->listener,
						.idle_ms = 200,
						.packet_ms = 100 };
	guint8 some[4096];
	ssize_t n;

	shutdown(l->mta, SHUT_WR);
	l->end = milter_line_converse(&setup, NULL);
	close(l->filter);
	while ((n = read(l->mta, some, sizeof(some))) > 0)
		g_byte_array_append(l->said, some, (guint)n);
	g_assert_cmpint(l->listener.sessions, ==, 0);
	g_assert_cmpint(l->listener.ends, ==, 0);
}

static inline void milter_line_close(struct milter_line *l)
{
	close(l->mta);
	g_byte_array_free(l->said, TRUE);
}

#endif
