/* Values as a store may bring them: the first byte chooses the codec, the rest is the value.
 * What decodes must encode, decode again to the same, print, merge and answer questions. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "behavior/behavior.h"
#include "mailbox/mailbox.h"
#include "person/person.h"
#include "preference/received.h"
#include "store/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct codec *const codecs[] = {
	&person_codec,     &people_codec,   &mailbox_codec,
	&preference_codec, &history_codec,  &thread_codec,
	&baseline_codec,   &campaign_codec, &received_codec,
};

static void round_trip(const struct codec *c, struct bytes value, struct arena *a)
{
	void *one = arena_alloc(a, c->size), *two = arena_alloc(a, c->size);
	GString *out = g_string_new(NULL);
	struct bytes again;

	if (codec_decode(c, value, one, a) == ANSWER_YES) {
		again = codec_encode(c, one, a);
		g_assert_cmpint(codec_decode(c, again, two, a), ==, ANSWER_YES);
		g_assert_true(bytes_equal(again, codec_encode(c, two, a)));
		codec_json(c, one, out);
		g_assert_true(g_utf8_validate(out->str, (gssize)out->len, NULL));
	}
	g_string_free(out, TRUE);
}

static void ask(const struct history *h, int64_t today)
{
	for (int64_t day = today - 1; day <= today + 1; day++) {
		history_known(h, day);
		history_recent_in_milli(h, day);
		history_days_known(h, day);
		history_days_seen(h, day);
		history_last_in(h, day);
		history_last_out(h, day);
		history_mailboxes(h, day);
		history_today_mailboxes(h, day);
		history_usual_day_milli(h, day);
		history_usual_hour(h, 7, day);
		for (int kind = 0; kind < USUAL_COUNT; kind++) {
			history_usual(h, (enum usual)kind, "x.example", day);
			history_ever(h, (enum usual)kind, day);
		}
	}
}

static void merge_histories(struct bytes value, struct arena *a)
{
	struct history h, more;

	if (history_decode(a, value, &h) != ANSWER_YES)
		return;
	ask(&h, h.open_day);
	g_assert_cmpint(history_decode(a, value, &more), ==, ANSWER_YES);
	more.mark = 0;
	history_merge(&h, &more, a);
	ask(&h, h.open_day);
}

static void look_at_preference(struct bytes value, struct arena *a)
{
	struct preference_view v;
	struct preference p;

	if (preference_decode(a, value, &p) != ANSWER_YES)
		return;
	for (enum preference_entry of = 0; of < ENTRY_COUNT; of++) {
		preference_look(&p, of, NULL, 1700000000, &v);
		g_assert_cmpint(v.kind, <, PREFERENCE_COUNT);
		g_assert_cmpint(v.strength, <, STRENGTH_COUNT);
	}
}

/* the merges that stores call */
static void merge_changes(struct bytes value, struct arena *a)
{
	const struct preference_evidence act = { .message = 7,
						 .at_ms = 1700000000000,
						 .label = PREFERENCE_JUNK,
						 .feedback = FEEDBACK_JUNK };
	struct store_write writes[] = {
		preference_change(a, "t", "a@x.example", "@y.example",
				  &(struct preference){ .stated_ms = 5,
							.evidence = &act,
							.n_evidence = 1 }),
		baseline_change(a, "t", 1),
		mailbox_change(a, "t", "a@x.example", &(struct mailbox){ .kind = 1 }),
		person_change(
			a, FAMILY_NAME, "t", "=x",
			people_value(a,
				     &(const struct person *const){
					     &(struct person){ .id = "a@x.example" } },
				     1)),
	};
	struct bytes merged;

	for (size_t i = 0; i < G_N_ELEMENTS(writes); i++) {
		writes[i].merge(value, writes[i].value, a, &merged);
		if (writes[i].merge(writes[i].value, value, a, &merged))
			g_assert_cmpuint(merged.n, <=, LIMIT_VALUE_BYTES);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a;
	struct key_parts parts;
	struct bytes value;
	char *exact;

	if (n == 0)
		return 0;
	exact = g_memdup2(data + 1, n - 1);
	value = (struct bytes){ .at = exact, .n = n - 1 };
	a = arena_create();
	round_trip(codecs[data[0] % G_N_ELEMENTS(codecs)], value, a);
	merge_histories(value, a);
	look_at_preference(value, a);
	merge_changes(value, a);
	key_split(a, value, &parts);
	arena_destroy(&a);
	g_free(exact);
	return 0;
}
