/* Macro strings of SPF records: their grammar, and what they expand to. */
#ifndef AUTH_SPF_MACRO_H
#define AUTH_SPF_MACRO_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "base/bytes.h"

/* who is checked: the same for all records of a check */
struct spf_who {
	struct in6_addr address; /* IPv4 in its first four bytes */
	bool ipv6;
	char text[INET6_ADDRSTRLEN]; /* the address in words */
	char *helo;
	char *sender; /* local@domain; NULL: nothing to check */
};

struct spf_macros {
	const struct spf_who *who;
	const char *domain; /* whose record it is */
	const char *name;   /* the client's validated name; NULL: not asked for */
};

/* spf_macro_string_ok - does a text follow the grammar of macro-string?
 * err   false: it does not */
bool spf_macro_string_ok(struct bytes text);

/* spf_macro_domain_ok - does a text follow the grammar of domain-spec? The letters c, r and t
 *                       are refused, for they belong in explanations only
 * err   false: it does not
 * ref   RFC 7208 7.1, 7.2 */
bool spf_macro_domain_ok(struct bytes spec);

/* spf_macro_asks_name - does it name %{p}, which costs questions to DNS?
 * in    spec   for which spf_macro_domain_ok() */
bool spf_macro_asks_name(struct bytes spec);

/* spf_macro_expand - the name that a domain-spec stands for
 * in    spec   for which spf_macro_domain_ok()
 * out   without trailing dot; over 253 bytes, labels are removed from its left. It need not be
 *       a name that DNS can have: a local part may hold anything but control characters
 * own   the caller frees it with g_free()
 * cost  linear in the spec and the values it names
 * ref   RFC 7208 7.3 */
char *spf_macro_expand(struct bytes spec, const struct spf_macros *m)
	__attribute__((returns_nonnull));

#endif
