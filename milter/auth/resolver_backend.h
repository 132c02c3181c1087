/* What stands behind a resolver: whoever answers questions offers these calls. Only the
 * resolver_*.c files include this. */
#ifndef AUTH_RESOLVER_BACKEND_H
#define AUTH_RESOLVER_BACKEND_H

#include "auth/resolver.h"

struct resolver_backend {
	/* begin a question. Sooner or later, on any thread, but never under a lock of the
	 * backend, dns_query_answer() is called for it: once. Never blocks. */
	void (*start)(struct resolver *r, struct dns_query *q);
	/* the asker has gone before the answer; NULL: then it is answered to nobody */
	void (*cancel)(struct resolver *r, struct dns_query *q);
	/* answer what is open, stop, free r */
	void (*close)(struct resolver *r);
	/* fill in what it counts; NULL: nothing */
	void (*count)(struct resolver *r, struct resolver_stats *stats_r);
};

/* the head of every backend's own struct */
struct resolver {
	const struct resolver_backend *backend;
};

/* an answer with a count of its owners */
struct dns_reply;

/* dns_reply_make - copy an answer under LIMIT_DNS_RRS and LIMIT_TXT_BYTES
 * in    rrs[n]   n is 0 unless status is DNS_OK; DNS_OK without records becomes DNS_NODATA
 * own   the caller has the one count of it */
struct dns_reply *dns_reply_make(enum dns_type type, enum dns_status status,
				 uint32_t ttl_s, const struct dns_rr *rrs, size_t n)
	__attribute__((returns_nonnull));

/* dns_reply_keep - one owner more */
struct dns_reply *dns_reply_keep(struct dns_reply *reply);

/* dns_reply_drop - one owner less */
void dns_reply_drop(struct dns_reply *reply);

/* dns_reply_answer - what it says */
const struct dns_answer *dns_reply_answer(const struct dns_reply *reply);

/* dns_reply_bytes - how much memory it takes */
size_t dns_reply_bytes(const struct dns_reply *reply);

/* dns_query_answer - give a question its answer
 * own   takes the reply; drops the backend's own hold on q
 * err   aborts on the second call for one question */
void dns_query_answer(struct dns_query *q, struct dns_reply *reply);

/* dns_query_fail - give a question DNS_TEMPFAIL as its answer
 * own   as dns_query_answer()
 * err   as dns_query_answer() */
void dns_query_fail(struct dns_query *q);

/* dns_query_forget - drop the backend's hold on a question that nobody waits for any more
 * use   from cancel() only */
void dns_query_forget(struct dns_query *q);

/* dns_query_name - lower case, without trailing dot */
const char *dns_query_name(const struct dns_query *q);

/* dns_query_type - which records are asked for */
enum dns_type dns_query_type(const struct dns_query *q);

/* dns_query_resolver - whom it was asked */
struct resolver *dns_query_resolver(const struct dns_query *q);

/* dns_query_note - a number that the backend keeps with the question, set before and read
 *                  after under the question's own lock */
void dns_query_note(struct dns_query *q, int note);

/* dns_query_noted - that number; 0 until it is set */
int dns_query_noted(struct dns_query *q);

/* resolver_cache - a memory in front of another resolver; equal questions on their way are
 *                  asked once
 * in    lower    taken over
 *       now_us   clock_mono_us, or a test's own */
struct resolver *resolver_cache(struct resolver *lower, unsigned most,
				int64_t (*now_us)(void)) __attribute__((returns_nonnull));

/* resolver_zone_text - answers from the text of a zone file; its format stands in
 *                      resolver_zone.c
 * in    name   for messages
 * err   NULL: e says name:line, what is wrong and what to write */
struct resolver *resolver_zone_text(const char *name, struct bytes text,
				    GError **e) MUST_CHECK;

/* resolver_zone - answers from a zone file
 * err   NULL: unreadable, or as resolver_zone_text() */
struct resolver *resolver_zone(const char *path, GError **e) MUST_CHECK;

/* resolver_unbound - answers from the network
 * in    servers   ADDRESS or ADDRESS@PORT; none means those of /etc/resolv.conf
 * err   NULL: e names the server, or what libunbound said */
struct resolver *resolver_unbound(struct strings servers, GError **e) MUST_CHECK;

#endif
