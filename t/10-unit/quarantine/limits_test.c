/* Of more than a limit admits the oldest goes, of its verdict alone, and nothing that waits for
 * an answer. */
#include "quarantine/limits.h"

#include <stdlib.h>
#include <string.h>

#include "config/load.h"
#include "message/message.h"
#include "quarantine/request.h"
#include "quarantine/scope.h"

#define DAY 86400

static char *folder;

static struct options *options_of(const char *more)
{
	char *text = g_strconcat(
		more, "\ntenant \"one\" { domains = {\"one.example\"} }\n", NULL);
	GError *e = NULL;
	struct options *o = options_load_text("conf", bytes_of(text), &e);

	g_assert_no_error(e);
	g_free(text);
	return o;
}

static struct quarantine *open_new(void)
{
	GError *e = NULL;

	folder = g_dir_make_tmp("wonted-limits-XXXXXX", NULL);
	struct quarantine *q = quarantine_open(folder, &e);

	g_assert_no_error(e);
	return q;
}

static void close_it(struct quarantine *q)
{
	char *command = g_strdup_printf("rm -rf '%s'", folder);

	quarantine_close(q);
	g_assert_cmpint(system(command), ==, 0);
	g_free(command);
	g_free(folder);
}

static void keep(struct quarantine *q, const char *id, const char *verdict, int64_t s)
{
	const struct hold_rcpt rcpts[] = {
		{ .address = "ann@one.example", .verdict = verdict },
		{ .address = "bob@one.example", .verdict = "graymail" },
	};
	const struct hold h = { .id = id,
				.mail_from = "s@shop.example",
				.tenant = "one",
				.received_s = s,
				.expires_s = s + DAY,
				.bytes = 100,
				.rcpts = rcpts,
				.n_rcpts = 2 };
	GError *e = NULL;

	g_assert_true(hold_write(q, &h, bytes_of("Subject: x\n\nHello\n"), &e));
}

static bool add_id(const struct hold *h, void *user)
{
	g_string_append_printf(user, "%s ", h->id);
	return true;
}

/* what is held, newest first */
static void expect_held(struct quarantine *q, const char *want)
{
	const struct hold_scope all = hold_scope_all(q);
	const struct hold_filter f = { .state = HOLD_HELD };
	GString *got = g_string_new(NULL);
	GError *e = NULL;

	g_assert_true(hold_list(&all, &f, add_id, got, &e));
	g_assert_cmpstr(got->str, ==, want);
	g_string_free(got, TRUE);
}

static void limit(struct quarantine *q, const char *more, int want)
{
	struct options *o = options_of(more);
	GError *e = NULL;

	g_assert_cmpint(quarantine_limit(q, o, &e), ==, want);
	g_assert_no_error(e);
	options_unref(o);
}

static void by_count_and_size(void)
{
	struct quarantine *q = open_new();

	keep(q, "s1", "spam", 1000);
	keep(q, "m1", "malicious", 1001);
	keep(q, "s2", "spam", 1002);
	keep(q, "s3", "spam", 1003);
	keep(q, "s4", "spam", 1004);
	keep(q, "m2", "malicious", 1005);
	limit(q, "", 0);
	limit(q, "quarantine_count_graymail = 1", 0);
	limit(q, "quarantine_count_spam = 3", 1);
	expect_held(q, "m2 s4 s3 s2 m1 ");
	close_it(q);
}

static void newest_stays(void)
{
	struct quarantine *q = open_new();

	keep(q, "s1", "spam", 1000);
	keep(q, "s2", "spam", 1001);
	keep(q, "s3", "spam", 1002);
	limit(q, "quarantine_size_spam = 250", 1);
	expect_held(q, "s3 s2 ");
	limit(q, "quarantine_size_spam = 50", 1);
	expect_held(q, "s3 ");
	close_it(q);
}

static void asked_for_stays(void)
{
	struct quarantine *q = open_new();
	const struct hold_scope ann = hold_scope_mailbox(q, "one", "ann@one.example");
	GError *e = NULL;

	keep(q, "m1", "malicious", 1000);
	keep(q, "m2", "malicious", 1001);
	keep(q, "m3", "malicious", 1002);
	g_assert_true(request_make(&ann, "m1", "ann", "mine", &e));
	limit(q, "quarantine_count_malicious = 1", 1);
	expect_held(q, "m3 m1 ");
	g_assert_cmpint(quarantine_expire(q, 1000 + 2 * DAY, &e), ==, 1);
	expect_held(q, "m1 ");
	g_assert_cmpuint(request_end(&ann, "m1"), ==, 1);
	g_assert_cmpint(quarantine_expire(q, 1000 + 2 * DAY, &e), ==, 1);
	expect_held(q, "");
	close_it(q);
}

static void by_age(void)
{
	struct options *o =
		options_of("quarantine_keep = 30d\nquarantine_keep_spam = 7d\n"
			   "quarantine_keep_malicious = 90d\n");
	const struct hold_rcpt rcpts[] = { { .verdict = "graymail" },
					   { .verdict = "spam" },
					   { .verdict = "malicious" },
					   { .verdict = NULL } };

	g_assert_cmpint(hold_keep_s(o, rcpts, 1), ==, 30 * DAY);
	g_assert_cmpint(hold_keep_s(o, rcpts, 2), ==, 7 * DAY);
	g_assert_cmpint(hold_keep_s(o, rcpts, 3), ==, 30 * DAY);
	g_assert_cmpint(hold_keep_s(o, rcpts + 3, 1), ==, 30 * DAY);
	options_unref(o);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/limits/by count and size", by_count_and_size);
	g_test_add_func("/limits/newest stays", newest_stays);
	g_test_add_func("/limits/asked for stays", asked_for_stays);
	g_test_add_func("/limits/by age", by_age);
	return g_test_run();
}
