/* Domain names: A-labels, organisational domains, look-alikes. The wall around libpsl. */
#ifndef MESSAGE_DOMAIN_H
#define MESSAGE_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/answer.h"
#include "base/arena.h"

/* domain_key - lower case A-labels without a trailing dot
 * out   NULL: not a domain name (empty label, too long, forbidden character)
 * own   a
 * err   NULL, see out
 * ref   RFC 5890, UTS 46 */
const char *domain_key(struct arena *a, const char *name);

/* domain_org - organisational domain: the label above the public suffix and that suffix
 * in    key   as domain_key() gives
 * out   a pointer into key; key itself when it is a public suffix or has none
 * ref   RFC 7489 3.2 */
const char *domain_org(const char *key);

/* domain_has_org - is this its organisational domain? */
bool domain_has_org(const char *key, const char *org);

/* domain_is_suffix - is it a public suffix, below which anybody may register names?
 * in    key   as domain_key() gives
 * err   a top level that the list does not know is one */
bool domain_is_suffix(const char *key);

/* domain_within - is it the domain itself or below it? */
bool domain_within(const char *key, const char *parent);

/* domain_lookalike - could a reader take one domain for the other?
 * in    key, own   as domain_key() gives; the organisational domains are compared
 * out   *how_r     static words: "confusable letters", "one letter differs", "letters
 *                  swapped", "same name under another ending", "contains the name",
 *                  "added or missing hyphen", "begins with the whole domain",
 *                  domain_name_in_front, domain_name_beside
 * err   NO when they are the same domain; UNKNOWN never */
enum answer domain_lookalike(const char *key, const char *own, const char **how_r);

/* of names alone, without their ending, in front of a domain: honest services do so, too */
extern const char domain_name_in_front[];

/* of names beside words that are no mere addition (williams-sonoma): mostly somebody else's */
extern const char domain_name_beside[];

/* domain_lookalike_keys - keys under which a domain is kept for those that look like it: its
 *                         look, and that without each one of its letters
 * in    org   as domain_org() gives
 * out   keys_r[LIMIT_LOOKALIKE_KEYS]; how many
 * own   a
 * err   0: it is no name */
size_t domain_lookalike_keys(struct arena *a, const char *org, const char **keys_r);

/* domain_lookalike_asks - keys under which the domains are to be found that it may look like;
 *                         domain_lookalike() judges what is found
 * in    key   as domain_key() gives
 * out   keys_r[LIMIT_LOOKALIKE_KEYS]; how many
 * own   a
 * err   0: it is no name */
size_t domain_lookalike_asks(struct arena *a, const char *key, const char **keys_r);

/* domain_is_public - does a name end in a suffix under which names are registered, as far as is
 *                    known? example and test count, which are kept for documents and tests
 * in    key   as domain_key() gives
 * err   false
 * ref   https://publicsuffix.org/, RFC 2606 2 */
bool domain_is_public(const char *key);

#endif
