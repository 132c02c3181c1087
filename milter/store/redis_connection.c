/* The wall around hiredis, whose parser reads what servers say. Sockets are our own and never
 * block: hiredis' contexts know a timeout for each call of the system but no deadline for a
 * whole batch, forget even that one when they reconnect, and write with SIGPIPE. A link that
 * had any mishap must never be used again, since nobody knows what it would answer to. */
#include "store/redis_connection.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

#define READ_BYTES 65536
#define ELEMENTS_MOST 65536      /* four times the slots of a cluster */
#define READS_A_TURN 8           /* then the other links and the clock have their turn */
#define OUT_BYTES_KEPT (1 << 18) /* of a buffer that waits for its next use */

static void mark_down(struct redis_link *l, enum redis_down down, const char *why)
{
	if (l->down != REDIS_UP)
		return;
	l->down = down;
	l->why = g_strndup(why, 200);
}

static void mark_down_errno(struct redis_link *l, enum redis_down down, int error)
{
	char text[100];

	mark_down(l, down, strerror_r(error, text, sizeof(text)));
}

static bool find_name(const struct redis_address *a, bool names,
		      struct redis_sockaddr *sockaddr)
{
	struct addrinfo *list = NULL;
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags =
					  AI_NUMERICSERV | (names ? 0 : AI_NUMERICHOST) };
	char port[8];

	snprintf(port, sizeof(port), "%u", a->port);
	if (getaddrinfo(a->host, port, &hints, &list) != 0 || list == NULL)
		return false;
	memcpy(&sockaddr->at, list->ai_addr, list->ai_addrlen);
	sockaddr->n = list->ai_addrlen;
	freeaddrinfo(list);
	return true;
}

bool redis_sockaddr_find(const struct redis_address *a, bool names,
			 struct redis_sockaddr *sockaddr_r)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	*sockaddr_r = (struct redis_sockaddr){ 0 };
	if (a->path == NULL)
		return find_name(a, names, sockaddr_r);
	if (strlen(a->path) >= sizeof(un.sun_path))
		return false;
	memcpy(un.sun_path, a->path, strlen(a->path) + 1);
	memcpy(&sockaddr_r->at, &un, sizeof(un));
	sockaddr_r->n = sizeof(un);
	return true;
}

void redis_append_command(GString *out, const struct bytes *word, size_t n)
{
	g_string_append_printf(out, "*%zu\r\n", n);
	for (size_t i = 0; i < n; i++) {
		g_string_append_printf(out, "$%zu\r\n", word[i].n);
		g_string_append_len(out, word[i].at, (gssize)word[i].n);
		g_string_append_len(out, "\r\n", 2);
	}
}

static void put_greeting(struct redis_link *l, const struct redis_login *login)
{
	const char *user = login->user != NULL ? login->user : "";
	struct bytes auth[] = { bytes_of("AUTH"), bytes_of(user),
				bytes_of(login->password) };
	struct bytes auth_before_6[] = { auth[0], auth[2] };
	struct bytes select[] = { bytes_of("SELECT"), { 0 } };
	char db[24];

	if (login->password != NULL) {
		if (login->user != NULL)
			redis_append_command(l->out, auth, 3);
		else
			redis_append_command(l->out, auth_before_6, 2);
		l->greeting++;
	}
	if (login->db != 0) {
		snprintf(db, sizeof(db), "%" G_GINT64_FORMAT, login->db);
		select[1] = bytes_of(db);
		redis_append_command(l->out, select, 2);
		l->greeting++;
	}
}

static void begin_to_connect(struct redis_link *l, const struct redis_sockaddr *sockaddr)
{
	int one = 1;

	if (sockaddr->n == 0) {
		mark_down(l, REDIS_REFUSED, "no address is known for its name");
		return;
	}
	l->fd = socket(sockaddr->at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       0);
	if (l->fd < 0) {
		mark_down_errno(l, REDIS_REFUSED, errno);
		return;
	}
	if (sockaddr->at.ss_family != AF_UNIX)
		setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(l->fd, (const struct sockaddr *)&sockaddr->at, sockaddr->n) == 0)
		return;
	if (errno == EINPROGRESS)
		l->connecting = true;
	else
		mark_down_errno(l, REDIS_REFUSED, errno);
}

static void *make_array(const redisReadTask *task, int elements)
{
	const redisReplyObjectFunctions *usual = task->privdata;

	return elements <= ELEMENTS_MOST ? usual->createArray(task, elements) : NULL;
}

redisReader *redis_reader_new(redisReplyObjectFunctions *makers)
{
	redisReader *r = redisReaderCreate();

	g_assert(r != NULL);
	*makers = *r->fn;
	makers->createArray = make_array;
	r->privdata = r->fn;
	r->fn = makers;
	return r;
}

struct redis_link *redis_link_open(const struct redis_sockaddr *sockaddr,
				   const struct redis_login *login)
{
	struct redis_link *l = g_new0(struct redis_link, 1);

	l->fd = -1;
	l->out = g_string_new(NULL);
	l->asked = g_ptr_array_new();
	l->reader = redis_reader_new(&l->makers);
	begin_to_connect(l, sockaddr);
	put_greeting(l, login);
	return l;
}

void redis_link_close(struct redis_link *l)
{
	if (l == NULL)
		return;
	if (l->fd >= 0)
		close(l->fd);
	redisReaderFree(l->reader);
	explicit_bzero(l->out->str, l->out->len); /* may hold a password */
	g_string_free(l->out, TRUE);
	g_ptr_array_unref(l->asked);
	g_free(l->why);
	g_free(l);
}

bool redis_link_quiet(const struct redis_link *l)
{
	struct pollfd p = { .fd = l->fd, .events = POLLIN | POLLRDHUP };

	return poll(&p, 1, 0) == 0;
}

void redis_link_expect(struct redis_link *l, struct redis_question *q)
{
	q->answered = false;
	g_ptr_array_add(l->asked, q);
}

/* true: its answers are all there, or none will come */
static bool is_done(const struct redis_link *l)
{
	return l->down != REDIS_UP || (l->sent == l->out->len && l->greeting == 0 &&
				       l->answered == l->asked->len);
}

static void take_reply(struct redis_link *l, const redisReply *reply)
{
	struct redis_question *q;

	if (l->greeting > 0) {
		l->greeting--;
		if (reply->type == REDIS_REPLY_ERROR)
			mark_down(l, REDIS_DENIED, reply->str);
		return;
	}
	if (l->answered == l->asked->len) {
		mark_down(l, REDIS_BROKEN, "it answered what was not asked");
		return;
	}
	q = g_ptr_array_index(l->asked, l->answered);
	if (l->skipped < q->skip) {
		l->skipped++;
		return;
	}
	l->skipped = 0;
	l->answered++;
	q->answered = true;
	q->take(q, reply);
}

static void take_replies(struct redis_link *l)
{
	while (l->down == REDIS_UP) {
		void *reply = NULL;

		if (redisReaderGetReply(l->reader, &reply) != REDIS_OK) {
			mark_down(l, REDIS_BROKEN, l->reader->errstr);
			return;
		}
		if (reply == NULL)
			return;
		take_reply(l, reply);
		freeReplyObject(reply);
	}
}

static void read_some(struct redis_link *l)
{
	char buffer[READ_BYTES];

	for (int i = 0; i < READS_A_TURN && !is_done(l); i++) {
		ssize_t n = recv(l->fd, buffer, sizeof(buffer), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n <= 0) {
			if (n == 0)
				mark_down(l, REDIS_BROKEN, "it hung up");
			else
				mark_down_errno(l, REDIS_BROKEN, errno);
			return;
		}
		if (redisReaderFeed(l->reader, buffer, (size_t)n) != REDIS_OK) {
			mark_down(l, REDIS_BROKEN, l->reader->errstr);
			return;
		}
		take_replies(l);
		if ((size_t)n < sizeof(buffer))
			return;
	}
}

static void write_some(struct redis_link *l)
{
	while (l->down == REDIS_UP && l->sent < l->out->len) {
		ssize_t n = send(l->fd, l->out->str + l->sent, l->out->len - l->sent,
				 MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n < 0)
			mark_down_errno(l, REDIS_BROKEN, errno);
		else
			l->sent += (gsize)n;
	}
}

static void finish_connecting(struct redis_link *l)
{
	int error = 0;
	socklen_t n = sizeof(error);

	l->connecting = false;
	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0 || error != 0)
		mark_down_errno(l, REDIS_REFUSED, error != 0 ? error : errno);
}

static void make_progress(struct redis_link *l, short events)
{
	if (l->connecting) {
		if (events != 0)
			finish_connecting(l);
		if (events == 0 || l->down != REDIS_UP)
			return;
	}
	write_some(l);
	if ((events & ~POLLOUT) != 0)
		read_some(l);
}

static nfds_t who_waits(struct redis_link **l, size_t n, struct pollfd *p)
{
	nfds_t waiting = 0;

	for (size_t i = 0; i < n; i++) {
		bool to_write = l[i]->connecting || l[i]->sent < l[i]->out->len;

		p[i] = (struct pollfd){ .fd = -1 };
		if (is_done(l[i]))
			continue;
		p[i].fd = l[i]->fd;
		p[i].events = (short)((to_write ? POLLOUT : 0) |
				      (l[i]->connecting ? 0 : POLLIN));
		waiting++;
	}
	return waiting;
}

static void be_late(struct redis_link **l, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_done(l[i]))
			mark_down(l[i], REDIS_LATE,
				  l[i]->connecting ? "no connection in time"
						   : "no answer in time");
	}
}

static void reset(struct redis_link *l)
{
	if (l->out->allocated_len > OUT_BYTES_KEPT) {
		g_string_free(l->out, TRUE);
		l->out = g_string_new(NULL);
	} else {
		explicit_bzero(l->out->str, MIN(l->out->len, 256)); /* the password */
		g_string_truncate(l->out, 0);
	}
	l->sent = 0;
	l->answered = 0;
	g_ptr_array_set_size(l->asked, 0);
}

void redis_exchange(struct redis_link **l, size_t n, int64_t deadline_us)
{
	struct pollfd *p = g_new0(struct pollfd, n);

	for (size_t i = 0; i < n; i++)
		make_progress(l[i], 0);
	while (who_waits(l, n, p) > 0) {
		int64_t left_us = deadline_us - clock_mono_us();
		struct timespec left = { .tv_sec = left_us / G_USEC_PER_SEC,
					 .tv_nsec = left_us % G_USEC_PER_SEC * 1000 };

		if (left_us <= 0) {
			be_late(l, n);
			break;
		}
		if (ppoll(p, n, &left, NULL) <= 0)
			continue;
		for (size_t i = 0; i < n; i++) {
			if (p[i].fd >= 0 && p[i].revents != 0)
				make_progress(l[i], p[i].revents);
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (l[i]->down == REDIS_UP)
			reset(l[i]);
	}
	g_free(p);
}
