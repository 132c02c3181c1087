/* The hashes that the signatures of one message are about. The wall around libopendkim,
 * which is used for canonicalisation alone: it gets no key and judges nothing. */
#ifndef AUTH_DKIM_HASH_H
#define AUTH_DKIM_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "message/message.h"

struct dkim_library;
struct dkim_hasher;

/* dkim_library_open - what all messages share
 * own   the caller closes it, when no hasher is left
 * err   aborts if the library cannot start */
struct dkim_library *dkim_library_open(void);

/* dkim_library_close - sets *lib to NULL
 * in    *lib may be NULL */
void dkim_library_close(struct dkim_library **lib);

struct dkim_hashes {
	struct bytes header, body;
	int64_t hashed_bytes; /* of the canonical body: all, or as many as l= says */
};

/* dkim_hasher_create - take in the header fields of a message
 * in    h[n]         all fields, from the top; read now, not kept
 *       wanted[n]    which of them are signatures to be checked; the other DKIM-Signature
 *                    fields are hashed where a signature signs them, if fed[] says so
 *       fed[n]       which fields the library may see at all
 * own   the caller destroys it
 * err   NULL: the library will not have it */
struct dkim_hasher *dkim_hasher_create(struct dkim_library *lib, const struct header *h,
				       size_t n, const bool *wanted, const bool *fed);

/* dkim_hasher_body - take in the body; a line end of LF alone counts as CRLF
 * use   once
 * err   false: the library will not have it, and there are no hashes */
bool dkim_hasher_body(struct dkim_hasher *d, struct bytes body);

/* dkim_hasher_get - the hashes for a signature
 * in    nth   count among the wanted fields
 * out   slices that live as long as the hasher
 * err   false: there are none */
bool dkim_hasher_get(struct dkim_hasher *d, size_t nth, struct dkim_hashes *hashes_r);

/* dkim_hasher_destroy - sets *d to NULL
 * in    *d may be NULL */
void dkim_hasher_destroy(struct dkim_hasher **d);

#endif
