/* One SPF record, read strictly and written anew in a form that libspf2 1.2.10 evaluates as
 * RFC 7208 says. The library sees no record that was not written here. */
#ifndef AUTH_SPF_RECORD_H
#define AUTH_SPF_RECORD_H

#include <glib.h>
#include <stdbool.h>

#include "base/bytes.h"

/* A domain of "a" or "mx" with this before it matches every client, if the domain has any
 * address at all: libspf2 refuses the prefix length 0, which means that. A record that
 * writes the mark itself gets what /0 would have given it. */
#define SPF_ANY_MARK "_any."

/* spf_record_is - is a TXT record an SPF record?
 * err   none
 * ref   RFC 7208 4.5 */
bool spf_record_is(struct bytes text);

/* spf_record_rewrite - check a record and write it anew: unknown modifiers and exp= left out,
 *                      redirect= last, prefix lengths of the client's family only, none of 0
 * in    text   any bytes for which spf_record_is()
 *       ipv6   whether the client has an IPv6 address
 * out   out    appended to
 * err   NULL: it is good; else static words on what is wrong: a permerror
 * ref   RFC 7208 4.6, 5, 6, 7, 12 */
const char *spf_record_rewrite(struct bytes text, bool ipv6, GString *out);

#endif
