/* The metrics over HTTP, for supervision: /metrics, /healthy and /ready, and nothing else. */
#ifndef METRICS_HTTP_H
#define METRICS_HTTP_H

#include "metrics/metrics.h"

struct metrics_http;

/* metrics_http_open - answer requests, in a thread of its own
 * in    fd      a socket that listens; stays the caller's, who closes it after this
 *       m       outlives it
 *       ready   does the daemon do its work? false: appends why not; user is handed on. Called
 *               for /ready, from that thread
 * own   metrics_http_close()
 * err   NULL: e says what to do */
struct metrics_http *metrics_http_open(int fd, struct metrics *m,
				       bool (*ready)(GString *why, void *user),
				       void *user, GError **e);

/* metrics_http_close - answer no more; NULL is allowed */
void metrics_http_close(struct metrics_http *h);

#endif
