/* What is answered to what, byte for byte, and what ends a connection. */
#include "lib/milter_line.h"

#include "base/limits.h"

#define ALL_EDITS "\0\0\1\xff"
#define NO_STEPS "\0\0\0\0"
#define OFFER(version, edits, steps) "\0\0\0\x0dO\0\0\0" version edits steps
#define PLAIN OFFER("\2", ALL_EDITS, NO_STEPS)
#define CONNECT      \
	"\0\0\0\x14" \
	"Cmx.test\0" \
	"4\x30\x39"  \
	"127.0.1\0"
#define MAIL "\0\0\0\6M<a@>\0"
#define RCPT "\0\0\0\6R<b@>\0"
#define HEADER "\0\0\0\5LA\0b\0"
#define EOH "\0\0\0\1N"
#define BODY "\0\0\0\3Bab"
#define EOM "\0\0\0\1E"
#define ABORT "\0\0\0\1A"
#define QUIT "\0\0\0\1Q"
#define QUIT_NC "\0\0\0\1K"
#define CONTINUE "\0\0\0\1c"
#define DEFER "\0\0\0\1t" /* of a listener that closes */

struct row {
	const char *name, *says;
	size_t n;
	const char *answer; /* after that to the negotiation */
	size_t n_answer;
	enum connection_end end;
	unsigned sessions;
};

#define ROW(name, says, answer, end, sessions)                                          \
	{                                                                               \
		name, says, sizeof(says) - 1, answer, sizeof(answer) - 1, end, sessions \
	}

static const struct row rows[] = {
	ROW("nothing", "", "", CONNECTION_OVER, 0),
	ROW("negotiation", PLAIN, "", CONNECTION_OVER, 0),
	ROW("QUIT before it", QUIT, "", CONNECTION_OVER, 0),
	ROW("a message", PLAIN CONNECT MAIL RCPT HEADER EOH BODY EOM QUIT,
	    CONTINUE CONTINUE CONTINUE CONTINUE CONTINUE CONTINUE DEFER, CONNECTION_OVER,
	    1),
	ROW("no connection told", PLAIN MAIL RCPT EOM, CONTINUE CONTINUE DEFER,
	    CONNECTION_OVER, 1),
	ROW("neither header nor body", PLAIN CONNECT MAIL RCPT EOH EOM,
	    CONTINUE CONTINUE CONTINUE CONTINUE DEFER, CONNECTION_OVER, 1),
	ROW("a body's end with its last piece", PLAIN MAIL RCPT EOH "\0\0\0\3Eab",
	    CONTINUE CONTINUE CONTINUE DEFER, CONNECTION_OVER, 1),
	ROW("DATA and an unknown command", PLAIN MAIL RCPT "\0\0\0\1T\0\0\0\5UXYZ\0" EOH,
	    CONTINUE CONTINUE CONTINUE CONTINUE CONTINUE, CONNECTION_OVER, 1),
	ROW("a second message", PLAIN MAIL RCPT EOM MAIL RCPT EOM,
	    CONTINUE CONTINUE DEFER CONTINUE CONTINUE DEFER, CONNECTION_OVER, 1),
	ROW("MAIL within a message begins another", PLAIN MAIL RCPT HEADER MAIL RCPT EOM,
	    CONTINUE CONTINUE CONTINUE CONTINUE CONTINUE DEFER, CONNECTION_OVER, 1),
	ROW("an abort has no answer", PLAIN MAIL RCPT ABORT ABORT MAIL RCPT EOM,
	    CONTINUE CONTINUE CONTINUE CONTINUE DEFER, CONNECTION_OVER, 1),
	ROW("another session on the connection",
	    PLAIN CONNECT MAIL RCPT EOM QUIT_NC CONNECT MAIL RCPT EOM,
	    CONTINUE CONTINUE CONTINUE DEFER CONTINUE CONTINUE CONTINUE DEFER,
	    CONNECTION_OVER, 2),
	ROW("after QUIT nothing is read", PLAIN MAIL QUIT MAIL RCPT EOM, CONTINUE,
	    CONNECTION_OVER, 1),
	ROW("cut off in a packet", PLAIN MAIL "\0\0\0\6R<b", CONTINUE, CONNECTION_OVER,
	    1),
	ROW("RCPT without MAIL", PLAIN RCPT, "", CONNECTION_MALFORMED, 0),
	ROW("an end without recipients", PLAIN MAIL EOM, CONTINUE, CONNECTION_MALFORMED,
	    1),
	ROW("an end twice", PLAIN MAIL RCPT EOM EOM, CONTINUE CONTINUE DEFER,
	    CONNECTION_MALFORMED, 1),
	ROW("a field behind the body", PLAIN MAIL RCPT BODY HEADER,
	    CONTINUE CONTINUE CONTINUE, CONNECTION_MALFORMED, 1),
	ROW("a recipient behind a field", PLAIN MAIL RCPT HEADER RCPT,
	    CONTINUE CONTINUE CONTINUE, CONNECTION_MALFORMED, 1),
	ROW("negotiation twice", PLAIN PLAIN, "", CONNECTION_MALFORMED, 0),
	ROW("a command before it", MAIL, "", CONNECTION_MALFORMED, 0),
	ROW("a command of no protocol", PLAIN "\0\0\0\1x", "", CONNECTION_MALFORMED, 0),
	ROW("a path without its NUL", PLAIN "\0\0\0\5M<a@>", "", CONNECTION_MALFORMED, 0),
	ROW("a path of nothing", PLAIN "\0\0\0\1M", "", CONNECTION_MALFORMED, 0),
	ROW("a field without a value", PLAIN MAIL RCPT "\0\0\0\3LA\0", CONTINUE CONTINUE,
	    CONNECTION_MALFORMED, 1),
	ROW("HELO without its NUL", PLAIN "\0\0\0\2Hx", "", CONNECTION_MALFORMED, 0),
	ROW("a connection without a family", PLAIN "\0\0\0\3Cx\0", "",
	    CONNECTION_MALFORMED, 0),
	ROW("a connection without an address",
	    PLAIN "\0\0\0\4Cx\0"
		  "4",
	    "", CONNECTION_MALFORMED, 0),
	ROW("a connection with half a port",
	    PLAIN "\0\0\0\5Cx\0"
		  "4\1",
	    "", CONNECTION_MALFORMED, 0),
	ROW("an address of no family",
	    PLAIN "\0\0\0\x8"
		  "Cx\0"
		  "?\0\0"
		  "y\0",
	    CONTINUE, CONNECTION_OVER, 1),
	ROW("an unknown client", PLAIN "\0\0\0\4Cx\0U", CONTINUE, CONNECTION_OVER, 1),
	ROW("a length of 0", PLAIN "\0\0\0\0", "", CONNECTION_MALFORMED, 0),
	ROW("a length of 4 GB",
	    PLAIN "\xff\xff\xff\xff"
		  "M",
	    "", CONNECTION_MALFORMED, 0),
};

/* the filter's answer to the negotiation is one packet */
static void check_answers(const struct row *row, const struct milter_line *l)
{
	const guint8 *at = l->said->data;
	size_t n = l->said->len;
	bool negotiated = g_str_has_prefix(row->name, "QUIT before") == FALSE &&
			  n >= 17 && at[4] == 'O';

	if (negotiated) {
		size_t first = 4 + ((size_t)at[2] << 8 | at[3]);

		at += first;
		n -= first;
	}
	g_assert_cmpmem(at, n, row->answer, row->n_answer);
}

static void test_conversations(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct milter_line l;

		g_test_message("%s", rows[i].name);
		milter_line_open(&l);
		milter_line_serve(&l, rows[i].says, rows[i].n);
		g_assert_cmpint(l.end, ==, rows[i].end);
		g_assert_cmpuint(l.listener.numbers, ==, rows[i].sessions);
		check_answers(&rows[i], &l);
		milter_line_close(&l);
	}
}

#define ALL_STEPS "\x30\x1f\xff\xff"
#define NAMES                                                 \
	"\0\0\0\0j\0"                                         \
	"\0\0\0\2i {auth_authen} {tls_version} {mail_addr}\0" \
	"\0\0\0\3i {rcpt_addr} {rcpt_mailer}\0"               \
	"\0\0\0\5i\0\0\0\0\6i\0"

static const struct row offers[] = {
	ROW("all", OFFER("\6", ALL_EDITS, ALL_STEPS) MAIL RCPT HEADER EOH BODY EOM,
	    "\0\0\0\x6dO\0\0\0\6\0\0\1\x1f\x20\x1c\xf7\x80" NAMES DEFER, CONNECTION_OVER,
	    1),
	ROW("a later version", OFFER("\x63", ALL_EDITS, NO_STEPS),
	    "\0\0\0\x6dO\0\0\0\6\0\0\1\x1f\0\0\0\0" NAMES, CONNECTION_OVER, 0),
	ROW("an old MTA", OFFER("\2", "\0\0\0\x3f", "\0\0\0\x7f"),
	    "\0\0\0\x0dO\0\0\0\2\0\0\0\x1f\0\0\0\0", CONNECTION_OVER, 0),
	ROW("pieces of 256 KB", OFFER("\6", "\0\0\0\x1f", "\x10\0\0\0"),
	    "\0\0\0\x0dO\0\0\0\6\0\0\0\x1f\x10\0\0\0", CONNECTION_OVER, 0),
	ROW("version 1", OFFER("\1", ALL_EDITS, NO_STEPS), "", CONNECTION_MALFORMED, 0),
	ROW("no headers", OFFER("\6", "\0\0\1\xee", NO_STEPS), "", CONNECTION_MALFORMED,
	    0),
	ROW("short", "\0\0\0\x09O\0\0\0\6\0\0\0\x1f", "", CONNECTION_MALFORMED, 0),
};

static void test_offers(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(offers); i++) {
		struct milter_line l;

		g_test_message("%s", offers[i].name);
		milter_line_open(&l);
		milter_line_serve(&l, offers[i].says, offers[i].n);
		g_assert_cmpint(l.end, ==, offers[i].end);
		g_assert_cmpmem(l.said->data, l.said->len, offers[i].answer,
				offers[i].n_answer);
		milter_line_close(&l);
	}
}

struct patience {
	struct milter_line line;
	int64_t idle_ms, packet_ms;
	int rests;
};

static gpointer serve(gpointer data)
{
	struct patience *p = data;
	const struct connection_setup setup = { .fd = p->line.filter,
						.listener = &p->line.listener,
						.idle_ms = p->idle_ms,
						.packet_ms = p->packet_ms };

	p->line.end = milter_line_converse(&setup, &p->rests);
	close(p->line.filter);
	return NULL;
}

static GThread *begin_waiting(struct patience *p, int64_t idle_ms, int64_t packet_ms)
{
	char answer[200];

	milter_line_open(&p->line);
	p->idle_ms = idle_ms;
	p->rests = 0;
	p->packet_ms = packet_ms;
	GThread *thread = g_thread_new("serve", serve, p);

	g_assert_cmpint(write(p->line.mta, PLAIN, sizeof(PLAIN) - 1), >, 0);
	g_assert_cmpint(read(p->line.mta, answer, sizeof(answer)), >, 0);
	return thread;
}

static void check_end(struct patience *p, GThread *thread, enum connection_end end)
{
	char answer[200];

	g_assert_cmpint(read(p->line.mta, answer, sizeof(answer)), <=, 0);
	g_thread_join(thread);
	g_assert_cmpint(p->line.end, ==, end);
	milter_line_close(&p->line);
}

static void test_silent(void)
{
	struct patience p;

	check_end(&p, begin_waiting(&p, 50, 600000), CONNECTION_TIMED_OUT);
}

/* bytes that come, but never end their packet */
static void test_slow(void)
{
	struct patience p;
	GThread *thread = begin_waiting(&p, 600000, 100);

	g_assert_cmpint(write(p.line.mta, "\0\x0f\0\0M<a", 7), ==, 7);
	while (write(p.line.mta, "x", 1) == 1)
		g_usleep(5000);
	check_end(&p, thread, CONNECTION_TIMED_OUT);
}

/* a pause between two packets may be longer than one within a packet */
static void test_pause(void)
{
	struct patience p;
	GThread *thread = begin_waiting(&p, 600000, 20);
	char answer[200];

	for (int i = 0; i < 3; i++) {
		g_usleep(60 * 1000);
		g_assert_cmpint(write(p.line.mta, MAIL, sizeof(MAIL) - 1), >, 0);
		g_assert_cmpint(read(p.line.mta, answer, sizeof(answer)), ==, 5);
	}
	shutdown(p.line.mta, SHUT_WR);
	check_end(&p, thread, CONNECTION_OVER);
	g_assert_cmpint(p.rests, >=, 1); /* not more often than something was said */
	g_assert_cmpint(p.rests, <=, 4);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	signal(SIGPIPE, SIG_IGN);
	g_test_add_func("/connection/conversations", test_conversations);
	g_test_add_func("/connection/offers", test_offers);
	g_test_add_func("/connection/silent", test_silent);
	g_test_add_func("/connection/slow", test_slow);
	g_test_add_func("/connection/pause", test_pause);
	return g_test_run();
}
