/* Any bytes as a message: all features are set and valid UTF-8, and detectors find words fit
 * to show, whatever the memory says. */
#include <glib.h>
#include <stdint.h>

#include "detect/detect.h"
#include "feature/feature.h"

static void check_value(const struct value *v, enum value_type type)
{
	if (v->known != ANSWER_YES)
		return;
	if (type == VALUE_TEXT)
		g_assert_true(v->text != NULL && g_utf8_validate(v->text, -1, NULL));
	for (size_t i = 0; type == VALUE_LIST && i < v->n_items; i++)
		g_assert_true(g_utf8_validate(v->items[i], -1, NULL));
}

static struct value any_value(enum value_type type, bool yes)
{
	static const char *const items[] = { "x@example.org" };

	if (type == VALUE_BOOL)
		return VALUE_OF_BOOL(yes);
	if (type == VALUE_INT)
		return VALUE_OF_INT(yes);
	if (type == VALUE_LIST)
		return value_of_list(items, yes ? 1 : 0);
	return value_of_text(yes ? "example.org" : NULL);
}

static void check_signals(struct arena *a, const struct features *f,
			  struct rcpt_facts *rcpt)
{
	const struct facts facts = { .rcpts = rcpt, .n_rcpts = 1 };
	const struct rcpt_signals *all = detectors_look(a, f, &facts, NULL);

	for (size_t d = 0; d < DETECTOR_COUNT; d++) {
		const struct signal *s = &all[0].at[d];

		g_assert_true((s->answer == ANSWER_YES) == (s->words != NULL));
		for (const char *p = s->words; p != NULL && *p != '\0';
		     p = g_utf8_next_char(p))
			g_assert_true(g_unichar_isprint(g_utf8_get_char(p)));
		g_assert_true(s->words == NULL || g_utf8_validate(s->words, -1, NULL));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct message_limits limits = { .max_bytes = 1 << 20 };
	const struct envelope e = { .mail_from = "a@example.org",
				    .received_s = 1736157610 };
	struct bytes raw = { .at = (const char *)data, .n = n };
	struct arena *a = arena_create();
	struct rcpt_facts rcpt;
	struct features f;

	message_library_init();
	features_take(a, message_parse(a, raw, &limits), &e, NULL, &f);
	for (size_t i = 0; i < FEATURE_COUNT; i++)
		check_value(&f.at[i], feature_names.rows[i].type);
	for (int way = 0; way < 3; way++) {
		for (size_t i = 0; i < FACT_COUNT; i++)
			rcpt.at[i] =
				way == 2 ? VALUE_UNKNOWN
					 : any_value(fact_names.rows[i].type, way == 1);
		check_signals(a, &f, &rcpt);
	}
	arena_destroy(&a);
	return 0;
}
