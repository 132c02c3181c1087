/* DMARC of one message: the policy of From's domain, and whether SPF or DKIM speak for it. */
#ifndef AUTH_DMARC_H
#define AUTH_DMARC_H

#include "auth/auth.h"
#include "auth/lookups.h"
#include "auth/resolver.h"
#include "base/arena.h"

struct dmarc_check;

/* dmarc_begin - ask for all records of the walk up the tree from From's domain
 * in    domain   as domain_key(); NULL: there is no single usable one
 * own   the caller destroys it
 * cost  8 questions at most, and one on whether a subdomain exists
 * ref   RFC 9989 4.10 */
struct dmarc_check *dmarc_begin(struct resolver *r, const char *domain)
	__attribute__((returns_nonnull));

/* dmarc_expect - SPF or DKIM may speak for this domain: ask early for what decides whether it
 *                is aligned
 * in    domain   as domain_key(); NULL: none
 * err   what was not asked early is asked when it is needed */
void dmarc_expect(struct dmarc_check *c, const char *domain);

/* dmarc_finish - wait for the records, judge
 * in    r          spf and dkim are decided; the dmarc result of a trusted upstream stays,
 *                  and only the policy is added to it
 * out   r->dmarc, and r->dkim[].aligned, by the walk up the tree; where it finds no record at
 *       all, alignment is by the public suffix list
 * own   a
 * err   see out
 * ref   RFC 9989 4.4, 4.7, 4.10, 5.3 */
void dmarc_finish(struct dmarc_check *c, struct dns_wait *w, struct arena *a,
		  struct auth_results *r);

/* dmarc_destroy - sets *c to NULL
 * in    *c may be NULL */
void dmarc_destroy(struct dmarc_check **c);

#endif
