/* The DKIM signatures of one message: which are looked at, and what becomes of each. */
#ifndef AUTH_DKIM_CHECK_H
#define AUTH_DKIM_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "auth/auth.h"
#include "auth/dkim_hash.h"
#include "auth/keys.h"
#include "auth/lookups.h"
#include "auth/resolver.h"

struct dkim_check;

/* what all checks share */
struct dkim_tools {
	struct dkim_library *library;
	struct keys *keys;
	struct resolver *resolver;
};

/* dkim_check_begin - read the signatures, ask for their keys; never blocks. Those aligned
 *                    with From come first where there are too many.
 * in    h[n]      all fields, from the top; read now, not kept
 *       from_org  organisational domain of From, or NULL
 * own   the caller destroys it; tools are borrowed
 * err   NULL: there is no signature */
struct dkim_check *dkim_check_begin(const struct dkim_tools *tools,
				    const struct header *h, size_t n,
				    const char *from_org);

/* dkim_check_domain - d= of the i-th signature that is looked at, as domain_key()
 * err   NULL: there are not so many, or it is unusable */
const char *dkim_check_domain(const struct dkim_check *c, size_t i);

struct dkim_end {
	const struct message *message;
	int64_t received_s; /* 0: unknown, t= and x= are not looked at */
	struct dns_wait *wait;
	struct arena *arena; /* owns the results */
};

/* dkim_check_finish - hash the body, wait for keys, judge; once
 * out   r->dkim, r->n_dkim, r->dkim_truncated
 * err   see the results
 * ref   RFC 6376 6, RFC 8301 3 */
void dkim_check_finish(struct dkim_check *c, const struct dkim_end *end,
		       struct auth_results *r);

/* dkim_check_destroy - sets *c to NULL
 * in    *c may be NULL */
void dkim_check_destroy(struct dkim_check **c);

#endif
