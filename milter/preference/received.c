/* Written by wonted-learn for each recipient of ours; read when feedback comes. */
#include "preference/received.h"

#include <glib.h>

#include "base/limits.h"
#include "store/keys.h"

static const struct codec_field received_fields[] = {
	CODEC_INT_FIELD(received, 1, time_s),
	CODEC_INT_FIELD(received, 2, message_id),
	CODEC_TEXT_FIELD(received, 3, sender, LIMIT_ADDRESS_BYTES),
	CODEC_TEXT_FIELD(received, 4, org, LIMIT_DNS_NAME_BYTES),
	CODEC_TEXT_FIELD(received, 5, list_id, LIMIT_ADDRESS_BYTES),
	CODEC_BOOL_FIELD(received, 6, proven),
	CODEC_TEXTS_FIELD(received, 7, signers, n_signers, LIMIT_SIGNERS),
};

const struct codec received_codec = {
	.name = "received",
	.version = 1,
	.size = sizeof(struct received),
	.fields = received_fields,
	.n_fields = COUNT_OF(received_fields),
};

enum answer received_decode(struct arena *a, struct bytes value,
			    struct received *received_r)
{
	return codec_decode(&received_codec, value, received_r, a);
}

struct store_write received_write(struct arena *a, const char *tenant,
				  const char *mailbox, const char *id,
				  const struct received *r)
{
	return (struct store_write){
		.key = key_build(a, FAMILY_RECEIVED, tenant, mailbox, id),
		.kind = STORE_PUT,
		.value = codec_encode(&received_codec, r, a),
		.ttl_s = key_families[FAMILY_RECEIVED].ttl_s,
	};
}

struct preference_subject received_subject(const struct received *r)
{
	return (struct preference_subject){ .sender = r->sender,
					    .org = r->org,
					    .list_id = r->list_id,
					    .proven = r->proven,
					    .signers = r->signers,
					    .n_signers = r->n_signers };
}

const char *received_signer(const struct received *r)
{
	const char *best = r->n_signers == 0 ? NULL : r->signers[0];

	for (size_t i = r->n_signers; i > 0; i--)
		if (r->list_id != NULL && g_str_has_suffix(r->list_id, r->signers[i - 1]))
			best = r->signers[i - 1];
	for (size_t i = 0; i < r->n_signers; i++)
		if (g_strcmp0(r->signers[i], r->org) == 0)
			best = r->signers[i];
	return best;
}
