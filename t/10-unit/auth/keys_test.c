/* Key records, and the memory of decoded keys. */
#include "auth/keys.h"

#include <pthread.h>

#include "sign_fixture.h"

static const struct {
	const char *text, *wrong;
	enum key_type type;
	bool sha1, sha256, testing, strict;
} rows[] = {
	{ "p=AAAA", NULL, KEY_RSA, true, true, false, false },
	{ "v=DKIM1; k=rsa; p=AAAA", NULL, KEY_RSA, true, true, false, false },
	{ "v=DKIM1;; k=RSA; p=AAAA;", NULL, KEY_RSA, true, true, false, false },
	{ "k=ed25519; p=AAAA", NULL, KEY_ED25519, true, true, false, false },
	{ "h=sha256; t=y:s; p=AAAA; s=web:email", NULL, KEY_RSA, false, true, true,
	  true },
	{ "h=sha1:x; t=x; p=AA\n AA; s=*; n=a note; x=1", NULL, KEY_RSA, true, false,
	  false, false },
	/* RFC 6376 3.6.1: v= "MUST be the first tag in the record", "If specified, this tag
	 * MUST be set to "DKIM1"" */
	{ "p=AAAA; v=DKIM1", "the key record is of an unknown version", 0, 0, 0, 0, 0 },
	{ "v=DKIM2; p=AAAA", "the key record is of an unknown version", 0, 0, 0, 0, 0 },
	{ "v=dkim1; p=AAAA", "the key record is of an unknown version", 0, 0, 0, 0, 0 },
	/* "An empty value means that this public key has been revoked." */
	{ "v=DKIM1; p=", "the key was revoked", 0, 0, 0, 0, 0 },
	{ "v=DKIM1", "the key record has no key", 0, 0, 0, 0, 0 },
	{ "k=dsa; p=AAAA", "the key is of an unknown type", 0, 0, 0, 0, 0 },
	{ "s=web; p=AAAA", "the key is not for mail", 0, 0, 0, 0, 0 },
	{ "", "the key record is broken", 0, 0, 0, 0, 0 },
	{ "v=spf1 -all", "the key record is of an unknown version", 0, 0, 0, 0, 0 },
	{ "p=A; p=B", "the key record is broken", 0, 0, 0, 0, 0 },
};

static void test_records(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct key_record record;

		g_test_message("%s", rows[i].text);
		g_assert_cmpstr(key_record_read(bytes_of(rows[i].text), &record), ==,
				rows[i].wrong);
		if (rows[i].wrong != NULL)
			continue;
		g_assert_cmpint(record.type, ==, rows[i].type);
		g_assert_true(record.sha1 == rows[i].sha1);
		g_assert_true(record.sha256 == rows[i].sha256);
		g_assert_true(record.testing == rows[i].testing);
		g_assert_true(record.strict_domain == rows[i].strict);
	}
}

static struct key_record record_of(enum key_type type, const char *p)
{
	return (struct key_record){ .type = type, .p = bytes_of(p) };
}

static void test_memory(void)
{
	struct keys *k = keys_create(2);
	struct signer s[3] = { signer_rsa(1024), signer_rsa(2048), signer_ed25519() };
	struct public_key *key[3], *again;

	for (int i = 0; i < 3; i++) {
		struct key_record record =
			record_of(i == 2 ? KEY_ED25519 : KEY_RSA, s[i].record);

		key[i] = keys_get(k, &record);
		g_assert_nonnull(key[i]);
		again = keys_get(k, &record);
		g_assert_true(again == key[i]);
		public_key_drop(&again);
	}
	g_assert_cmpuint(keys_count(k), ==, 2);
	g_assert_cmpuint(public_key_bits(key[0]), ==, 1024);
	g_assert_cmpuint(public_key_bits(key[1]), ==, 2048);
	g_assert_cmpuint(public_key_bits(key[2]), ==, 256);
	/* the first was the least lately used: it is decoded anew, and its old self stays good
	 * for who holds it */
	again = keys_get(
		k, &(struct key_record){ .type = KEY_RSA, .p = bytes_of(s[0].record) });
	g_assert_true(again != key[0]);
	keys_destroy(&k);
	public_key_drop(&again);
	for (int i = 0; i < 3; i++) {
		public_key_drop(&key[i]);
		signer_free(&s[i]);
	}
}

static char *rsa_with(unsigned bits, unsigned exponent_bits)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
	BIGNUM *e = BN_new();
	EVP_PKEY *key = NULL;
	unsigned char *der = NULL;
	char *text;
	int n;

	BN_set_bit(e, (int)exponent_bits - 1);
	BN_set_bit(e, 0);
	g_assert_cmpint(EVP_PKEY_keygen_init(ctx), ==, 1);
	g_assert_cmpint(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits), ==, 1);
	g_assert_cmpint(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e), ==, 1);
	g_assert_cmpint(EVP_PKEY_generate(ctx, &key), ==, 1);
	n = i2d_PUBKEY(key, &der);
	text = g_base64_encode(der, (gsize)n);
	OPENSSL_free(der);
	BN_free(e);
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(ctx);
	return text;
}

static void expect_bearable(const char *p, bool yes)
{
	struct keys *k = keys_create(2);
	struct key_record record = record_of(KEY_RSA, p);
	struct public_key *key = keys_get(k, &record);

	g_assert_true((key != NULL) == yes);
	public_key_drop(&key);
	keys_destroy(&k);
}

/* a key that only burns time is none */
static void test_bearable(void)
{
	static const unsigned exponents[] = { 17, 64, 65, 200 };

	for (size_t i = 0; i < G_N_ELEMENTS(exponents); i++) {
		char *p = rsa_with(1024, exponents[i]);

		expect_bearable(p, exponents[i] <= 64);
		g_free(p);
	}
	expect_bearable("AAAA", false);
	expect_bearable("!", false);
	expect_bearable("pP+YUyRjAvKha4Oc49KAY703oLUS1NLMEuGD3IHMKww=", false);
}

static void *get_many(void *arg)
{
	struct keys *k = arg;

	for (int i = 0; i < 300; i++) {
		char raw[32] = { (char)(i % 7), 1 },
		     *p = g_base64_encode((guchar *)raw, 32);
		struct key_record record = record_of(KEY_ED25519, p);
		struct public_key *key = keys_get(k, &record);

		g_assert_nonnull(key);
		public_key_drop(&key);
		g_free(p);
	}
	return NULL;
}

static void test_threads(void)
{
	struct keys *k = keys_create(3);
	pthread_t t[4];

	for (size_t i = 0; i < G_N_ELEMENTS(t); i++)
		g_assert_cmpint(pthread_create(&t[i], NULL, get_many, k), ==, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(t); i++)
		pthread_join(t[i], NULL);
	g_assert_cmpuint(keys_count(k), ==, 3);
	keys_destroy(&k);
}

/* FIPS 180-2, B.1 and B.3 */
static void expect_hash(const struct digest *d, const char *hex)
{
	uint8_t hash[DIGEST_BYTES];
	struct bytes is = digest_get(d, hash);
	GString *text = g_string_new(NULL);

	g_assert_cmpuint(is.n, ==, DIGEST_BYTES);
	for (size_t i = 0; i < is.n; i++)
		g_string_append_printf(text, "%02x", (unsigned char)is.at[i]);
	g_assert_cmpstr(text->str, ==, hex);
	g_string_free(text, TRUE);
}

static void test_digest(void)
{
	static const char abc[] =
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	struct digest *d = digest_create(), *branch;

	expect_hash(d,
		    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_add(d, bytes_of("ab"));
	digest_add(d, bytes_of(""));
	digest_add(d, (struct bytes){ 0 });
	branch = digest_copy(d);
	digest_add(d, bytes_of("c"));
	expect_hash(d, abc);
	expect_hash(d, abc); /* asking ends nothing */
	digest_add(d, bytes_of("d"));
	digest_add(branch, bytes_of("c"));
	expect_hash(branch, abc);
	digest_free(&branch);
	g_assert_null(branch);
	digest_free(&branch);
	digest_free(&d);
	d = digest_create();
	for (int i = 0; i < 1000; i++) {
		char *thousand = g_strnfill(1000, 'a');

		digest_add(d, bytes_of(thousand));
		g_free(thousand);
	}
	expect_hash(d,
		    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	digest_free(&d);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/keys/records", test_records);
	g_test_add_func("/auth/keys/memory", test_memory);
	g_test_add_func("/auth/keys/bearable", test_bearable);
	g_test_add_func("/auth/keys/threads", test_threads);
	g_test_add_func("/auth/keys/digest", test_digest);
	return g_test_run();
}
