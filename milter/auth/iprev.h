/* Does the client's address have a name that has this address? Run in steps: lookups.h. */
#ifndef AUTH_IPREV_H
#define AUTH_IPREV_H

#include <stdbool.h>

#include "auth/auth.h"
#include "auth/resolver.h"
#include "message/envelope.h"

struct iprev_check;

/* iprev_create - whose name is asked for; where the MTA has confirmed one, none is asked
 * in    env   read now, not kept
 * own   the caller destroys it */
struct iprev_check *iprev_create(struct resolver *r, const struct envelope *env)
	__attribute__((returns_nonnull));

/* iprev_step - go as far as the answers reach; never blocks
 * out   false: undecided, come again when iprev_missing() has its answer
 * ref   RFC 8601 3 */
bool iprev_step(struct iprev_check *c);

/* iprev_missing - the answer that the next step needs
 * out   NULL: it is there by now */
struct dns_query *iprev_missing(const struct iprev_check *c);

/* iprev_give_up - what has not come counts as temporary failure; the next step decides */
void iprev_give_up(struct iprev_check *c);

/* iprev_result - what was decided
 * out   name lives as long as the check */
struct auth_iprev iprev_result(const struct iprev_check *c);

/* iprev_destroy - sets *c to NULL
 * in    *c may be NULL */
void iprev_destroy(struct iprev_check **c);

#endif
