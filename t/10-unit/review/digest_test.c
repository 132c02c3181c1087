/* When summaries are due, and to whom: by the hour and the day of the machine's zone, by what
 * policies and owners say, and each message once. */
#include "review/digest.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "config/load.h"
#include "message/message.h"
#include "quarantine/scope.h"
#include "review/digest_text.h"

#define HOUR 3600
#define DAY (24 * HOUR)

static const char conf[] = "review_url = \"https://held.example/\"\n"
			   "digest_hour = 7\n"
			   "tenant \"one\" { domains = {\"one.example\"} }\n"
			   "policy \"default\" { digest = daily }\n"
			   "policy \"fast\" { recipients = {\"ann@one.example\"}\n"
			   "digest = hourly\n digest_codes = yes }\n"
			   "policy \"none\" { recipients = {\"nil@one.example\"}\n"
			   "digest = off }\n";

struct fixture {
	char *folder;
	struct quarantine *q;
	struct options *o;
	GString *told;
};

static void set_up(struct fixture *f, gconstpointer data)
{
	GError *e = NULL;

	(void)data;
	f->folder = g_dir_make_tmp("wonted-digest-XXXXXX", NULL);
	f->q = quarantine_open(f->folder, &e);
	g_assert_no_error(e);
	f->o = options_load_text("conf", bytes_of(conf), &e);
	g_assert_no_error(e);
	f->told = g_string_new(NULL);
}

static void tear_down(struct fixture *f, gconstpointer data)
{
	char *command = g_strdup_printf("rm -rf '%s'", f->folder);

	(void)data;
	quarantine_close(f->q);
	options_unref(f->o);
	g_string_free(f->told, TRUE);
	g_assert_cmpint(system(command), ==, 0);
	g_free(command);
	g_free(f->folder);
}

/* 29 November 2026 at that hour and minute in Berlin, where it is winter */
static int64_t at(int hour, int minute)
{
	GDateTime *t = g_date_time_new_local(2026, 11, 29, hour, minute, 0);
	int64_t s = g_date_time_to_unix(t);

	g_date_time_unref(t);
	return s;
}

static void hold_text(const struct fixture *f, const char *id, const char *to,
		      int64_t received_s, const char *raw)
{
	const struct hold_rcpt r = { .address = to, .verdict = "spam" };
	const struct hold h = { .id = id,
				.mail_from = "s@shop.example",
				.from = "s@shop.example",
				.subject = id,
				.tenant = "one",
				.received_s = received_s,
				.expires_s = received_s + 30 * (int64_t)DAY,
				.bytes = strlen(raw),
				.rcpts = &r,
				.n_rcpts = 1 };
	GError *e = NULL;

	g_assert_true(hold_write(f->q, &h, bytes_of(raw), &e));
}

static void hold_for(const struct fixture *f, const char *id, const char *to,
		     int64_t received_s)
{
	hold_text(f, id, to, received_s, "Subject: x\n\nHello\n");
}

static void told(const struct digest *d, const GError *e, void *user)
{
	g_assert_null(e);
	g_string_append_printf(user, "%s%s:%u", d->codes ? "code " : "", d->mailbox,
			       d->ids->len);
	g_string_append_c(user, ' ');
}

/* who would be told something then */
static const char *due(struct fixture *f, int64_t now_s)
{
	const struct digest_job job = { .options = f->o,
					.quarantine = f->q,
					.link_key = "0123456789abcdef0123456789abcdef",
					.now_s = now_s,
					.dry = true,
					.told = told,
					.user = f->told };
	struct digest_status done;
	GError *e = NULL;

	g_string_truncate(f->told, 0);
	g_assert_true(digest_run(&job, &done, &e));
	return f->told->str;
}

static void by_the_clock(struct fixture *f, gconstpointer data)
{
	(void)data;
	hold_for(f, "a1", "ann@one.example", at(10, 20));
	hold_for(f, "b1", "bob@one.example", at(10, 30));
	hold_for(f, "n1", "nil@one.example", at(10, 30));
	g_assert_cmpstr(due(f, at(10, 40)), ==, "");
	g_assert_cmpstr(due(f, at(11, 0)), ==, "");
	g_assert_cmpstr(due(f, at(11, 1)), ==, "ann@one.example:1 ");
	g_assert_cmpstr(due(f, at(23, 59)), ==, "ann@one.example:1 ");
	g_assert_cmpstr(due(f, at(6, 59) + DAY), ==, "ann@one.example:1 ");
	g_assert_cmpstr(due(f, at(7, 1) + DAY), ==,
			"ann@one.example:1 bob@one.example:1 ");
}

static void by_its_owner(struct fixture *f, gconstpointer data)
{
	const struct digest_choice off = { .every = DIGEST_OFF };
	const struct digest_choice hourly = { .every = DIGEST_HOURLY };
	GError *e = NULL;

	(void)data;
	hold_for(f, "a1", "Ann@One.Example", at(10, 20));
	hold_for(f, "b1", "bob@one.example", at(10, 30));
	g_assert_true(digest_choose(f->q, "ANN@one.example", &off, "ann", &e));
	g_assert_true(digest_choose(f->q, "bob@one.example", &hourly, "bob", &e));
	g_assert_cmpstr(due(f, at(11, 1)), ==, "bob@one.example:1 ");
	g_assert_true(digest_choice(f->q, f->o, "bob@ONE.example").own);
	g_assert_true(digest_choose(f->q, "ann@one.example", NULL, "ann", &e));
	g_assert_true(digest_choose(f->q, "bob@one.example", NULL, "bob", &e));
	g_assert_cmpstr(due(f, at(11, 1)), ==, "ann@one.example:1 ");
	g_assert_false(digest_choice(f->q, f->o, "bob@one.example").own);
}

static void codes_at_once(struct fixture *f, gconstpointer data)
{
	static const char with[] = "Subject: x\n\nYour code is 482913\n";

	(void)data;
	hold_text(f, "a1", "ann@one.example", at(10, 20), with);
	hold_for(f, "a2", "ann@one.example", at(10, 21));
	hold_text(f, "b1", "bob@one.example", at(10, 20), with);
	g_assert_cmpstr(due(f, at(10, 22)), ==, "code ann@one.example:1 ");
	g_assert_cmpstr(due(f, at(12, 1)), ==, "ann@one.example:2 ");
}

/* What was told is not told again, nor what came before; what came late is. */
static void once(struct fixture *f, gconstpointer data)
{
	struct digest_sent s;
	GError *e = NULL;

	(void)data;
	hold_for(f, "a1", "ann@one.example", at(10, 20));
	hold_for(f, "a2", "ann@one.example", at(10, 55));
	g_assert_true(digest_sent_read(f->q, "ann@one.example", &s, &e));
	g_ptr_array_add(s.told, g_strdup("a2"));
	s.until_s = at(10, 50);
	g_assert_true(digest_sent_write(f->q, &s, &e));
	digest_sent_clear(&s);
	g_assert_cmpstr(due(f, at(11, 1)), ==, "");
	hold_for(f, "a3", "ann@one.example", at(10, 59));
	g_assert_cmpstr(due(f, at(11, 1)), ==, "");
	g_assert_cmpstr(due(f, at(12, 1)), ==, "ann@one.example:1 ");
}

/* Names of strangers in it, too many of everything: what comes back is bounded, and the same. */
static void state_is_kept(struct fixture *f, gconstpointer data)
{
	struct digest_sent s, t;
	GError *e = NULL;

	(void)data;
	g_assert_true(digest_sent_read(f->q, "a;b\"=[x]\xff@one.example", &s, &e));
	for (int i = 0; i < LIMIT_DIGEST_TOLD + 5; i++)
		g_ptr_array_add(s.told, g_strdup_printf("id-%d", i));
	for (int i = 0; i < LIMIT_DIGEST_LINKS + 5; i++)
		g_ptr_array_add(s.links, g_strdup_printf("%d a,b", i));
	s.serial = 7;
	s.doubt_s = 5;
	g_assert_true(digest_sent_write(f->q, &s, &e));
	g_assert_true(digest_sent_read(f->q, "A;b\"=[x]\xff@one.example", &t, &e));
	g_assert_cmpstr(t.mailbox, ==, s.mailbox);
	g_assert_cmpint(t.serial, ==, 7);
	g_assert_cmpint(t.doubt_s, ==, 5);
	g_assert_cmpuint(t.told->len, ==, LIMIT_DIGEST_TOLD);
	g_assert_cmpstr(t.told->pdata[0], ==, "id-5");
	g_assert_cmpuint(t.links->len, ==, LIMIT_DIGEST_LINKS);
	char *old = digest_holds(f->q, s.mailbox, 3),
	     *kept = digest_holds(f->q, s.mailbox, 9);

	g_assert_null(old);
	g_assert_cmpstr(kept, ==, "a,b");
	g_free(kept);
	digest_sent_clear(&t);
	digest_sent_clear(&s);
}

static void alarm_rings(struct fixture *f, gconstpointer data)
{
	struct digest_status s = { .good_s = 5000, .sent = 3 }, got;
	GError *e = NULL;

	(void)data;
	g_assert_cmpint(digest_silent(f->o, f->folder, 1000, 1500), ==, 500);
	g_assert_true(digest_status_write(f->folder, &s, &e));
	digest_status_read(f->folder, &got);
	g_assert_cmpint(got.sent, ==, 3);
	g_assert_cmpint(digest_silent(f->o, f->folder, 1000, 5100), ==, 100);
	struct options *o = options_load_text(
		"conf", bytes_of("tenant \"one\" { domains = {\"one.example\"} }\n"), &e);

	g_assert_no_error(e);
	g_assert_cmpint(digest_silent(o, f->folder, 1000, 5100), ==, 0);
	options_unref(o);
}

/* A thousand messages: it names some, counts all, and says so. */
static void bounded(struct fixture *f, gconstpointer data)
{
	const struct digest_job job = { .options = f->o,
					.quarantine = f->q,
					.now_s = at(12, 0),
					.mailbox = "ann@one.example",
					.dry = true };
	GError *e = NULL;

	(void)data;
	for (int i = 0; i < LIMIT_DIGEST_ROWS + 7; i++) {
		char *id = g_strdup_printf("a-%d", i);

		hold_for(f, id, "ann@one.example", at(10, 0) + i);
		g_free(id);
	}
	struct digest *d = digest_now(&job, &e);

	g_assert_no_error(e);
	g_assert_cmpuint(d->ids->len, ==, LIMIT_DIGEST_ROWS + 7);
	g_assert_cmpuint(d->rows->len, ==, LIMIT_DIGEST_ROWS);
	struct digest_text t =
		digest_text(d, "0123456789abcdef0123456789abcdef", 1, at(12, 0));

	g_assert_cmpstr(t.subject, ==, "57 messages are held for you");
	g_assert_nonnull(strstr(t.text, "all of them (more than stand here)"));
	digest_text_clear(&t);
	summary_free(d);
}

static void add(const char *name, void (*test)(struct fixture *f, gconstpointer data))
{
	g_test_add(name, struct fixture, NULL, set_up, test, tear_down);
}

int main(int argc, char **argv)
{
	g_setenv("TZ", "Europe/Berlin", TRUE);
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	add("/digest/by the clock", by_the_clock);
	add("/digest/by its owner", by_its_owner);
	add("/digest/codes at once", codes_at_once);
	add("/digest/once", once);
	add("/digest/state is kept", state_is_kept);
	add("/digest/alarm", alarm_rings);
	add("/digest/bounded", bounded);
	return g_test_run();
}
