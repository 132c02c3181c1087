/* See keys.h. One lock around the memory, none around the keys: OpenSSL lets many threads
 * verify with one. */
#include "auth/keys.h"

#include <glib.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <pthread.h>

#include "auth/base64.h"
#include "auth/tags.h"
#include "base/refs.h"

#define RSA_BITS_MAX 8192
#define EXPONENT_BITS_MAX 64
#define ED25519_BYTES 32

/* ---- records ---- */

/* h=: which hashes the key is for; none named means all */
static void read_hashes(const struct tags *tags, struct key_record *record)
{
	struct bytes list, hash;

	if (!tags_find(tags, "h", &list)) {
		record->sha1 = record->sha256 = true;
		return;
	}
	while (tag_next(&list, &hash)) {
		record->sha1 |= tag_is(hash, "sha1");
		record->sha256 |= tag_is(hash, "sha256");
	}
}

static bool for_mail(const struct tags *tags)
{
	struct bytes list, service;

	if (!tags_find(tags, "s", &list))
		return true;
	while (tag_next(&list, &service))
		if (tag_is(service, "*") || tag_is(service, "email"))
			return true;
	return false;
}

static void read_flags(const struct tags *tags, struct key_record *record)
{
	struct bytes list, flag;

	tags_find(tags, "t", &list);
	while (tag_next(&list, &flag)) {
		record->testing |= tag_is(flag, "y");
		record->strict_domain |= tag_is(flag, "s");
	}
}

const char *key_record_read(struct bytes text, struct key_record *record_r)
{
	struct tags tags;
	struct bytes value;

	*record_r = (struct key_record){ 0 };
	if (!tags_read(text, &tags))
		return "the key record is broken";
	if (tags_find(&tags, "v", &value) &&
	    (!bytes_equal(value, bytes_of("DKIM1")) || tags.at[0].name.at[0] != 'v'))
		return "the key record is of an unknown version";
	if (!tags_find(&tags, "p", &record_r->p))
		return "the key record has no key";
	if (record_r->p.n == 0)
		return "the key was revoked";
	if (tags_find(&tags, "k", &value)) {
		if (tag_is(value, "ed25519"))
			record_r->type = KEY_ED25519;
		else if (!tag_is(value, "rsa"))
			return "the key is of an unknown type";
	}
	if (!for_mail(&tags))
		return "the key is not for mail";
	read_hashes(&tags, record_r);
	read_flags(&tags, record_r);
	return NULL;
}

/* ---- keys ---- */

struct public_key {
	struct refs owners;
	enum key_type type;
	EVP_PKEY *pkey;
	unsigned bits;
};

/* a key in memory, known by the text of its p= */
struct kept {
	guint hash;
	enum key_type type;
	struct bytes p;
	struct public_key *key;
	GList link;
	char text[];
};

struct keys {
	pthread_mutex_t lock;
	GHashTable *kept;
	GQueue used; /* latest used first */
	size_t max;
	guint seed;
};

static guint kept_hash(gconstpointer p)
{
	return ((const struct kept *)p)->hash;
}

static gboolean kept_equal(gconstpointer a, gconstpointer b)
{
	const struct kept *x = a, *y = b;

	return x->hash == y->hash && x->type == y->type && bytes_equal(x->p, y->p);
}

/* the last bytes of a key are as good as random, but not to whom they belong */
static guint hash_of(const struct keys *k, struct bytes p)
{
	guint64 hash = 14695981039346656037u ^ k->seed;

	for (size_t i = 0; i < p.n; i++)
		hash = (hash ^ (guchar)p.at[i]) * 1099511628211u;
	return (guint)((hash ^ hash >> 29 ^ k->seed) * 0x9E3779B97F4A7C15u >> 32);
}

struct keys *keys_create(size_t max)
{
	struct keys *k = g_new0(struct keys, 1);

	pthread_mutex_init(&k->lock, NULL);
	k->kept = g_hash_table_new(kept_hash, kept_equal);
	g_queue_init(&k->used);
	k->max = max;
	k->seed = g_random_int();
	return k;
}

static void kept_remove(struct keys *k, struct kept *one)
{
	g_hash_table_remove(k->kept, one);
	g_queue_unlink(&k->used, &one->link);
	public_key_drop(&one->key);
	g_free(one);
}

void keys_destroy(struct keys **kp)
{
	struct keys *k = *kp;

	*kp = NULL;
	if (k == NULL)
		return;
	while (k->used.length > 0)
		kept_remove(k, g_queue_peek_tail(&k->used));
	g_hash_table_destroy(k->kept);
	pthread_mutex_destroy(&k->lock);
	g_free(k);
}

void public_key_drop(struct public_key **keyp)
{
	struct public_key *key = *keyp;

	*keyp = NULL;
	if (key == NULL || !refs_drop(&key->owners))
		return;
	EVP_PKEY_free(key->pkey);
	g_free(key);
}

unsigned public_key_bits(const struct public_key *key)
{
	return key->bits;
}

/* RFC 6376 wants a SubjectPublicKeyInfo; its errata tell of bare RSAPublicKeys in use */
static EVP_PKEY *decode_rsa(const uint8_t *der, size_t n)
{
	const uint8_t *at = der;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &at, (long)n);

	if (pkey != NULL)
		return pkey;
	at = der;
	return d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)n);
}

static bool rsa_bearable(EVP_PKEY *pkey)
{
	BIGNUM *e = NULL;
	bool good = EVP_PKEY_base_id(pkey) == EVP_PKEY_RSA &&
		    EVP_PKEY_bits(pkey) <= RSA_BITS_MAX &&
		    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
		    BN_num_bits(e) <= EXPONENT_BITS_MAX;

	BN_free(e);
	return good;
}

static EVP_PKEY *decode(const struct key_record *record)
{
	uint8_t der[LIMIT_TXT_BYTES];
	EVP_PKEY *pkey;
	size_t n;

	if (!base64_read(record->p, der, sizeof(der), &n))
		return NULL;
	if (record->type == KEY_ED25519)
		return n == ED25519_BYTES ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519,
									NULL, der, n)
					  : NULL;
	pkey = decode_rsa(der, n);
	if (pkey != NULL && !rsa_bearable(pkey)) {
		EVP_PKEY_free(pkey);
		return NULL;
	}
	return pkey;
}

static struct public_key *key_make(const struct key_record *record)
{
	EVP_PKEY *pkey = decode(record);
	struct public_key *key;

	ERR_clear_error();
	if (pkey == NULL)
		return NULL;
	key = g_new0(struct public_key, 1);
	refs_begin(&key->owners, 1);
	key->type = record->type;
	key->pkey = pkey;
	key->bits = record->type == KEY_ED25519 ? 256 : (unsigned)EVP_PKEY_bits(pkey);
	return key;
}

static struct public_key *key_keep(struct public_key *key)
{
	refs_take(&key->owners);
	return key;
}

static struct public_key *kept_find(struct keys *k, const struct kept *want)
{
	struct public_key *key = NULL;
	struct kept *one;

	pthread_mutex_lock(&k->lock);
	one = g_hash_table_lookup(k->kept, want);
	if (one != NULL) {
		g_queue_unlink(&k->used, &one->link);
		g_queue_push_head_link(&k->used, &one->link);
		key = key_keep(one->key);
	}
	pthread_mutex_unlock(&k->lock);
	return key;
}

static void kept_add(struct keys *k, const struct kept *want, struct public_key *key)
{
	struct kept *one = g_malloc0(sizeof(*one) + want->p.n);

	*one = *want;
	memcpy(one->text, want->p.at, want->p.n);
	one->p.at = one->text;
	one->key = key_keep(key);
	one->link.data = one;
	pthread_mutex_lock(&k->lock);
	if (!g_hash_table_contains(k->kept, one)) {
		g_hash_table_add(k->kept, one);
		g_queue_push_head_link(&k->used, &one->link);
		one = NULL;
		if (k->used.length > k->max)
			kept_remove(k, g_queue_peek_tail(&k->used));
	}
	pthread_mutex_unlock(&k->lock);
	if (one != NULL) { /* another thread was faster */
		public_key_drop(&one->key);
		g_free(one);
	}
}

struct public_key *keys_get(struct keys *k, const struct key_record *record)
{
	struct kept want = { .type = record->type, .p = record->p };
	struct public_key *key;

	want.hash = hash_of(k, record->p);
	key = kept_find(k, &want);
	if (key != NULL)
		return key;
	key = key_make(record);
	if (key != NULL)
		kept_add(k, &want, key);
	return key;
}

static bool verify_rsa(const struct public_key *key, const struct signed_hash *what)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	bool good = ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_signature_md(ctx, what->hash == KEY_SHA1
							       ? EVP_sha1()
							       : EVP_sha256()) == 1 &&
		    EVP_PKEY_verify(ctx, (const uint8_t *)what->signature.at,
				    what->signature.n, (const uint8_t *)what->digest.at,
				    what->digest.n) == 1;

	EVP_PKEY_CTX_free(ctx);
	return good;
}

/* RFC 8463 3: what is signed is the digest */
static bool verify_ed25519(const struct public_key *key, const struct signed_hash *what)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx != NULL &&
		    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
		    EVP_DigestVerify(ctx, (const uint8_t *)what->signature.at,
				     what->signature.n, (const uint8_t *)what->digest.at,
				     what->digest.n) == 1;

	EVP_MD_CTX_free(ctx);
	return good;
}

bool public_key_verifies(const struct public_key *key, const struct signed_hash *what)
{
	bool good =
		key->type == KEY_RSA ? verify_rsa(key, what) : verify_ed25519(key, what);

	if (!good)
		ERR_clear_error();
	return good;
}

/* ---- digests ---- */

struct digest {
	EVP_MD_CTX *ctx;
};

/* it fails for want of memory alone */
static void must(bool done)
{
	if (!done)
		g_error("OpenSSL computes no SHA-256");
}

struct digest *digest_create(void)
{
	struct digest *d = g_new(struct digest, 1);

	d->ctx = EVP_MD_CTX_new();
	must(d->ctx != NULL && EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL) == 1);
	return d;
}

struct digest *digest_copy(const struct digest *d)
{
	struct digest *copy = g_new(struct digest, 1);

	copy->ctx = EVP_MD_CTX_new();
	must(copy->ctx != NULL && EVP_MD_CTX_copy_ex(copy->ctx, d->ctx) == 1);
	return copy;
}

void digest_add(struct digest *d, struct bytes text)
{
	must(EVP_DigestUpdate(d->ctx, text.at, text.n) == 1);
}

struct bytes digest_get(const struct digest *d, uint8_t hash_r[DIGEST_BYTES])
{
	struct digest *copy = digest_copy(d);
	unsigned n = 0;

	must(EVP_DigestFinal_ex(copy->ctx, hash_r, &n) == 1 && n == DIGEST_BYTES);
	digest_free(&copy);
	return (struct bytes){ (const char *)hash_r, n };
}

void digest_free(struct digest **d)
{
	if (*d != NULL)
		EVP_MD_CTX_free((*d)->ctx);
	g_clear_pointer(d, g_free);
}

size_t keys_count(struct keys *k)
{
	size_t n;

	pthread_mutex_lock(&k->lock);
	n = k->used.length;
	pthread_mutex_unlock(&k->lock);
	return n;
}
