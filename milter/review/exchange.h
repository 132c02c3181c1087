/* One request while it is answered: who asks, what he may see, and the page that comes out. */
#ifndef REVIEW_EXCHANGE_H
#define REVIEW_EXCHANGE_H

#include "quarantine/operation.h"
#include "review/http.h"
#include "review/limiter.h"
#include "review/link.h"
#include "review/memory.h"
#include "review/page.h"
#include "review/sessions.h"

#define REVIEW_TOOL "wonted-review"
#define EXCHANGE_COOKIE "__Host-wonted"

struct review {
	const struct options *options;
	struct quarantine *quarantine;
	struct sessions *sessions;
	struct limiter *limiter;
	char *link_key;    /* of review_key */
	char *form_key;    /* of this process: for forms of who is not signed in */
	int64_t proxy_uid; /* -1: none is believed */
	struct review_memory memory;
};

struct exchange {
	const struct review *review;
	const struct http_request *request;
	struct http_response *response;
	struct page page; /* writes the response's body */
	char *id;         /* what stood for {id} in the path; NULL */
	struct session session;
	char *token; /* of the session; NULL: not signed in */
	bool api;    /* answers are JSON */
	bool bearer; /* the token was in Authorization: no browser sends it by itself */
	struct hold_scope scope; /* of who is signed in; else of nothing */
};

/* exchange_role - of who asks */
static inline enum role exchange_role(const struct exchange *x)
{
	return x->session.who.role;
}

/* exchange_times - the time it is for sessions, and how long they live */
struct session_times exchange_times(const struct exchange *x);

/* exchange_sign_in - begin a session and give the browser its cookie */
void exchange_sign_in(struct exchange *x, const struct identity *who,
		      enum session_kind kind, const char *account);

/* exchange_sign_out - end the session, and its cookie */
void exchange_sign_out(struct exchange *x);

/* exchange_redirect - see there
 * in    path   of this site */
void exchange_redirect(struct exchange *x, const char *path);

/* exchange_refuse - answer with a mistake, as a page or as JSON */
void exchange_refuse(struct exchange *x, unsigned status, const char *text);

/* exchange_fail - the same of an error: 404 for what is not there, 500 for the rest
 * own   e is freed */
void exchange_fail(struct exchange *x, GError *e);

/* exchange_audit - write down what was done
 * in    h   NULL: not about a hold
 * err   false: it could not be written; said in the log */
bool exchange_audit(const struct exchange *x, const char *what, const struct hold *h,
		    const char *outcome, const char *why);

#endif
