/* One SPF record, read strictly and written anew in a form that libspf2 1.2.10 evaluates as
 * RFC 7208 says. The library sees no record that was not written here. */
#ifndef AUTH_SPF_RECORD_H
#define AUTH_SPF_RECORD_H

#include <glib.h>
#include <stdbool.h>

#include "base/bytes.h"

/* What the library sees instead of a domain: "t" and the index of the term. */
#define SPF_TERM_NAME "t%u.term"

/* spf_record_is - is a TXT record an SPF record?
 * ref   RFC 7208 4.5 */
bool spf_record_is(struct bytes text);

/* spf_record_rewrite - check a record and write it anew: terms that ask DNS become "exists",
 *                      "include" or "redirect=" of SPF_TERM_NAME, and stand in terms; unknown
 *                      modifiers and exp= left out, redirect= last, no prefix length of 0
 * in    text     any bytes for which spf_record_is()
 *       domain   whose record it is
 *       ipv6     whether the client has an IPv6 address
 * out   out, terms (of struct spf_term *)   appended to
 * err   NULL: it is good; else static words on what is wrong: a permerror
 * ref   RFC 7208 4.6, 5, 6, 7, 12 */
const char *spf_record_rewrite(struct bytes text, const char *domain, bool ipv6,
			       GPtrArray *terms, GString *out);

#endif
