/* The wall around libmicrohttpd: requests come out of it whole and bounded, answers go in. */
#ifndef REVIEW_HTTP_H
#define REVIEW_HTTP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "review/form.h"

struct http_request {
	const char *method, *path; /* path: decoded, valid UTF-8 */
	const struct form *query, *form, *cookies;
	const char *authorization; /* header fields; NULL: not there */
	const char *proxy_user, *csrf, *fetch_site, *content_type;
	int64_t peer_uid; /* of the process at the other end; -1: it is no unix socket */
};

struct http_response {
	unsigned status;
	GString *body;
	const char *type;   /* of the body, with its charset */
	const char *policy; /* Content-Security-Policy; NULL: that of our pages */
	GPtrArray *headers; /* name, value, name, value ...: by http_header() */
};

/* http_header - a further header field of an answer; it can stand more than once
 * in    value   printable ASCII; anything else aborts */
void http_header(struct http_response *r, const char *name, const char *value);

struct http_server;

/* http_open - answer requests on threads of its own
 * in    fd       a listening socket; it stays the caller's
 *       handle   called for each whole request, by any thread
 * own   http_close()
 * err   NULL: e says that the library did not start */
struct http_server *http_open(int fd,
			      void (*handle)(const struct http_request *request,
					     struct http_response *response, void *user),
			      void *user, GError **e);

/* http_close - end all connections; NULL is allowed */
void http_close(struct http_server *s);

#endif
