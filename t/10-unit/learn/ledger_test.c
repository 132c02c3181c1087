/* The ledger: what speaks against a rule and what does not, bounds that three unlucky cases do not
 * move, and a guard that no single mailbox can call. */
#include "learn/ledger.h"

#include <string.h>

#include "base/limits.h"

static void event(struct ledger *l, int message, const char *mailbox, enum feedback what)
{
	char *id = g_strdup_printf("m-%d", message);
	const struct event ev = { .kind = RECORD_KIND_FEEDBACK,
				  .id = "e",
				  .message = id,
				  .tenant = "t",
				  .mailbox = mailbox,
				  .feedback = what };

	ledger_event(l, &ev);
	g_free(id);
}

static void decide_as(struct ledger *l, int message, const char *address,
		      const struct recorded_rcpt *as)
{
	char *id = g_strdup_printf("m-%d", message);
	struct recorded_rcpt to = *as;
	const struct recorded r = {
		.id = id, .time_s = 1000, .rcpts = &to, .n_rcpts = 1
	};

	to.address = address;
	ledger_decision(l, &r);
	g_free(id);
}

static const struct recorded_rcpt spam = { .verdict = VERDICT_SPAM,
					   .done = ACTION_JUNK,
					   .policy = "default",
					   .decisive = "says_spam",
					   .axis = AXIS_SPAM },
				  threat = { .verdict = VERDICT_MALICIOUS,
					     .done = ACTION_QUARANTINE,
					     .policy = "default",
					     .decisive = "says_threat",
					     .axis = AXIS_THREAT },
				  observed = { .verdict = VERDICT_SPAM,
					       .done = ACTION_PASS,
					       .policy = "default",
					       .decisive = "says_spam",
					       .axis = AXIS_SPAM };

static const struct ledger_row *only(GPtrArray *rows, const char *name)
{
	const struct ledger_row *found = NULL;

	for (guint i = 0; i < rows->len; i++)
		if (strcmp(((struct ledger_row *)rows->pdata[i])->name, name) == 0)
			found = rows->pdata[i];
	g_ptr_array_unref(rows);
	g_assert_nonnull(found);
	return found;
}

static void counts(void)
{
	struct ledger *l = ledger_create(&(struct ledger_setup){ .since_s = 500 });

	event(l, 1, "a@x.example", FEEDBACK_WANTED);
	event(l, 2, "a@x.example", FEEDBACK_WANTED); /* and it is taken back */
	event(l, 2, "a@x.example", FEEDBACK_JUNK);
	event(l, 3, "a@x.example", FEEDBACK_REPLIED);
	event(l, 4, "canonical@x.example", FEEDBACK_RELEASED); /* came to an alias */
	event(l, 5, "a@x.example", FEEDBACK_REPLIED);          /* a victim answers */
	event(l, 6, "a@x.example", FEEDBACK_WANTED); /* of what was only observed */
	event(l, 7, "a@x.example", FEEDBACK_WANTED); /* and meant otherwise */
	event(l, 7, "a@x.example", FEEDBACK_REVOKED);
	for (int i = 1; i <= 4; i++)
		decide_as(l, i, i == 4 ? "alias@x.example" : "A@X.example", &spam);
	decide_as(l, 5, "a@x.example", &threat);
	decide_as(l, 6, "a@x.example", &observed);
	decide_as(l, 7, "a@x.example", &spam);
	decide_as(l, 8, "a@x.example", &spam);

	const struct ledger_row *row = only(ledger_rules(l), "says_spam");

	g_assert_cmpint(row->hits, ==, 6);
	g_assert_cmpint(row->watched, ==, 1);
	g_assert_cmpint(row->rescued, ==, 2);
	g_assert_cmpint(row->answered, ==, 1);
	g_assert_cmpint(row->bad, ==, 3);
	g_assert_cmpint(row->mailboxes, ==, 2);
	g_assert_cmpint(row->most_of_one, ==, 2);
	row = only(ledger_rules(l), "says_threat");
	g_assert_cmpint(row->answered, ==, 1);
	g_assert_cmpint(row->bad, ==, 0);
	row = only(ledger_policies(l, 0), "default");
	g_assert_cmpint(row->hits, ==, 7);
	g_assert_cmpint(row->bad, ==, 3);
	ledger_destroy(&l);
}

/* n_boxes mailboxes, `each` rescued ones of each, of so many hits */
static bool guarded(int n_boxes, int each, int hits, int64_t percent)
{
	struct ledger *l = ledger_create(&(struct ledger_setup){ .since_s = 0 });

	for (int i = 0; i < n_boxes * each; i++) {
		char *box = g_strdup_printf("u%d@x.example", i % n_boxes);

		event(l, i, box, FEEDBACK_WANTED);
		g_free(box);
	}
	for (int i = 0; i < hits; i++) {
		char *box = g_strdup_printf("u%d@x.example", i % n_boxes);

		decide_as(l, i, box, &spam);
		g_free(box);
	}
	bool bad = ledger_is_bad(only(ledger_rules(l), "says_spam"), percent);

	ledger_destroy(&l);
	return bad;
}

static void guards(void)
{
	g_assert_true(guarded(5, 8, 100, 5));
	g_assert_false(guarded(5, 8, 100, 0));   /* switched off */
	g_assert_false(guarded(1, 100, 100, 5)); /* one mailbox */
	g_assert_false(guarded(2, 50, 100, 5));  /* two */
	g_assert_false(guarded(6, 3, 20, 5));    /* 18 cases */
	g_assert_true(guarded(7, 3, 30, 5));     /* 21 */
	g_assert_false(guarded(10, 5, 5000, 5)); /* a hundredth */
	g_assert_false(guarded(5, 8, 700, 5));   /* six in a hundred is not surely over */
	g_assert_true(guarded(20, 20, 4000, 5)); /* ten is, of many */
}

/* One user with 500 cases, and two with one each, are no three witnesses. */
static void one_user_calls_nobody(void)
{
	struct ledger *l = ledger_create(&(struct ledger_setup){ .since_s = 0 });

	for (int i = 0; i < 502; i++)
		event(l, i,
		      i < 500   ? "one@x.example"
		      : i < 501 ? "two@x.example"
				: "three@x.example",
		      FEEDBACK_RELEASED);
	for (int i = 0; i < 600; i++)
		decide_as(l, i, i < 500 ? "one@x.example" : "two@x.example", &spam);
	const struct ledger_row *row = only(ledger_rules(l), "says_spam");

	g_assert_cmpint(row->mailboxes, ==, 3);
	g_assert_false(ledger_is_bad(row, 5));
	ledger_destroy(&l);
}

/* A policy is not blamed for what a bad rule did in it. */
static void spares_the_policy(void)
{
	struct ledger *l = ledger_create(&(struct ledger_setup){ .since_s = 0 });

	for (int i = 0; i < 100; i++) {
		char *box = g_strdup_printf("u%d@x.example", i % 5);

		event(l, i, box, FEEDBACK_WANTED);
		decide_as(l, i, box, &spam);
		decide_as(l, 1000 + i, box, &threat);
		g_free(box);
	}
	g_assert_cmpint(only(ledger_policies(l, 0), "default")->bad, ==, 100);
	g_assert_cmpint(only(ledger_policies(l, 5), "default")->bad, ==, 0);
	g_assert_cmpint(only(ledger_policies(l, 5), "default")->hits, ==, 100);
	ledger_destroy(&l);
}

/* three of three stand behind forty of two hundred */
static void sorts_by_bound(void)
{
	struct ledger *l = ledger_create(&(struct ledger_setup){ .since_s = 0 });
	struct recorded_rcpt few = spam;

	few.decisive = "unlucky";
	for (int i = 0; i < 63; i++)
		event(l, i, "u@x.example", FEEDBACK_WANTED);
	for (int i = 0; i < 3; i++)
		decide_as(l, i, "u@x.example", &few);
	for (int i = 3; i < 83; i++)
		decide_as(l, i, "u@x.example", &spam);
	GPtrArray *rows = ledger_rules(l);

	g_assert_cmpstr(((struct ledger_row *)rows->pdata[0])->name, ==, "says_spam");
	g_ptr_array_unref(rows);
	ledger_destroy(&l);
}

static void leaves_out(void)
{
	GHashTable *not_before = g_hash_table_new(g_str_hash, g_str_equal);
	int64_t later = 1001;
	struct ledger *l = ledger_create(&(struct ledger_setup){ .since_s = 1001 });

	decide_as(l, 1, "u@x.example", &spam);
	GPtrArray *rows = ledger_rules(l);

	g_assert_cmpuint(rows->len, ==, 0);
	g_ptr_array_unref(rows);
	ledger_destroy(&l);
	g_hash_table_insert(not_before, (gpointer)(guintptr) "says_spam", &later);
	l = ledger_create(&(struct ledger_setup){ .not_before = not_before });
	decide_as(l, 1, "u@x.example", &spam);
	rows = ledger_rules(l);
	g_assert_cmpuint(rows->len, ==, 0);
	g_ptr_array_unref(rows);
	ledger_destroy(&l);
	g_hash_table_unref(not_before);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/learn/ledger/counts", counts);
	g_test_add_func("/learn/ledger/guards", guards);
	g_test_add_func("/learn/ledger/one_user_calls_nobody", one_user_calls_nobody);
	g_test_add_func("/learn/ledger/spares_the_policy", spares_the_policy);
	g_test_add_func("/learn/ledger/sorts_by_bound", sorts_by_bound);
	g_test_add_func("/learn/ledger/leaves_out", leaves_out);
	return g_test_run();
}
