/* A recipient who is an alias: what the mailbox behind it knows counts too, in the one batch
 * of the message; and where it was not asked, nothing is claimed that it could refute. */
#include <glib.h>

#include "behavior/behavior.h"
#include "config/load.h"
#include "lookup/aliases.h"
#include "lookup/lookup.h"
#include "lookup/plan.h"
#include "mailbox/mailbox.h"
#include "store/keys.h"

#define DAY 86400
#define TODAY 20000
#define NOW ((int64_t)TODAY * DAY + 3600)
#define PAIR (NEED_TENANT | NEED_PAIR)
#define ALIAS "a.smith@own.example"
#define ANN "ann@own.example"
#define JOE "joe@own.example"
#define BOB "bob@firm.example"

static const char conf[] = "tenant \"own\" { domains = \"own.example\" }\n";

struct setting {
	const struct options *options;
	struct arena *arena;
	struct store *store;
	struct aliases *aliases;
	struct features features;
	struct envelope envelope;
	struct recipient rcpts[2];
	struct facts facts;
};

static void put(struct setting *s, struct bytes key, const struct codec *c,
		const void *record)
{
	const struct store_write w = { .key = key,
				       .kind = STORE_PUT,
				       .value = codec_encode(c, record, s->arena) };

	g_assert_cmpint(store_write_many(s->store, &w, 1, NULL), ==, STORE_WROTE);
}

static void open_all(struct setting *s, gconstpointer url)
{
	const struct baseline b = { .since_s = NOW - 100 * DAY };

	*s = (struct setting){ .arena = arena_create(), .aliases = aliases_create(10) };
	s->options = options_load_text("test", bytes_of(conf), NULL);
	s->store = store_open(
		url != NULL ? url : "mem:", &(struct store_setup){ .write = true }, NULL);
	for (size_t i = 0; i < FEATURE_COUNT; i++)
		s->features.at[i] = VALUE_ABSENT;
	s->features.envelope = &s->envelope;
	s->features.at[FEATURE_FROM_ADDRESS] = value_of_text(BOB);
	s->rcpts[0] = (struct recipient){ .address = ALIAS, .key = ALIAS };
	s->rcpts[1] = (struct recipient){ .address = ANN, .key = ANN };
	s->envelope = (struct envelope){ .rcpts = s->rcpts, .n_rcpts = 1 };
	put(s, key_build(s->arena, FAMILY_TENANT, "own", NULL, NULL), &baseline_codec,
	    &b);
}

static void close_all(struct setting *s, gconstpointer url)
{
	(void)url;
	aliases_unref(s->aliases);
	store_close(&s->store);
	options_unref(s->options);
	arena_destroy(&s->arena);
}

static void lead(struct setting *s, const char *address, const char *canonical)
{
	const struct mailbox box = { .kind = MAILBOX_USER, .canonical = canonical };

	put(s, key_build(s->arena, FAMILY_MAILBOX, "own", address, NULL), &mailbox_codec,
	    &box);
}

/* n messages from Bob, ending that many days ago; all marked as written by one batch */
static void wrote(struct setting *s, const char *mailbox, int64_t n, int64_t ago)
{
	const struct history h = {
		.open_day = TODAY - ago,
		.in = { .messages = { .closed = n - 1, .open = 1 },
			.first_day = TODAY - ago - 30,
			.last_day = TODAY - ago },
		.mark = 4711,
	};

	put(s, key_build(s->arena, FAMILY_PAIR, "own", mailbox, BOB), &history_codec, &h);
}

static size_t run(struct setting *s)
{
	const struct lookup_setup setup = { .options = s->options,
					    .store = s->store,
					    .aliases = s->aliases,
					    .needs = PAIR,
					    .now_s = NOW };

	lookup_run(s->arena, &setup, &s->features, &s->facts);
	return s->facts.keys_asked;
}

static const struct value *fact(const struct setting *s, enum fact_id id)
{
	return &s->facts.rcpts[0].at[id];
}

static void told(const struct setting *s, enum answer known, enum answer first)
{
	g_assert_cmpint(value_answer(fact(s, FACT_PAIR_KNOWN)), ==, known);
	g_assert_cmpint(value_answer(fact(s, FACT_PAIR_FIRST_CONTACT)), ==, first);
}

static void leads_to(const struct setting *s, const char *mailbox)
{
	g_assert_cmpstr(fact(s, FACT_RCPT_CANONICAL)->text, ==, mailbox);
}

static void test_no_alias(struct setting *s, gconstpointer url)
{
	(void)url;
	/* nothing is known of the address: it is its own mailbox */
	g_assert_cmpuint(run(s), ==, 3);
	told(s, ANSWER_NO, ANSWER_YES);
	leads_to(s, ALIAS);
	lead(s, ALIAS, NULL);
	run(s);
	told(s, ANSWER_NO, ANSWER_YES);
	leads_to(s, ALIAS);
	lead(s, ALIAS, ALIAS);
	run(s);
	told(s, ANSWER_NO, ANSWER_YES);
	leads_to(s, ALIAS);
	g_assert_cmpuint(aliases_count(s->aliases), ==, 0);
	g_assert_false(s->facts.degraded);
}

static void test_first_and_next(struct setting *s, gconstpointer url)
{
	(void)url;
	lead(s, ALIAS, ANN);
	wrote(s, ANN, 5, 3);
	/* the first message after a start: Ann was not asked, so nobody says "never" */
	g_assert_cmpuint(run(s), ==, 3);
	told(s, ANSWER_UNKNOWN, ANSWER_UNKNOWN);
	leads_to(s, ANN);
	g_assert_cmpint(fact(s, FACT_PAIR_MESSAGES_IN)->known, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(fact(s, FACT_PAIR_DAYS_KNOWN)->known, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(fact(s, FACT_PAIR_SOLICITED)->known, ==, ANSWER_UNKNOWN);
	g_assert_false(s->facts.degraded);
	/* the next one: one key more */
	g_assert_cmpuint(run(s), ==, 4);
	told(s, ANSWER_YES, ANSWER_NO);
	g_assert_cmpint(fact(s, FACT_PAIR_MESSAGES_IN)->number, ==, 5);
	g_assert_cmpint(fact(s, FACT_PAIR_DAYS_SINCE_IN)->number, ==, 3);
	/* nobody knows Bob: then never means never */
	s->features.at[FEATURE_FROM_ADDRESS] = value_of_text("new@firm.example");
	run(s);
	told(s, ANSWER_NO, ANSWER_YES);
	g_assert_cmpint(fact(s, FACT_PAIR_MESSAGES_IN)->number, ==, 0);
}

/* What was remembered under the alias before it was one counts, too. */
static void test_both(struct setting *s, gconstpointer url)
{
	(void)url;
	lead(s, ALIAS, ANN);
	wrote(s, ANN, 5, 3);
	wrote(s, ALIAS, 2, 60);
	/* a part: it tells that he is known, but no numbers */
	run(s);
	told(s, ANSWER_YES, ANSWER_NO);
	g_assert_cmpint(fact(s, FACT_PAIR_MESSAGES_IN)->known, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(fact(s, FACT_PAIR_DAYS_SINCE_IN)->known, ==, ANSWER_UNKNOWN);
	run(s);
	told(s, ANSWER_YES, ANSWER_NO);
	g_assert_cmpint(fact(s, FACT_PAIR_MESSAGES_IN)->number, ==, 7);
	g_assert_cmpint(fact(s, FACT_PAIR_DAYS_KNOWN)->number, ==, 90);
	g_assert_cmpint(fact(s, FACT_PAIR_DAYS_SINCE_IN)->number, ==, 3);
}

/* A part of a history raises no alarm that the rest could call off. */
static void test_habits_of_a_part(struct setting *s, gconstpointer url)
{
	static const enum fact_id alarms[] = { FACT_PAIR_BURST, FACT_PAIR_NEW_MAILER };
	struct usual_item mutt = { .text = "Mutt",
				   .closed = 5,
				   .first_day = TODAY - 30,
				   .last_day = TODAY - 3 };
	const struct history h = {
		.open_day = TODAY,
		.in = { .messages = { .closed = 5, .open = 40 },
			.first_day = TODAY - 30,
			.last_day = TODAY,
			.before_day = TODAY - 3 },
		.usual[USUAL_MAILER] = { .at = &mutt, .n = 1 },
	};

	(void)url;
	lead(s, ALIAS, ANN);
	put(s, key_build(s->arena, FAMILY_PAIR, "own", ALIAS, BOB), &history_codec, &h);
	s->features.at[FEATURE_MAILER] = value_of_text("Pine");
	run(s);
	told(s, ANSWER_YES, ANSWER_NO);
	for (size_t i = 0; i < G_N_ELEMENTS(alarms); i++)
		g_assert_cmpint(fact(s, alarms[i])->known, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(fact(s, FACT_PAIR_TODAY)->known, ==, ANSWER_UNKNOWN);
	/* the whole does: Ann's adds nothing to it */
	run(s);
	for (size_t i = 0; i < G_N_ELEMENTS(alarms); i++)
		g_assert_cmpint(value_answer(fact(s, alarms[i])), ==, ANSWER_YES);
	g_assert_cmpint(fact(s, FACT_PAIR_TODAY)->number, ==, 40);
}

/* What the cache says is a guess; the mailbox's answer decides. */
static void test_changed(struct setting *s, gconstpointer url)
{
	(void)url;
	lead(s, ALIAS, ANN);
	wrote(s, ANN, 5, 3);
	run(s);
	lead(s, ALIAS, JOE);
	g_assert_cmpuint(run(s), ==, 4);
	/* Ann's friend is not Joe's */
	told(s, ANSWER_UNKNOWN, ANSWER_UNKNOWN);
	leads_to(s, JOE);
	run(s);
	told(s, ANSWER_NO, ANSWER_YES);
	/* it ends: what is left is its own */
	lead(s, ALIAS, ALIAS);
	g_assert_cmpuint(run(s), ==, 4);
	told(s, ANSWER_NO, ANSWER_YES);
	leads_to(s, ALIAS);
	g_assert_cmpuint(run(s), ==, 3);
	g_assert_cmpuint(aliases_count(s->aliases), ==, 0);
}

/* To the alias and to Ann: her history is asked once, for both. */
static void test_with_its_mailbox(struct setting *s, gconstpointer url)
{
	(void)url;
	lead(s, ALIAS, ANN);
	wrote(s, ANN, 5, 3);
	run(s);
	s->envelope.n_rcpts = 2;
	g_assert_cmpuint(run(s), ==, 5);
	told(s, ANSWER_YES, ANSWER_NO);
	g_assert_cmpint(value_answer(&s->facts.rcpts[1].at[FACT_PAIR_KNOWN]), ==,
			ANSWER_YES);
	g_assert_cmpint(s->facts.rcpts[1].at[FACT_PAIR_MESSAGES_IN].number, ==, 5);
}

/* Where the mailbox did not answer, or cannot be read, it could be an alias. */
static void test_silent_mailbox(struct setting *s, gconstpointer url)
{
	const struct store_write damage = {
		.key = key_build(s->arena, FAMILY_MAILBOX, "own", ALIAS, NULL),
		.kind = STORE_PUT,
		.value = bytes_of("\xff\xff no record"),
	};

	(void)url;
	lead(s, ALIAS, ANN);
	wrote(s, ANN, 5, 3);
	run(s);
	g_assert_cmpint(store_write_many(s->store, &damage, 1, NULL), ==, STORE_WROTE);
	run(s);
	g_assert_true(s->facts.degraded);
	told(s, ANSWER_UNKNOWN, ANSWER_UNKNOWN);
	g_assert_cmpint(fact(s, FACT_RCPT_CANONICAL)->known, ==, ANSWER_UNKNOWN);
	g_assert_cmpuint(aliases_count(s->aliases), ==, 1);
	wrote(s, ALIAS, 2, 60);
	run(s);
	told(s, ANSWER_YES, ANSWER_NO);
	g_assert_cmpint(fact(s, FACT_PAIR_MESSAGES_IN)->known, ==, ANSWER_UNKNOWN);
}

/* without a table of aliases (and so in the first message) nothing breaks */
static void test_no_table(struct setting *s, gconstpointer url)
{
	(void)url;
	lead(s, ALIAS, ANN);
	wrote(s, ANN, 5, 3);
	aliases_unref(s->aliases);
	s->aliases = NULL;
	for (int i = 0; i < 2; i++) {
		g_assert_cmpuint(run(s), ==, 3);
		told(s, ANSWER_UNKNOWN, ANSWER_UNKNOWN);
	}
}

/* a tool hears of them first */
static void test_heard_before(struct setting *s, gconstpointer url)
{
	const struct lookup_setup setup = { .options = s->options,
					    .store = s->store,
					    .aliases = s->aliases,
					    .now_s = NOW };

	(void)url;
	lead(s, ALIAS, ANN);
	wrote(s, ANN, 5, 3);
	lookup_aliases(s->arena, &setup, &s->envelope);
	g_assert_cmpuint(run(s), ==, 4);
	told(s, ANSWER_YES, ANSWER_NO);
}

#define ADD(name, test) \
	g_test_add("/facts_rcpt/" name, struct setting, NULL, open_all, test, close_all)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("no-alias", test_no_alias);
	ADD("first-and-next", test_first_and_next);
	ADD("both", test_both);
	ADD("habits-of-a-part", test_habits_of_a_part);
	ADD("changed", test_changed);
	ADD("with-its-mailbox", test_with_its_mailbox);
	ADD("silent-mailbox", test_silent_mailbox);
	ADD("no-table", test_no_table);
	ADD("heard-before", test_heard_before);
	return g_test_run();
}
