/* The small records beside histories: threads, campaigns, and a tenant's baseline; their
 * codecs and how their changes are laid over what is stored. */
#include "behavior/behavior.h"

#include "base/limits.h"
#include "behavior/changes.h"
#include "store/keys.h"

static const struct codec_field thread_fields[] = {
	CODEC_BOOL_FIELD(thread, 1, in),
	CODEC_BOOL_FIELD(thread, 2, out),
	CODEC_INT_FIELD(thread, 3, first_day),
	CODEC_BLOB_FIELD(thread, 4, marks, MARK_BYTES *MARKS_MOST),
};

const struct codec thread_codec = {
	.name = "thread",
	.version = 1,
	.size = sizeof(struct thread),
	.fields = thread_fields,
	.n_fields = COUNT_OF(thread_fields),
};

static const struct codec_field baseline_fields[] = {
	CODEC_INT_FIELD(baseline, 1, since_s),
	CODEC_RECORD_FIELD(baseline, 2, all, &history_codec),
};

const struct codec baseline_codec = {
	.name = "baseline",
	.version = 1,
	.size = sizeof(struct baseline),
	.fields = baseline_fields,
	.n_fields = COUNT_OF(baseline_fields),
};

static const struct codec_field campaign_fields[] = {
	CODEC_INT_FIELD(campaign, 1, first_s),  CODEC_INT_FIELD(campaign, 2, last_s),
	CODEC_INT_FIELD(campaign, 3, count),    CODEC_INT_FIELD(campaign, 4, mailboxes),
	CODEC_INT_FIELD(campaign, 5, reported), CODEC_INT_FIELD(campaign, 6, rescued),
};

const struct codec campaign_codec = {
	.name = "campaign",
	.version = 1,
	.size = sizeof(struct campaign),
	.fields = campaign_fields,
	.n_fields = COUNT_OF(campaign_fields),
};

enum answer thread_decode(struct arena *a, struct bytes value, struct thread *thread_r)
{
	return codec_decode(&thread_codec, value, thread_r, a);
}

enum answer campaign_decode(struct arena *a, struct bytes value,
			    struct campaign *campaign_r)
{
	return codec_decode(&campaign_codec, value, campaign_r, a);
}

enum answer baseline_decode(struct arena *a, struct bytes value,
			    struct baseline *baseline_r)
{
	enum answer answer = codec_decode(&baseline_codec, value, baseline_r, a);

	if (answer != ANSWER_YES || history_is_sane(&baseline_r->all))
		return answer;
	memset(baseline_r, 0, sizeof(*baseline_r));
	return ANSWER_UNKNOWN;
}

enum answer baseline_ready(const struct baseline *b, int64_t now_s, int64_t age_s)
{
	if (b == NULL || b->since_s == 0)
		return ANSWER_NO;
	return now_s - b->since_s >= age_s ? ANSWER_YES : ANSWER_NO;
}

static bool merge_baseline(struct bytes old, struct bytes change, struct arena *a,
			   struct bytes *new_r)
{
	struct baseline b = { 0 }, more;

	if (old.at != NULL && baseline_decode(a, old, &b) != ANSWER_YES)
		return false;
	if (baseline_decode(a, change, &more) != ANSWER_YES)
		return false;
	if (more.since_s != 0 && (b.since_s == 0 || more.since_s < b.since_s))
		b.since_s = more.since_s;
	history_merge(&b.all, &more.all, a);
	*new_r = codec_encode(&baseline_codec, &b, a);
	return true;
}

static bool merge_history(struct bytes old, struct bytes change, struct arena *a,
			  struct bytes *new_r)
{
	struct history h = { 0 }, more;

	if (old.at != NULL && history_decode(a, old, &h) != ANSWER_YES)
		return false;
	if (history_decode(a, change, &more) != ANSWER_YES)
		return false;
	history_merge(&h, &more, a);
	*new_r = codec_encode(&history_codec, &h, a);
	return true;
}

struct store_write baseline_change(struct arena *a, const char *tenant, int64_t since_s)
{
	struct baseline b = { .since_s = since_s };

	return (struct store_write){
		.key = key_build(a, FAMILY_TENANT, tenant, NULL, NULL),
		.kind = STORE_MERGE,
		.value = codec_encode(&baseline_codec, &b, a),
		.ttl_s = key_families[FAMILY_TENANT].ttl_s,
		.merge = merge_baseline,
	};
}

struct store_write history_change(struct arena *a, enum family family, struct bytes key,
				  const struct history *h)
{
	struct baseline b = { 0 };

	if (family == FAMILY_TENANT)
		b.all = *h;
	return (struct store_write){
		.key = key,
		.kind = STORE_MERGE,
		.value = family == FAMILY_TENANT ? codec_encode(&baseline_codec, &b, a)
						 : codec_encode(&history_codec, h, a),
		.ttl_s = key_families[family].ttl_s,
		.merge = family == FAMILY_TENANT ? merge_baseline : merge_history,
	};
}

struct store_write thread_change(struct arena *a, struct bytes key,
				 const struct thread *t)
{
	return (struct store_write){
		.key = key,
		.kind = STORE_PUT, /* the batch has read and completed it */
		.value = codec_encode(&thread_codec, t, a),
		.ttl_s = key_families[FAMILY_THREAD].ttl_s,
	};
}
