/* Authentication-Results: written from our results, read from those we trust, and found
 * where somebody else uses our name. */
#ifndef AUTH_AUTHRES_H
#define AUTH_AUTHRES_H

#include <stdbool.h>
#include <stddef.h>

#include "auth/auth.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "config/options.h"
#include "message/message.h"

struct authres_property {
	const char *ptype; /* lower case: "smtp", "header", "policy", "body" or other */
	const char *name;  /* lower case */
	const char *value; /* unquoted */
};

struct authres_result {
	const char *method; /* lower case */
	const char *result; /* lower case */
	const char *reason; /* or NULL */
	const struct authres_property *properties;
	size_t n_properties;
};

struct authres {
	const char *authserv_id;              /* lower case, without trailing dot */
	const struct authres_result *results; /* none: n_results is 0 */
	size_t n_results;
};

/* authres_value - the value of our own Authentication-Results field
 * in    authserv_id   host name, printable ASCII
 * out   folded with "\n\t" before 78 columns where it can be, never past 998; ASCII; without
 *       comments; only methods that were tried; NULL for results of source AUTH_TRUSTED
 * own   a
 * err   NULL, see out
 * ref   RFC 8601 2.2, 2.7 */
const char *authres_value(struct arena *a, const char *authserv_id,
			  const struct auth_results *r);

/* authres_parse - read one Authentication-Results value
 * out   NULL: it does not keep to the syntax or to LIMIT_AUTHRES_*
 * own   a
 * err   NULL, see out
 * ref   RFC 8601 2.2 */
const struct authres *authres_parse(struct arena *a, struct bytes value);

/* authres_domain - the domain that a property of a result tells, as it is or of an address
 * out   domain_key() form; NULL: there is no such property, or it is no domain
 * own   a
 * err   NULL */
const char *authres_domain(struct arena *a, const struct authres_result *one,
			   const char *ptype, const char *name);

/* authres_plain - is a value of this authserv-id, spelled as its host spells it: without
 *                 quotes, comments, or a dot at its end?
 * err   false also for what names nobody */
bool authres_plain(struct bytes value, const char *authserv_id);

/* authres_is - is a header field an Authentication-Results? */
bool authres_is(const struct header *h);

/* authres_claims - could any reader take a value for one of this authserv-id? Whatever odd
 *                  spelling: quotes, comments, controls, blanks, other alphabets
 * in    authserv_id   a host name
 * err   false also for what names nobody
 * cost  linear; read some 16 times */
bool authres_claims(struct bytes value, const char *authserv_id);

/* auth_trusted - results written by a trusted upstream: of the topmost field of one of
 *                trusted_authserv_ids, and of that host's other fields above the next
 *                Received
 * in    h[n]   all fields, from the top
 * out   *r     filled if true; what the upstream did not try is AUTH_NONE
 * own   a
 * err   false: the option is empty, or there is no such field */
bool auth_trusted(const struct options *o, const struct header *h, size_t n,
		  struct arena *a, struct auth_results *r);

#endif
