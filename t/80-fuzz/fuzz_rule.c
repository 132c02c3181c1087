/* Rule files, their lists and tests, from any bytes. Input: parts divided by lines of
 * "====": rules, proof, list. What loads must print to what loads again, to the same rules. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "rule/rule.h"
#include "rule/suppose.h"

#define DIVIDER "\n====\n"

static struct bytes next_part(struct bytes *rest)
{
	const char *end =
		rest->n == 0 ? NULL : memmem(rest->at, rest->n, DIVIDER, strlen(DIVIDER));
	struct bytes part = *rest;

	if (end == NULL) {
		*rest = (struct bytes){ .at = NULL, .n = 0 };
		return part;
	}
	part.n = (size_t)(end - part.at);
	rest->n -= part.n + strlen(DIVIDER);
	rest->at = end + strlen(DIVIDER);
	return part;
}

static struct ruleset *load(struct bytes rules, struct bytes proof, struct bytes list)
{
	struct rule_text texts[] = { { "r.rules", rules },
				     { "r.rtest", proof },
				     { "lists/l.txt", list } };
	struct ruleset_source source = { .texts = texts, .n_texts = 3 };
	GError *e = NULL;
	struct ruleset *rs = ruleset_load_texts(&source, &e);

	g_assert((rs == NULL) == (e != NULL));
	g_assert(e == NULL || g_utf8_validate(e->message, -1, NULL));
	g_clear_error(&e);
	return rs;
}

/* printing is stable */
static char *check_format(const char *name, struct bytes text)
{
	char *once = rules_format(name, text, NULL), *twice;

	if (once == NULL)
		return NULL;
	twice = rules_format(name, bytes_of(once), NULL);
	g_assert_cmpstr(once, ==, twice);
	g_free(twice);
	return once;
}

/* what nothing is supposed of comes out as it did */
static void check_supposed(struct arena *a, const struct ruleset *rs,
			   const struct evidence *e, const struct rcpt_hits *hits)
{
	enum answer signals[DETECTOR_COUNT] = { ANSWER_NO };
	struct hit *counted = arena_new(a, struct hit, hits->n + 1);
	struct suppose_setup setup = { .features = e->features,
				       .facts = e->facts,
				       .signals = signals,
				       .hits = counted };
	const struct supposition what = { e->features, e->facts, signals, NULL, NULL, 0 };
	const struct supposer *s;

	for (size_t i = 0; i < hits->n; i++)
		if (!hits->at[i].observed)
			counted[setup.n_hits++] = hits->at[i];
	s = supposer_create(a, rs, &setup);
	g_assert(s != NULL || hits->overrun);
	if (s == NULL)
		return;
	struct points_range range = suppose(s, &what);

	for (size_t axis = 0; axis < AXIS_COUNT; axis++) {
		g_assert(range.least[axis] == hits->milli[axis]);
		g_assert(range.most[axis] == hits->milli[axis]);
	}
}

static void run(const struct ruleset *rs)
{
	struct arena *a = arena_create();
	struct features *f = arena_new(a, struct features, 1);
	struct rcpt_facts *rcpts = arena_new(a, struct rcpt_facts, 2);
	struct signal *signals = arena_new(a, struct signal, DETECTOR_COUNT);
	struct facts facts = { .rcpts = rcpts, .n_rcpts = 2 };
	struct rcpt_signals each[2] = { { signals }, { signals } };
	const char *items[] = { "a.example", "x.exe" };
	struct evidence e = { .arena = a, .features = f, .facts = rcpts };

	for (size_t i = 0; i < FEATURE_COUNT; i++) {
		f->at[i] = VALUE_OF_BOOL(true);
		f->at[i].number = 5;
		f->at[i].text = "Some text of a message\nwith lines";
		if (feature_names.rows[i].type == VALUE_LIST)
			f->at[i] = value_of_list(items, 2);
	}
	for (size_t i = 0; i < FACT_COUNT; i++)
		rcpts[1].at[i] = VALUE_UNKNOWN;
	const struct rcpt_hits *hits =
		ruleset_run(a, &(struct rules_in_force){ .rules = rs }, f, &facts, each);

	for (size_t i = 0; i < hits[0].n; i++)
		g_assert(g_utf8_validate(hits[0].at[i].reason, -1, NULL));
	ruleset_explain(&(struct rules_in_force){ .rules = rs }, &e, &each[0]);
	check_supposed(a, rs, &e, &hits[0]);
	arena_destroy(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes rest = { .at = (const char *)data, .n = n };
	struct bytes rules = next_part(&rest), proof = next_part(&rest);
	struct ruleset *rs = load(rules, proof, rest);
	char *printed = check_format("r.rules", rules);

	g_free(check_format("r.rtest", proof));
	if (rs != NULL) {
		struct ruleset *again = load(bytes_of(printed), proof, rest);

		g_assert(again != NULL && ruleset_count(again) == ruleset_count(rs));
		for (size_t i = 0; i < ruleset_count(rs); i++)
			g_assert_cmpstr(ruleset_rule(rs, i)->condition, ==,
					ruleset_rule(again, i)->condition);
		run(rs);
		ruleset_free(again);
	}
	ruleset_free(rs);
	g_free(printed);
	return 0;
}
