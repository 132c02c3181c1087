/* libmilter hands its callbacks no pointer of ours before the first one has set it, so the
 * listener stands in one variable, written once before libmilter's threads begin. Callbacks copy
 * and return; which of them the MTA waits for is negotiated away as far as it grants. */
#include "session/engine.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "config/socket.h"
#include "session/listen_socket.h"
#include "session/macros.h"
#include "session/session.h"

/* libmilter's buffer for one body chunk sent back */
#define CHUNK_BYTES 65535

#define NO_REPLY                                                                        \
	(SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_HDR | \
	 SMFIP_NR_EOH | SMFIP_NR_BODY)
#define ACTIONS                                                                          \
	(SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY | SMFIF_ADDRCPT | SMFIF_DELRCPT | \
	 SMFIF_SETSYMLIST)

/* what all callbacks share; libmilter allows one a process */
struct reference {
	struct listener *listener;
	pthread_mutex_t lock;
	GHashTable *
		unheard; /* thread -> session whose answer is to be sent; NULL: none yet */
};

static struct reference the_reference = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* one a connection */
struct line {
	struct session *session;
	unsigned long granted; /* protocol steps the MTA agreed to */
	unsigned long actions; /* edits it agreed to */
};

/* Made by the negotiation; made anew where an MTA goes on after it has ended a connection. */
static struct line *line_of(SMFICTX *ctx)
{
	struct line *l = smfi_getpriv(ctx);

	if (l == NULL) {
		l = g_new0(struct line, 1);
		smfi_setpriv(ctx, l);
	}
	return l;
}

/* A callback that was negotiated "no reply" must say so, and only then. */
static sfsistat go_on(SMFICTX *ctx, unsigned long step)
{
	return (line_of(ctx)->granted & step) != 0 ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static const char *macro(SMFICTX *ctx, const char *name)
{
	char spelled[32];

	g_strlcpy(spelled, name, sizeof(spelled));
	const char *value = smfi_getsymval(ctx, spelled);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static void ask_macros(SMFICTX *ctx)
{
	for (int step = 0; step < MACROS_STEPS; step++) {
		char *names = g_strdup(macros_asked((enum macro_step)step));

		if (names != NULL)
			smfi_setsymlist(ctx, step, names);
		g_free(names);
	}
}

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1,
			     unsigned long f2, unsigned long f3, unsigned long *pf0,
			     unsigned long *pf1, unsigned long *pf2, unsigned long *pf3)
{
	(void)f2, (void)f3;
	if ((f0 & (SMFIF_ADDHDRS | SMFIF_CHGHDRS)) != (SMFIF_ADDHDRS | SMFIF_CHGHDRS)) {
		log_seldom(LOG_LEVEL_ERROR, "negotiate",
			   "the MTA does not let its filters add and change headers: its "
			   "mail is not filtered");
		return SMFIS_REJECT;
	}
	struct line *l = line_of(ctx);

	l->actions = f0 & ACTIONS;
	l->granted = f1 & (NO_REPLY | SMFIP_SKIP | SMFIP_HDR_LEADSPC | SMFIP_NOUNKNOWN |
			   SMFIP_NODATA);
	if ((f0 & SMFIF_SETSYMLIST) != 0)
		ask_macros(ctx);
	*pf0 = l->actions;
	*pf1 = l->granted;
	*pf2 = *pf3 = 0;
	return SMFIS_CONTINUE;
}

/* text of the peer's address; IPv4-mapped IPv6 addresses are unmapped */
static const char *address_text(const _SOCK_ADDR *sa, char *to, size_t n)
{
	if (sa == NULL)
		return NULL;
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;
		return inet_ntop(AF_INET, &in->sin_addr, to, (socklen_t)n);
	}
	if (sa->sa_family != AF_INET6)
		return NULL;
	const struct sockaddr_in6 *in6 = (const void *)sa;

	if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		return inet_ntop(AF_INET, &in6->sin6_addr.s6_addr[12], to, (socklen_t)n);
	return inet_ntop(AF_INET6, &in6->sin6_addr, to, (socklen_t)n);
}

static void open_session(SMFICTX *ctx, const char *host, const _SOCK_ADDR *sa)
{
	char addr[INET6_ADDRSTRLEN];
	struct line *l = line_of(ctx);
	struct session_peer peer = {
		.client_addr = address_text(sa, addr, sizeof(addr)),
		.client_name = host,
		.mta_name = macro(ctx, "j"),
		.cannot_delete_rcpts = (l->actions & SMFIF_DELRCPT) == 0,
	};

	session_close(&l->session);
	l->session = session_open(the_reference.listener, &peer);
}

static sfsistat on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *sa)
{
	open_session(ctx, host, sa);
	return go_on(ctx, SMFIP_NR_CONN);
}

/* An MTA that leaves out the connection gets a session with a client nobody knows. */
static struct session *session_of(SMFICTX *ctx)
{
	struct line *l = line_of(ctx);

	if (l->session == NULL)
		open_session(ctx, NULL, NULL);
	return l->session;
}

static sfsistat on_helo(SMFICTX *ctx, char *helo)
{
	session_helo(session_of(ctx), helo);
	return go_on(ctx, SMFIP_NR_HELO);
}

static sfsistat on_mail(SMFICTX *ctx, char **args)
{
	struct session_sender from = {
		.mail_from = args[0],
		.mail_addr = macro(ctx, "{mail_addr}"),
		.auth_user = macro(ctx, "{auth_authen}"),
		.tls_version = macro(ctx, "{tls_version}"),
		.queue_id = macro(ctx, "i"),
	};

	session_mail(session_of(ctx), &from);
	return go_on(ctx, SMFIP_NR_MAIL);
}

static sfsistat on_rcpt(SMFICTX *ctx, char **args)
{
	struct recipient_told told = {
		.path = args[0],
		.address = macro(ctx, "{rcpt_addr}"),
		.mailer = macro(ctx, "{rcpt_mailer}"),
	};

	session_rcpt(session_of(ctx), &told);
	return go_on(ctx, SMFIP_NR_RCPT);
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	struct line *l = line_of(ctx);

	if ((l->granted & SMFIP_HDR_LEADSPC) != 0) {
		session_header(session_of(ctx), name, value);
	} else {
		char *spaced = g_strconcat(" ", value, NULL);

		session_header(session_of(ctx), name, spaced);
		g_free(spaced);
	}
	return go_on(ctx, SMFIP_NR_HDR);
}

static sfsistat on_headers_end(SMFICTX *ctx)
{
	session_headers_end(session_of(ctx));
	return go_on(ctx, SMFIP_NR_EOH);
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *chunk, size_t n)
{
	struct line *l = line_of(ctx);
	struct bytes piece = { .at = (const char *)chunk, .n = n };

	/* a skip is an answer, so it is only given where one is waited for */
	if (!session_body(session_of(ctx), piece) && (l->granted & SMFIP_SKIP) != 0 &&
	    (l->granted & SMFIP_NR_BODY) == 0)
		return SMFIS_SKIP;
	return go_on(ctx, SMFIP_NR_BODY);
}

/* libmilter wants writable text and promises not to write it */
static char *lend(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* An MTA that was asked to keep blanks after the colon puts none there itself. */
static char *after_colon(SMFICTX *ctx, const char *value)
{
	bool kept = (line_of(ctx)->granted & SMFIP_HDR_LEADSPC) != 0;

	return g_strconcat(kept ? " " : "", value, NULL);
}

static bool edit_insert(void *ctx, int index, const char *name, const char *value)
{
	char *text = after_colon(ctx, value);
	bool done = smfi_insheader(ctx, index, lend(name), text) == MI_SUCCESS;

	g_free(text);
	return done;
}

static bool edit_add(void *ctx, const char *name, const char *value)
{
	char *text = after_colon(ctx, value);
	bool done = smfi_addheader(ctx, lend(name), text) == MI_SUCCESS;

	g_free(text);
	return done;
}

static bool edit_change(void *ctx, const char *name, size_t nth, const char *value)
{
	char *text = after_colon(ctx, value);
	bool done = smfi_chgheader(ctx, lend(name), (int)nth + 1, text) == MI_SUCCESS;

	g_free(text);
	return done;
}

static bool edit_delete(void *ctx, const char *name, size_t nth)
{
	return smfi_chgheader(ctx, lend(name), (int)nth + 1, NULL) == MI_SUCCESS;
}

static bool edit_body(void *ctx, struct bytes body)
{
	do {
		int n = body.n < CHUNK_BYTES ? (int)body.n : CHUNK_BYTES;

		if (smfi_replacebody(ctx, (unsigned char *)lend(body.at), n) !=
		    MI_SUCCESS)
			return false;
		body.at += n;
		body.n -= (size_t)n;
	} while (body.n > 0);
	return true;
}

/* Without brackets: the MTA reads the text as it read that of RCPT, whose outer brackets it
 * had cut off, and finds the recipient, however odd the spelling. */
static bool edit_delete_rcpt(void *ctx, const char *spelling)
{
	return smfi_delrcpt(ctx, lend(spelling)) == MI_SUCCESS;
}

static bool edit_add_rcpt(void *ctx, const char *address)
{
	char *path = g_strdup_printf("<%s>", address);
	bool done = smfi_addrcpt(ctx, path) == MI_SUCCESS;

	g_free(path);
	return done;
}

static bool edit_reply(void *ctx, const char *code, const char *xcode, const char *text)
{
	/* libmilter reads the text as a printf format */
	char **pieces = g_strsplit(text, "%", -1);
	char *doubled = g_strjoinv("%%", pieces);
	bool done = smfi_setreply(ctx, lend(code), lend(xcode), doubled) == MI_SUCCESS;

	g_free(doubled);
	g_strfreev(pieces);
	return done;
}

/* libmilter tells nobody whether an answer left. The thread that ran on_end() is the one that
 * sends what came of it, so by its number the session is found again in mi_wr_cmd(). */
static void await_answer(struct reference *r, struct session *s)
{
	pthread_mutex_lock(&r->lock);
	if (r->unheard == NULL)
		r->unheard = g_hash_table_new(NULL, NULL);
	g_hash_table_insert(r->unheard, (gpointer)(uintptr_t)pthread_self(), s);
	pthread_mutex_unlock(&r->lock);
}

static struct session *take_unheard(struct reference *r)
{
	gpointer key = (gpointer)(uintptr_t)pthread_self(), s = NULL;

	pthread_mutex_lock(&r->lock);
	if (r->unheard != NULL)
		g_hash_table_steal_extended(r->unheard, key, NULL, &s);
	pthread_mutex_unlock(&r->lock);
	return s;
}

static gboolean is_of(gpointer thread, gpointer session, gpointer closed)
{
	(void)thread;
	return session == closed;
}

static void forget_answer(struct reference *r, struct session *s)
{
	pthread_mutex_lock(&r->lock);
	if (r->unheard != NULL)
		g_hash_table_foreach_remove(r->unheard, is_of, s);
	pthread_mutex_unlock(&r->lock);
}

static sfsistat on_end(SMFICTX *ctx)
{
	static const sfsistat answers[] = {
		[DISPOSE_ACCEPT] = SMFIS_CONTINUE,
		[DISPOSE_DISCARD] = SMFIS_DISCARD,
		[DISPOSE_REJECT] = SMFIS_REJECT,
		[DISPOSE_DEFER] = SMFIS_TEMPFAIL,
	};
	const struct editor ed = {
		.self = ctx,
		.insert_header = edit_insert,
		.add_header = edit_add,
		.change_header = edit_change,
		.delete_header = edit_delete,
		.replace_body = edit_body,
		.delete_rcpt = edit_delete_rcpt,
		.add_rcpt = edit_add_rcpt,
		.set_reply = edit_reply,
	};

	struct session *s = session_of(ctx);
	sfsistat answer = answers[session_end(s, macro(ctx, "i"), &ed)];

	await_answer(&the_reference, s);
	return answer;
}

static sfsistat on_abort(SMFICTX *ctx)
{
	session_abort(session_of(ctx));
	return SMFIS_CONTINUE;
}

static sfsistat on_close(SMFICTX *ctx)
{
	struct line *l = smfi_getpriv(ctx);

	if (l != NULL) {
		forget_answer(&the_reference, l->session);
		session_close(&l->session);
		g_free(l);
		smfi_setpriv(ctx, NULL);
	}
	return SMFIS_CONTINUE;
}

/* Nobody may connect before the socket has its owner and mode. */
static bool open_private(void)
{
	mode_t before = umask(0177);
	bool done = smfi_opensocket(true) == MI_SUCCESS;

	umask(before);
	return done;
}

static bool open_socket(const struct options *o, GError **e)
{
	const struct listen_request want = listen_request_of_mta(o);
	struct socket_spec spec;
	char *why = NULL;

	if (!socket_parse(o->socket, &spec, &why)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "socket: %s", why);
		g_free(why);
		return false;
	}
	char *conn = socket_for_milter(&spec);
	bool done = false;

	errno = 0;
	if (spec.family == SOCKET_UNIX && listen_socket_served(spec.path))
		listen_socket_say_served(&want, e);
	else if (smfi_setconn(conn) != MI_SUCCESS ||
		 smfi_setbacklog(want.waiting) != MI_SUCCESS)
		listen_socket_error(e, &want, "use it");
	else if (!open_private())
		listen_socket_error(
			e, &want,
			"open it (is the folder there, and may this user write in it?)");
	else
		done = spec.family != SOCKET_UNIX ||
		       listen_socket_grant(spec.path, &want, e);
	g_free(conn);
	socket_clear(&spec);
	return done;
}

static void *reference_open(struct listener *l, const struct options *o, GError **e)
{
	char name[] = "wonted";
	struct smfiDesc desc = {
		.xxfi_name = name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = ACTIONS,
		.xxfi_connect = on_connect,
		.xxfi_helo = on_helo,
		.xxfi_envfrom = on_mail,
		.xxfi_envrcpt = on_rcpt,
		.xxfi_header = on_header,
		.xxfi_eoh = on_headers_end,
		.xxfi_body = on_body,
		.xxfi_eom = on_end,
		.xxfi_abort = on_abort,
		.xxfi_close = on_close,
		.xxfi_negotiate = on_negotiate,
	};
	int idle_s = (int)(o->milter_idle_timeout_ms / 1000);

	if (listen_socket_handed_over()) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "the service manager hands over a socket, which "
			    "milter_engine = libmilter cannot take: choose milter_engine "
			    "= wonted, or disable the socket unit");
		return NULL;
	}
	the_reference.listener = l;
	/* by itself it hangs up on a field over 64 kB, and the MTA lets the message pass */
	smfi_setmaxdatasize(LIMIT_MESSAGE_BYTES);
	if (smfi_register(desc) != MI_SUCCESS ||
	    smfi_settimeout(MAX(idle_s, 1)) != MI_SUCCESS) {
		const struct listen_request want = listen_request_of_mta(o);

		errno = 0;
		listen_socket_error(e, &want, "register with libmilter");
		return NULL;
	}
	return open_socket(o, e) ? &the_reference : NULL;
}

/* libmilter looks macros up two texts at a time and reads behind the list where their number
 * is odd: whoever can connect could end the daemon. The last text goes, which is a name without
 * a value. libmilter's own calls come here, because its library calls itself by name. */
static void drop_odd_text(char *packet, size_t *n)
{
	size_t texts = 0, last = 1; /* byte 0 is the command that the macros are of */

	for (size_t i = 1; i < *n; i++)
		texts += packet[i] == '\0';
	if (texts % 2 == 0)
		return;
	for (size_t i = 1; i + 1 < *n; i++)
		if (packet[i] == '\0')
			last = i + 1;
	log_seldom(LOG_LEVEL_WARN, "macros",
		   "the MTA sent a macro without a value: it was left out");
	*n = last;
}

/* An MTA that gave up waiting has closed the connection: what is written then is not heard. */
static bool has_left(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

typedef int write_packet(int fd, struct timeval *patience, int command, char *text,
			 size_t n);
write_packet mi_wr_cmd;

int mi_wr_cmd(int fd, struct timeval *patience, int command, char *text, size_t n)
{
	static const char last_words[] = {
		SMFIR_ACCEPT, SMFIR_CONTINUE, SMFIR_DISCARD,
		SMFIR_REJECT, SMFIR_TEMPFAIL, SMFIR_REPLYCODE
	};
	write_packet *theirs = (write_packet *)(uintptr_t)dlsym(RTLD_NEXT, "mi_wr_cmd");
	bool last = memchr(last_words, command, sizeof(last_words)) != NULL;
	struct session *s = last ? take_unheard(&the_reference) : NULL;
	bool left = s != NULL && has_left(fd);
	int got = theirs(fd, patience, command, text, n);

	if (s != NULL)
		session_answered(s, got == MI_SUCCESS && !left);
	return got;
}

typedef char *read_packet(int fd, struct timeval *patience, char *command_r, size_t *n_r,
			  char *name);
read_packet mi_rd_cmd;

char *mi_rd_cmd(int fd, struct timeval *patience, char *command_r, size_t *n_r,
		char *name)
{
	read_packet *theirs = (read_packet *)(uintptr_t)dlsym(RTLD_NEXT, "mi_rd_cmd");
	char *packet = theirs(fd, patience, command_r, n_r, name);

	if (packet != NULL && *command_r == SMFIC_MACRO && *n_r > 0)
		drop_odd_text(packet, n_r);
	return packet;
}

/* libmilter starts a thread that takes HUP, TERM and INT by sigwait() and each for a stop. Of
 * two waiting threads the kernel wakes either: a second HUP during a reload would end the
 * daemon. Its call comes here, before libc's, and gets none; the program waits by
 * sigtimedwait(). */
int sigwait(const sigset_t *set, int *number)
{
	(void)set, (void)number;
	for (;;)
		pause();
}

static bool reference_run(void *self)
{
	(void)self;
	return smfi_main() == MI_SUCCESS;
}

static void reference_stop(void *self)
{
	(void)self;
	smfi_stop();
}

/* libmilter leaves its threads to the end of the process. */
static bool reference_close(void *self, int64_t most_ms)
{
	struct reference *r = self;

	(void)most_ms;
	if (r->listener->sessions > 0)
		return false;
	g_clear_pointer(&r->unheard, g_hash_table_destroy);
	return true;
}

const struct engine engine_libmilter = {
	.name = "libmilter",
	.open = reference_open,
	.run = reference_run,
	.stop = reference_stop,
	.close = reference_close,
};
