/* What a record teaches: one good one, and everything that makes it teach nothing. */
#include "learn/training_event.h"

#include <string.h>

#include "base/bytes.h"
#include "config/load.h"

#define NOW INT64_C(1700000000)
#define ANN "ann@acme.example"
#define BOB "bob@acme.example"
#define UMA "uma@umbrella.example"
#define EVE "eve@other.example"

struct fixture {
	struct options *options;
	struct arena *a;
	struct recorded_rcpt rcpts[4];
	struct recorded r;
	struct training_event l;
};

static void put(struct fixture *f, enum feature_id id, struct value v)
{
	f->r.features.at[id] = v;
}

static void add_rcpt(struct fixture *f, const char *address, enum verdict v)
{
	f->rcpts[f->r.n_rcpts++] = (struct recorded_rcpt){ .address = address,
							   .verdict = v,
							   .done = ACTION_PASS };
}

/* wanted mail of Eve to Ann, proven */
static void set_up(struct fixture *f, gconstpointer data)
{
	static const char conf[] =
		"tenant \"acme\" { domains = {\"acme.example\"} }\n"
		"tenant \"umbrella\" { domains = {\"umbrella.example\"} }\n";
	GError *e = NULL;

	(void)data;
	f->options = options_load_text("test", bytes_of(conf), &e);
	g_assert_no_error(e);
	f->a = arena_create();
	f->r = (struct recorded){ .mail_from = "bounce@other.example",
				  .told = "accept",
				  .time_s = NOW,
				  .has_features = true,
				  .rcpts = f->rcpts };
	add_rcpt(f, "Ann@acme.example", VERDICT_WANTED);
	put(f, FEATURE_FROM_ADDRESS, value_of_text(EVE));
	put(f, FEATURE_FROM_COUNT, VALUE_OF_INT(1));
	put(f, FEATURE_AUTH_ALIGNED, VALUE_OF_BOOL(true));
	put(f, FEATURE_MESSAGE_ID, value_of_text("1@other.example"));
}

/* Ann writes to Eve */
static void make_internal(struct fixture *f)
{
	f->r.internal = true;
	f->r.mail_from = ANN;
	f->r.n_rcpts = 0;
	add_rcpt(f, "Eve@Mail.Other.example", VERDICT_COUNT);
	put(f, FEATURE_FROM_ADDRESS, value_of_text(ANN));
	put(f, FEATURE_AUTH_ALIGNED, VALUE_UNKNOWN);
}

static void tear_down(struct fixture *f, gconstpointer data)
{
	(void)data;
	options_unref(f->options);
	arena_destroy(&f->a);
}

static void teaches(struct fixture *f, enum training_event_kind want)
{
	training_event_take(f->a, f->options, &f->r, NOW, &f->l);
	g_assert_cmpstr(training_event_names[f->l.kind], ==, training_event_names[want]);
	g_assert_true((f->l.n > 0) == (want == TRAINING_LEARNED));
	g_assert_cmpuint(f->l.in + f->l.out, ==, f->l.n);
}

static void test_in(struct fixture *f, gconstpointer data)
{
	static const char *const links[] = { "a.example", "b.example" };
	static const char *const dkim[] = { "esp.example", "mail.other.example" };
	const struct behavior_event *ev;

	(void)data;
	put(f, FEATURE_FROM_NAME, value_of_text("Eve Other"));
	put(f, FEATURE_REPLY_TO_ORG, value_of_text("reply.example"));
	put(f, FEATURE_LIST_ID, value_of_text("news.other.example"));
	put(f, FEATURE_MAILER, value_of_text("Mutt"));
	put(f, FEATURE_CLIENT_NETWORK, value_of_text("192.0.2.0/24"));
	put(f, FEATURE_LINKS_ORGS, value_of_list(links, 2));
	put(f, FEATURE_DKIM_DOMAINS, value_of_list(dkim, 2));
	teaches(f, TRAINING_LEARNED);
	g_assert_cmpuint(f->l.in, ==, 1);
	ev = f->l.events;
	g_assert_cmpint(ev->direction, ==, DIRECTION_IN);
	g_assert_cmpstr(ev->tenant, ==, "acme");
	g_assert_cmpstr(ev->sender, ==, EVE);
	g_assert_cmpstr(ev->sender_org, ==, "other.example");
	g_assert_cmpuint(ev->n_rcpts, ==, 1);
	g_assert_cmpstr(ev->rcpts[0], ==, ANN);
	g_assert_cmpstr(ev->message_id, ==, "1@other.example");
	g_assert_cmpint(ev->time_s, ==, NOW);
	g_assert_cmpint(ev->arrived_s, ==, 0); /* the record's time is our clock */
	g_assert_cmpstr(ev->display_key, ==, "=eve other");
	g_assert_cmpstr(ev->reply_to_org, ==, "reply.example");
	g_assert_cmpstr(ev->list_id, ==, "news.other.example");
	g_assert_cmpstr(ev->mailer, ==, "Mutt");
	g_assert_cmpstr(ev->network, ==, "192.0.2.0/24");
	g_assert_cmpstr(ev->dkim_domain, ==, "mail.other.example");
	g_assert_cmpuint(ev->n_link_orgs, ==, 2);
}

/* Only they who were to have it, each under the tenant that is theirs. */
static void test_recipients(struct fixture *f, gconstpointer data)
{
	(void)data;
	add_rcpt(f, BOB, VERDICT_SPAM);
	add_rcpt(f, UMA, VERDICT_GRAYMAIL);
	add_rcpt(f, "else@third.example", VERDICT_WANTED);
	teaches(f, TRAINING_LEARNED);
	g_assert_cmpuint(f->l.in, ==, 2);
	g_assert_cmpstr(f->l.events[0].rcpts[0], ==, ANN);
	g_assert_cmpuint(f->l.events[0].n_rcpts, ==, 1);
	g_assert_cmpstr(f->l.events[1].tenant, ==, "umbrella");
	g_assert_cmpstr(f->l.events[1].rcpts[0], ==, UMA);
}

static void test_unwanted(struct fixture *f, gconstpointer data)
{
	static const enum verdict bad[] = { VERDICT_SPAM, VERDICT_SUSPICIOUS,
					    VERDICT_MALICIOUS, VERDICT_COUNT };
	static const enum action never_got[] = { ACTION_QUARANTINE, ACTION_DEFER,
						 ACTION_REJECT };

	(void)data;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		f->rcpts[0].verdict = bad[i];
		teaches(f, TRAINING_UNWANTED);
	}
	f->rcpts[0].verdict = VERDICT_GRAYMAIL;
	teaches(f, TRAINING_LEARNED);
	for (size_t i = 0; i < G_N_ELEMENTS(never_got); i++) {
		f->rcpts[0].done = never_got[i];
		teaches(f, TRAINING_UNWANTED);
	}
	f->rcpts[0].done = ACTION_BANNER;
	teaches(f, TRAINING_LEARNED);
	f->r.stopped = "auth"; /* nobody judged it */
	teaches(f, TRAINING_UNWANTED);
	f->r.stopped = NULL;
	f->r.told = "reject";
	teaches(f, TRAINING_UNWANTED);
	f->r.told = NULL;
	teaches(f, TRAINING_UNWANTED);
}

static void test_unproven(struct fixture *f, gconstpointer data)
{
	(void)data;
	put(f, FEATURE_AUTH_ALIGNED, VALUE_OF_BOOL(false));
	teaches(f, TRAINING_UNPROVEN);
	put(f, FEATURE_AUTH_ALIGNED, VALUE_UNKNOWN);
	teaches(f, TRAINING_UNPROVEN);
	put(f, FEATURE_AUTH_ALIGNED, VALUE_ABSENT);
	teaches(f, TRAINING_UNPROVEN);
	/* one of ours, forged from outside */
	put(f, FEATURE_FROM_ADDRESS, value_of_text(BOB));
	f->r.mail_from = BOB;
	put(f, FEATURE_AUTH_ALIGNED, VALUE_OF_BOOL(false));
	teaches(f, TRAINING_UNPROVEN);
}

static void test_out(struct fixture *f, gconstpointer data)
{
	const struct behavior_event *ev;

	(void)data;
	make_internal(f);
	teaches(f, TRAINING_LEARNED);
	g_assert_cmpuint(f->l.out, ==, 1);
	g_assert_cmpuint(f->l.in, ==, 0);
	ev = f->l.events;
	g_assert_cmpint(ev->direction, ==, DIRECTION_OUT);
	g_assert_cmpstr(ev->sender, ==, ANN);
	g_assert_cmpstr(ev->rcpts[0], ==, "eve@mail.other.example");
	g_assert_cmpstr(ev->rcpt_orgs[0], ==, "other.example");
	/* within the house: the readers got it, too; the writer's own copy is no mail in */
	add_rcpt(f, BOB, VERDICT_COUNT);
	add_rcpt(f, ANN, VERDICT_COUNT);
	teaches(f, TRAINING_LEARNED);
	g_assert_cmpuint(f->l.out, ==, 1);
	g_assert_cmpuint(f->l.in, ==, 1);
	g_assert_cmpuint(f->l.events[0].n_rcpts, ==, 3);
	g_assert_cmpuint(f->l.events[1].n_rcpts, ==, 1);
	g_assert_cmpstr(f->l.events[1].sender, ==, ANN);
	g_assert_cmpstr(f->l.events[1].rcpts[0], ==, BOB);
}

/* An answer on absence makes no friends. */
static void test_automatic(struct fixture *f, gconstpointer data)
{
	(void)data;
	make_internal(f);
	put(f, FEATURE_AUTO, VALUE_OF_BOOL(true));
	teaches(f, TRAINING_AUTOMATIC);
	put(f, FEATURE_AUTO, VALUE_OF_BOOL(false));
	put(f, FEATURE_REPORT, VALUE_OF_BOOL(true));
	teaches(f, TRAINING_AUTOMATIC);
	put(f, FEATURE_REPORT, VALUE_OF_BOOL(false));
	f->r.mail_from = "";
	teaches(f, TRAINING_AUTOMATIC);
}

/* Neither does what a program answers to us; what a program sends by itself may be wanted. */
static void test_answers_of_programs(struct fixture *f, gconstpointer data)
{
	(void)data;
	put(f, FEATURE_AUTO, VALUE_OF_BOOL(true));
	teaches(f, TRAINING_LEARNED);
	put(f, FEATURE_AUTO_REPLY, VALUE_OF_BOOL(true));
	teaches(f, TRAINING_AUTOMATIC);
	put(f, FEATURE_AUTO_REPLY, VALUE_ABSENT);
	put(f, FEATURE_REPORT, VALUE_OF_BOOL(true));
	teaches(f, TRAINING_AUTOMATIC);
	put(f, FEATURE_REPORT, VALUE_ABSENT);
	f->r.mail_from = "";
	teaches(f, TRAINING_AUTOMATIC);
}

/* What was judged while facts were missing, and what was judged before. */
static void test_blind(struct fixture *f, gconstpointer data)
{
	(void)data;
	f->r.degraded = true;
	teaches(f, TRAINING_BLIND);
	f->r.degraded = false;
	put(f, FEATURE_JUDGED, VALUE_OF_BOOL(true));
	teaches(f, TRAINING_AGAIN);
	put(f, FEATURE_JUDGED, VALUE_OF_BOOL(false));
	teaches(f, TRAINING_LEARNED);
	make_internal(f);
	f->r.degraded = true; /* who we write to is our own doing */
	teaches(f, TRAINING_LEARNED);
	put(f, FEATURE_JUDGED, VALUE_OF_BOOL(true));
	teaches(f, TRAINING_AGAIN);
}

static void test_signers(struct fixture *f, gconstpointer data)
{
	static const char *const dkim[] = { "a.example", "b.example", "c.example",
					    "d.example", "e.example", "f.example" };
	const struct behavior_event *ev;

	(void)data;
	put(f, FEATURE_DKIM_DOMAINS, value_of_list(dkim, 2));
	put(f, FEATURE_SPF_PASS, VALUE_OF_BOOL(true));
	put(f, FEATURE_SPF_DOMAIN, value_of_text("b.example"));
	put(f, FEATURE_CLIENT_ADDR, value_of_text("192.0.2.1"));
	teaches(f, TRAINING_LEARNED);
	ev = &f->l.events[0];
	g_assert_cmpuint(ev->n_signers, ==, 3);
	g_assert_cmpstr(ev->signers[0], ==, "a.example");
	g_assert_cmpstr(ev->signers[1], ==, "b.example");
	g_assert_cmpstr(ev->signers[2], ==, "[192.0.2.1]");
	put(f, FEATURE_DKIM_DOMAINS, value_of_list(dkim, 6));
	put(f, FEATURE_SPF_DOMAIN, value_of_text("spf.example"));
	teaches(f, TRAINING_LEARNED);
	g_assert_cmpuint(f->l.events[0].n_signers, ==, 6);
	put(f, FEATURE_SPF_PASS, VALUE_OF_BOOL(false));
	put(f, FEATURE_DKIM_DOMAINS, VALUE_ABSENT);
	teaches(f, TRAINING_LEARNED);
	g_assert_cmpuint(f->l.events[0].n_signers, ==, 1);
}

static void test_foreign(struct fixture *f, gconstpointer data)
{
	(void)data;
	f->rcpts[0].address = "else@third.example";
	teaches(f, TRAINING_FOREIGN);
	make_internal(f);
	f->r.mail_from = EVE; /* passed on by a machine of ours, in Ann's name */
	teaches(f, TRAINING_FOREIGN);
	f->r.mail_from = UMA;
	teaches(f, TRAINING_FOREIGN);
	put(f, FEATURE_FROM_ADDRESS, value_of_text(EVE));
	teaches(f, TRAINING_FOREIGN);
}

static void test_nothing_there(struct fixture *f, gconstpointer data)
{
	(void)data;
	put(f, FEATURE_FROM_COUNT, VALUE_OF_INT(2));
	teaches(f, TRAINING_NOBODY);
	put(f, FEATURE_FROM_COUNT, VALUE_OF_INT(1));
	put(f, FEATURE_FROM_ADDRESS, value_of_text("nobody"));
	teaches(f, TRAINING_NOBODY);
	put(f, FEATURE_FROM_ADDRESS, VALUE_ABSENT);
	teaches(f, TRAINING_NOBODY);
	f->rcpts[0].address = NULL;
	teaches(f, TRAINING_BLANK);
	f->rcpts[0].address = "postmaster";
	put(f, FEATURE_FROM_ADDRESS, value_of_text(EVE));
	teaches(f, TRAINING_FOREIGN);
	f->r.n_rcpts = 0;
	teaches(f, TRAINING_FOREIGN);
}

static void test_dates(struct fixture *f, gconstpointer data)
{
	(void)data;
	f->r.time_s = NOW + 86401;
	teaches(f, TRAINING_UNDATED);
	f->r.time_s = 0;
	teaches(f, TRAINING_UNDATED);
	f->r.time_s = NOW + 60;
	teaches(f, TRAINING_LEARNED);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name, fn) \
	g_test_add("/training_event/" name, struct fixture, NULL, set_up, fn, tear_down)
	TEST("in", test_in);
	TEST("recipients", test_recipients);
	TEST("unwanted", test_unwanted);
	TEST("unproven", test_unproven);
	TEST("out", test_out);
	TEST("automatic", test_automatic);
	TEST("answers_of_programs", test_answers_of_programs);
	TEST("blind", test_blind);
	TEST("signers", test_signers);
	TEST("foreign", test_foreign);
	TEST("nothing_there", test_nothing_there);
	TEST("dates", test_dates);
	return g_test_run();
}
