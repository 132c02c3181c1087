/* Addresses: lists as in header fields, and single ones as in envelopes. */
#ifndef MESSAGE_ADDRESS_H
#define MESSAGE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/message.h"

/* address_list - the mailboxes of a From, Sender, Reply-To, To or Cc value, groups flattened
 * in    value      raw field value
 * out   *list_r    n of them, at most LIMIT_ADDRESSES; *strict_r: it kept RFC 5322's syntax
 * own   a
 * err   none: what is no address is left out and makes *strict_r false
 * ref   RFC 5322 3.4, RFC 2047 5 (an encoded word never ends or starts an address), 6532 */
size_t address_list(struct arena *a, struct bytes value, const struct mailaddr **list_r,
		    bool *strict_r);

/* address_key - the form under which an address is known to stores: lower case, domain in
 *               A-labels, brackets and source route removed
 * in    text   from an envelope, a file or a person; "<>" gives ""
 * out   NULL: it is no address (no "@", too long, a control character)
 * own   a
 * err   NULL, see out
 * ref   RFC 5321 2.4, 4.1.2; RFC 5890 */
const char *address_key(struct arena *a, const char *text);

/* address_domain - what stands after the last "@" of a key
 * out   NULL if there is none
 * err   none */
const char *address_domain(const char *key);

#endif
