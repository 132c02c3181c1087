/* The Authenticated Received Chain: what the hosts saw that a message passed, and whether that can
 * still be believed. What a chain says counts only as far as its sealers are trusted. */
#ifndef AUTH_ARC_H
#define AUTH_ARC_H

#include <stddef.h>

#include "auth/auth.h"
#include "auth/dkim_check.h"
#include "auth/lookups.h"
#include "config/options.h"

struct arc_check;

/* arc_begin - find the sets, ask for their keys; never blocks
 * in    h[n]   all fields, from the top; read now, not kept
 * own   the caller destroys it; tools are borrowed
 * err   NULL: there is no set */
struct arc_check *arc_begin(const struct dkim_tools *tools, const struct header *h,
			    size_t n);

/* arc_finish - wait for keys, judge the chain; once
 * in    trusted   sealers that are believed
 *       from      domain_key() of From, or NULL
 * out   r->arc
 * err   see the result
 * cost  linear in the fields and the body
 * ref   RFC 8617 5.2 */
void arc_finish(struct arc_check *c, const struct dkim_end *end,
		const struct strings *trusted, const char *from, struct auth_results *r);

/* arc_destroy - sets *c to NULL
 * in    *c may be NULL */
void arc_destroy(struct arc_check **c);

#endif
