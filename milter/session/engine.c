/* Our own engine: a thread for each connection, which reads into one buffer and blocks. An
 * event loop would save the stacks of idle connections, but a message has to wait for DNS and
 * the store on a thread anyway, and handing it over costs two switches and the system calls
 * that make them. t/90-bench/README has what both cost. */
#include "session/engine.h"

#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/wait.h"
#include "session/connection.h"
#include "session/listen_socket.h"

/* frames of a sanitizer are several times as big */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STACK_BYTES (8 * LIMIT_STACK_BYTES)
#else
#define STACK_BYTES LIMIT_STACK_BYTES
#endif
#define NO_FILES_US (100 * 1000) /* before the next try to accept */

struct server {
	struct listener *listener;
	struct listen_socket socket;
	int wake; /* an eventfd: stop */
	int64_t most, idle_ms, packet_ms;
	pthread_attr_t attr;
	pthread_mutex_t lock;
	pthread_cond_t fewer;
	GHashTable *lines;   /* struct line *, those that are open */
	_Atomic bool rested; /* a connection has, since memory was given back */
};

/* one a connection */
struct line {
	struct server *server;
	struct connection_setup setup;
	struct connection *connection; /* of its thread */
};

static void *server_open(struct listener *l, const struct options *o, GError **e)
{
	struct listen_socket socket;

	if (!listen_socket_open(o, &socket, e))
		return NULL;
	struct server *s = g_new0(struct server, 1);

	s->listener = l;
	s->socket = socket;
	s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->most = o->max_connections;
	s->idle_ms = o->milter_idle_timeout_ms;
	s->packet_ms = o->milter_packet_timeout_ms;
	pthread_attr_init(&s->attr);
	pthread_attr_setstacksize(&s->attr, STACK_BYTES);
	pthread_attr_setdetachstate(&s->attr, PTHREAD_CREATE_DETACHED);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->fewer, NULL);
	s->lines = g_hash_table_new(NULL, NULL);
	return s;
}

static void count_end(struct metrics *m, enum connection_end end)
{
	if (end == CONNECTION_TIMED_OUT)
		metrics_add(m, METRIC_CONNECTIONS_TIMED_OUT, 1);
	else if (end == CONNECTION_MALFORMED)
		metrics_add(m, METRIC_CONNECTIONS_MALFORMED, 1);
}

/* The descriptor is closed under the lock, so that close() never meets another's. */
static void forget_line(struct line *l)
{
	struct server *s = l->server;

	pthread_mutex_lock(&s->lock);
	g_hash_table_remove(s->lines, l);
	atomic_store(&s->listener->connections, (int)g_hash_table_size(s->lines));
	close(l->setup.fd);
	pthread_cond_signal(&s->fewer);
	pthread_mutex_unlock(&s->lock);
	g_free(l);
}

static void *serve_line(void *data);

/* What malloc() and the libraries keep for a thread goes with it: a connection that rests gets
 * a new one, which has touched nothing. */
static bool begin_thread(struct line *l)
{
	pthread_t thread;

	return pthread_create(&thread, &l->server->attr, serve_line, l) == 0;
}

static void *serve_line(void *data)
{
	struct line *l = data;
	enum connection_end end;

	if (l->connection == NULL)
		l->connection = connection_open(&l->setup);
	while ((end = connection_serve(l->connection)) == CONNECTION_RESTS) {
		atomic_store(&l->server->rested, true);
		if (begin_thread(l))
			return NULL;
	}
	connection_close(l->connection);
	count_end(l->server->listener->metrics, end);
	forget_line(l);
	return NULL;
}

static void refuse(struct server *s, const char *why)
{
	metrics_add(s->listener->metrics, METRIC_CONNECTIONS_REFUSED, 1);
	log_seldom(LOG_LEVEL_WARN, "max_connections",
		   "a connection of the MTA is refused: %s", why);
}

/* false: there are as many as there may be */
static bool add_line(struct server *s, struct line *l)
{
	pthread_mutex_lock(&s->lock);
	bool fits = g_hash_table_size(s->lines) < s->most;

	if (fits)
		g_hash_table_add(s->lines, l);
	atomic_store(&s->listener->connections, (int)g_hash_table_size(s->lines));
	pthread_mutex_unlock(&s->lock);
	return fits;
}

/* Answers leave in one piece; of an MTA's machine that died nobody tells but the kernel. */
static void prepare_tcp(int fd)
{
	const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

static void begin_line(struct server *s, int fd)
{
	struct line *l = g_new(struct line, 1);

	*l = (struct line){ .server = s,
			    .setup = { .fd = fd,
				       .listener = s->listener,
				       .idle_ms = s->idle_ms,
				       .packet_ms = s->packet_ms } };
	if (!add_line(s, l)) {
		close(fd);
		g_free(l);
		refuse(s, "there are max_connections of them");
		return;
	}
	if (s->socket.tcp)
		prepare_tcp(fd);
	metrics_add(s->listener->metrics, METRIC_CONNECTIONS, 1);
	if (!begin_thread(l)) {
		forget_line(l);
		refuse(s, "the system allows no more threads (TasksMax of the unit, "
			  "ulimit -u)");
	}
}

/* false: nobody will ever connect again */
static bool accept_line(struct server *s)
{
	int fd = accept4(s->socket.fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0) {
		begin_line(s, fd);
		return true;
	}
	switch (errno) {
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		log_seldom(LOG_LEVEL_WARN, "accept",
			   "connections of the MTA wait: %s (LimitNOFILE of the unit, "
			   "ulimit -n)",
			   g_strerror(errno));
		g_usleep(NO_FILES_US);
		return true;
	case EBADF:
	case EINVAL:
	case ENOTSOCK:
	case EOPNOTSUPP:
	case EFAULT:
		log_line(LOG_LEVEL_ERROR, "cannot take connections: %s",
			 g_strerror(errno));
		return false;
	default: /* the one that was there is gone */
		return true;
	}
}

/* What threads have freed lies between what others still use: malloc() keeps such pages until
 * it is asked. Called after each wait; it works at most once in packet_ms. */
static void give_back(struct server *s, int64_t *last_us)
{
	int64_t now_us = clock_mono_us();

	if (now_us - *last_us < s->packet_ms * 1000)
		return;
	*last_us = now_us;
	if (atomic_exchange(&s->rested, false))
		malloc_trim(0);
}

static bool server_run(void *self)
{
	struct server *s = self;
	struct pollfd ready[] = { { .fd = s->socket.fd, .events = POLLIN },
				  { .fd = s->wake, .events = POLLIN } };
	bool well = true;
	int64_t trimmed_us = clock_mono_us();

	while (well && (ready[1].revents & POLLIN) == 0) {
		int n = poll(ready, G_N_ELEMENTS(ready), (int)s->packet_ms);

		give_back(s, &trimmed_us);
		if (n > 0 && ready[0].revents != 0)
			well = accept_line(s);
	}
	listen_socket_close(&s->socket);
	return well;
}

static void server_stop(void *self)
{
	struct server *s = self;
	const uint64_t one = 1;

	/* an eventfd that was never read takes it */
	(void)!write(s->wake, &one, sizeof(one));
}

static void shut_down(gpointer line, gpointer value, gpointer user)
{
	(void)value, (void)user;
	shutdown(((struct line *)line)->setup.fd, SHUT_RDWR);
}

static bool server_close(void *self, int64_t most_ms)
{
	struct server *s = self;
	int64_t until_us = clock_mono_us() + most_ms * 1000;
	bool in_time = true;

	pthread_mutex_lock(&s->lock);
	g_hash_table_foreach(s->lines, shut_down, NULL);
	while (in_time && g_hash_table_size(s->lines) > 0)
		in_time = wait_until(&s->fewer, &s->lock, until_us);
	bool all = g_hash_table_size(s->lines) == 0;

	pthread_mutex_unlock(&s->lock);
	if (!all)
		return false;
	listen_socket_close(&s->socket);
	close(s->wake);
	pthread_attr_destroy(&s->attr);
	g_hash_table_destroy(s->lines);
	g_free(s);
	return true;
}

static const struct engine engine_wonted = {
	.name = "wonted",
	.open = server_open,
	.run = server_run,
	.stop = server_stop,
	.close = server_close,
};

const struct engine *engine_chosen(const struct options *o)
{
	static const struct engine *const engines[] = {
		[MILTER_ENGINE_LIBMILTER] = &engine_libmilter,
		[MILTER_ENGINE_WONTED] = &engine_wonted,
	};

	return engines[o->milter_engine];
}
