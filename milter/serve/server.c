/* Takes clients, and ends. The thread that runs the loop does nothing that waits: data is read by
 * workers, looked for by the data set's own thread, and log lines are written by another. */
#include "serve/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "serve/connection.h"
#include "serve/limits.h"
#include "serve/peers.h"
#include "store/slot.h"

#define TEND_EVERY_MS 1000
#define STOP_EVERY_MS 20
#define ACCEPTS_A_ROUND 64
#define QUEUE_BYTES \
	(256UL << 20) /* of batches that wait; serve_memory bounds them, too */

struct server {
	struct serving s;
	struct loop *loop;
	struct connections connections;
	struct peers *peers;
	struct loop_fd *listener;
	int fd, signal_fd;
	bool tcp,
		resting; /* no descriptor was left: no client is taken until the next second */
	struct loop_fd *signals;
	struct loop_timer *tend, *stop;
	int64_t grace_us, stop_at_us;
};

/* --- making --- */

/* As many as the system lets us have without asking. */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

void server_slots(const struct server *s, unsigned *first_r, unsigned *end_r)
{
	const struct shard *own = s->s.nodes->own;

	*first_r = own == NULL ? 0 : own->first_slot;
	*end_r = own == NULL ? 0 : own->last_slot + 1;
}

static bool open_parts(struct server *s, const struct server_setup *setup, GError **e)
{
	struct dataset_setup data = { .url = setup->store,
				      .batch_bytes = setup->reply_bytes,
				      .metrics = setup->metrics };

	s->s.nodes = nodes_parse(setup->nodes, setup->node, e);
	if (s->s.nodes == NULL)
		return false;
	server_slots(s, &data.first_slot, &data.end_slot);
	s->loop = loop_new(e);
	s->s.dataset = s->loop == NULL ? NULL : dataset_open(&data, e);
	return s->s.dataset != NULL;
}

struct server *server_new(const struct server_setup *setup, GError **e)
{
	struct server *s = g_new0(struct server, 1);

	raise_descriptors();
	s->fd = setup->fd;
	s->tcp = setup->tcp;
	s->s = (struct serving){ .metrics = setup->metrics,
				 .password = g_strdup(setup->password),
				 .reply_bytes = setup->reply_bytes,
				 .port = setup->port,
				 .began_s = clock_now_s(),
				 .memory_most = setup->memory_bytes,
				 .clients_most = setup->clients_most };
	s->s.cursors = scan_cursors_new(LIMIT_SERVE_SCANS);
	if (!open_parts(s, setup, e)) {
		server_free(s);
		return NULL;
	}
	s->connections.s = &s->s;
	s->connections.loop = s->loop;
	s->connections.idle_us = setup->idle_us;
	s->connections.pool =
		worker_pool_create(setup->workers, setup->queue, QUEUE_BYTES);
	connections_init(&s->connections);
	s->peers = peers_watch(s->loop, s->s.nodes, setup->password);
	return s;
}

void server_free(struct server *s)
{
	if (s == NULL)
		return;
	if (s->connections.pool != NULL) {
		worker_pool_destroy(&s->connections.pool);
		connections_clear(&s->connections);
	}
	peers_free(s->peers);
	dataset_close(s->s.dataset);
	loop_free(s->loop);
	nodes_free(s->s.nodes);
	scan_cursors_free(s->s.cursors);
	g_free(s->s.password);
	g_free(s);
}

/* --- clients --- */

static void refuse(struct server *s, int fd)
{
	static const char text[] = "-ERR max number of clients reached\r\n";

	atomic_fetch_add(&s->s.rejected, 1);
	if (send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_seldom(LOG_LEVEL_DEBUG, "refused client",
			   "a client that was refused "
			   "had gone already");
	close(fd);
}

static void take(struct server *s, int fd)
{
	const int yes = 1;

	if (s->tcp) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
	}
	connections_add(&s->connections, fd);
}

static void on_clients(void *user, bool readable, bool writable)
{
	struct server *s = user;

	(void)readable;
	(void)writable;
	for (int i = 0; i < ACCEPTS_A_ROUND; i++) {
		int fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
			       errno == ENOBUFS)) {
			log_seldom(
				LOG_LEVEL_ERROR, "accept",
				"no more clients can be taken: %s; raise LimitNOFILE, or "
				"lower serve_max_connections",
				g_strerror(errno));
			s->resting = true;
			loop_fd_want(s->listener, false, false);
			return;
		}
		if (fd < 0)
			return;
		if (atomic_load(&s->s.clients) >= s->s.clients_most)
			refuse(s, fd);
		else
			take(s, fd);
	}
}

static void tend(void *user)
{
	struct server *s = user;

	connections_tend(&s->connections);
	if (s->resting && s->listener != NULL)
		loop_fd_want(s->listener, true, false);
	s->resting = false;
}

/* --- the end --- */

static void stop_some_more(void *user)
{
	struct server *s = user;

	if (connections_stop(&s->connections) || clock_mono_us() > s->stop_at_us)
		loop_end(s->loop);
}

static void begin_to_stop(struct server *s)
{
	if (s->stop != NULL)
		return;
	loop_fd_free(s->listener);
	s->listener = NULL;
	s->stop_at_us = clock_mono_us() + s->grace_us;
	s->stop = loop_timer_new(s->loop, STOP_EVERY_MS, stop_some_more, s);
	stop_some_more(s);
}

static void on_signal(void *user, bool readable, bool writable)
{
	struct server *s = user;
	struct signalfd_siginfo got;

	(void)readable;
	(void)writable;
	while (read(s->signal_fd, &got, sizeof(got)) == (ssize_t)sizeof(got)) {
		if (got.ssi_signo == SIGHUP)
			dataset_look(s->s.dataset);
		else
			begin_to_stop(s);
	}
}

void server_run(struct server *s, int signal_fd, void (*started)(void), int64_t grace_us)
{
	s->signal_fd = signal_fd;
	s->grace_us = grace_us;
	s->listener = loop_fd_new(s->loop, s->fd, on_clients, s);
	s->signals = loop_fd_new(s->loop, signal_fd, on_signal, s);
	s->tend = loop_timer_new(s->loop, TEND_EVERY_MS, tend, s);
	loop_fd_want(s->listener, true, false);
	loop_fd_want(s->signals, true, false);
	started();
	loop_run(s->loop);
	loop_timer_free(s->tend);
	loop_timer_free(s->stop);
	loop_fd_free(s->signals);
	loop_fd_free(s->listener);
	s->listener = NULL;
}

/* --- supervision --- */

bool server_ready(struct server *s, GString *why)
{
	struct store_generation g;

	if (dataset_generation(s->s.dataset, &g))
		return true;
	g_string_append(why, "there is no data set that it trusts; see the log");
	return false;
}

void server_collect(struct server *s)
{
	struct metrics *m = s->s.metrics;
	struct store_generation g;
	unsigned busy;
	size_t waiting;

	dataset_generation(s->s.dataset, &g);
	if (g.built_s != 0)
		metrics_set(m, METRIC_SERVE_AGE, NULL,
			    (uint64_t)MAX(clock_now_s() - g.built_s, 0));
	worker_pool_state(s->connections.pool, &busy, &waiting);
	metrics_set(m, METRIC_POOL_BUSY, "serve", busy);
	metrics_set(m, METRIC_POOL_WAITING, "serve", waiting);
	metrics_set(m, METRIC_SERVE_ACCEPTED, NULL, atomic_load(&s->s.accepted));
	metrics_set(m, METRIC_SERVE_REJECTED, NULL, atomic_load(&s->s.rejected));
	metrics_set(m, METRIC_SERVE_CLIENTS, NULL, atomic_load(&s->s.clients));
	metrics_set(m, METRIC_SERVE_MEMORY, NULL, atomic_load(&s->s.memory.used));
	metrics_set(m, METRIC_SERVE_HITS, NULL, atomic_load(&s->s.hits));
	metrics_set(m, METRIC_SERVE_MISSES, NULL, atomic_load(&s->s.misses));
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (atomic_load(&s->s.calls[i]) > 0)
			metrics_set(m, METRIC_SERVE_COMMANDS, command_rows[i].name,
				    atomic_load(&s->s.calls[i]));
}
