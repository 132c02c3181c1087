/* A table of commands: the states that each may come in, the state it leads to, whether it is
 * answered, and what it does. What comes in another order than a mail transaction has ends the
 * connection: the MTA then treats the message as its default action says, and keeps it. */
#include "session/connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/log.h"
#include "session/inbox.h"
#include "session/macros.h"
#include "session/negotiation.h"
#include "session/outbox_editor.h"
#include "session/session.h"

enum state {
	STATE_NEW,  /* nothing is negotiated */
	STATE_OPEN, /* between messages */
	STATE_MAIL,
	STATE_RCPT,
	STATE_HEADER,
	STATE_BODY,
	STATE_SAME, /* of a command that changes nothing */
	STATE_QUIT,
};

#define IN(state) (1u << (state))
#define IN_MESSAGE (IN(STATE_MAIL) | IN(STATE_RCPT) | IN(STATE_HEADER) | IN(STATE_BODY))
#define ANY (IN(STATE_OPEN) | IN_MESSAGE)

struct connection {
	const struct connection_setup *setup;
	struct inbox in;
	struct outbox out;
	struct macros macros;
	struct negotiated negotiated;
	struct session *session;
	enum state state;
	enum reply answer; /* to the command at hand */
	int64_t since_us; /* of the wait for the next packet, or for the rest of it; 0: none */
	size_t dropped;      /* bytes of the packet at hand that are not there */
	const char *why;     /* it was malformed: static text */
	bool said_something; /* since it rested */
};

struct command_row {
	enum command command;
	unsigned from;
	enum state to;
	/* the step that leaves out its answer; 0: it has none, or gives it itself */
	uint32_t unanswered;
	bool (*take)(struct connection *c, struct bytes data); /* false: malformed */
};

/* the text at the beginning of the data, which is cut off; NULL: it has no end */
static const char *take_text(struct bytes *data)
{
	const char *text = data->at;
	const char *end = data->n == 0 ? NULL : memchr(text, '\0', data->n);

	if (end == NULL)
		return NULL;
	data->n -= (size_t)(end - text) + 1;
	data->at = end + 1;
	return text;
}

static bool malformed(struct connection *c, const char *why)
{
	c->why = why;
	return false;
}

static void open_session(struct connection *c, const char *host, const char *address)
{
	struct session_peer peer = {
		.client_addr = address,
		.client_name = host,
		.mta_name = macros_get(&c->macros, MACRO_MTA_NAME),
		.cannot_delete_rcpts = (c->negotiated.edits & EDIT_DELRCPT) == 0,
	};

	session_close(&c->session);
	c->session = session_open(c->setup->listener, &peer);
}

/* An MTA that leaves out the connection gets a session with a client nobody knows. */
static struct session *session_of(struct connection *c)
{
	if (c->session == NULL)
		open_session(c, NULL, NULL);
	return c->session;
}

static bool take_negotiation(struct connection *c, struct bytes data)
{
	if (!negotiate(data, &c->negotiated, &c->why))
		return false;
	negotiation_answer(&c->negotiated, &c->out);
	return true;
}

static bool take_macros(struct connection *c, struct bytes data)
{
	macros_take(&c->macros, data);
	return true;
}

/* As text of its family; IPv4-mapped IPv6 addresses are unmapped. NULL: nobody can read it. */
static const char *address_text(char family, const char *told, char *to, size_t n)
{
	struct in6_addr a;

	if (family == ADDRESS_INET && inet_pton(AF_INET, told, &a) == 1)
		return inet_ntop(AF_INET, &a, to, (socklen_t)n);
	if (g_ascii_strncasecmp(told, "IPv6:", 5) == 0)
		told += 5;
	if (family != ADDRESS_INET6 || inet_pton(AF_INET6, told, &a) != 1)
		return NULL;
	if (IN6_IS_ADDR_V4MAPPED(&a))
		return inet_ntop(AF_INET, &a.s6_addr[12], to, (socklen_t)n);
	return inet_ntop(AF_INET6, &a, to, (socklen_t)n);
}

static bool take_connect(struct connection *c, struct bytes data)
{
	char address[INET6_ADDRSTRLEN];
	const char *host = take_text(&data), *told = NULL, *known = NULL;

	if (host == NULL || data.n == 0)
		return malformed(c, "a connection without a host or family");
	char family = data.at[0];

	if (family != ADDRESS_UNKNOWN) {
		data.at += MIN(data.n, 3); /* the family and a port */
		data.n -= MIN(data.n, 3);
		told = take_text(&data);
		if (told == NULL)
			return malformed(c, "a connection without an address");
		known = address_text(family, told, address, sizeof(address));
	}
	if (known == NULL && (family == ADDRESS_INET || family == ADDRESS_INET6))
		log_seldom(LOG_LEVEL_WARN, "client-address",
			   "the MTA told an address of its client that cannot be read: "
			   "%s: it is taken for unknown",
			   told);
	macros_begin(&c->macros, MACROS_CONNECT);
	open_session(c, host, known);
	return true;
}

static bool take_helo(struct connection *c, struct bytes data)
{
	const char *helo = take_text(&data);

	if (helo == NULL)
		return malformed(c, "a HELO that does not end");
	macros_begin(&c->macros, MACROS_HELO);
	session_abort(session_of(c));
	session_helo(c->session, helo);
	return true;
}

static bool take_mail(struct connection *c, struct bytes data)
{
	const char *path = take_text(&data);

	if (path == NULL)
		return malformed(c, "a MAIL that does not end");
	macros_begin(&c->macros, MACROS_MAIL);
	struct session_sender from = {
		.mail_from = path,
		.mail_addr = macros_get(&c->macros, MACRO_MAIL_ADDR),
		.auth_user = macros_get(&c->macros, MACRO_AUTH_USER),
		.tls_version = macros_get(&c->macros, MACRO_TLS_VERSION),
		.queue_id = macros_get(&c->macros, MACRO_QUEUE_ID),
	};

	session_mail(session_of(c), &from);
	return true;
}

static bool take_rcpt(struct connection *c, struct bytes data)
{
	const char *path = take_text(&data);

	if (path == NULL)
		return malformed(c, "a RCPT that does not end");
	macros_begin(&c->macros, MACROS_RCPT);
	struct recipient_told told = {
		.path = path,
		.address = macros_get(&c->macros, MACRO_RCPT_ADDR),
		.mailer = macros_get(&c->macros, MACRO_RCPT_MAILER),
	};

	session_rcpt(session_of(c), &told);
	return true;
}

static bool take_data(struct connection *c, struct bytes data)
{
	(void)data;
	macros_begin(&c->macros, MACROS_DATA);
	return true;
}

static bool take_header(struct connection *c, struct bytes data)
{
	const char *name = take_text(&data);
	const char *value = name != NULL ? take_text(&data) : NULL;

	if (value == NULL && name != NULL && c->dropped > 0)
		value = ""; /* its name alone was too long */
	if (value == NULL)
		return malformed(c, "a header field that does not end");
	if ((c->negotiated.steps & STEP_HDR_LEADSPC) != 0) {
		session_header(session_of(c), name, value);
	} else {
		char *spaced = g_strconcat(" ", value, NULL);

		session_header(session_of(c), name, spaced);
		g_free(spaced);
	}
	if (c->dropped > 0)
		session_field_truncated(session_of(c));
	return true;
}

static bool take_headers_end(struct connection *c, struct bytes data)
{
	(void)data;
	session_headers_end(session_of(c));
	return true;
}

static bool take_body(struct connection *c, struct bytes data)
{
	if (!session_body(session_of(c), data) && (c->negotiated.steps & STEP_SKIP) != 0)
		c->answer = REPLY_SKIP;
	return true;
}

/* A TCP write is not refused where the MTA has given up waiting and closed: ask first. */
static bool has_left(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void put_last_word(struct connection *c, enum disposition d, const char *reply)
{
	static const enum reply answers[] = {
		[DISPOSE_ACCEPT] = REPLY_CONTINUE,
		[DISPOSE_DISCARD] = REPLY_DISCARD,
		[DISPOSE_REJECT] = REPLY_REJECT,
		[DISPOSE_DEFER] = REPLY_TEMPFAIL,
	};
	char class = d == DISPOSE_REJECT ? '5' : d == DISPOSE_DEFER ? '4' : '\0';

	if (reply == NULL || reply[0] != class) {
		outbox_answer(&c->out, answers[d]);
		return;
	}
	size_t begin = outbox_mark(&c->out);

	outbox_begin(&c->out, REPLY_REPLYCODE);
	outbox_text(&c->out, reply);
	outbox_end(&c->out, begin);
}

static bool take_end(struct connection *c, struct bytes data)
{
	struct outbox_editor own = { .out = &c->out, .negotiated = &c->negotiated };
	const struct editor ed = outbox_editor(&own);
	struct session *s = session_of(c);

	if (data.n > 0) /* the last piece of the body may come with it */
		session_body(s, data);
	macros_begin(&c->macros, MACROS_EOM);
	enum disposition d = session_end(s, macros_get(&c->macros, MACRO_QUEUE_ID), &ed);

	put_last_word(c, d, own.reply);
	g_free(own.reply);
	bool left = has_left(c->setup->fd);

	session_answered(s, outbox_flush(&c->out) && !left);
	macros_forget(&c->macros, MACROS_MAIL);
	inbox_shrink(&c->in);
	return true;
}

static bool take_abort(struct connection *c, struct bytes data)
{
	(void)data;
	session_abort(session_of(c));
	macros_forget(&c->macros, MACROS_MAIL);
	return true;
}

static bool take_unknown(struct connection *c, struct bytes data)
{
	(void)c, (void)data;
	return true;
}

static bool take_quit(struct connection *c, struct bytes data)
{
	(void)data;
	session_close(&c->session);
	macros_forget(&c->macros, MACROS_CONNECT);
	return true;
}

static const struct command_row commands[] = {
	{ COMMAND_OPTNEG, IN(STATE_NEW), STATE_OPEN, 0, take_negotiation },
	{ COMMAND_MACRO, ANY, STATE_SAME, 0, take_macros },
	{ COMMAND_CONNECT, IN(STATE_OPEN), STATE_OPEN, STEP_NR_CONN, take_connect },
	{ COMMAND_HELO, ANY, STATE_OPEN, STEP_NR_HELO, take_helo },
	{ COMMAND_MAIL, ANY, STATE_MAIL, STEP_NR_MAIL, take_mail },
	{ COMMAND_RCPT, IN(STATE_MAIL) | IN(STATE_RCPT), STATE_RCPT, STEP_NR_RCPT,
	  take_rcpt },
	{ COMMAND_DATA, IN(STATE_RCPT), STATE_HEADER, STEP_NR_DATA, take_data },
	{ COMMAND_HEADER, IN(STATE_RCPT) | IN(STATE_HEADER), STATE_HEADER, STEP_NR_HDR,
	  take_header },
	{ COMMAND_EOH, IN(STATE_RCPT) | IN(STATE_HEADER), STATE_BODY, STEP_NR_EOH,
	  take_headers_end },
	{ COMMAND_BODY, IN(STATE_RCPT) | IN(STATE_BODY), STATE_BODY, STEP_NR_BODY,
	  take_body },
	{ COMMAND_BODYEOB, IN(STATE_RCPT) | IN(STATE_BODY), STATE_OPEN, 0, take_end },
	{ COMMAND_ABORT, ANY, STATE_OPEN, 0, take_abort },
	{ COMMAND_UNKNOWN, ANY, STATE_SAME, STEP_NR_UNKN, take_unknown },
	{ COMMAND_QUIT_NC, ANY, STATE_OPEN, 0, take_quit },
	{ COMMAND_QUIT, IN(STATE_NEW) | ANY, STATE_QUIT, 0, take_quit },
};

static bool take_packet(struct connection *c, const struct packet *p)
{
	const struct command_row *row = NULL;

	for (size_t i = 0; i < COUNT_OF(commands) && row == NULL; i++)
		if (commands[i].command == (enum command)p->command)
			row = &commands[i];
	if (row == NULL)
		return malformed(c, "a command that the protocol does not have");
	if ((row->from & IN(c->state)) == 0)
		return malformed(c, "a command out of order");
	c->answer = REPLY_CONTINUE;
	c->dropped = p->dropped;
	if (!row->take(c, p->data))
		return false;
	if (row->to != STATE_SAME)
		c->state = row->to;
	if (row->unanswered != 0 && (c->negotiated.steps & row->unanswered) == 0)
		outbox_answer(&c->out, c->answer);
	return true;
}

/* A connection that rests waits without a buffer, however long that is. */
static ssize_t receive(struct connection *c, bool busy)
{
	char byte;
	ssize_t got = busy ? 1 : recv(c->setup->fd, &byte, sizeof(byte), MSG_PEEK);
	size_t n;

	if (got <= 0)
		return got;
	char *to = inbox_space(&c->in, &n);

	return recv(c->setup->fd, to, n, 0);
}

/* Waits for more bytes. false: the connection is over, or too much time has passed (*end_r). */
static bool wait_for_bytes(struct connection *c, enum connection_end *end_r)
{
	bool began = inbox_waits(&c->in);
	int64_t most_ms = began ? c->setup->packet_ms : c->setup->idle_ms;
	int64_t now_us = clock_mono_us();

	if (c->since_us == 0)
		c->since_us = now_us;
	if (now_us - c->since_us >= most_ms * 1000) {
		*end_r = CONNECTION_TIMED_OUT;
		return false;
	}
	ssize_t got = receive(c, began || c->said_something);

	if (got > 0) {
		inbox_filled(&c->in, (size_t)got);
		if (!began)
			c->since_us = 0;
		return true;
	}
	if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
		return false;
	if (began || !c->said_something)
		return true;
	inbox_shrink(&c->in);
	outbox_clear(&c->out);
	c->said_something = false;
	*end_r = CONNECTION_RESTS;
	return false;
}

static enum connection_end converse(struct connection *c)
{
	enum connection_end end = CONNECTION_OVER;
	struct packet p;

	while (c->state != STATE_QUIT && !c->out.broken) {
		switch (inbox_take(&c->in, &p)) {
		case INBOX_PACKET:
			c->since_us = 0;
			c->said_something = true;
			if (!take_packet(c, &p))
				return CONNECTION_MALFORMED;
			break;
		case INBOX_MORE:
			if (!outbox_flush(&c->out) || !wait_for_bytes(c, &end))
				return end;
			break;
		case INBOX_MALFORMED:
			malformed(c, "a packet of a length that none can have");
			return CONNECTION_MALFORMED;
		}
	}
	return end;
}

static void set_patience(int fd, int64_t ms)
{
	const struct timeval t = { .tv_sec = ms / 1000,
				   .tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t));
}

struct connection *connection_open(const struct connection_setup *setup)
{
	struct connection *c = g_new0(struct connection, 1);

	c->setup = setup;
	c->out.fd = setup->fd;
	set_patience(setup->fd, MIN(setup->packet_ms, setup->idle_ms));
	return c;
}

enum connection_end connection_serve(struct connection *c)
{
	enum connection_end end = converse(c);

	outbox_flush(&c->out); /* what came before a QUIT or nonsense has its answers */
	if (end == CONNECTION_MALFORMED)
		log_seldom(c->state == STATE_NEW ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN,
			   c->why, "a connection of the MTA was ended: %s", c->why);
	else if (end == CONNECTION_TIMED_OUT)
		log_seldom(
			LOG_LEVEL_WARN, "milter-timeout",
			"a connection of the MTA was ended: it said nothing for too long "
			"(milter_idle_timeout), or did not end what it began to say "
			"(milter_packet_timeout)");
	return end;
}

void connection_close(struct connection *c)
{
	session_close(&c->session);
	macros_free(&c->macros);
	outbox_clear(&c->out);
	g_free(c->in.at);
	g_free(c);
}
