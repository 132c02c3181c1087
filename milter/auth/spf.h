/* The SPF check of one client and sender, run in steps: see lookups.h. */
#ifndef AUTH_SPF_H
#define AUTH_SPF_H

#include <stdbool.h>

#include "auth/auth.h"
#include "auth/resolver.h"
#include "message/envelope.h"

struct spf_check;

/* spf_library_quiet - keep libspf2 from writing to standard error
 * use   before the first check; again does no harm */
void spf_library_quiet(void);

/* spf_create - who is to be checked: MAIL FROM, or HELO for the null sender
 * in    env   read now, not kept
 * own   the caller destroys it
 * err   what cannot be checked is decided as AUTH_NONE at the first step */
struct spf_check *spf_create(struct resolver *r, const struct envelope *env)
	__attribute__((returns_nonnull));

/* spf_step - go as far as the answers reach; never blocks
 * out   false: undecided, come again when spf_missing() has its answer
 * use   one thread at a time; not after it was decided
 * cost  10 to 30 microseconds for usual records
 * ref   RFC 7208 */
bool spf_step(struct spf_check *s);

/* spf_missing - the answer that the next step needs
 * out   NULL: it is there by now */
struct dns_query *spf_missing(const struct spf_check *s);

/* spf_give_up - what has not come counts as temporary failure; the next step decides */
void spf_give_up(struct spf_check *s);

/* spf_result - what was decided
 * out   domain and why live as long as the check; domain is not yet as domain_key() */
struct auth_spf spf_result(const struct spf_check *s);

/* spf_destroy - sets *s to NULL
 * in    *s may be NULL */
void spf_destroy(struct spf_check **s);

#endif
