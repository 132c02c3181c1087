/* One signature field of DKIM or ARC, read strictly. What it says is judged here; no hash, no
 * key. */
#ifndef AUTH_DKIM_FIELD_H
#define AUTH_DKIM_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/keys.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "message/message.h"

#define DKIM_SIGNATURE_BYTES 1024 /* an RSA key of 8192 bits makes as many */

/* the fields that are written in these tags */
enum signature_kind {
	SIGNATURE_DKIM,
	SIGNATURE_ARC_MESSAGE, /* RFC 8617 4.1.2 */
	SIGNATURE_ARC_SEAL,    /* RFC 8617 4.1.3: no body, no h= */
};

/* what a seal says of the sets below it */
enum arc_validation { ARC_CV_UNREAD, ARC_CV_NONE, ARC_CV_FAIL, ARC_CV_PASS };

struct dkim_field {
	const char *wrong; /* static words; NULL: it can be checked */
	/* slices of the value; empty where missing */
	struct bytes algorithm, domain, selector, names, signature, body_hash;
	char auid[LIMIT_ADDRESS_BYTES + 1]; /* i= decoded; "" if missing or too long */
	enum key_type key_type;
	enum key_hash hash;
	int64_t signed_s;     /* t=, 0: not said */
	int64_t expires_s;    /* x=, 0: not said */
	int64_t signed_bytes; /* l=, -1: the whole body */
	bool auid_below;      /* i= is of a subdomain of d= */
	bool relaxed_header;  /* c= */
	bool relaxed_body;
	int instance;           /* ARC: i=, 1 to LIMIT_ARC_SETS; 0: it has none */
	enum arc_validation cv; /* of a seal */
};

/* dkim_field_read - read the value of a signature field
 * in    value   any bytes; nothing is copied
 * out   *f_r    what could be read, also when it is wrong
 * err   see f_r->wrong
 * ref   RFC 6376 3.5, 6.1.1, RFC 8617 4.1 */
void dkim_field_read(struct bytes value, enum signature_kind kind,
		     struct dkim_field *f_r);

/* dkim_field_is - is a header field a DKIM-Signature? */
bool dkim_field_is(const struct header *h);

/* dkim_field_key_name - where its key lies: selector._domainkey.domain
 * own   the caller frees it with g_free() */
char *dkim_field_key_name(const struct dkim_field *f);

#endif
