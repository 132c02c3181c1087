/* The key that a signature of DKIM or ARC names, out of the answer of DNS. */
#ifndef AUTH_DKIM_KEY_H
#define AUTH_DKIM_KEY_H

#include <stdbool.h>

#include "auth/dkim_field.h"
#include "auth/keys.h"
#include "auth/resolver.h"

#define DKIM_KEY_BITS_MIN 1024 /* RFC 8301 3.2 */

struct dkim_key {
	struct public_key *key; /* NULL: there is none */
	bool testing;           /* its record says t=y */
};

/* dkim_key_find - the first good key record, and its key
 * in    answer   to dkim_field_key_name(); without records also where DNS did not answer
 * out   *key_r   in any case
 * own   the caller drops key_r->key
 * err   static words on what is wrong; NULL: there is a key
 * ref   RFC 6376 6.1.2 */
const char *dkim_key_find(struct keys *keys, const struct dkim_field *f,
			  const struct dns_answer *answer, struct dkim_key *key_r);

/* dkim_key_verifies - is b= the signature of this digest?
 * in    f   that can be read (f->wrong is NULL) */
bool dkim_key_verifies(const struct public_key *key, const struct dkim_field *f,
		       struct bytes digest);

#endif
