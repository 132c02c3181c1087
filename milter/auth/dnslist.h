/* Lists that are kept in DNS (RFC 5782): of sending hosts, asked by the reversed address, and of
 * domains, asked by the registered domain. Asking never blocks; what is not answered in time,
 * or not as a list answers, is unknown and never "not listed". */
#ifndef AUTH_DNSLIST_H
#define AUTH_DNSLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/resolver.h"
#include "base/answer.h"
#include "base/arena.h"

/* return codes from one to another, as numbers of their 32 bits */
struct dnslist_codes {
	uint32_t first, last;
};

struct dnslist {
	const char *name;                  /* as rules call it */
	const char *zone;                  /* as domain_key() */
	const struct dnslist_codes *codes; /* that say yes, n_codes */
	size_t n_codes;                    /* 0: any code does */
};

/* what is looked for in a list */
struct dnslist_key {
	const char *text; /* address of a host, domain, or address of mail */
	bool host;        /* it is the address of a host */
};

/* dnslist_codes - read "127.0.0.2" or "127.0.0.4-127.0.0.7"
 * err   false: it is neither, or not of 127.0.0.0/8 */
bool dnslist_codes(const char *text, struct dnslist_codes *codes_r);

/* the questions of one message */
struct dnslists;

/* dnslists_begin - none yet
 * in    r   borrowed
 * own   the caller ends it: dnslists_end() */
struct dnslists *dnslists_begin(struct resolver *r);

/* dnslists_ask - start a question, if it was not; never blocks
 * in    list   must outlive it
 * err   over LIMIT_DNSLIST_QUESTIONS of a message, or LIMIT_DNSLIST_KEYS of a list, it is
 *       not asked, and its answer is unknown */
void dnslists_ask(struct dnslists *d, const struct dnslist *list, struct dnslist_key key);

/* dnslists_wait - for what has not come, at most to the deadline; what comes later is unknown
 * in    deadline_us   on clock_mono_us() */
void dnslists_wait(struct dnslists *d, int64_t deadline_us);

/* dnslists_answer - does it stand in the list?
 * use   after dnslists_wait()
 * err   UNKNOWN: not asked, not answered, or the list refuses to answer us: told in the log */
enum answer dnslists_answer(const struct dnslists *d, const struct dnslist *list,
			    struct dnslist_key key);

/* dnslists_found - what stands in which list: "LIST: KEY"
 * out   *at_r, n; unanswered: names of lists that left a question open
 * own   a
 * use   after dnslists_wait() */
size_t dnslists_found(const struct dnslists *d, struct arena *a, bool unanswered,
		      const char *const **at_r);

/* dnslists_asked - how many questions were started
 * in    NULL is allowed */
size_t dnslists_asked(const struct dnslists *d);

/* dnslists_end - give back, finished or not; sets *d to NULL
 * in    *d may be NULL */
void dnslists_end(struct dnslists **d);

#endif
