/* A thread a connection: a release waits for a mail server, and keeps nobody but itself. A
 * connection whose request does not come to its end in time is cut off by a thread that looks at
 * all of them, because libmicrohttpd's own limit begins again with each byte. */
#include "review/http.h"

#include <microhttpd.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"

#define IDLE_S 30
#define LOOK_US 500000

static const char page_policy[] =
	"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

struct connection {
	int fd;
	int64_t since_us; /* a request is under way since then; 0: none is read */
	bool cut;
};

struct http_server {
	struct MHD_Daemon *daemon;
	void (*handle)(const struct http_request *request, struct http_response *response,
		       void *user);
	void *user;
	GMutex lock;
	GHashTable *connections; /* struct connection */
	GThread *watcher;
	atomic_bool stopping;
};

/* one request on its way */
struct exchange {
	struct connection *connection;
	GString *body;
	bool too_large, answered;
};

void http_header(struct http_response *r, const char *name, const char *value)
{
	for (const char *p = value; *p != '\0'; p++)
		g_assert(*p >= ' ' && *p <= '~');
	g_ptr_array_add(r->headers, g_strdup(name));
	g_ptr_array_add(r->headers, g_strdup(value));
}

/* ---- connections ---- */

static struct connection *connection_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info == NULL ? NULL : info->socket_context;
}

static void on_connection(void *user, struct MHD_Connection *c, void **context,
			  enum MHD_ConnectionNotificationCode what)
{
	struct http_server *s = user;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);

	g_mutex_lock(&s->lock);
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		struct connection *mine = g_new0(struct connection, 1);

		mine->fd = info == NULL ? -1 : info->connect_fd;
		mine->since_us = clock_mono_us();
		g_hash_table_add(s->connections, mine);
		*context = mine;
	} else if (*context != NULL) {
		g_hash_table_remove(s->connections, *context);
		*context = NULL;
	}
	g_mutex_unlock(&s->lock);
}

static void set_since(struct http_server *s, struct connection *c, int64_t since_us)
{
	if (c == NULL)
		return;
	g_mutex_lock(&s->lock);
	c->since_us = since_us;
	g_mutex_unlock(&s->lock);
}

static void cut_late(struct http_server *s)
{
	int64_t late_us = clock_mono_us() - LIMIT_REVIEW_REQUEST_S * G_USEC_PER_SEC;
	GHashTableIter iter;
	gpointer key;

	g_mutex_lock(&s->lock);
	g_hash_table_iter_init(&iter, s->connections);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		struct connection *c = key;

		if (c->since_us == 0 || c->since_us > late_us || c->cut || c->fd < 0)
			continue;
		c->cut = true;
		shutdown(c->fd, SHUT_RDWR);
	}
	g_mutex_unlock(&s->lock);
}

static gpointer watch(gpointer data)
{
	struct http_server *s = data;

	while (!atomic_load(&s->stopping)) {
		cut_late(s);
		g_usleep(LOOK_US);
	}
	return NULL;
}

/* ---- a request ---- */

static const char *header(struct MHD_Connection *c, const char *name)
{
	const char *value = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);

	return value != NULL && g_utf8_validate(value, -1, NULL) ? value : NULL;
}

static enum MHD_Result add_query(void *user, enum MHD_ValueKind kind, const char *name,
				 const char *value)
{
	GString *all = user;
	char *n = g_uri_escape_string(name, NULL, FALSE);
	char *v = g_uri_escape_string(value != NULL ? value : "", NULL, FALSE);

	(void)kind;
	g_string_append_printf(all, "%s=%s&", n, v);
	g_free(n);
	g_free(v);
	return MHD_YES;
}

/* libmicrohttpd has taken the query apart; it is read by our own rules all the same */
static struct form *query_of(struct MHD_Connection *c)
{
	GString *all = g_string_new(NULL);

	MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, add_query, all);
	struct form *f = form_read((struct bytes){ all->str, all->len });

	g_string_free(all, TRUE);
	return f;
}

static int64_t peer_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct ucred peer;
	struct sockaddr_storage own;
	socklen_t n = sizeof(peer), n_own = sizeof(own);

	if (info == NULL ||
	    getsockname(info->connect_fd, (struct sockaddr *)&own, &n_own) != 0 ||
	    own.ss_family != AF_UNIX ||
	    getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0)
		return -1;
	return (int64_t)peer.uid;
}

static void refuse(struct http_response *r, unsigned status, const char *text)
{
	r->status = status;
	r->type = "text/plain; charset=utf-8";
	g_string_assign(r->body, text);
}

static void run(struct http_server *s, struct MHD_Connection *c,
		struct http_request *request, const struct exchange *x,
		struct http_response *r)
{
	const char *cookies = header(c, MHD_HTTP_HEADER_COOKIE);
	bool is_form = request->content_type == NULL ||
		       g_str_has_prefix(request->content_type,
					"application/x-www-form-urlencoded");
	struct form *query = query_of(c), *jar = form_read_cookies(bytes_of(cookies));
	struct form *form =
		is_form ? form_read((struct bytes){ x->body->str, x->body->len }) : NULL;

	request->query = query;
	request->form = form;
	request->cookies = jar;
	if (x->too_large)
		refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, "the request is too large\n");
	else if (!is_form)
		refuse(r, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
		       "send application/x-www-form-urlencoded\n");
	else if (query == NULL || form == NULL || jar == NULL ||
		 !g_utf8_validate(request->path, -1, NULL))
		refuse(r, MHD_HTTP_BAD_REQUEST, "the request cannot be read\n");
	else
		s->handle(request, r, s->user);
	form_free(query);
	form_free(form);
	form_free(jar);
}

static enum MHD_Result send_response(struct MHD_Connection *c, struct http_response *r)
{
	struct MHD_Response *m = MHD_create_response_from_buffer(
		r->body->len, r->body->str, MHD_RESPMEM_MUST_COPY);

	if (m == NULL)
		return MHD_NO;
	const char *const always[][2] = {
		{ MHD_HTTP_HEADER_CONTENT_TYPE, r->type },
		{ "Content-Security-Policy",
		  r->policy != NULL ? r->policy : page_policy },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Permissions-Policy", "camera=(), geolocation=(), microphone=()" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(always); i++)
		MHD_add_response_header(m, always[i][0], always[i][1]);
	for (guint i = 0; i + 1 < r->headers->len; i += 2)
		MHD_add_response_header(m, r->headers->pdata[i],
					r->headers->pdata[i + 1]);
	enum MHD_Result done = MHD_queue_response(c, r->status, m);

	MHD_destroy_response(m);
	return done;
}

static enum MHD_Result answer(struct http_server *s, struct MHD_Connection *c,
			      struct http_request *request, const struct exchange *x)
{
	struct http_response r = { .status = MHD_HTTP_OK,
				   .body = g_string_new(NULL),
				   .type = "text/html; charset=utf-8",
				   .headers = g_ptr_array_new_with_free_func(g_free) };

	request->authorization = header(c, MHD_HTTP_HEADER_AUTHORIZATION);
	request->proxy_user = header(c, "X-Wonted-User");
	request->csrf = header(c, "X-Wonted-CSRF");
	request->fetch_site = header(c, "Sec-Fetch-Site");
	request->content_type = header(c, MHD_HTTP_HEADER_CONTENT_TYPE);
	request->peer_uid = peer_of(c);
	run(s, c, request, x, &r);
	enum MHD_Result done = send_response(c, &r);

	g_string_free(r.body, TRUE);
	g_ptr_array_free(r.headers, TRUE);
	return done;
}

static void take(struct exchange *x, const char *data, size_t n)
{
	x->too_large |= x->body->len + n > LIMIT_REVIEW_BODY_BYTES;
	if (!x->too_large)
		g_string_append_len(x->body, data, (gssize)n);
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *c, const char *url,
				  const char *method, const char *version,
				  const char *data, size_t *n, void **context)
{
	struct http_server *s = user;
	struct exchange *x = *context;
	struct http_request request = { .method = method, .path = url };

	(void)version;
	if (x == NULL) { /* the header is there */
		x = g_new0(struct exchange, 1);
		x->connection = connection_of(c);
		x->body = g_string_new(NULL);
		*context = x;
		return MHD_YES;
	}
	if (*n > 0) {
		take(x, data, *n);
		*n = 0;
		return MHD_YES;
	}
	if (x->answered)
		return MHD_NO;
	x->answered = true;
	set_since(s, x->connection, 0);
	return answer(s, c, &request, x);
}

static void on_completed(void *user, struct MHD_Connection *c, void **context,
			 enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *context;

	(void)why;
	(void)c;
	if (x == NULL)
		return;
	set_since(user, x->connection, clock_mono_us());
	g_string_free(x->body, TRUE);
	g_free(x);
	*context = NULL;
}

static bool start(struct http_server *s, int fd, GError **e)
{
	s->daemon = MHD_start_daemon(
		MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
			MHD_USE_POLL | MHD_USE_ITC,
		0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)LIMIT_REVIEW_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)LIMIT_REVIEW_HEADER_BYTES,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_END);
	if (s->daemon == NULL) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "review_socket: libmicrohttpd does not start");
		return false;
	}
	s->watcher = g_thread_new("review-watch", watch, s);
	return true;
}

struct http_server *http_open(int fd,
			      void (*handle)(const struct http_request *request,
					     struct http_response *response, void *user),
			      void *user, GError **e)
{
	struct http_server *s = g_new0(struct http_server, 1);

	s->handle = handle;
	s->user = user;
	g_mutex_init(&s->lock);
	s->connections = g_hash_table_new_full(NULL, NULL, g_free, NULL);
	if (start(s, fd, e))
		return s;
	http_close(s);
	return NULL;
}

void http_close(struct http_server *s)
{
	if (s == NULL)
		return;
	atomic_store(&s->stopping, true);
	if (s->watcher != NULL)
		g_thread_join(s->watcher);
	if (s->daemon != NULL) {
		/* the socket is the caller's */
		(void)MHD_quiesce_daemon(s->daemon);
		MHD_stop_daemon(s->daemon);
	}
	g_hash_table_destroy(s->connections);
	g_mutex_clear(&s->lock);
	g_free(s);
}
