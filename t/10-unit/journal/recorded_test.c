/* What record_json() writes is read back; what is no record is told, and does no harm. */
#include "journal/recorded.h"

#include <string.h>

#include "journal/journal.h"

static void read_exact(struct arena *a, const char *text, struct recorded *r, bool good)
{
	char *exact = g_memdup2(text, strlen(text));
	GError *e = NULL;
	bool got = recorded_read(a, (struct bytes){ exact, strlen(text) }, r, &e);

	g_assert_cmpint(got, ==, good);
	g_assert_true(good == (e == NULL));
	g_clear_error(&e);
	g_free(exact);
}

static void round_trip(void)
{
	static const struct recipient rcpts[] = {
		{ .address = "Ann@example.org", .key = "ann@example.org" },
		{ .address = "bob@example.org", .key = "bob@example.org" }
	};
	static const struct envelope env = { .client_addr = "192.0.2.7",
					     .mail_from = "boss@example.net",
					     .rcpts = rcpts,
					     .n_rcpts = 2,
					     .queue_id = "4Xq1",
					     .received_s = 1700000000 };
	static const struct decision decided[] = { { .verdict = VERDICT_SUSPICIOUS },
						   { .verdict = VERDICT_GRAYMAIL } };
	static const struct decisions d = { .at = decided, .n = 2 };
	static const enum action done[] = { ACTION_BANNER, ACTION_PASS };
	static const struct plan p = { .done = done, .n_done = 2 };
	static const char *const orgs[] = { "a.example", "b.example" };
	struct arena *a = arena_create();
	struct features f = { 0 };
	struct recorded r;

	f.at[FEATURE_FROM_ADDRESS] = value_of_text("boss@example.net");
	f.at[FEATURE_AUTH_ALIGNED] = VALUE_OF_BOOL(true);
	f.at[FEATURE_DMARC_PASS] = VALUE_UNKNOWN;
	f.at[FEATURE_FROM_COUNT] = VALUE_OF_INT(1);
	f.at[FEATURE_LINKS_ORGS] = value_of_list(orgs, 2);
	char *line = record_json(&(struct record){ .id = "65b-1-1",
						   .envelope = &env,
						   .features = &f,
						   .decisions = &d,
						   .plan = &p,
						   .degraded = true,
						   .pii = true });

	read_exact(a, line, &r, true);
	g_assert_cmpstr(r.id, ==, "65b-1-1");
	g_assert_cmpstr(r.mail_from, ==, "boss@example.net");
	g_assert_cmpstr(r.told, ==, "accept");
	g_assert_null(r.stopped);
	g_assert_cmpint(r.time_s, ==, 1700000000);
	g_assert_true(r.degraded && !r.internal && r.has_features);
	g_assert_cmpstr(r.features.at[FEATURE_FROM_ADDRESS].text, ==, "boss@example.net");
	g_assert_cmpint(value_answer(&r.features.at[FEATURE_AUTH_ALIGNED]), ==,
			ANSWER_YES);
	g_assert_cmpint(r.features.at[FEATURE_DMARC_PASS].known, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(r.features.at[FEATURE_SUBJECT].known, ==, ANSWER_NO);
	g_assert_cmpint(r.features.at[FEATURE_FROM_COUNT].number, ==, 1);
	g_assert_cmpuint(r.features.at[FEATURE_LINKS_ORGS].n_items, ==, 2);
	g_assert_cmpstr(r.features.at[FEATURE_LINKS_ORGS].items[1], ==, "b.example");
	g_assert_cmpuint(r.n_rcpts, ==, 2);
	g_assert_cmpstr(r.rcpts[0].address, ==, "Ann@example.org");
	g_assert_cmpint(r.rcpts[0].verdict, ==, VERDICT_SUSPICIOUS);
	g_assert_cmpint(r.rcpts[0].done, ==, ACTION_BANNER);
	g_assert_cmpint(r.rcpts[1].verdict, ==, VERDICT_GRAYMAIL);
	g_free(line);
	arena_destroy(&a);
}

static void no_records(void)
{
	static const char *const lines[] = {
		"",          "{\"v\":1,\"id\":\"x", "[]",        "null",     "{}",
		"{\"v\":0}", "{\"v\":\"1\"}",       "{\"v\":2}", "\xff\xfe", "{\"v\":1}{",
	};
	struct arena *a = arena_create();
	struct recorded r;

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		read_exact(a, lines[i], &r, false);
	arena_destroy(&a);
}

/* Nothing has the type it should have. */
static void wrong_types(void)
{
	struct arena *a = arena_create();
	struct recorded r;

	read_exact(
		a,
		"{\"v\":1,\"id\":7,\"time\":\"x\",\"internal\":1,\"mail_from\":[],"
		"\"features\":{\"from.address\":1,\"auth.aligned\":\"yes\","
		"\"from.count\":1.5,\"links.orgs\":{\"a\":1},\"references\":[1,\"x\"]},"
		"\"rcpts\":[1,null,{},{\"address\":2,\"verdict\":\"good\",\"done\":3}]}",
		&r, true);
	g_assert_null(r.id);
	g_assert_null(r.mail_from);
	g_assert_cmpint(r.time_s, ==, 0);
	g_assert_false(r.internal);
	g_assert_cmpint(r.features.at[FEATURE_FROM_ADDRESS].known, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(r.features.at[FEATURE_AUTH_ALIGNED].known, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(r.features.at[FEATURE_FROM_COUNT].known, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(r.features.at[FEATURE_LINKS_ORGS].known, ==, ANSWER_UNKNOWN);
	g_assert_cmpuint(r.features.at[FEATURE_REFERENCES].n_items, ==, 1);
	g_assert_cmpuint(r.n_rcpts, ==, 4);
	for (size_t i = 0; i < r.n_rcpts; i++) {
		g_assert_null(r.rcpts[i].address);
		g_assert_cmpint(r.rcpts[i].verdict, ==, VERDICT_COUNT);
		g_assert_cmpint(r.rcpts[i].done, ==, ACTION_COUNT);
	}
	read_exact(a, "{\"v\":1,\"rcpts\":7,\"features\":[]}", &r, true);
	g_assert_cmpuint(r.n_rcpts, ==, 0);
	g_assert_false(r.has_features);
	arena_destroy(&a);
}

/* what an earlier release wrote under its own names */
static void former_names(void)
{
	struct arena *a = arena_create();
	struct features f = { 0 };
	struct recorded r;

	f.at[FEATURE_TRUNCATED] = value_of_list((const char *const[]){ "parts" }, 1);
	f.at[FEATURE_MALFORMED] = value_of_list((const char *const[]){ "date" }, 1);
	char *line = record_json(&(struct record){
		.id = "65b-1-1", .envelope = &(struct envelope){ 0 }, .features = &f });
	char **parts = g_strsplit(line, "message.truncated", 2);

	g_assert_nonnull(parts[1]);
	char *half = g_strjoinv("message.cut", parts);

	g_strfreev(parts);
	parts = g_strsplit(half, "message.malformed", 2);
	g_assert_nonnull(parts[1]);
	char *old = g_strjoinv("message.broken", parts);

	read_exact(a, old, &r, true);
	g_assert_cmpuint(r.features.at[FEATURE_TRUNCATED].n_items, ==, 1);
	g_assert_cmpstr(r.features.at[FEATURE_TRUNCATED].items[0], ==, "parts");
	g_assert_cmpuint(r.features.at[FEATURE_MALFORMED].n_items, ==, 1);
	g_assert_cmpstr(r.features.at[FEATURE_MALFORMED].items[0], ==, "date");
	g_strfreev(parts);
	g_free(old);
	g_free(half);
	g_free(line);
	arena_destroy(&a);
}

/* one recipient's decision comes back with its facts, signals and points */
static void decisions_come_back(void)
{
	static const struct recipient rcpts[] = {
		{ .address = "ann@example.org", .key = "ann@example.org" },
		{ .address = "bob@example.org", .key = "bob@example.org" }
	};
	static const struct envelope env = { .mail_from = "",
					     .rcpts = rcpts,
					     .n_rcpts = 2 };
	static const struct reason reasons[] = {
		{ .rule = "a", .text = "A", .axis = AXIS_SPAM, .milli = 6500 }
	};
	static const struct policy policy = { .name = "default" };
	static const struct decision decided[] = {
		{ .verdict = VERDICT_SPAM,
		  .action = ACTION_JUNK,
		  .policy = &policy,
		  .reasons = reasons,
		  .n_reasons = 1,
		  .missing = MISSING_STORE },
		{ .verdict = VERDICT_WANTED },
	};
	static const struct decisions d = { .at = decided, .n = 2 };
	struct arena *a = arena_create();
	struct features f = { 0 };
	struct rcpt_facts *facts = arena_new(a, struct rcpt_facts, 2);
	struct signal *signals = arena_new(a, struct signal, DETECTOR_COUNT);
	const struct rcpt_signals each[] = { { signals }, { signals } };
	const struct facts all = { .rcpts = facts, .n_rcpts = 2 };
	struct recorded r;
	const struct recorded_rcpt *rcpt;

	/* Cyrillic letters that look like Latin ones are read as a reader does */
	f.at[FEATURE_SUBJECT] = value_of_text("p\xd0\xb0yment");
	facts[0].at[FACT_PAIR_KNOWN] = VALUE_OF_BOOL(true);
	facts[0].at[FACT_PAIR_TODAY] = VALUE_UNKNOWN;
	signals[DETECTOR_fake_thread] = (struct signal){ ANSWER_YES, "words" };
	signals[DETECTOR_bulk_mail] = (struct signal){ ANSWER_UNKNOWN, NULL };
	char *line = record_json(&(struct record){ .id = "1",
						   .envelope = &env,
						   .features = &f,
						   .facts = &all,
						   .signals = each,
						   .decisions = &d,
						   .ruleset_id = "abc",
						   .pii = true });

	g_assert_true(recorded_read_all(a, bytes_of(line), &r, NULL));
	g_assert_cmpuint(r.n_rcpts, ==, 2);
	g_assert_cmpstr(r.mail_from, ==, "");
	g_assert_cmpstr(r.rules, ==, "abc");
	g_assert_cmpuint(r.missing, ==, MISSING_STORE);
	g_assert_cmpstr(r.features.plain_subject, ==, "payment");
	rcpt = &r.rcpts[0];
	g_assert_cmpstr(rcpt->address, ==, "ann@example.org");
	g_assert_cmpstr(rcpt->policy, ==, "default");
	g_assert_cmpint(rcpt->verdict, ==, VERDICT_SPAM);
	g_assert_cmpint(rcpt->action, ==, ACTION_JUNK);
	g_assert_cmpuint(rcpt->n_reasons, ==, 1);
	g_assert_cmpstr(rcpt->reasons[0].rule, ==, "a");
	g_assert_cmpint(rcpt->reasons[0].axis, ==, AXIS_SPAM);
	g_assert_cmpint(rcpt->reasons[0].milli, ==, 6500);
	g_assert_true(rcpt->has_evidence);
	g_assert_true(rcpt->facts.at[FACT_PAIR_KNOWN].boolean);
	g_assert_cmpint(rcpt->facts.at[FACT_PAIR_TODAY].known, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(rcpt->facts.at[FACT_SENDER_KNOWN].known, ==, ANSWER_NO);
	g_assert_cmpint(rcpt->signals[DETECTOR_fake_thread].answer, ==, ANSWER_YES);
	g_assert_cmpint(rcpt->signals[DETECTOR_bulk_mail].answer, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(rcpt->signals[DETECTOR_first_contact].answer, ==, ANSWER_NO);
	g_assert_true(r.rcpts[1].has_evidence);
	g_free(line);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/recorded/round_trip", round_trip);
	g_test_add_func("/recorded/no_records", no_records);
	g_test_add_func("/recorded/wrong_types", wrong_types);
	g_test_add_func("/journal/recorded/former names", former_names);
	g_test_add_func("/recorded/decisions", decisions_come_back);
	return g_test_run();
}
