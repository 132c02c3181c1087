/* Addresses: lists as in header fields, and single ones as in envelopes. */
#ifndef MESSAGE_ADDRESS_H
#define MESSAGE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/message.h"

/* address_list - the mailboxes of a From, Sender, Reply-To, To or Cc value, groups flattened
 * in    value      raw field value
 * out   *list_r    n of them, at most LIMIT_ADDRESSES; *strict_r: it kept RFC 5322's syntax
 * own   a
 * err   what is no address is left out and makes *strict_r false
 * ref   RFC 5322 3.4, RFC 2047 5 (an encoded word never ends or starts an address), 6532 */
size_t address_list(struct arena *a, struct bytes value, const struct mailaddr **list_r,
		    bool *strict_r);

/* address_atom_char - may it stand in a local part without quotes? dots included
 * ref   RFC 5322 3.2.3, RFC 6532 3.2 */
static inline bool address_atom_char(char c)
{
	return (unsigned char)c > 0x20 && c != 0x7f &&
	       strchr("()<>[]:;@\\,\"", c) == NULL;
}

/* address_make - an address of its two parts, and its key
 * in    local    without quotes and backslashes
 *       domain   NULL: a local part alone
 * out   address, key and domain of *m_r; false: it is no address
 * own   a
 * err   false, see out */
bool address_make(struct arena *a, const char *local, const char *domain,
		  struct mailaddr *m_r);

/* address_key - the form under which an address is known to stores: lower case and
 *               composed (NFC), quotes only where they are needed, domain in A-labels,
 *               literals as inet_ntop() writes them; brackets and source route removed
 * in    text   from an envelope, a file or a person; "<>" gives ""
 * out   NULL: it is no address (no "@", too long, a control character, what needs quotes
 *       and has none: blanks, commas, a second "@")
 * own   a
 * err   NULL, see out
 * ref   RFC 5321 2.4, 4.1.2, 4.1.3; RFC 5890; RFC 6532 3.1 */
const char *address_key(struct arena *a, const char *text);

/* address_extended - an address with another extension instead of its own
 * in    address      a key, or an address in RFC 5321's syntax
 *       delimiters   each of these characters begins an extension; "": there are none
 *       extension    with its delimiter, as "+junk"; "": none
 * out   address itself where nothing is to be changed
 * own   a
 * err   what is no address comes back as it is
 * ref   RFC 5233 4 */
const char *address_extended(struct arena *a, const char *address, const char *delimiters,
			     const char *extension);

/* address_domain - what stands after the last "@" of a key
 * in    key   NULL: there was no address
 * out   NULL if there is none */
const char *address_domain(const char *key);

#endif
