/* From a store to facts: one batch, all recipients, tenants apart, honest about what it does
 * not know. */
#include <glib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "behavior/behavior.h"
#include "config/load.h"
#include "lookup/lookup.h"
#include "lookup/plan.h"
#include "mailbox/mailbox.h"
#include "person/person.h"
#include "store/keys.h"
#include "store/store.h"

#define DAY 86400
#define TODAY 20000
#define NOW ((int64_t)TODAY * DAY + 3600)
#define ALL (~0u)

static const char conf[] = "baseline_age = 14d\n"
			   "tenant \"own\" {\n"
			   "  domains = {\"own.example\", \"own-mail.example\"}\n"
			   "  partner_domains = \"partner.example\"\n"
			   "}\n"
			   "tenant \"other\" { domains = \"other.example\" }\n";

struct setting {
	const struct options *options;
	struct arena *arena;
	struct store *store;
	struct features features;
	struct envelope envelope;
	struct facts facts;
};

static void setting_open(struct setting *s, const char *url)
{
	const struct store_setup setup = { .write = true };
	GError *e = NULL;

	*s = (struct setting){ .arena = arena_create() };
	s->options = options_load_text("test", bytes_of(conf), &e);
	g_assert_no_error(e);
	s->store = store_open(url, &setup, &e);
	g_assert_no_error(e);
	for (size_t i = 0; i < FEATURE_COUNT; i++)
		s->features.at[i] = VALUE_ABSENT;
	s->features.envelope = &s->envelope;
	s->features.at[FEATURE_REFERENCES] = value_of_list(NULL, 0);
	s->features.at[FEATURE_FROM_ADDRESS] = value_of_text("bob@firm.example");
	s->features.at[FEATURE_FROM_DOMAIN] = value_of_text("firm.example");
	s->features.at[FEATURE_FROM_ORG] = value_of_text("firm.example");
}

/* a message that has something to ask for every need */
static void say_all(struct setting *s)
{
	static const char *const refs[] = { "a@own.example" };

	s->features.at[FEATURE_FROM_NAME] = value_of_text("Bob Miller");
	s->features.at[FEATURE_LIST_ID] = value_of_text("news.firm.example");
	s->features.at[FEATURE_REPLY_TO_DOMAIN] = value_of_text("free.example");
	s->features.at[FEATURE_REPLY_TO_ORG] = value_of_text("free.example");
	s->features.at[FEATURE_MAILER] = value_of_text("Mutt");
	s->features.at[FEATURE_CLIENT_NETWORK] = value_of_text("192.0.2.0/24");
	s->features.at[FEATURE_REFERENCES] = value_of_list(refs, 1);
}

static void setting_close(struct setting *s)
{
	store_close(&s->store);
	options_unref(s->options);
	arena_destroy(&s->arena);
}

static void rcpts(struct setting *s, const char *first, const char *second)
{
	struct recipient *r = arena_new(s->arena, struct recipient, 2);

	r[0] = (struct recipient){ .address = first, .key = first };
	r[1] = (struct recipient){ .address = second, .key = second };
	s->envelope.rcpts = r;
	s->envelope.n_rcpts = second == NULL ? 1 : 2;
}

static void put_bytes(struct setting *s, struct bytes key, struct bytes value)
{
	const struct store_write w = { .key = key, .kind = STORE_PUT, .value = value };
	GError *e = NULL;

	g_assert_cmpint(store_write_many(s->store, &w, 1, &e), ==, STORE_WROTE);
	g_assert_no_error(e);
}

static void put(struct setting *s, struct bytes key, const struct codec *c,
		const void *record)
{
	put_bytes(s, key, codec_encode(c, record, s->arena));
}

static void put_baseline(struct setting *s, const char *tenant, int64_t days)
{
	/* four mailboxes */
	struct baseline b = { .since_s = NOW - days * DAY,
			      .all.reached = { "\2\0\0\4\0\0\6\0\0\x08\0\0", 12 } };

	put(s, key_build(s->arena, FAMILY_TENANT, tenant, NULL, NULL), &baseline_codec,
	    &b);
}

/* five messages in on closed days, the last three days ago */
static struct history old_friend(void)
{
	return (struct history){ .open_day = TODAY - 3,
				 .in = { .messages = { .closed = 4, .open = 1 },
					 .first_day = TODAY - 30,
					 .last_day = TODAY - 3,
					 .before_day = TODAY - 10 } };
}

static void put_history(struct setting *s, struct bytes key, struct history h)
{
	put(s, key, &history_codec, &h);
}

static struct bytes part_key(struct setting *s, enum family f, const char *tenant,
			     const char *part)
{
	return key_build(s->arena, f, tenant, part, NULL);
}

static void run(struct setting *s, unsigned needs)
{
	const struct lookup_setup setup = { .options = s->options,
					    .store = s->store,
					    .needs = needs,
					    .now_s = NOW,
					    .deadline_us = clock_mono_us() + 600000000 };

	lookup_run(s->arena, &setup, &s->features, &s->facts);
}

static const struct value *fact(const struct setting *s, size_t rcpt, enum fact_id id)
{
	return &s->facts.rcpts[rcpt].at[id];
}

static enum answer told(const struct setting *s, size_t rcpt, enum fact_id id)
{
	return value_answer(fact(s, rcpt, id));
}

static const char *text(const struct setting *s, size_t rcpt, enum fact_id id)
{
	const struct value *v = fact(s, rcpt, id);

	return v->known == ANSWER_YES  ? v->text
	       : v->known == ANSWER_NO ? "absent"
				       : "unknown";
}

static void test_nothing_needed(void)
{
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", NULL);
	run(&s, 0);
	g_assert_cmpuint(s.facts.keys_asked, ==, 0);
	g_assert_false(s.facts.degraded);
	g_assert_cmpuint(s.facts.n_rcpts, ==, 1);
	g_assert_cmpstr(text(&s, 0, FACT_RCPT_ADDRESS), ==, "joe@own.example");
	g_assert_cmpstr(text(&s, 0, FACT_TENANT_NAME), ==, "own");
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (fact_names.rows[i].needs != 0)
			g_assert_cmpint(s.facts.rcpts[0].at[i].known, ==, ANSWER_UNKNOWN);
	setting_close(&s);
}

/* facts of one need stay unknown until somebody asks for all they need */
static void test_only_what_is_needed(void)
{
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", NULL);
	put_baseline(&s, "own", 100);
	for (unsigned bit = 0; bit < 10; bit++) {
		run(&s, 1u << bit);
		g_assert_false(s.facts.degraded);
		for (size_t i = 0; i < FACT_COUNT; i++) {
			if ((fact_names.rows[i].needs & ~(1u << bit)) != 0)
				g_assert_cmpint(s.facts.rcpts[0].at[i].known, ==,
						ANSWER_UNKNOWN);
			else if (s.facts.rcpts[0].at[i].known == ANSWER_UNKNOWN)
				g_error("%s is unknown", fact_names.rows[i].name);
		}
	}
	setting_close(&s);
}

/* with a baseline and an answering store, no fact of a full message is left unknown */
static void test_all_set(void)
{
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", NULL);
	put_baseline(&s, "own", 100);
	say_all(&s);
	run(&s, ALL);
	g_assert_false(s.facts.degraded);
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (s.facts.rcpts[0].at[i].known == ANSWER_UNKNOWN)
			g_error("%s is unknown", fact_names.rows[i].name);
	g_assert_cmpint(told(&s, 0, FACT_PAIR_FIRST_CONTACT), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_FIRST_CONTACT), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_DOMAIN_FIRST_CONTACT), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_THREAD_KNOWN), ==, ANSWER_NO);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_MATCHED), ==, ANSWER_NO);
	g_assert_cmpint(fact(&s, 0, FACT_TENANT_BASELINE_DAYS)->number, ==, 100);
	setting_close(&s);
}

static void test_baseline(void)
{
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", NULL);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_PAIR_FIRST_CONTACT), ==, ANSWER_UNKNOWN);
	g_assert_cmpint(told(&s, 0, FACT_PAIR_KNOWN), ==, ANSWER_UNKNOWN);
	g_assert_cmpint(fact(&s, 0, FACT_TENANT_BASELINE_DAYS)->known, ==,
			ANSWER_UNKNOWN);
	put_baseline(&s, "own", 13);
	put_history(&s, part_key(&s, FAMILY_SENDER, "own", "bob@firm.example"),
		    old_friend());
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_PAIR_FIRST_CONTACT), ==, ANSWER_UNKNOWN);
	g_assert_cmpint(fact(&s, 0, FACT_TENANT_BASELINE_DAYS)->number, ==, 13);
	/* young, but there is a record */
	g_assert_cmpint(told(&s, 0, FACT_SENDER_KNOWN), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_FIRST_CONTACT), ==, ANSWER_NO);
	put_baseline(&s, "own", 15);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_PAIR_FIRST_CONTACT), ==, ANSWER_YES);
	g_assert_false(s.facts.degraded);
	setting_close(&s);
}

static void test_history(void)
{
	struct usual_item reply = { .text = "firm.example",
				    .closed = 5,
				    .first_day = TODAY - 30 };
	struct history h = old_friend();
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", "ann@own.example");
	put_baseline(&s, "own", 100);
	put_history(&s,
		    key_build(s.arena, FAMILY_PAIR, "own", "joe@own.example",
			      "bob@firm.example"),
		    h);
	put_history(&s, part_key(&s, FAMILY_SENDER, "own", "bob@firm.example"), h);
	put_history(&s, part_key(&s, FAMILY_DOMAIN, "own", "firm.example"), h);
	put_history(&s, part_key(&s, FAMILY_LIST, "own", "news.firm.example"), h);
	s.features.at[FEATURE_LIST_ID] = value_of_text("news.firm.example");
	s.features.at[FEATURE_REPLY_TO_ORG] = value_of_text("free.example");
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_PAIR_KNOWN), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 1, FACT_PAIR_KNOWN), ==, ANSWER_NO);
	g_assert_cmpint(told(&s, 1, FACT_PAIR_FIRST_CONTACT), ==, ANSWER_YES);
	g_assert_cmpint(fact(&s, 0, FACT_PAIR_MESSAGES_IN)->number, ==, 5);
	g_assert_cmpint(fact(&s, 0, FACT_PAIR_DAYS_KNOWN)->number, ==, 30);
	g_assert_cmpint(fact(&s, 0, FACT_PAIR_DAYS_SINCE_IN)->number, ==, 3);
	g_assert_cmpint(fact(&s, 0, FACT_PAIR_DAYS_SINCE_OUT)->known, ==, ANSWER_NO);
	for (size_t i = 0; i < 2; i++) {
		g_assert_cmpint(told(&s, i, FACT_SENDER_KNOWN), ==, ANSWER_YES);
		g_assert_cmpint(told(&s, i, FACT_DOMAIN_KNOWN), ==, ANSWER_YES);
		g_assert_cmpint(told(&s, i, FACT_LIST_KNOWN), ==, ANSWER_YES);
		g_assert_cmpint(fact(&s, i, FACT_LIST_MESSAGES)->number, ==, 5);
		/* five messages without a Reply-To: one now is new */
		g_assert_cmpint(told(&s, i, FACT_SENDER_NEW_REPLY_TO), ==, ANSWER_YES);
	}
	h.usual[USUAL_REPLY_TO] = (struct usual_set){ .at = &reply, .n = 1 };
	put_history(&s, part_key(&s, FAMILY_SENDER, "own", "bob@firm.example"), h);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_NEW_REPLY_TO), ==, ANSWER_YES);
	s.features.at[FEATURE_REPLY_TO_ORG] = value_of_text("firm.example");
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_NEW_REPLY_TO), ==, ANSWER_NO);
	s.features.at[FEATURE_REPLY_TO_ORG] = VALUE_ABSENT;
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_NEW_REPLY_TO), ==, ANSWER_NO);
	setting_close(&s);
}

static void test_habits(void)
{
	static const char *const usual[] = { "firm.example" };
	static const char *const both[] = { "firm.example", "new.example" };
	static const char *const new_one[] = { "new.example" };
	struct usual_item firm = { .text = "firm.example",
				   .closed = 5,
				   .first_day = TODAY - 30 };
	struct history h = old_friend();
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", "ann@own.example");
	put_baseline(&s, "own", 100);
	h.usual[USUAL_DKIM] = (struct usual_set){ .at = &firm, .n = 1 };
	h.usual[USUAL_LINK] = (struct usual_set){ .at = &firm, .n = 1 };
	put_history(&s, part_key(&s, FAMILY_SENDER, "own", "bob@firm.example"), h);
	s.features.at[FEATURE_DKIM_DOMAINS] = value_of_list(both, 2);
	s.features.at[FEATURE_LINKS_ORGS] = value_of_list(both, 2);
	run(&s, ALL);
	/* one of the signatures is the usual one; one of the links is not */
	g_assert_cmpint(told(&s, 0, FACT_SENDER_NEW_DKIM), ==, ANSWER_NO);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_NEW_LINK), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_BURST), ==, ANSWER_NO);
	g_assert_cmpint(fact(&s, 0, FACT_SENDER_NEW_MAILBOXES_TODAY)->number, ==, 0);
	s.features.at[FEATURE_DKIM_DOMAINS] = value_of_list(new_one, 1);
	s.features.at[FEATURE_LINKS_ORGS] = value_of_list(usual, 1);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_NEW_DKIM), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_NEW_LINK), ==, ANSWER_NO);
	s.features.at[FEATURE_DKIM_DOMAINS] = value_of_list(NULL, 0);
	s.features.at[FEATURE_LINKS_ORGS] = VALUE_UNKNOWN;
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_NEW_DKIM), ==, ANSWER_NO);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_NEW_LINK), ==, ANSWER_UNKNOWN);
	/* forty messages on the open day, where five came in a month */
	h.open_day = TODAY;
	h.in.messages.open = 40;
	h.in.last_day = TODAY;
	put_history(&s, part_key(&s, FAMILY_SENDER, "own", "bob@firm.example"), h);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_BURST), ==, ANSWER_YES);
	setting_close(&s);
}

/* Joe and Bob have a past of mornings; Ann knows Bob as well, but of a time that noted no
 * habits. Now, at one at night, Bob changes everything. */
static void test_pair_habits(void)
{
	static const enum fact_id changed[] = {
		FACT_PAIR_NEW_REPLY_TO, FACT_PAIR_NEW_MAILER, FACT_PAIR_NEW_NETWORK,
		FACT_PAIR_NEW_DKIM,     FACT_PAIR_NEW_LINK,   FACT_PAIR_NEW_HOUR,
	};
	static const char *const firm[] = { "firm.example" };
	static const char *const other[] = { "new.example" };
	static const char hours[] = { 8, 12, 9, 13 };
	/* what hour and hashes are stored as is behavior's; here they come by events */
	struct behavior_event ev = {
		.tenant = "own",
		.direction = DIRECTION_IN,
		.sender = "bob@firm.example",
		.sender_org = "firm.example",
		.rcpts = (const char *const[]){ "joe@own.example" },
		.n_rcpts = 1,
		.dkim_domain = "firm.example",
		.mailer = "Mutt",
		.network = "192.0.2.0/24",
		.link_orgs = firm,
		.n_link_orgs = 1,
	};
	struct behavior_batch *b;
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", "ann@own.example");
	put_baseline(&s, "own", 100);
	b = behavior_batch_create(&(struct behavior_setup){ .store = s.store });
	for (int day = 1; day <= 10; day++)
		for (size_t i = 0; i < sizeof(hours); i++) {
			ev.time_s = (TODAY - day) * (int64_t)DAY + hours[i] * 3600;
			g_assert_true(behavior_add(b, &ev, NULL));
		}
	g_assert_true(behavior_apply(b, NULL));
	behavior_batch_destroy(&b);
	put_history(&s,
		    key_build(s.arena, FAMILY_PAIR, "own", "ann@own.example",
			      "bob@firm.example"),
		    old_friend());
	say_all(&s);
	s.features.at[FEATURE_MAILER] = value_of_text("Pine");
	s.features.at[FEATURE_CLIENT_NETWORK] = value_of_text("198.51.100.0/24");
	s.features.at[FEATURE_DKIM_DOMAINS] = value_of_list(other, 1);
	s.features.at[FEATURE_LINKS_ORGS] = value_of_list(other, 1);
	run(&s, ALL);
	for (size_t i = 0; i < G_N_ELEMENTS(changed); i++) {
		g_assert_cmpint(told(&s, 0, changed[i]), ==, ANSWER_YES);
		g_assert_cmpint(told(&s, 1, changed[i]), ==, ANSWER_UNKNOWN);
	}
	g_assert_cmpint(told(&s, 1, FACT_SENDER_NEW_HOUR), ==, ANSWER_YES);
	g_assert_cmpint(fact(&s, 0, FACT_SENDER_PREVALENCE)->number, ==, 20);
	g_assert_cmpint(fact(&s, 0, FACT_DOMAIN_MAILBOXES)->number, ==, 1);
	g_assert_cmpint(fact(&s, 0, FACT_DOMAIN_PREVALENCE)->number, ==, 20);
	g_assert_cmpint(fact(&s, 0, FACT_TENANT_MAILBOXES)->number, ==, 5);
	g_assert_cmpint(told(&s, 0, FACT_PAIR_BURST), ==, ANSWER_NO);
	g_assert_cmpint(fact(&s, 0, FACT_PAIR_TODAY)->number, ==, 0);
	g_assert_cmpint(fact(&s, 0, FACT_SENDER_DAYS_SINCE_IN)->number, ==, 1);
	g_assert_cmpint(fact(&s, 0, FACT_SENDER_DAYS_SINCE_OUT)->known, ==, ANSWER_NO);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_SOLICITED), ==, ANSWER_NO);
	g_assert_cmpint(fact(&s, 0, FACT_DOMAIN_DAYS_SINCE_IN)->number, ==, 1);
	g_assert_cmpint(told(&s, 0, FACT_DOMAIN_SOLICITED), ==, ANSWER_NO);
	/* who has no past has no share */
	s.features.at[FEATURE_FROM_ADDRESS] = value_of_text("eve@new.example");
	run(&s, ALL);
	g_assert_cmpint(fact(&s, 0, FACT_SENDER_PREVALENCE)->number, ==, 0);
	g_assert_cmpint(fact(&s, 0, FACT_SENDER_PREVALENCE)->known, ==, ANSWER_YES);
	/* as usual */
	s.features.at[FEATURE_FROM_ADDRESS] = value_of_text("bob@firm.example");
	s.features.at[FEATURE_REPLY_TO_ORG] = VALUE_ABSENT;
	s.features.at[FEATURE_MAILER] = value_of_text("Mutt");
	s.features.at[FEATURE_CLIENT_NETWORK] = value_of_text("192.0.2.0/24");
	s.features.at[FEATURE_DKIM_DOMAINS] = value_of_list(firm, 1);
	s.features.at[FEATURE_LINKS_ORGS] = value_of_list(firm, 1);
	run(&s, ALL);
	for (size_t i = 0; i + 1 < G_N_ELEMENTS(changed); i++)
		g_assert_cmpint(told(&s, 0, changed[i]), ==, ANSWER_NO);
	setting_close(&s);
}

/* without a From there is nobody to know, and nothing to wait for */
static void test_no_sender(void)
{
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", NULL);
	s.features.at[FEATURE_FROM_ADDRESS] = VALUE_ABSENT;
	s.features.at[FEATURE_FROM_DOMAIN] = VALUE_ABSENT;
	s.features.at[FEATURE_FROM_ORG] = VALUE_ABSENT;
	run(&s, ALL);
	g_assert_false(s.facts.degraded);
	g_assert_cmpint(fact(&s, 0, FACT_PAIR_KNOWN)->known, ==, ANSWER_NO);
	g_assert_cmpint(fact(&s, 0, FACT_SENDER_FIRST_CONTACT)->known, ==, ANSWER_NO);
	g_assert_cmpint(fact(&s, 0, FACT_DOMAIN_KNOWN)->known, ==, ANSWER_NO);
	g_assert_cmpint(told(&s, 0, FACT_TENANT_OWNS_FROM), ==, ANSWER_NO);
	/* and where it could not be read, nothing is claimed */
	s.features.at[FEATURE_FROM_ADDRESS] = VALUE_UNKNOWN;
	s.features.at[FEATURE_FROM_DOMAIN] = VALUE_UNKNOWN;
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_PAIR_KNOWN), ==, ANSWER_UNKNOWN);
	g_assert_cmpint(told(&s, 0, FACT_TENANT_OWNS_FROM), ==, ANSWER_UNKNOWN);
	g_assert_cmpint(told(&s, 0, FACT_TENANT_LOOKALIKE), ==, ANSWER_UNKNOWN);
	setting_close(&s);
}

/* what one organisation knows is nothing to another, in one message too */
static void test_tenants_apart(void)
{
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", "eve@other.example");
	put_baseline(&s, "own", 100);
	put_baseline(&s, "other", 100);
	put_history(&s, part_key(&s, FAMILY_SENDER, "own", "bob@firm.example"),
		    old_friend());
	s.features.at[FEATURE_REPLY_TO_DOMAIN] = value_of_text("sub.own.example");
	run(&s, ALL);
	g_assert_cmpstr(text(&s, 0, FACT_TENANT_NAME), ==, "own");
	g_assert_cmpstr(text(&s, 1, FACT_TENANT_NAME), ==, "other");
	g_assert_cmpint(told(&s, 0, FACT_SENDER_KNOWN), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 1, FACT_SENDER_KNOWN), ==, ANSWER_NO);
	g_assert_cmpint(told(&s, 0, FACT_TENANT_OWNS_REPLY_TO), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 1, FACT_TENANT_OWNS_REPLY_TO), ==, ANSWER_NO);
	/* a recipient of nobody's: no memory is asked for them */
	rcpts(&s, "stranger@nowhere.example", "eve@other.example");
	run(&s, ALL);
	g_assert_cmpstr(text(&s, 0, FACT_TENANT_NAME), ==, "absent");
	g_assert_cmpint(told(&s, 0, FACT_SENDER_KNOWN), ==, ANSWER_UNKNOWN);
	g_assert_cmpstr(text(&s, 1, FACT_TENANT_NAME), ==, "other");
	g_assert_cmpint(told(&s, 1, FACT_SENDER_KNOWN), ==, ANSWER_NO);
	setting_close(&s);
}

static void test_tenant_domains(void)
{
	static const struct {
		const char *from;
		enum answer owns;
		const char *like;
	} rows[] = {
		{ "own.example", ANSWER_YES, "absent" },
		{ "mail.own.example", ANSWER_YES, "absent" },
		{ "own-mail.example", ANSWER_YES, "absent" },
		{ "partner.example", ANSWER_NO, "absent" },
		{ "sub.partner.example", ANSWER_NO, "absent" },
		{ "0wn.example", ANSWER_NO, "own.example" },
		{ "partnor.example", ANSWER_NO, "partner.example" },
		{ "unrelated.example", ANSWER_NO, "absent" },
	};
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		s.features.at[FEATURE_FROM_DOMAIN] = value_of_text(rows[i].from);
		run(&s, 0);
		if (strcmp(text(&s, 0, FACT_TENANT_LOOKALIKE), rows[i].like) != 0)
			g_test_message("%s", rows[i].from);
		g_assert_cmpint(told(&s, 0, FACT_TENANT_OWNS_FROM), ==, rows[i].owns);
		g_assert_cmpstr(text(&s, 0, FACT_TENANT_LOOKALIKE), ==, rows[i].like);
		g_assert_cmpint(fact(&s, 0, FACT_TENANT_LOOKALIKE_HOW)->known, ==,
				fact(&s, 0, FACT_TENANT_LOOKALIKE)->known);
	}
	setting_close(&s);
}

static bool is_firm(const void *of, const char *domain)
{
	return strcmp(of, domain) == 0;
}

static void run_shared(struct setting *s, const char *shared)
{
	const struct lookup_setup setup = { .options = s->options,
					    .store = s->store,
					    .is_shared = is_firm,
					    .shared = shared,
					    .needs = ALL,
					    .now_s = NOW,
					    .deadline_us = clock_mono_us() + 600000000 };

	lookup_run(s->arena, &setup, &s->features, &s->facts);
}

/* mail on many days over two months, and none by us */
static struct history regular(void)
{
	struct history h = old_friend();

	h.in.first_day = TODAY - 60;
	h.in.messages.closed = 30;
	h.days_older = 20;
	return h;
}

/* one message makes known; weeks of mail, or one message of ours, make trusted; and a provider
 * of free mail is no organisation */
static void test_trusted(void)
{
	struct setting s;
	struct history answered = old_friend();

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", NULL);
	put_baseline(&s, "own", 100);
	put_history(&s, part_key(&s, FAMILY_DOMAIN, "own", "firm.example"), old_friend());
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_DOMAIN_KNOWN), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_DOMAIN_TRUSTED), ==, ANSWER_NO);
	g_assert_cmpint(told(&s, 0, FACT_PAIR_TRUSTED), ==, ANSWER_NO);
	put_history(&s, part_key(&s, FAMILY_DOMAIN, "own", "firm.example"), regular());
	answered.out = (struct flow){ .messages.closed = 1,
				      .first_day = TODAY - 9,
				      .last_day = TODAY - 9 };
	put_history(&s, part_key(&s, FAMILY_SENDER, "own", "bob@firm.example"), answered);
	put_history(&s,
		    key_build(s.arena, FAMILY_PAIR, "own", "joe@own.example",
			      "bob@firm.example"),
		    regular());
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_DOMAIN_TRUSTED), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_TRUSTED), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_PAIR_TRUSTED), ==, ANSWER_YES);
	run_shared(&s, "firm.example");
	g_assert_cmpint(told(&s, 0, FACT_DOMAIN_TRUSTED), ==, ANSWER_NO);
	g_assert_cmpint(told(&s, 0, FACT_DOMAIN_KNOWN), ==, ANSWER_NO);
	g_assert_cmpint(fact(&s, 0, FACT_DOMAIN_MESSAGES_OUT)->known, ==, ANSWER_NO);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_TRUSTED), ==, ANSWER_YES);
	setting_close(&s);
}

/* a name with an address: answered since it came with this name, or long in use */
static void test_name_trusted(void)
{
	static const struct {
		int64_t first, last, n, out;
		enum answer want;
	} rows[] = {
		{ TODAY - 5, TODAY - 5, 1, 0, ANSWER_NO },
		{ TODAY - 5, TODAY - 5, 1, TODAY - 6, ANSWER_NO },
		{ TODAY - 5, TODAY - 5, 1, TODAY - 4, ANSWER_YES },
		{ TODAY - 5, TODAY - 5, 1, TODAY, ANSWER_NO },
		{ TODAY - 30, TODAY - 3, 9, 0, ANSWER_YES },
		{ TODAY - 30, TODAY - 3, 7, 0, ANSWER_NO },
		{ TODAY, TODAY, 9, TODAY - 1, ANSWER_NO },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct setting s;
		struct usual_item item = { .text = "bob@firm.example",
					   .open = rows[i].n,
					   .first_day = rows[i].first,
					   .last_day = rows[i].last };
		struct history name = old_friend(), sender = old_friend();

		setting_open(&s, "mem:");
		rcpts(&s, "joe@own.example", NULL);
		say_all(&s);
		put_baseline(&s, "own", 100);
		name.usual[USUAL_ADDRESS] = (struct usual_set){ &item, 1 };
		put_history(&s,
			    part_key(&s, FAMILY_DISPLAY, "own",
				     name_key(s.arena, "Bob Miller")),
			    name);
		if (rows[i].out > 0)
			sender.out = (struct flow){ .messages.closed = 1,
						    .first_day = rows[i].out,
						    .last_day = rows[i].out };
		put_history(&s, part_key(&s, FAMILY_SENDER, "own", "bob@firm.example"),
			    sender);
		run(&s, ALL);
		g_assert_cmpint(told(&s, 0, FACT_DISPLAY_TRUSTED), ==, rows[i].want);
		setting_close(&s);
	}
}

static void test_list_trusted(void)
{
	static const char *const evil[] = { "evil.example" }, *const host[] = {
		"evil.example", "host.example"
	};
	struct usual_item items[] = {
		{ USUAL_EACH, 29, 1, TODAY - 60, TODAY - 3 },
		{ "host.example", 28, 1, TODAY - 60, TODAY - 3 },
	};
	struct setting s;
	struct history list = regular();

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", NULL);
	say_all(&s);
	put_baseline(&s, "own", 100);
	list.usual[USUAL_DKIM] = (struct usual_set){ items, 2 };
	put_history(&s, part_key(&s, FAMILY_LIST, "own", "news.firm.example"), list);
	s.features.at[FEATURE_DKIM_PASS] = VALUE_OF_BOOL(true);
	s.features.at[FEATURE_DKIM_DOMAINS] = value_of_list(evil, 1);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_LIST_KNOWN), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_LIST_TRUSTED), ==, ANSWER_NO);
	s.features.at[FEATURE_DKIM_PASS] = VALUE_UNKNOWN;
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_LIST_TRUSTED), ==, ANSWER_NO);
	s.features.at[FEATURE_DKIM_DOMAINS] = value_of_list(host, 2);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_LIST_TRUSTED), ==, ANSWER_YES);
	run_shared(&s, "host.example");
	g_assert_cmpint(told(&s, 0, FACT_LIST_TRUSTED), ==, ANSWER_NO);
	s.features.at[FEATURE_DKIM_DOMAINS] = VALUE_ABSENT;
	s.features.at[FEATURE_SPF_PASS] = VALUE_OF_BOOL(true);
	s.features.at[FEATURE_SPF_DOMAIN] = value_of_text("host.example");
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_LIST_TRUSTED), ==, ANSWER_YES);
	setting_close(&s);
}

/* a store that fails is never taken for one that found nothing */
static void test_fault(void)
{
	struct setting s;

	setting_open(&s, "fault:1:mem:");
	rcpts(&s, "joe@own.example", "ann@own.example");
	say_all(&s);
	run(&s, ALL);
	g_assert_true(s.facts.degraded);
	g_assert_cmpuint(s.facts.keys_asked, >, 5);
	for (size_t r = 0; r < 2; r++) {
		for (size_t i = 0; i < FACT_COUNT; i++)
			if (fact_names.rows[i].needs != 0 &&
			    s.facts.rcpts[r].at[i].known != ANSWER_UNKNOWN)
				g_error("%s is known", fact_names.rows[i].name);
		g_assert_cmpint(told(&s, r, FACT_PAIR_FIRST_CONTACT), ==, ANSWER_UNKNOWN);
		g_assert_cmpint(told(&s, r, FACT_PERSON_MATCHED), ==, ANSWER_UNKNOWN);
		g_assert_cmpstr(text(&s, r, FACT_TENANT_NAME), ==, "own");
	}
	setting_close(&s);
}

static void test_no_store(void)
{
	struct setting s;

	setting_open(&s, "mem:");
	store_close(&s.store);
	rcpts(&s, "joe@own.example", NULL);
	run(&s, ALL);
	g_assert_true(s.facts.degraded);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_KNOWN), ==, ANSWER_UNKNOWN);
	run(&s, 0);
	g_assert_false(s.facts.degraded);
	setting_close(&s);
}

static void test_damaged(void)
{
	static const enum family families[] = { FAMILY_SENDER, FAMILY_TENANT,
						FAMILY_MAILBOX };
	struct setting s;

	for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
		setting_open(&s, "mem:");
		rcpts(&s, "joe@own.example", NULL);
		put_baseline(&s, "own", 100);
		put_bytes(&s,
			  key_build(s.arena, families[i], "own",
				    families[i] == FAMILY_SENDER    ? "bob@firm.example"
				    : families[i] == FAMILY_MAILBOX ? "joe@own.example"
								    : NULL,
				    NULL),
			  bytes_of("\xff\xff no record"));
		run(&s, ALL);
		g_assert_true(s.facts.degraded);
		if (families[i] != FAMILY_MAILBOX)
			g_assert_cmpint(told(&s, 0, FACT_SENDER_KNOWN), ==,
					ANSWER_UNKNOWN);
		setting_close(&s);
	}
}

static void test_mailbox(void)
{
	static const char *const flags[] = { "pilot", "Wave2" };
	const struct mailbox shared = { .kind = MAILBOX_SHARED,
					.policy = "strict",
					.locale = "de_DE",
					.flags = flags,
					.n_flags = 2 };
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", "ann@own.example");
	put(&s, part_key(&s, FAMILY_MAILBOX, "own", "joe@own.example"), &mailbox_codec,
	    &shared);
	run(&s, NEED_MAILBOX);
	g_assert_cmpstr(text(&s, 0, FACT_RCPT_KIND), ==, "shared");
	g_assert_cmpstr(text(&s, 0, FACT_RCPT_POLICY), ==, "strict");
	g_assert_cmpstr(text(&s, 0, FACT_RCPT_LOCALE), ==, "de_DE");
	g_assert_cmpuint(fact(&s, 0, FACT_RCPT_FLAGS)->n_items, ==, 2);
	g_assert_cmpstr(fact(&s, 0, FACT_RCPT_FLAGS)->items[1], ==, "Wave2");
	for (enum fact_id id = FACT_RCPT_KIND; id <= FACT_RCPT_FLAGS; id++)
		g_assert_cmpint(fact(&s, 1, id)->known, ==, ANSWER_NO);
	g_assert_cmpuint(s.facts.keys_asked, ==, 2);
	setting_close(&s);
}

static void test_threads(void)
{
	static const char *const refs[] = { "a@x.example", "b@own.example" };
	const struct thread in = { .in = true, .first_day = TODAY },
			    out = { .out = true, .first_day = TODAY };
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", NULL);
	run(&s, ALL);
	g_assert_cmpint(fact(&s, 0, FACT_THREAD_KNOWN)->known, ==, ANSWER_NO);
	s.features.at[FEATURE_REFERENCES] = value_of_list(refs, 2);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_THREAD_KNOWN), ==, ANSWER_UNKNOWN);
	put_baseline(&s, "own", 100);
	run(&s, ALL);
	g_assert_cmpint(fact(&s, 0, FACT_THREAD_KNOWN)->known, ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_THREAD_KNOWN), ==, ANSWER_NO);
	g_assert_cmpint(told(&s, 0, FACT_THREAD_OURS), ==, ANSWER_NO);
	put(&s, part_key(&s, FAMILY_THREAD, "own", "a@x.example"), &thread_codec, &in);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_THREAD_KNOWN), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_THREAD_OURS), ==, ANSWER_NO);
	put(&s, part_key(&s, FAMILY_THREAD, "own", "b@own.example"), &thread_codec, &out);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_THREAD_OURS), ==, ANSWER_YES);
	setting_close(&s);
}

static void put_people(struct setting *s, const char *name, const struct person *people,
		       size_t n)
{
	const struct people all = { .at = people, .n = n };
	const char *keys[LIMIT_NAME_KEYS];
	size_t n_keys = name_keys_write(s->arena, name, keys);

	g_assert_cmpuint(n_keys, >, 0);
	for (size_t i = 0; i < n_keys; i++)
		put(s, part_key(s, FAMILY_NAME, "own", keys[i]), &people_codec, &all);
}

static void test_person(void)
{
	static const char *const names[] = { "Jane Roe" };
	static const char *const boss_at[] = { "jane.roe@own.example" };
	static const char *const other_at[] = { "roe@own.example", "jroe@home.example" };
	static const struct person people[] = {
		{ .id = "1",
		  .names = names,
		  .n_names = 1,
		  .addresses = boss_at,
		  .n_addresses = 1,
		  .vip = true },
		{ .id = "2",
		  .names = names,
		  .n_names = 1,
		  .addresses = other_at,
		  .n_addresses = 2 },
	};
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", NULL);
	put_people(&s, "Jane Roe", people, 2);
	put(&s, part_key(&s, FAMILY_PERSON, "own", "jroe@home.example"), &person_codec,
	    &people[1]);
	/* from nobody's address: the one worth stealing is meant */
	s.features.at[FEATURE_FROM_NAME] = value_of_text("ROE, Jane");
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_MATCHED), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_EXACT), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_VIP), ==, ANSWER_YES);
	g_assert_cmpstr(text(&s, 0, FACT_PERSON_NAME), ==, "Jane Roe");
	g_assert_cmpint(told(&s, 0, FACT_PERSON_IS_SENDER), ==, ANSWER_NO);
	g_assert_cmpstr(fact(&s, 0, FACT_PERSON_ADDRESSES)->items[0], ==,
			"jane.roe@own.example");
	/* from the namesake's address: she is meant */
	s.features.at[FEATURE_FROM_ADDRESS] = value_of_text("jroe@home.example");
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_VIP), ==, ANSWER_NO);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_IS_SENDER), ==, ANSWER_YES);
	g_assert_cmpuint(fact(&s, 0, FACT_PERSON_ADDRESSES)->n_items, ==, 2);
	/* a resembling name */
	s.features.at[FEATURE_FROM_NAME] = value_of_text("Jane Roee");
	s.features.at[FEATURE_FROM_ADDRESS] = value_of_text("x@mail.example");
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_MATCHED), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_EXACT), ==, ANSWER_NO);
	/* another one, and none */
	s.features.at[FEATURE_FROM_NAME] = value_of_text("Peter Winterbottom");
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_MATCHED), ==, ANSWER_NO);
	g_assert_cmpint(fact(&s, 0, FACT_PERSON_NAME)->known, ==, ANSWER_NO);
	s.features.at[FEATURE_FROM_NAME] = VALUE_ABSENT;
	run(&s, ALL);
	g_assert_cmpint(fact(&s, 0, FACT_PERSON_MATCHED)->known, ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_MATCHED), ==, ANSWER_NO);
	setting_close(&s);
}

static void test_display(void)
{
	struct usual_item used = { .text = "bob@firm.example",
				   .closed = 5,
				   .first_day = TODAY - 30 };
	struct usual_item many[USUAL_MOST];
	struct history h = old_friend();
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", NULL);
	put_baseline(&s, "own", 100);
	h.usual[USUAL_ADDRESS] = (struct usual_set){ .at = &used, .n = 1 };
	put_history(&s,
		    part_key(&s, FAMILY_DISPLAY, "own", name_key(s.arena, "Bob Miller")),
		    h);
	s.features.at[FEATURE_FROM_NAME] = value_of_text("Miller, Bob");
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_DISPLAY_NEW_ADDRESS), ==, ANSWER_NO);
	g_assert_cmpstr(fact(&s, 0, FACT_DISPLAY_ADDRESSES)->items[0], ==, used.text);
	s.features.at[FEATURE_FROM_ADDRESS] = value_of_text("bob@free.example");
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_DISPLAY_NEW_ADDRESS), ==, ANSWER_YES);
	/* a name that everybody uses is nobody's */
	for (size_t i = 0; i < USUAL_MOST; i++)
		many[i] = (struct usual_item){ .text = arena_printf(s.arena,
								    "n%zu@a.example", i),
					       .closed = 5,
					       .first_day = TODAY - 30 };
	h.usual[USUAL_ADDRESS] = (struct usual_set){ .at = many, .n = USUAL_MOST };
	put_history(&s,
		    part_key(&s, FAMILY_DISPLAY, "own", name_key(s.arena, "Bob Miller")),
		    h);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_DISPLAY_NEW_ADDRESS), ==, ANSWER_NO);
	g_assert_cmpuint(fact(&s, 0, FACT_DISPLAY_ADDRESSES)->n_items, ==, USUAL_MOST);
	s.features.at[FEATURE_FROM_NAME] = VALUE_ABSENT;
	run(&s, ALL);
	g_assert_cmpint(fact(&s, 0, FACT_DISPLAY_ADDRESSES)->known, ==, ANSWER_NO);
	setting_close(&s);
}

static void many_rcpts(struct setting *s, size_t n)
{
	struct recipient *r = arena_new(s->arena, struct recipient, n);

	for (size_t i = 0; i < n; i++) {
		r[i].address = arena_printf(s->arena, "u%zu@own.example", i);
		r[i].key = r[i].address;
	}
	s->envelope.rcpts = r;
	s->envelope.n_rcpts = n;
}

static void test_many(void)
{
	struct setting s;
	int64_t begun;

	setting_open(&s, "mem:");
	put_baseline(&s, "own", 100);
	put_history(&s,
		    key_build(s.arena, FAMILY_PAIR, "own", "u4711@own.example",
			      "bob@firm.example"),
		    old_friend());
	many_rcpts(&s, 5000);
	begun = clock_mono_us();
	run(&s, NEED_TENANT | NEED_PAIR | NEED_MAILBOX | NEED_SENDER);
	g_test_message("5,000 recipients: %lld us, %lld of them in the store",
		       (long long)(clock_mono_us() - begun), (long long)s.facts.store_us);
	g_assert_cmpuint(s.facts.keys_asked, ==, 10002);
	g_assert_cmpuint(s.facts.n_rcpts, ==, 5000);
	for (size_t i = 0; i < 5000; i++)
		g_assert_cmpint(told(&s, i, FACT_PAIR_KNOWN), ==,
				i == 4711 ? ANSWER_YES : ANSWER_NO);
	g_assert_cmpstr(text(&s, 4999, FACT_RCPT_ADDRESS), ==, "u4999@own.example");
	setting_close(&s);
}

/* of several authors the one to be warned of is the one that all facts concern */
static void test_authors(void)
{
	struct setting s;
	struct features each[3];

	setting_open(&s, "mem:");
	put_baseline(&s, "own", 100);
	rcpts(&s, "joe@own.example", NULL);
	put_history(&s,
		    key_build(s.arena, FAMILY_PAIR, "own", "joe@own.example",
			      "bob@firm.example"),
		    old_friend());
	for (size_t i = 0; i < 3; i++)
		each[i] = s.features;
	each[1].at[FEATURE_FROM_ADDRESS] = value_of_text("eve@firm.example");
	s.features.authors = each;
	s.features.n_authors = 2;
	run(&s, NEED_TENANT | NEED_PAIR | NEED_MAILBOX);
	g_assert_cmpuint(s.facts.author, ==, 1);
	g_assert_cmpint(told(&s, 0, FACT_PAIR_KNOWN), ==, ANSWER_NO);
	/* whoever claims to be one of us outweighs a stranger */
	each[2].at[FEATURE_FROM_ADDRESS] = value_of_text("ann@own.example");
	each[2].at[FEATURE_FROM_DOMAIN] = value_of_text("own.example");
	s.features.n_authors = 3;
	run(&s, NEED_TENANT | NEED_PAIR | NEED_MAILBOX);
	g_assert_cmpuint(s.facts.author, ==, 2);
	g_assert_cmpint(told(&s, 0, FACT_TENANT_OWNS_FROM), ==, ANSWER_YES);
	/* two whom all know: the first */
	each[1] = each[0];
	s.features.n_authors = 2;
	run(&s, NEED_TENANT | NEED_PAIR | NEED_MAILBOX);
	g_assert_cmpuint(s.facts.author, ==, 0);
	g_assert_cmpint(told(&s, 0, FACT_PAIR_KNOWN), ==, ANSWER_YES);
	setting_close(&s);
}

/* beyond the bound: what is shared is there, the rest is unknown and said to be */
static void test_too_many(void)
{
	struct setting s;
	size_t last = LIMIT_BATCH_KEYS / 2 + 5;

	setting_open(&s, "mem:");
	put_baseline(&s, "own", 100);
	many_rcpts(&s, last + 1);
	run(&s, NEED_TENANT | NEED_PAIR | NEED_MAILBOX);
	g_assert_cmpuint(s.facts.keys_asked, ==, LIMIT_BATCH_KEYS);
	g_assert_true(s.facts.degraded);
	g_assert_cmpint(told(&s, 0, FACT_PAIR_KNOWN), ==, ANSWER_NO);
	g_assert_cmpint(told(&s, last, FACT_PAIR_KNOWN), ==, ANSWER_UNKNOWN);
	g_assert_cmpint(fact(&s, last, FACT_TENANT_BASELINE_DAYS)->number, ==, 100);
	setting_close(&s);
}

/* the same recipient twice, as a mailing list may give: asked once, answered twice */
static void test_each_key_once(void)
{
	struct setting s;
	struct lookup_plan p;

	setting_open(&s, "mem:");

	const struct lookup_setup setup = { .options = s.options, .needs = ALL };

	rcpts(&s, "joe@own.example", "joe@own.example");
	s.features.at[FEATURE_FROM_NAME] = value_of_text("Bob Miller");
	lookup_plan_make(s.arena, &setup, &s.features, &p);
	g_assert_cmpuint(p.n_tenants, ==, 1);
	g_assert_cmpuint(p.rcpts[0].pair, ==, p.rcpts[1].pair);
	for (size_t i = 0; i < p.n_reads; i++)
		for (size_t k = 0; k < i; k++)
			g_assert_false(bytes_equal(p.reads[i].key, p.reads[k].key));
	run(&s, ALL);
	g_assert_cmpuint(s.facts.n_rcpts, ==, 2);
	setting_close(&s);
}

static void from_domain(struct setting *s, const char *domain)
{
	s->features.at[FEATURE_FROM_DOMAIN] = value_of_text(domain);
	s->features.at[FEATURE_FROM_ORG] = value_of_text(domain);
}

static void test_lookalike(void)
{
	struct usual_item orgs[] = {
		{ .text = "northwing.example", .closed = 1, .first_day = TODAY - 40 },
		{ .text = "northwind.example", .closed = 9, .first_day = TODAY - 400 },
		{ .text = "own.example", .closed = 90, .first_day = TODAY - 400 },
	};
	struct history h = { .open_day = TODAY - 1 };
	struct setting s;

	h.usual[USUAL_ADDRESS] = (struct usual_set){ .at = orgs, .n = 3 };
	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", "eve@other.example");
	from_domain(&s, "nortwind.example");
	run(&s, ALL);
	g_assert_cmpstr(text(&s, 0, FACT_DOMAIN_LOOKALIKE), ==, "unknown");
	put_baseline(&s, "own", 100);
	put_baseline(&s, "other", 100);
	put_history(&s, part_key(&s, FAMILY_LOOKALIKE, "own", "nortwlnd"), h);
	run(&s, ALL);
	g_assert_cmpstr(text(&s, 0, FACT_DOMAIN_LOOKALIKE), ==, "northwind.example");
	g_assert_cmpstr(text(&s, 0, FACT_DOMAIN_LOOKALIKE_HOW), ==, "one letter differs");
	/* of the other tenant nothing is heard */
	g_assert_cmpstr(text(&s, 1, FACT_DOMAIN_LOOKALIKE), ==, "absent");
	/* it is itself; the other one resembles it, and it tells so */
	from_domain(&s, "northwind.example");
	put_history(&s, part_key(&s, FAMILY_LOOKALIKE, "own", "northwlnd"), h);
	run(&s, ALL);
	g_assert_cmpstr(text(&s, 0, FACT_DOMAIN_LOOKALIKE), ==, "northwing.example");
	/* services give their customers such names */
	from_domain(&s, "northwind.service.example");
	run(&s, ALL);
	g_assert_cmpstr(text(&s, 0, FACT_DOMAIN_LOOKALIKE), ==, "absent");
	from_domain(&s, "northwind.example.service.example");
	run(&s, ALL);
	g_assert_cmpstr(text(&s, 0, FACT_DOMAIN_LOOKALIKE), ==, "northwind.example");
	/* what nobody needs is not asked */
	run(&s, ALL & ~NEED_LOOKALIKE);
	g_assert_cmpstr(text(&s, 0, FACT_DOMAIN_LOOKALIKE), ==, "unknown");
	setting_close(&s);
}

/* Jane writes to herself from home, and answers: colleagues need not be warned of her. */
static void test_private_address(void)
{
	const char *const addresses[] = { "jane@own.example" };
	const char *const names[] = { "Jane Roe" };
	struct person jane = { .id = "1",
			       .names = names,
			       .n_names = 1,
			       .addresses = addresses,
			       .n_addresses = 1 };
	struct usual_item used = { .text = "jane@home.example",
				   .closed = 1,
				   .first_day = TODAY - 9,
				   .last_day = TODAY - 9 };
	struct usual_item wrote = { .text = "jane@own.example",
				    .closed = 1,
				    .first_day = TODAY - 8,
				    .last_day = TODAY - 8 };
	struct history name = { .open_day = TODAY - 9 },
		       sender = { .open_day = TODAY - 8 };
	struct setting s;

	name.usual[USUAL_ADDRESS] = (struct usual_set){ .at = &used, .n = 1 };
	sender.usual[USUAL_WRITER] = (struct usual_set){ .at = &wrote, .n = 1 };
	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", NULL);
	put_baseline(&s, "own", 100);
	put_people(&s, "Jane Roe", &jane, 1);
	s.features.at[FEATURE_FROM_ADDRESS] = value_of_text("jane@home.example");
	s.features.at[FEATURE_FROM_NAME] = value_of_text("Jane Roe");
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_MATCHED), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_PRIVATE), ==, ANSWER_NO);
	put_history(&s, part_key(&s, FAMILY_SENDER, "own", "jane@home.example"), sender);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_PRIVATE), ==, ANSWER_NO);
	put_history(&s,
		    part_key(&s, FAMILY_DISPLAY, "own", name_key(s.arena, "Jane Roe")),
		    name);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_PRIVATE), ==, ANSWER_YES);
	/* an answer to this address before it bore her name says nothing */
	wrote.first_day = wrote.last_day = TODAY - 10;
	put_history(&s, part_key(&s, FAMILY_SENDER, "own", "jane@home.example"), sender);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_PRIVATE), ==, ANSWER_NO);
	/* and so does one of somebody else */
	wrote.first_day = wrote.last_day = TODAY - 8;
	wrote.text = "joe@own.example";
	put_history(&s, part_key(&s, FAMILY_SENDER, "own", "jane@home.example"), sender);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_PRIVATE), ==, ANSWER_NO);
	/* or one of today */
	wrote.text = "jane@own.example";
	wrote.first_day = wrote.last_day = TODAY;
	put_history(&s, part_key(&s, FAMILY_SENDER, "own", "jane@home.example"), sender);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_PERSON_PRIVATE), ==, ANSWER_NO);
	setting_close(&s);
}

/* 19 of 20, and 8 at least */
static void test_usually_proven(void)
{
	struct history h = old_friend();
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", NULL);
	put_baseline(&s, "own", 100);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_USUALLY_PROVEN), ==, ANSWER_NO);
	h.checked.closed = h.proven.closed = 7;
	put_history(&s, part_key(&s, FAMILY_SENDER, "own", "bob@firm.example"), h);
	put_history(&s, part_key(&s, FAMILY_DOMAIN, "own", "firm.example"), h);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_USUALLY_PROVEN), ==, ANSWER_NO);
	h.checked.closed = 20;
	h.proven.closed = 19;
	put_history(&s, part_key(&s, FAMILY_SENDER, "own", "bob@firm.example"), h);
	h.proven.closed = 18;
	put_history(&s, part_key(&s, FAMILY_DOMAIN, "own", "firm.example"), h);
	run(&s, ALL);
	g_assert_cmpint(told(&s, 0, FACT_SENDER_USUALLY_PROVEN), ==, ANSWER_YES);
	g_assert_cmpint(told(&s, 0, FACT_DOMAIN_USUALLY_PROVEN), ==, ANSWER_NO);
	setting_close(&s);
}

static bool all_shared(const void *of, const char *domain)
{
	return of != NULL && domain != NULL;
}

/* A provider of free mail resembles nobody, and an own domain does not either. */
static void test_no_lookalike(void)
{
	struct lookup_plan p;
	struct setting s;

	setting_open(&s, "mem:");
	rcpts(&s, "joe@own.example", NULL);
	const struct lookup_setup setup = { .options = s.options,
					    .store = s.store,
					    .is_shared = all_shared,
					    .shared = &s,
					    .needs = NEED_LOOKALIKE };

	lookup_plan_make(s.arena, &setup, &s.features, &p);
	g_assert_cmpuint(p.n_reads, ==, 0);
	put_baseline(&s, "own", 100);
	from_domain(&s, "own.example");
	run(&s, ALL);
	g_assert_cmpstr(text(&s, 0, FACT_DOMAIN_LOOKALIKE), ==, "absent");
	setting_close(&s);
}

static void test_names(void)
{
	g_assert_cmpuint(fact_names.n, ==, FACT_COUNT);
	for (size_t i = 0; i < FACT_COUNT; i++) {
		const struct name_row *row = &fact_names.rows[i];

		g_assert_cmpuint(strspn(row->name, "abcdefghijklmnopqrstuvwxyz_."), ==,
				 strlen(row->name));
		g_assert_true(g_str_has_suffix(row->doc, "."));
		g_assert_cmpint(row->scope, ==, SCOPE_RCPT);
		for (size_t k = 0; k < i; k++)
			g_assert_cmpstr(row->name, !=, fact_names.rows[k].name);
		for (size_t k = 0; k < FEATURE_COUNT; k++)
			g_assert_cmpstr(row->name, !=, feature_names.rows[k].name);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lookup/nothing-needed", test_nothing_needed);
	g_test_add_func("/lookup/only-what-is-needed", test_only_what_is_needed);
	g_test_add_func("/lookup/all-set", test_all_set);
	g_test_add_func("/lookup/baseline", test_baseline);
	g_test_add_func("/lookup/history", test_history);
	g_test_add_func("/lookup/habits", test_habits);
	g_test_add_func("/lookup/pair-habits", test_pair_habits);
	g_test_add_func("/lookup/no-sender", test_no_sender);
	g_test_add_func("/lookup/tenants-apart", test_tenants_apart);
	g_test_add_func("/lookup/tenant-domains", test_tenant_domains);
	g_test_add_func("/lookup/fault", test_fault);
	g_test_add_func("/lookup/trusted", test_trusted);
	g_test_add_func("/lookup/name-trusted", test_name_trusted);
	g_test_add_func("/lookup/list-trusted", test_list_trusted);
	g_test_add_func("/lookup/no-store", test_no_store);
	g_test_add_func("/lookup/damaged", test_damaged);
	g_test_add_func("/lookup/mailbox", test_mailbox);
	g_test_add_func("/lookup/threads", test_threads);
	g_test_add_func("/lookup/person", test_person);
	g_test_add_func("/lookup/display", test_display);
	g_test_add_func("/lookup/many", test_many);
	g_test_add_func("/lookup/too-many", test_too_many);
	g_test_add_func("/lookup/authors", test_authors);
	g_test_add_func("/lookup/each-key-once", test_each_key_once);
	g_test_add_func("/lookup/lookalike", test_lookalike);
	g_test_add_func("/lookup/no-lookalike", test_no_lookalike);
	g_test_add_func("/lookup/private-address", test_private_address);
	g_test_add_func("/lookup/usually-proven", test_usually_proven);
	g_test_add_func("/lookup/names", test_names);
	return g_test_run();
}
