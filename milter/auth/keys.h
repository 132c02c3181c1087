/* Public keys of DKIM: their records, and a memory of decoded ones (decoding costs eight
 * times what a verification does); and the hashes they sign. The wall around OpenSSL. */
#ifndef AUTH_KEYS_H
#define AUTH_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum key_type { KEY_RSA, KEY_ED25519 };
enum key_hash { KEY_SHA1, KEY_SHA256 };

struct key_record {
	enum key_type type;
	bool sha1, sha256;  /* h= allows it */
	bool testing;       /* t=y */
	bool strict_domain; /* t=s: i= and d= have the same domain */
	struct bytes p;     /* base64, not empty */
};

/* key_record_read - read a key record
 * in    text   any bytes; nothing is copied
 * err   NULL: it is good; else static words on what is wrong
 * ref   RFC 6376 3.6.1, RFC 8463 4 */
const char *key_record_read(struct bytes text, struct key_record *record_r);

struct keys;
struct public_key;
struct digest;

/* keys_create - a memory for max decoded keys. They are known by their text, so a key that
 *               was changed in DNS is never taken for its old self, and none gets old here.
 * own   the caller destroys it */
struct keys *keys_create(size_t max);

/* keys_destroy - sets *k to NULL; keys still held stay good
 * in    *k may be NULL */
void keys_destroy(struct keys **k);

/* keys_get - the decoded key of a record
 * own   the caller drops it
 * err   NULL: it cannot be decoded, is of another type than the record says, or so large
 *             (over 8192 bits, exponent over 64 bits) that it would only burn time
 * use   any thread */
struct public_key *keys_get(struct keys *k, const struct key_record *record);

/* public_key_drop - give a key back, set *key to NULL
 * in    *key may be NULL
 * use   any thread */
void public_key_drop(struct public_key **key);

/* public_key_bits - its size; 256 for Ed25519 */
unsigned public_key_bits(const struct public_key *key);

struct signed_hash {
	enum key_hash hash;
	struct bytes digest;
	struct bytes signature; /* binary */
};

/* public_key_verifies - is the signature of this digest by this key?
 * err   false also for a digest or signature of a wrong length
 * cost  25 microseconds for RSA-2048
 * use   any thread
 * ref   RFC 8017 8.2, RFC 8463 3 */
bool public_key_verifies(const struct public_key *key, const struct signed_hash *what);

#define DIGEST_BYTES 32

/* digest_create - a SHA-256 of nothing yet; OpenSSL's, which is several times as fast as GLib's
 * own the caller frees it
 * err   aborts without memory */
struct digest *digest_create(void);

/* digest_copy - another one that goes on from here
 * own   the caller frees it
 * err   aborts without memory */
struct digest *digest_copy(const struct digest *d);

/* digest_add - add bytes */
void digest_add(struct digest *d, struct bytes text);

/* digest_get - the hash of what was added so far; more can be added afterwards
 * out   a slice of hash_r */
struct bytes digest_get(const struct digest *d, uint8_t hash_r[DIGEST_BYTES]);

/* digest_free - set *d to NULL; it may be NULL */
void digest_free(struct digest **d);

/* keys_count - decoded keys in memory
 * use   any thread */
size_t keys_count(struct keys *k);

#endif
