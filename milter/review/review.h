/* The review page as one object: it answers requests, and knows nothing of sockets. */
#ifndef REVIEW_REVIEW_H
#define REVIEW_REVIEW_H

#include <glib.h>

#include "config/options.h"
#include "quarantine/hold.h"
#include "review/http.h"
#include "review/memory.h"

struct review;

/* review_open - ready to answer
 * in    o, q, and what memory leads to   outlive it
 * own   review_close()
 * err   NULL: e names the option or file */
struct review *review_open(const struct options *o, struct quarantine *q,
			   const struct review_memory *memory, GError **e);

/* review_close - give back; NULL is allowed */
void review_close(struct review *r);

/* review_answer - answer one request: who it comes from, whether he may, and what he asks
 * use   any thread
 * err   every mistake is an answer */
void review_answer(const struct http_request *request, struct http_response *response,
		   void *review);

/* review_routes - all addresses as lines: method, path, role, what it does, between tabs
 * own   the caller frees with g_free() */
char *review_routes(void);

#endif
