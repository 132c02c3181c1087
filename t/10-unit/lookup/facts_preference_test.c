/* In the one batch: the entries of each recipient, who is whom by the aliases that are known,
 * and which entry wins. */
#include "lookup/preferences.h"

#include <glib.h>

#include "base/limits.h"
#include "config/load.h"
#include "lookup/aliases.h"
#include "mailbox/mailbox.h"
#include "store/keys.h"

#define NOW INT64_C(1700000000)
#define ANN "ann@own.example"
#define BOB "bob@own.example"
#define ALIAS "a.smith@own.example"
#define NEWS "news@mail.shop.example"

static const char conf[] = "tenant \"own\" { domains = \"own.example\" }\n";
static const char *const signers[] = { "mail.shop.example", "big.example" };

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

static bool is_big(const void *unused, const char *domain)
{
	(void)unused;
	return strcmp(domain, "big.example") == 0;
}

static void open_all(struct setting *s, gconstpointer url)
{
	*s = (struct setting){ .arena = arena_create(), .aliases = aliases_create(10) };
	s->options = options_load_text("test", bytes_of(conf), NULL);
	s->store = store_open(url, &(struct store_setup){ .write = true }, NULL);
	for (size_t i = 0; i < FEATURE_COUNT; i++)
		s->features.at[i] = VALUE_ABSENT;
	s->features.envelope = &s->envelope;
	s->features.at[FEATURE_FROM_ADDRESS] = value_of_text(NEWS);
	s->features.at[FEATURE_FROM_ORG] = value_of_text("shop.example");
	s->features.at[FEATURE_AUTH_ALIGNED] = VALUE_OF_BOOL(true);
	s->features.at[FEATURE_DKIM_DOMAINS] = value_of_list(signers, 2);
	s->features.at[FEATURE_LIST_ID] = value_of_text("news.shop.example");
	s->rcpts[0] = (struct recipient){ .address = ANN, .key = ANN };
	s->rcpts[1] = (struct recipient){ .address = BOB, .key = BOB };
	s->envelope = (struct envelope){ .rcpts = s->rcpts, .n_rcpts = 2 };
}

static void close_all(struct setting *s, gconstpointer url)
{
	(void)url;
	aliases_unref(s->aliases);
	store_close(&s->store);
	options_unref(s->options);
	arena_destroy(&s->arena);
}

static void want(struct setting *s, const char *box, const char *entry,
		 enum preference_kind kind, bool stated)
{
	const struct preference_evidence e = {
		.message = 1,
		.at_ms = NOW * 1000,
		.label = kind,
		.feedback = kind == PREFERENCE_JUNK ? FEEDBACK_JUNK : FEEDBACK_WANTED,
		.signer = preference_mark("shop.example"),
		.list = entry[0] == '<' ? 0 : preference_mark("news.shop.example"),
	};
	const struct preference p = {
		.kind = stated ? kind : PREFERENCE_NONE,
		.cause = stated ? "ann" : NULL,
		.signer = "shop.example",
		.stated_ms = stated ? 5 : 0,
		.evidence = &e,
		.n_evidence = stated ? 0 : 1,
	};
	struct store_write w = preference_change(s->arena, "own", box, entry, &p);

	g_assert_cmpint(store_write_many(s->store, &w, 1, NULL), ==, STORE_WROTE);
}

static size_t run(struct setting *s)
{
	const struct lookup_setup setup = { .options = s->options,
					    .store = s->store,
					    .is_shared = is_big,
					    .aliases = s->aliases,
					    .needs = NEED_PREFERENCE,
					    .now_s = NOW };

	lookup_run(s->arena, &setup, &s->features, &s->facts);
	return s->facts.keys_asked;
}

static void says(const struct setting *s, size_t rcpt, const char *kind,
		 const char *entry)
{
	const struct value *at = s->facts.rcpts[rcpt].at;

	g_assert_cmpint(at[FACT_PREFERENCE_KIND].known, ==,
			kind == NULL ? ANSWER_NO : ANSWER_YES);
	g_assert_cmpstr(at[FACT_PREFERENCE_KIND].text, ==, kind);
	g_assert_cmpstr(at[FACT_PREFERENCE_ENTRY].text, ==, entry);
}

static void of_one_recipient(struct setting *s, gconstpointer url)
{
	(void)url;
	want(s, ANN, "<news.shop.example>", PREFERENCE_JUNK, false);
	g_assert_cmpuint(run(s), ==, 2 + 2 * 3);
	says(s, 0, "junk", "<news.shop.example>");
	says(s, 1, NULL, NULL);
	g_assert_cmpstr(s->facts.rcpts[0].at[FACT_PREFERENCE_CAUSE].text, ==,
			"moved to Junk");
	g_assert_cmpint(s->facts.rcpts[0].at[FACT_PREFERENCE_COUNT].number, ==, 1);
	/* with the signature of somebody else the list is not that list */
	s->features.at[FEATURE_DKIM_DOMAINS] = value_of_list(signers + 1, 1);
	run(s);
	says(s, 0, NULL, NULL);
}

static void which_wins(struct setting *s, gconstpointer url)
{
	(void)url;
	want(s, ANN, NEWS, PREFERENCE_JUNK, false);
	run(s);
	says(s, 0, "junk", NEWS);
	want(s, ANN, "<news.shop.example>", PREFERENCE_WANTED, false);
	run(s);
	says(s, 0, "wanted", "<news.shop.example>");
	want(s, ANN, "@shop.example", PREFERENCE_GRAYMAIL, true);
	run(s);
	says(s, 0, "graymail", "@shop.example");
	want(s, ANN, NEWS, PREFERENCE_JUNK, true);
	run(s);
	says(s, 0, "junk", NEWS);
	g_assert_cmpstr(s->facts.rcpts[0].at[FACT_PREFERENCE_STRENGTH].text, ==,
			"stated");
}

static void unproven(struct setting *s, gconstpointer url)
{
	(void)url;
	s->features.at[FEATURE_LIST_ID] = VALUE_ABSENT;
	want(s, ANN, NEWS, PREFERENCE_WANTED, true);
	s->features.at[FEATURE_AUTH_ALIGNED] = VALUE_UNKNOWN;
	run(s);
	says(s, 0, NULL, NULL);
	want(s, ANN, "?" NEWS, PREFERENCE_WANTED, true);
	run(s);
	says(s, 0, NULL, NULL);
	want(s, BOB, "?" NEWS, PREFERENCE_JUNK, true);
	run(s);
	says(s, 1, "junk", "?" NEWS);
}

/* Of the mailbox that an alias leads to; asked from the second message on. */
static void aliased(struct setting *s, gconstpointer url)
{
	const struct mailbox box = { .kind = MAILBOX_USER, .canonical = ANN };
	const struct store_write w = {
		.key = key_build(s->arena, FAMILY_MAILBOX, "own", ALIAS, NULL),
		.value = codec_encode(&mailbox_codec, &box, s->arena)
	};

	(void)url;
	g_assert_cmpint(store_write_many(s->store, &w, 1, NULL), ==, STORE_WROTE);
	want(s, ANN, NEWS, PREFERENCE_JUNK, false);
	s->rcpts[0] = (struct recipient){ .address = ALIAS, .key = ALIAS };
	run(s);
	g_assert_cmpint(s->facts.rcpts[0].at[FACT_PREFERENCE_KIND].known, ==,
			ANSWER_UNKNOWN);
	run(s);
	says(s, 0, "junk", NEWS);
}

static void silent_store(struct setting *s, gconstpointer url)
{
	(void)url;
	store_close(&s->store);
	s->store = store_open("fault:1:mem:", NULL, NULL);
	run(s);
	g_assert_cmpint(s->facts.rcpts[0].at[FACT_PREFERENCE_KIND].known, ==,
			ANSWER_UNKNOWN);
	g_assert_cmpuint(s->facts.rcpts[0].missing & NEED_PREFERENCE, ==,
			 NEED_PREFERENCE);
	g_assert_true(s->facts.degraded);
}

static void subject(struct setting *s, gconstpointer url)
{
	const struct lookup_setup setup = { .is_shared = is_big };
	struct preference_subject p;

	(void)url;
	preference_subject_of(s->arena, &setup, &s->features, &p);
	g_assert_cmpuint(p.n_signers, ==, 1);
	g_assert_cmpstr(p.signers[0], ==, "shop.example");
	g_assert_true(p.proven);
	preference_subject_of(s->arena, NULL, &s->features, &p);
	g_assert_cmpuint(p.n_signers, ==, 2);
	s->features.at[FEATURE_SPF_DOMAIN] = value_of_text("bounce.shop.example");
	s->features.at[FEATURE_SPF_PASS] = VALUE_OF_BOOL(true);
	preference_subject_of(s->arena, NULL, &s->features, &p);
	g_assert_cmpuint(p.n_signers, ==, 2);
	s->features.at[FEATURE_FROM_ORG] = value_of_text("big.example");
	preference_subject_of(s->arena, &setup, &s->features, &p);
	g_assert_null(p.org);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name, test)                                                              \
	g_test_add("/facts_preference/" name, struct setting, "mem:", open_all, test, \
		   close_all)
	TEST("of one recipient", of_one_recipient);
	TEST("which wins", which_wins);
	TEST("unproven", unproven);
	TEST("an alias", aliased);
	TEST("a silent store", silent_store);
	TEST("what is asked about", subject);
	return g_test_run();
}
