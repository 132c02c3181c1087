/* All questions to DNS. Asking never blocks; an answer is immutable, counted, and bounded
 * (LIMIT_DNS_*). Who asks is given a resolver: the network's, or a zone file's. */
#ifndef AUTH_RESOLVER_H
#define AUTH_RESOLVER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "config/options.h"

/* the numbers of RFC 1035 and 3596 */
enum dns_type {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28
};

enum dns_status {
	DNS_OK,       /* there is at least one record */
	DNS_NODATA,   /* the name exists, without records of this type */
	DNS_NXDOMAIN, /* the name does not exist, or cannot be one */
	DNS_TEMPFAIL, /* no answer in time, or a server's failure */
};

struct dns_rr {
	struct bytes data;   /* A: 4 bytes; AAAA: 16; TXT: its strings joined, any bytes;
				MX, PTR: a name, lower case, no trailing dot, "" for the root */
	uint16_t preference; /* of an MX */
	bool truncated; /* a TXT longer than LIMIT_TXT_BYTES: data is its beginning */
};

struct dns_answer {
	enum dns_status status;
	uint32_t ttl_s;
	const struct dns_rr *rrs;
	size_t n; /* 0 unless status is DNS_OK */
};

struct resolver;
struct dns_query;

struct resolver_stats {
	uint64_t asked;      /* questions */
	uint64_t cached;     /* of them, answered from memory */
	uint64_t joined;     /* of them, waited with an equal one that was on its way */
	uint64_t tempfail;   /* of them, not answered */
	uint64_t refused;    /* of those, because dns_queue were on their way */
	uint64_t entries;    /* in the memory now */
	uint64_t on_way;     /* questions to the resolver below, now */
	int64_t answered_us; /* when it last had an answer that was not from memory, on
				clock_mono_us(); 0: never */
	int64_t refused_us;  /* when a question last found no room (dns_queue) */
};

/* resolver_open - the resolver that wonted.conf asks for (a zone file, or libunbound over
 *                 dns_servers or /etc/resolv.conf), with an answer cache in front
 * own   the caller closes it, after everything that asks it
 * err   NULL: e names option, file:line or what libunbound said */
struct resolver *resolver_open(const struct options *o, GError **e) MUST_CHECK;

/* resolver_close - stop its threads, answer what is open with DNS_TEMPFAIL, set *r to NULL
 * in    *r may be NULL */
void resolver_close(struct resolver **r);

/* resolver_ask - start a question; never blocks
 * in    name   with or without trailing dot, any case; what cannot be a name of DNS (empty
 *              or long label, over 253 bytes) is answered DNS_NXDOMAIN without asking
 * own   the caller releases the query, after which its answer is gone
 * err   see the answer's status
 * use   any thread */
struct dns_query *resolver_ask(struct resolver *r, const char *name, enum dns_type type)
	__attribute__((returns_nonnull));

/* resolver_wait - the answer, or DNS_TEMPFAIL once the deadline has passed
 * in    deadline_us   on clock_mono_us(); 0 looks without waiting
 * out   never NULL; valid until the query is released
 * use   any thread */
const struct dns_answer *resolver_wait(struct dns_query *q, int64_t deadline_us)
	__attribute__((returns_nonnull));

/* dns_query_peek - the answer if it has come
 * out   NULL: not yet
 * use   any thread */
const struct dns_answer *dns_query_peek(struct dns_query *q);

/* dns_query_watch - call fn(arg) once when the answer comes
 * out   false: it is there already, fn will not be called
 * use   any thread; fn runs on the resolver's thread and may only pass the word on */
bool dns_query_watch(struct dns_query *q, void (*fn)(void *), void *arg) MUST_CHECK;

/* dns_query_unwatch - take a watch back
 * out   true: fn was not called and never will be; false: it was, or is being called
 * use   any thread */
bool dns_query_unwatch(struct dns_query *q, void (*fn)(void *), void *arg) MUST_CHECK;

/* dns_query_release - the asker is done with it (an answer on its way still fills the
 *                     cache); sets *q to NULL
 * in    *q may be NULL
 * use   any thread, at any time */
void dns_query_release(struct dns_query **q);

/* resolver_stats - counters since it was opened
 * use   any thread */
struct resolver_stats resolver_stats(struct resolver *r);

#endif
