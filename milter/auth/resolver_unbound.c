/* Answers from the network through libunbound, asynchronously: its own thread asks, one
 * thread of ours takes the answers out and passes them on. The wall around unbound.h: nothing
 * of the library is seen outside, and no answer of its passes without our bounds. Deadlines
 * are the askers' business; what nobody waits for is cancelled. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unbound.h>
#include <unistd.h>

#include "auth/resolver_backend.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/worker_pool.h"

#define CLASS_IN 1

struct network {
	struct resolver base;
	struct ub_ctx *ctx;
	pthread_t taker;
	int stop_fd;
	pthread_mutex_t lock; /* what follows */
	GHashTable *open;     /* of questions that the library has */
	bool closing;
};

/* ---- names and records ---- */

/* a name as the library wants it: what is not a plain letter, digit, "-" or "_" as \DDD */
static char *name_escape(const char *name)
{
	GString *text = g_string_new(NULL);

	for (; *name != '\0'; name++) {
		if (g_ascii_isalnum(*name) || strchr("-_.", *name) != NULL)
			g_string_append_c(text, *name);
		else
			g_string_append_printf(text, "\\%03u", (guint)(guchar)*name);
	}
	return g_string_free(text, FALSE);
}

/* a name in wire form as text in out[256]; false: not whole, or with bytes that have no
 * place in a host name (a dot inside a label among them) */
static bool name_read(const uint8_t *at, size_t n, char *out, size_t *len_r)
{
	size_t len = 0, label;

	while (n > 0 && (label = *at) != 0) {
		if (label > 63 || label + 1 > n ||
		    len + label + 1 > LIMIT_DNS_NAME_BYTES + 1)
			return false;
		if (len > 0)
			out[len++] = '.';
		for (size_t i = 1; i <= label; i++) {
			if (at[i] <= ' ' || at[i] >= 0x7f || at[i] == '.' ||
			    at[i] == '\\')
				return false;
			out[len++] = g_ascii_tolower((char)at[i]);
		}
		at += label + 1;
		n -= label + 1;
	}
	*len_r = len;
	return n == 1;
}

/* the strings of a TXT joined, in place of out, which has n bytes */
static bool text_read(const uint8_t *at, size_t n, char *out, size_t *len_r)
{
	size_t len = 0;

	while (n > 0) {
		size_t part = *at;

		if (part + 1 > n)
			return false;
		memcpy(out + len, at + 1, part);
		len += part;
		at += part + 1;
		n -= part + 1;
	}
	*len_r = len;
	return true;
}

/* one record's data, put together in room, which has at least n + 256 bytes */
static bool rr_read(enum dns_type type, const uint8_t *at, size_t n, char *room,
		    struct dns_rr *rr_r)
{
	size_t len = n;

	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		memcpy(room, at, MIN(n, 16));
		if (n != (type == DNS_A ? 4 : 16))
			return false;
		break;
	case DNS_TXT:
		if (!text_read(at, n, room, &len))
			return false;
		break;
	case DNS_MX:
		if (n < 3 || !name_read(at + 2, n - 2, room, &len))
			return false;
		rr_r->preference = (uint16_t)(at[0] << 8 | at[1]);
		break;
	case DNS_PTR:
	case DNS_CNAME:
		if (!name_read(at, n, room, &len))
			return false;
		break;
	}
	rr_r->data = (struct bytes){ .at = room, .n = len };
	return true;
}

static struct dns_reply *records_read(enum dns_type type, const struct ub_result *result)
{
	struct dns_rr rrs[LIMIT_DNS_RRS] = { 0 };
	GPtrArray *rooms = g_ptr_array_new_with_free_func(g_free);
	struct dns_reply *reply;
	size_t n = 0;

	for (int i = 0; result->data[i] != NULL && n < LIMIT_DNS_RRS; i++) {
		size_t len = (size_t)result->len[i];
		char *room = g_malloc(len + 256);

		g_ptr_array_add(rooms, room);
		if (rr_read(type, (const uint8_t *)result->data[i], len, room, &rrs[n]))
			n++;
	}
	reply = dns_reply_make(type, DNS_OK, (uint32_t)MAX(result->ttl, 0), rrs, n);
	g_ptr_array_free(rooms, TRUE);
	return reply;
}

static struct dns_reply *reply_read(enum dns_type type, const struct ub_result *result)
{
	uint32_t ttl_s = (uint32_t)MAX(result->ttl, 0);

	if (result->bogus || (result->rcode != 0 && result->rcode != 3))
		return dns_reply_make(type, DNS_TEMPFAIL, 0, NULL, 0);
	if (result->nxdomain)
		return dns_reply_make(type, DNS_NXDOMAIN, ttl_s, NULL, 0);
	if (!result->havedata)
		return dns_reply_make(type, DNS_NODATA, ttl_s, NULL, 0);
	return records_read(type, result);
}

/* ---- questions ---- */

/* take a question off the list; false: somebody else has done so */
static bool open_remove(struct network *net, struct dns_query *q)
{
	bool mine;

	pthread_mutex_lock(&net->lock);
	mine = g_hash_table_remove(net->open, q);
	pthread_mutex_unlock(&net->lock);
	return mine;
}

static struct network *network_of(const struct dns_query *q)
{
	return (struct network *)dns_query_resolver(q);
}

/* called by ub_process() on the taker's thread */
static void answered(void *arg, int error, struct ub_result *result)
{
	struct dns_query *q = arg;
	struct dns_reply *reply = NULL;

	if (error == 0 && result != NULL)
		reply = reply_read(dns_query_type(q), result);
	ub_resolve_free(result);
	if (open_remove(network_of(q), q)) {
		if (reply != NULL)
			dns_query_answer(q, reply);
		else
			dns_query_fail(q);
	} else if (reply != NULL) {
		dns_reply_drop(reply);
	}
}

static void network_start(struct resolver *r, struct dns_query *q)
{
	struct network *net = (struct network *)r;
	char *name = name_escape(dns_query_name(q));
	int id = 0, error = UB_INITFAIL;

	pthread_mutex_lock(&net->lock);
	if (!net->closing) {
		g_hash_table_add(net->open, q);
		error = ub_resolve_async(net->ctx, name, (int)dns_query_type(q), CLASS_IN,
					 q, answered, &id);
		if (error != 0)
			g_hash_table_remove(net->open, q);
		else
			dns_query_note(q, id);
	}
	pthread_mutex_unlock(&net->lock);
	g_free(name);
	if (error != 0)
		dns_query_fail(q);
}

static void network_cancel(struct resolver *r, struct dns_query *q)
{
	struct network *net = (struct network *)r;
	bool mine;

	pthread_mutex_lock(&net->lock);
	/* once the library has taken the cancel, it will not call back with q; if it says
	 * no, the answer is being delivered, and answered() lets q go */
	mine = g_hash_table_contains(net->open, q) &&
	       ub_cancel(net->ctx, dns_query_noted(q)) == 0;
	if (mine)
		g_hash_table_remove(net->open, q);
	pthread_mutex_unlock(&net->lock);
	if (mine)
		dns_query_forget(q);
}

static void *take_answers(void *arg)
{
	struct network *net = arg;
	struct pollfd fds[2] = { { .fd = ub_fd(net->ctx), .events = POLLIN },
				 { .fd = net->stop_fd, .events = POLLIN } };

	while (poll(fds, 2, -1) >= 0 || errno == EINTR) {
		if ((fds[1].revents & POLLIN) != 0)
			break;
		if ((fds[0].revents & POLLIN) != 0)
			ub_process(net->ctx);
	}
	return NULL;
}

static void network_close(struct resolver *r)
{
	struct network *net = (struct network *)r;
	GHashTableIter at;
	gpointer q;

	pthread_mutex_lock(&net->lock);
	net->closing = true;
	pthread_mutex_unlock(&net->lock);
	if (net->stop_fd >= 0) {
		eventfd_write(net->stop_fd, 1);
		pthread_join(net->taker, NULL);
		close(net->stop_fd);
	}
	ub_ctx_delete(net->ctx);
	g_hash_table_iter_init(&at, net->open);
	while (g_hash_table_iter_next(&at, &q, NULL)) {
		g_hash_table_iter_remove(&at);
		dns_query_fail(q);
	}
	g_hash_table_destroy(net->open);
	pthread_mutex_destroy(&net->lock);
	g_free(net);
}

static const struct resolver_backend network_backend = {
	.start = network_start,
	.cancel = network_cancel,
	.close = network_close,
};

/* ---- opening ---- */

static void option_set(struct ub_ctx *ctx, const char *option, const char *value)
{
	int error = ub_ctx_set_option(ctx, option, value);

	g_assert(error == 0);
}

/* how many questions may be on the wire at once: each has a socket of its own */
static int wire_slots(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return 256;
	return (int)CLAMP(files.rlim_cur / 4, 64, 2048);
}

static void network_tune(struct ub_ctx *ctx)
{
	int slots = wire_slots();
	char number[16];

	g_snprintf(number, sizeof(number), "%d", slots);
	option_set(ctx, "outgoing-range:", number);
	g_snprintf(number, sizeof(number), "%d", slots / 2);
	option_set(ctx, "num-queries-per-thread:", number);
	option_set(ctx, "do-not-query-localhost:", "no");
	/* names of private addresses are asked too: our own resolvers may know them */
	option_set(ctx, "unblock-lan-zones:", "yes");
	/* our own cache stands in front; the library's serves its own work only */
	option_set(ctx, "msg-cache-size:", "1m");
	option_set(ctx, "rrset-cache-size:", "2m");
	option_set(ctx, "infra-cache-numhosts:", "1000");
	option_set(ctx, "module-config:", "iterator");
	option_set(ctx, "edns-buffer-size:", "1232");
	option_set(ctx, "use-syslog:", "no");
	ub_ctx_debuglevel(ctx, 0);
	ub_ctx_debugout(ctx, NULL);
}

static bool network_forward(struct ub_ctx *ctx, struct strings servers, GError **e)
{
	int error = 0;

	if (servers.n == 0) {
		error = ub_ctx_resolvconf(ctx, NULL);
		if (error != 0)
			g_set_error(
				e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
				"/etc/resolv.conf cannot be used (%s); name resolvers in "
				"dns_servers",
				ub_strerror(error));
	}
	for (size_t i = 0; i < servers.n && error == 0; i++) {
		error = ub_ctx_set_fwd(ctx, servers.at[i]);
		if (error != 0)
			g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
				    "dns_servers: \"%s\" is no ADDRESS or ADDRESS@PORT",
				    servers.at[i]);
	}
	return error == 0;
}

struct resolver *resolver_unbound(struct strings servers, GError **e)
{
	struct network *net = g_new0(struct network, 1);

	net->base.backend = &network_backend;
	net->ctx = ub_ctx_create();
	g_assert(net->ctx != NULL);
	network_tune(net->ctx);
	if (!network_forward(net->ctx, servers, e)) {
		ub_ctx_delete(net->ctx);
		g_free(net);
		return NULL;
	}
	ub_ctx_async(net->ctx, 1);
	pthread_mutex_init(&net->lock, NULL);
	net->open = g_hash_table_new(NULL, NULL);
	net->stop_fd = eventfd(0, EFD_CLOEXEC);
	g_assert(net->stop_fd >= 0);
	thread_start(&net->taker, take_answers, net);
	return &net->base;
}
