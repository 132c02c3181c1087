/* Who is signed in, for how long, and what a link or a password is worth. */
#include "review/sessions.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/limits.h"
#include "review/filter.h"
#include "review/limiter.h"
#include "review/link.h"

#define SECOND G_USEC_PER_SEC

static struct session_times at(int64_t s)
{
	return (struct session_times){ .now_us = s * SECOND,
				       .idle_us = 60 * SECOND,
				       .most_us = 600 * SECOND };
}

static const struct identity ann = { .role = ROLE_USER,
				     .name = (char *)(uintptr_t) "ann",
				     .tenant = (char *)(uintptr_t) "one",
				     .mailbox = (char *)(uintptr_t) "ann@one.example" };

static bool is_in(struct sessions *all, const char *token, int64_t s)
{
	const struct session_times t = at(s);
	struct session got = { 0 };
	bool in = sessions_find(all, token, &t, &got);

	g_assert_true(!in || identity_equal(&got.who, &ann));
	session_clear(&got);
	return in;
}

static void ends_in_time(void)
{
	struct sessions *all = sessions_create();
	const struct session_times t = at(1000);
	char *token = sessions_begin(all, &ann, SESSION_PASSWORD, "x", &t);
	char *other = sessions_begin(all, &ann, SESSION_PASSWORD, "x", &t);

	g_assert_cmpstr(token, !=, other);
	g_assert_true(is_in(all, token, 1059));
	g_assert_false(is_in(all, other, 1061));
	for (int64_t s = 1100; s < 1600; s += 50)
		g_assert_true(is_in(all, token, s));
	g_assert_false(is_in(all, token, 1601));
	g_assert_false(is_in(all, token, 1050));
	g_free(other);
	g_free(token);
	sessions_destroy(all);
}

static void tells_once(void)
{
	struct sessions *all = sessions_create();
	const struct session_times t = at(1);
	char *token = sessions_begin(all, &ann, SESSION_LINK, NULL, &t);

	sessions_tell(all, token, "done");
	char *told = sessions_take_told(all, token);

	g_assert_cmpstr(told, ==, "done");
	g_free(told);
	g_assert_null(sessions_take_told(all, token));
	sessions_tell(all, "nobody", "x");
	g_assert_null(sessions_take_told(all, "nobody"));
	sessions_end(all, token);
	g_assert_false(is_in(all, token, 2));
	g_free(token);
	sessions_destroy(all);
}

static void has_bounds(void)
{
	struct sessions *all = sessions_create();
	const struct session_times late = at(20);
	struct session_times t = at(1);
	char *first = sessions_begin(all, &ann, SESSION_LINK, NULL, &t), *last = NULL;

	t = at(10);
	for (int i = 0; i < LIMIT_REVIEW_SESSIONS; i++) {
		g_free(last);
		last = sessions_begin(all, &ann, SESSION_LINK, NULL, i == 0 ? &late : &t);
	}
	g_assert_false(is_in(all, first, 21)); /* it rested longest */
	g_assert_true(is_in(all, last, 21));
	g_free(first);
	g_free(last);
	sessions_destroy(all);
}

static void signs_links(void)
{
	const char *key = "0123456789abcdef0123456789abcdef";
	const struct link_claim c = { .mailbox = (char *)(uintptr_t) "ann@one.example",
				      .tenant = (char *)(uintptr_t) "one",
				      .hold = (char *)(uintptr_t) "h-1",
				      .until_s = 1000 };
	char *token = link_sign(key, &c), *again = link_sign(key, &c);
	struct link_claim got = { 0 };

	g_assert_cmpstr(token, !=, again);
	g_assert_true(link_open(key, token, 1000, &got));
	g_assert_cmpstr(got.mailbox, ==, c.mailbox);
	g_assert_cmpstr(got.tenant, ==, c.tenant);
	g_assert_cmpstr(got.hold, ==, c.hold);
	link_claim_clear(&got);
	g_assert_false(link_open(key, token, 1001, &got));
	g_assert_false(link_open("another key of as many characters", token, 1, &got));
	for (size_t i = 0; token[i] != '\0'; i++) {
		char was = token[i];

		token[i] = was == 'A' ? 'B' : 'A';
		g_assert_false(link_open(key, token, 1, &got));
		token[i] = was;
	}
	g_assert_false(link_open(key, "", 1, &got));
	g_assert_false(link_open(key, ".", 1, &got));
	g_free(again);
	g_free(token);
}

static void limits_tries(void)
{
	struct limiter *l = limiter_create();

	for (int i = 0; i < LIMIT_REVIEW_TRIES; i++)
		g_assert_true(limiter_admits(l, "ann", SECOND));
	g_assert_false(limiter_admits(l, "ann", SECOND));
	g_assert_true(limiter_admits(l, "bob", SECOND));
	limiter_succeeded(l, "bob");
	for (int i = 0; i < LIMIT_REVIEW_TRIES_ALL; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%d", i);
		limiter_admits(l, name, SECOND);
	}
	g_assert_false(limiter_admits(l, "somebody", SECOND));
	g_assert_true(limiter_admits(l, "ann", SECOND + 1000 * SECOND));
	limiter_destroy(l);
}

static void keeps_accounts(void)
{
	char *folder = g_dir_make_tmp("accounts-XXXXXX", NULL);
	char *path = g_build_filename(folder, "accounts", NULL), *hash = NULL;
	char *lock = g_strconcat(path, ".lock", NULL);
	struct identity got = { 0 };
	const struct identity all = { .role = ROLE_REVIEWER,
				      .name = (char *)(uintptr_t) "eve" };
	GError *e = NULL;

	g_assert_false(account_check(path, "ann", "password", &got, &e));
	g_assert_no_error(e);
	g_assert_true(account_put(path, &ann, "password", &e));
	g_assert_true(account_check(path, "ann", "password", &got, &e));
	g_assert_true(identity_equal(&got, &ann));
	identity_clear(&got);
	g_assert_false(account_check(path, "ann", "Password", &got, &e));
	g_assert_false(account_check(path, "an", "password", &got, &e));
	g_assert_false(account_put(path, &all, "password", &e));
	g_assert_nonnull(strstr(e->message, "only an admin"));
	g_clear_error(&e);
	/* what somebody wrote by hand, and wrongly, opens nothing */
	g_assert_true(g_file_set_contents(path,
					  "eve:reviewer:*::$y$x\nbob:admin::x:\n"
					  "cy:user:one::$y$x\n:admin:*::$y$x\nx\n",
					  -1, NULL));
	for (const char *const *name =
		     (const char *const[]){ "eve", "bob", "cy", "", "x", NULL };
	     *name != NULL; name++)
		g_assert_false(account_find(path, *name, &got, &hash, &e));
	g_assert_no_error(e);
	g_assert_false(account_remove(path, "nobody", &e));
	g_clear_error(&e);
	g_unlink(path);
	g_unlink(lock);
	g_rmdir(folder);
	g_free(lock);
	g_free(path);
	g_free(folder);
}

static void reads_filters(void)
{
	static const char *const bad[] = { "verdict=x", "since=9d", "state=x",
					   "cursor=x",  "cursor=-", "cursor=12" };
	struct form *f = form_read(bytes_of("q=a&since=1h&state=all&cursor=12-h-1"));
	struct list_filter filter;

	g_assert_null(filter_read(f, NULL, 10000, &filter));
	g_assert_cmpstr(filter.of.text, ==, "a");
	g_assert_cmpint(filter.of.since_s, ==, 6400);
	g_assert_true(filter.of.all_states);
	g_assert_cmpint(filter.of.before_s, ==, 12);
	g_assert_cmpstr(filter.of.before_id, ==, "h-1");
	filter_clear(&filter);
	form_free(f);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		f = form_read(bytes_of(bad[i]));
		g_assert_nonnull(filter_read(f, NULL, 10000, &filter));
		filter_clear(&filter);
		form_free(f);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sessions/ends_in_time", ends_in_time);
	g_test_add_func("/sessions/tells_once", tells_once);
	g_test_add_func("/sessions/has_bounds", has_bounds);
	g_test_add_func("/sessions/signs_links", signs_links);
	g_test_add_func("/sessions/limits_tries", limits_tries);
	g_test_add_func("/sessions/keeps_accounts", keeps_accounts);
	g_test_add_func("/sessions/reads_filters", reads_filters);
	return g_test_run();
}
