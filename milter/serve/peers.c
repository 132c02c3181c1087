/* A node that serves nothing, because it has no data that it trusts, answers PING with an error, and
 * counts as failing. Nodes have numbers as addresses (serve/nodes.c): a name would have to be looked
 * up, which the loop can't wait for. */
#include "serve/peers.h"

#include <errno.h>
#include <gio/gio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "serve/reply.h"

#define PING_EVERY_MS 500
#define MISSED_MOST 2
#define ANSWER_BYTES 512

struct peer {
	struct peers *peers;
	struct node *node;
	GInetAddress *address;
	int fd; /* -1: none */
	struct loop_fd *watch;
	unsigned missed;  /* PINGs without an answer, in a row */
	unsigned answers; /* expected: of AUTH, of PING */
	char got[ANSWER_BYTES];
	size_t n;
	bool error; /* one of the answers was none that we want */
};

struct peers {
	struct loop *loop;
	struct loop_timer *timer;
	struct peer *peer;
	size_t n;
	char *password;
};

static void set_failing(struct peer *p, bool failing)
{
	if (p->node->failing == failing)
		return;
	p->node->failing = failing;
	log_line(failing ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "node %s:%u %s",
		 p->node->host, p->node->port,
		 failing ? "does not answer: clients are not sent to it"
			 : "answers again");
}

static void hang_up(struct peer *p)
{
	loop_fd_free(p->watch);
	if (p->fd >= 0)
		close(p->fd);
	p->watch = NULL;
	p->fd = -1;
	p->n = 0;
	p->answers = 0;
}

static void take_answer(struct peer *p, char first)
{
	p->error |= first != '+';
	if (p->answers == 0 || --p->answers > 0)
		return;
	p->missed = 0;
	set_failing(p, p->error);
	if (p->error) /* log in again */
		hang_up(p);
}

static void take_lines(struct peer *p)
{
	char *end;

	while (p->fd >= 0 && (end = memchr(p->got, '\n', p->n)) != NULL) {
		size_t n = (size_t)(end + 1 - p->got);
		char first = p->got[0];

		memmove(p->got, end + 1, p->n - n);
		p->n -= n;
		take_answer(p, first);
	}
	if (p->fd >= 0 && p->n == ANSWER_BYTES)
		hang_up(p);
}

static void send_text(struct peer *p, const GString *text)
{
	/* as short as it is, it fits or the connection is of no use */
	if (send(p->fd, text->str, text->len, MSG_NOSIGNAL) != (ssize_t)text->len)
		hang_up(p);
}

static void put_words(GString *to, const char *const *word, size_t n)
{
	reply_array(to, n);
	for (size_t i = 0; i < n; i++)
		reply_text(to, bytes_of(word[i]));
}

static void ask(struct peer *p, bool login)
{
	const char *auth[] = { "AUTH", p->peers->password }, *ping[] = { "PING" };
	GString *text = g_string_new(NULL);

	p->error = false;
	if (login && *p->peers->password != '\0') {
		put_words(text, auth, 2);
		p->answers++;
	}
	put_words(text, ping, 1);
	p->answers++;
	send_text(p, text);
	g_string_free(text, TRUE);
}

static void on_ready(void *user, bool readable, bool writable)
{
	struct peer *p = user;
	int failed = 0;
	socklen_t n = sizeof(failed);
	ssize_t got;

	if (writable) { /* connected, or not */
		if (getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &failed, &n) != 0 ||
		    failed != 0) {
			hang_up(p);
			return;
		}
		loop_fd_want(p->watch, true, false);
		ask(p, true);
		return;
	}
	if (!readable)
		return;
	got = recv(p->fd, p->got + p->n, ANSWER_BYTES - p->n, 0);
	if (got > 0) {
		p->n += (size_t)got;
		take_lines(p);
	} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
		hang_up(p);
	}
}

static void connect_to(struct peer *p)
{
	GSocketAddress *at = g_inet_socket_address_new(p->address, p->node->port);
	struct sockaddr_storage native;
	gssize n = g_socket_address_get_native_size(at);

	if (g_socket_address_to_native(at, &native, sizeof(native), NULL)) {
		p->fd = socket(native.ss_family,
			       SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (p->fd >= 0 &&
		    connect(p->fd, (struct sockaddr *)&native, (socklen_t)n) != 0 &&
		    errno != EINPROGRESS)
			hang_up(p);
	}
	g_object_unref(at);
	if (p->fd < 0)
		return;
	p->watch = loop_fd_new(p->peers->loop, p->fd, on_ready, p);
	loop_fd_want(p->watch, false, true);
}

static void tend(void *user)
{
	struct peers *all = user;

	for (size_t i = 0; i < all->n; i++) {
		struct peer *p = &all->peer[i];

		if (p->missed < MISSED_MOST && ++p->missed == MISSED_MOST)
			set_failing(p, true);
		if (p->fd >= 0 && p->answers > 0 && p->missed == MISSED_MOST)
			hang_up(p);
		if (p->fd < 0)
			connect_to(p);
		else if (p->answers == 0)
			ask(p, false);
	}
}

struct peers *peers_watch(struct loop *l, struct nodes *c, const char *password)
{
	struct peers *all = g_new0(struct peers, 1);
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->shard[i].n;
	all->loop = l;
	all->password = g_strdup(password);
	all->peer = g_new0(struct peer, MAX(n, 1));
	for (size_t i = 0; i < c->n; i++) {
		for (size_t k = 0; k < c->shard[i].n; k++) {
			struct node *node = &c->shard[i].node[k];

			if (node->self)
				continue;
			all->peer[all->n++] = (struct peer){
				.peers = all,
				.node = node,
				.fd = -1,
				.address = g_inet_address_new_from_string(node->host)
			};
		}
	}
	if (all->n > 0)
		all->timer = loop_timer_new(l, PING_EVERY_MS, tend, all);
	return all;
}

void peers_free(struct peers *p)
{
	if (p == NULL)
		return;
	loop_timer_free(p->timer);
	for (size_t i = 0; i < p->n; i++) {
		hang_up(&p->peer[i]);
		g_object_unref(p->peer[i].address);
	}
	g_free(p->peer);
	g_free(p->password);
	g_free(p);
}
