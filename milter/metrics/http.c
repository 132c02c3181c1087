/* The wall around libmicrohttpd. One thread serves few connections, each with little memory and
 * little time; no request is read but its method and path, and no body. */
#include "metrics/http.h"

#include <microhttpd.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"

struct metrics_http {
	struct MHD_Daemon *daemon;
	struct metrics *metrics;
	bool (*ready)(GString *why, void *user);
	void *user;
};

static unsigned page_metrics(struct metrics_http *h, GString *to)
{
	metrics_prometheus(h->metrics, to);
	return MHD_HTTP_OK;
}

/* who gets this answer knows that the process runs, and that nobody keeps the metrics locked */
static unsigned page_healthy(struct metrics_http *h, GString *to)
{
	(void)metrics_value(h->metrics, METRIC_RUNNING, NULL);
	g_string_append(to, "healthy\n");
	return MHD_HTTP_OK;
}

static unsigned page_ready(struct metrics_http *h, GString *to)
{
	if (!h->ready(to, h->user)) {
		g_string_append_c(to, '\n');
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	}
	g_string_assign(to, "ready\n");
	return MHD_HTTP_OK;
}

static const struct page {
	const char *path, *type;
	unsigned (*make)(struct metrics_http *h, GString *to);
} pages[] = {
	{ "/metrics", "text/plain; version=0.0.4; charset=utf-8", page_metrics },
	{ "/healthy", "text/plain", page_healthy },
	{ "/ready", "text/plain", page_ready },
};

static enum MHD_Result answer(struct MHD_Connection *c, unsigned status, const char *type,
			      const GString *text)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(text->len, text->str,
								 MHD_RESPMEM_MUST_COPY);

	if (r == NULL)
		return MHD_NO;
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	enum MHD_Result done = MHD_queue_response(c, status, r);

	MHD_destroy_response(r);
	return done;
}

static unsigned make_page(struct metrics_http *h, const char *path, GString *to,
			  const char **type_r)
{
	for (size_t i = 0; i < G_N_ELEMENTS(pages); i++)
		if (strcmp(path, pages[i].path) == 0) {
			*type_r = pages[i].type;
			return pages[i].make(h, to);
		}
	g_string_append(to, "There are /metrics, /healthy and /ready.\n");
	return MHD_HTTP_NOT_FOUND;
}

/* The signature is the library's. It calls for the header first, then for pieces of a body. */
static enum MHD_Result on_request(void *self, struct MHD_Connection *c, const char *path,
				  const char *method, const char *version,
				  const char *body, size_t *body_n, void **seen)
{
	struct metrics_http *h = self;
	const char *type = "text/plain";
	unsigned status;

	(void)version, (void)body;
	if (*seen == NULL) {
		*seen = h;
		return MHD_YES;
	}
	if (*body_n > 0) {
		*body_n = 0;
		return MHD_YES;
	}
	GString *text = g_string_new(NULL);

	if (strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
	    strcmp(method, MHD_HTTP_METHOD_HEAD) == 0) {
		status = make_page(h, path, text, &type);
	} else {
		status = MHD_HTTP_METHOD_NOT_ALLOWED;
		g_string_append(text, "Only GET and HEAD are understood.\n");
	}
	enum MHD_Result done = answer(c, status, type, text);

	g_string_free(text, TRUE);
	return done;
}

static void on_log(void *self, const char *format, va_list args)
{
	char *text = g_strdup_vprintf(format, args);

	(void)self;
	log_seldom(LOG_LEVEL_WARN, "metrics-http", "metrics: %s", g_strchomp(text));
	g_free(text);
}

struct metrics_http *metrics_http_open(int fd, struct metrics *m,
				       bool (*ready)(GString *why, void *user),
				       void *user, GError **e)
{
	struct metrics_http *h = g_new0(struct metrics_http, 1);

	h->metrics = m;
	h->ready = ready;
	h->user = user;
	h->daemon = MHD_start_daemon(
		MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ERROR_LOG |
			MHD_USE_ITC,
		0, NULL, NULL, on_request, h, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		LIMIT_METRICS_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
		LIMIT_METRICS_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)LIMIT_METRICS_REQUEST_BYTES, MHD_OPTION_END);
	if (h->daemon != NULL)
		return h;
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		    "metrics_socket: cannot start the HTTP server; see the log, or leave "
		    "the option empty");
	g_free(h);
	return NULL;
}

void metrics_http_close(struct metrics_http *h)
{
	if (h == NULL)
		return;
	/* the socket is the caller's */
	(void)MHD_quiesce_daemon(h->daemon);
	MHD_stop_daemon(h->daemon);
	g_free(h);
}
