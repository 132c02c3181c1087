/* See dkim_key.h. */
#include "auth/dkim_key.h"

#include <glib.h>

#include "auth/base64.h"

/* the key record among the answers: the first good one, or why none is */
static const char *record_find(const struct dns_answer *a, struct key_record *record_r)
{
	const char *wrong = "there is no key";

	for (size_t i = 0; i < a->n; i++) {
		wrong = a->rrs[i].truncated ? "the key record is too long"
					    : key_record_read(a->rrs[i].data, record_r);
		if (wrong == NULL)
			break;
	}
	return wrong;
}

static const char *key_unfit(const struct dkim_field *f, const struct key_record *record)
{
	if (record->type != f->key_type)
		return "the key is of another type than the signature";
	if (f->hash == KEY_SHA1 ? !record->sha1 : !record->sha256)
		return "the key is not for this hash";
	if (record->strict_domain && f->auid_below)
		return "the key is not for subdomains";
	return NULL;
}

const char *dkim_key_find(struct keys *keys, const struct dkim_field *f,
			  const struct dns_answer *answer, struct dkim_key *key_r)
{
	struct key_record record = { 0 };
	const char *wrong = record_find(answer, &record);

	*key_r = (struct dkim_key){ 0 };
	if (wrong != NULL)
		return wrong;
	key_r->testing = record.testing;
	wrong = key_unfit(f, &record);
	if (wrong != NULL)
		return wrong;
	key_r->key = keys_get(keys, &record);
	return key_r->key == NULL ? "the key cannot be read" : NULL;
}

bool dkim_key_verifies(const struct public_key *key, const struct dkim_field *f,
		       struct bytes digest)
{
	uint8_t binary[DKIM_SIGNATURE_BYTES];
	struct signed_hash what = { .hash = f->hash, .digest = digest };
	size_t n;

	g_assert(f->wrong == NULL);
	if (!base64_read(f->signature, binary, sizeof(binary), &n))
		return false;
	what.signature = (struct bytes){ .at = (const char *)binary, .n = n };
	return public_key_verifies(key, &what);
}
