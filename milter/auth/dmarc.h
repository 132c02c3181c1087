/* DMARC of one message: the policy of From's domain, and whether SPF or DKIM speak for it. */
#ifndef AUTH_DMARC_H
#define AUTH_DMARC_H

#include <stdbool.h>

#include "auth/auth.h"
#include "auth/lookups.h"
#include "auth/resolver.h"
#include "base/arena.h"
#include "base/bytes.h"

struct dmarc_record {
	enum dmarc_policy p, sp, np;
	bool strict_dkim, strict_spf;
	int pct;
};

/* dmarc_record_is - is a TXT record a DMARC record?
 * err   none
 * ref   RFC 7489 6.3, 6.6.3 */
bool dmarc_record_is(struct bytes text);

/* dmarc_record_read - read a record; what is wrong beside p and sp takes its default
 * in    text   any bytes for which dmarc_record_is()
 * err   NULL: it can be used; else static words on what is wrong
 * ref   RFC 7489 6.3, 6.6.3, RFC 9091 */
const char *dmarc_record_read(struct bytes text, struct dmarc_record *record_r);

struct dmarc_check;

/* dmarc_begin - ask for the records of From's domain and its organisational domain
 * in    domain   as domain_key(); NULL: there is no single usable one
 * own   the caller destroys it
 * err   none */
struct dmarc_check *dmarc_begin(struct resolver *r, const char *domain)
	__attribute__((returns_nonnull));

/* dmarc_finish - wait for the records, judge
 * in    r          spf and dkim are decided; the dmarc result of a trusted upstream stays,
 *                  and only the policy is added to it
 *       percent    0 to 99, a draw for pct=
 * out   r->dmarc
 * own   a
 * err   none: see out
 * ref   RFC 7489 3.1, 6.6, 11.2 */
void dmarc_finish(struct dmarc_check *c, struct dns_wait *w, int percent, struct arena *a,
		  struct auth_results *r);

/* dmarc_destroy - sets *c to NULL
 * err   none; *c may be NULL */
void dmarc_destroy(struct dmarc_check **c);

#endif
