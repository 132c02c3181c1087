/* What the address of a link says beside the host that it leads to. */
#ifndef FEATURE_LINK_TARGET_H
#define FEATURE_LINK_TARGET_H

#include "base/arena.h"
#include "message/message.h"

/* link_user_host - the host that stands before the "@" of an address, where readers look
 * in    url   valid UTF-8
 * out   as domain_key() gives; NULL: there is none, as in most addresses
 * own   a
 * err   NULL, see out */
const char *link_user_host(struct arena *a, const char *url);

/* link_scheme - what stands before the colon, in lower case
 * out   NULL: nothing, or nothing that is one
 * own   a
 * err   NULL, see out
 * ref   RFC 3986 3.1 */
const char *link_scheme(struct arena *a, const char *url);

/* link_readable - an address as a rule wants to read it
 * out   scheme, host as in link->host, path; percent-decoded, valid UTF-8; NULL: it leads to no
 *       host
 * own   a
 * err   NULL, see out
 * cost  linear */
const char *link_readable(struct arena *a, const struct link *link);

/* link_beyond - the host that a redirector is told to lead on to
 * out   as domain_key() gives, of another organisation than link->host; NULL: none is named, or
 *       the link leads to a service that guards links
 * own   a
 * err   NULL, see out
 * cost  linear */
const char *link_beyond(struct arena *a, const struct link *link);

#endif
