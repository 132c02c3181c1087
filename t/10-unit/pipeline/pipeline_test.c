/* The whole way, driven by hand: what each stage leaves, what happens when one cannot, and how
 * runtimes follow one another. */
#include "pipeline.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/tree.h"
#include "mailbox/mailbox.h"
#include "message/mime.h"

static char *folder; /* of this test run */

static const char mail[] =
	"From: Bob <bob@example.net>\r\nTo: ann@example.org\r\n"
	"Subject: hello\r\nMessage-ID: <m1@example.net>\r\n\r\nHello.\r\n";

static char *write_file(const char *name, const char *text)
{
	char *path = g_build_filename(folder, name, NULL);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	return path;
}

static char *write_config(const char *more)
{
	char *zone = write_file("zone", "example.net. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
					"late.example. TIMEOUT\n");
	char *rules = g_build_filename(folder, "rules", NULL);
	char *text =
		g_strdup_printf("mode = enforce\nstore = \"mem:\"\n"
				"dns_zone_file = \"%s\"\nrules_dir = \"%s\"\n"
				"tenant \"example\" { domains = {\"example.org\"} }\n%s",
				zone, rules, more);

	g_mkdir(rules, 0700);
	char *rule = write_file("rules/10-test.rules",
				"rule says_hello\n    reason \"It says hello\"\n"
				"    when subject is \"hello\"\n    spam +7\n");
	char *path = write_file("wonted.conf", text);

	g_free(rule);
	g_free(text);
	g_free(rules);
	g_free(zone);
	return path;
}

static struct runtime *load(const char *more, struct runtime *old)
{
	char *path = write_config(more);
	struct runtime_setup setup = { .config_path = path };
	GError *e = NULL;
	struct runtime *w = runtime_load(&setup, old, &e);

	g_assert_no_error(e);
	g_free(path);
	return w;
}

static struct transaction *run(struct runtime *w, const char *from, const char *client)
{
	struct arena *a = arena_create();
	struct envelope *env = arena_new(a, struct envelope, 1);
	struct recipient *rcpt = arena_new(a, struct recipient, 1);
	struct message_limits limits = { .max_bytes = sizeof(mail) };

	*rcpt = (struct recipient){ .address = "ann@example.org",
				    .key = "ann@example.org" };
	*env = (struct envelope){ .client_addr = client,
				  .mail_from = from,
				  .rcpts = rcpt,
				  .n_rcpts = 1,
				  .session_id = "s",
				  .received_s = clock_now_s(),
				  .internal = options_is_internal(w->options, client) };
	struct transaction *p = transaction_begin(w, a, env, "id-1");
	const struct message *m =
		message_parse(a, (struct bytes){ mail, sizeof(mail) - 1 }, &limits);

	transaction_headers(p, m->headers, m->n_headers);
	transaction_run(p, (struct bytes){ mail, sizeof(mail) - 1 }, 0);
	return p;
}

static void whole_way(void)
{
	struct runtime *w = load("", NULL);
	struct transaction *p = run(w, "bob@example.net", "192.0.2.1");

	g_assert_cmpuint(p->n_times, ==, STAGE_COUNT);
	g_assert_null(p->stopped);
	g_assert_false(p->degraded);
	g_assert_cmpint(p->auth->spf.result, ==, AUTH_PASS);
	g_assert_cmpint(p->decisions.at[0].verdict, ==, VERDICT_SPAM);
	g_assert_cmpstr(p->decisions.at[0].reasons[0].text, ==, "It says hello");
	g_assert_cmpint(p->plan.done[0], ==, ACTION_JUNK);
	transaction_end(&p);
	g_assert_null(p);
	runtime_release(w);
}

static unsigned detector_needs(void)
{
	unsigned needs = 0;

	for (size_t i = 0; i < DETECTOR_COUNT; i++)
		needs |= detectors[i].needs;
	return needs;
}

/* one that can be written */
static void use_store_of_test(struct runtime *w)
{
	GError *e = NULL;

	store_close(&w->store);
	w->store = store_open("mem:", &(struct store_setup){ .write = true }, &e);
	g_assert_no_error(e);
}

static void put_mailbox(struct runtime *w, const struct mailbox *m)
{
	struct arena *a = arena_create();
	struct store_write write = mailbox_change(a, "example", "ann@example.org", m);
	GError *e = NULL;

	g_assert_cmpint(store_write_many(w->store, &write, 1, &e), ==, STORE_WROTE);
	g_assert_no_error(e);
	arena_destroy(&a);
}

/* the record of a mailbox chooses its policy; nobody asks for it where there is no choice */
static void record_chooses_policy(void)
{
	static const char *const flags[] = { "pilot" };
	struct mailbox m = { .kind = MAILBOX_USER, .flags = flags, .n_flags = 1 };
	struct runtime *plain = load("", NULL);
	struct runtime *w =
		load("policy \"gentle\" { on_spam = pass }\n"
		     "policy \"pilots\" { flags = pilot on_spam = quarantine }\n",
		     plain);
	struct transaction *p;

	use_store_of_test(w);
	g_assert_cmpint(plain->needs & NEED_MAILBOX, ==, detector_needs() & NEED_MAILBOX);
	g_assert_cmpint(w->needs & NEED_MAILBOX, ==, NEED_MAILBOX);
	put_mailbox(w, &m);
	p = run(w, "bob@example.net", "192.0.2.1");
	g_assert_cmpstr(p->decisions.at[0].policy->name, ==, "pilots");
	g_assert_cmpint(p->plan.done[0], ==, ACTION_QUARANTINE);
	g_assert_cmpuint(p->lost_policies, ==, 0);
	transaction_end(&p);

	m.policy = "gentle";
	put_mailbox(w, &m);
	p = run(w, "bob@example.net", "192.0.2.1");
	g_assert_cmpstr(p->decisions.at[0].policy->name, ==, "gentle");
	g_assert_cmpint(p->plan.done[0], ==, ACTION_PASS);
	transaction_end(&p);

	m.policy = "gnetle";
	put_mailbox(w, &m);
	p = run(w, "bob@example.net", "192.0.2.1");
	g_assert_cmpstr(p->decisions.at[0].policy->name, ==, "pilots");
	g_assert_cmpuint(p->lost_policies, ==, 1);
	transaction_end(&p);
	runtime_release(plain);
	runtime_release(w);
}

static void internal_is_only_read(void)
{
	struct runtime *w = load("", NULL);
	struct transaction *p = run(w, "ann@example.org", "127.0.0.1");
	struct record r;

	g_assert_true(transaction_is_internal(p));
	g_assert_cmpuint(p->n_times, ==, 3);
	g_assert_cmpuint(p->decisions.n, ==, 0);
	g_assert_cmpuint(p->plan.n_edits, ==, 0);
	g_assert_cmpint(p->plan.disposition, ==, DISPOSE_ACCEPT);
	g_assert_cmpstr(p->features.at[FEATURE_FROM_ADDRESS].text, ==, "bob@example.net");
	transaction_record(p, DISPOSE_ACCEPT, NULL, &r);
	char *line = record_json(&r);

	g_assert_nonnull(strstr(line, "\"internal\":true"));
	g_free(line);
	transaction_end(&p);
	runtime_release(w);
}

static void late_dns_is_marked(void)
{
	struct runtime *w = load("dns_timeout = 60ms\n", NULL);
	int64_t begin = clock_mono_us();
	struct transaction *p = run(w, "x@late.example", "192.0.2.1");

	g_assert_cmpint(clock_mono_us() - begin, <, 5 * G_USEC_PER_SEC);
	g_assert_true(p->degraded);
	g_assert_cmpuint(p->decisions.at[0].missing, ==, MISSING_SENDER_DNS);
	g_assert_cmpint(p->auth->spf.result, ==, AUTH_TEMPERROR);
	/* what is known still decides */
	g_assert_cmpint(p->decisions.at[0].verdict, ==, VERDICT_SPAM);
	transaction_end(&p);
	runtime_release(w);
}

static void out_of_time_passes(void)
{
	/* the DNS answer never comes, and the message's time ends with it */
	struct runtime *w = load("message_deadline = 500ms\ndns_timeout = 499ms\n", NULL);
	struct transaction *p = run(w, "x@late.example", "192.0.2.1");
	struct record r;

	/* not always late by the same stage, but always one or the other */
	g_assert_true(p->degraded);
	if (p->stopped != NULL) {
		bool marked = false;

		g_assert_cmpint(p->plan.disposition, ==, DISPOSE_ACCEPT);
		g_assert_cmpuint(p->plan.n_held, ==, 0);
		for (size_t i = 0; i < p->plan.n_edits; i++)
			marked |= strcmp(p->plan.edits[i].name, "X-Wonted-Degraded") == 0;
		g_assert_true(marked);
	}
	transaction_record(p, DISPOSE_ACCEPT, NULL, &r);
	g_assert_true(r.degraded);
	transaction_end(&p);
	runtime_release(w);
}

static void ended_at_any_time(void)
{
	struct runtime *w = load("", NULL);

	for (int far = 0; far < 3; far++) {
		struct arena *a = arena_create();
		struct envelope *env = arena_new(a, struct envelope, 1);

		*env = (struct envelope){ .client_addr = "192.0.2.1",
					  .mail_from = "x@late.example",
					  .session_id = "s" };
		struct transaction *p = transaction_begin(w, a, env, "id");

		if (far > 0)
			transaction_headers(p, NULL, 0);
		if (far > 1)
			transaction_run(p, (struct bytes){ "", 0 }, 0);
		transaction_end(&p);
	}
	runtime_release(w);
}

static void reload_is_all_or_nothing(void)
{
	struct runtime_slot slot = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct runtime *first = load("", NULL);
	GError *e = NULL;

	runtime_replace(&slot, first);
	struct runtime *held = runtime_current(&slot);
	char *path = write_config("no_such_option = 1\n");
	struct runtime_setup setup = { .config_path = path };

	g_assert_null(runtime_load(&setup, held, &e));
	g_assert_nonnull(strstr(e->message, "no_such_option"));
	g_clear_error(&e);
	char *rule = write_file("rules/20-bad.rules", "rule x\n    when nonsense\n");

	g_free(path);
	path = write_config("");
	g_assert_null(
		runtime_load(&(struct runtime_setup){ .config_path = path }, held, &e));
	g_assert_nonnull(strstr(e->message, "20-bad.rules:"));
	g_clear_error(&e);
	g_unlink(rule);
	g_free(rule);
	g_free(path);

	struct runtime *second = load("", held);

	g_assert_true(second->store == held->store);
	g_assert_true(second->aliases == held->aliases);
	runtime_replace(&slot, second);
	/* who began with the first runtime ends with it */
	struct transaction *p = run(held, "bob@example.net", "192.0.2.1");

	g_assert_true(p->runtime == held);
	transaction_end(&p);
	runtime_release(held);
	runtime_replace(&slot, NULL);
}

static struct runtime *load_on(const char *store, struct runtime *old)
{
	char *path = write_config("");
	struct runtime_setup setup = { .config_path = path, .store = store };
	GError *e = NULL;
	struct runtime *w = runtime_load(&setup, old, &e);

	g_assert_no_error(e);
	g_free(path);
	return w;
}

/* Back to the first store while a message still holds the first runtime: LMDB forbids that one
 * file is opened a second time. */
static void stores_are_shared_by_all_that_live(void)
{
	char *there = g_strdup_printf("lmdb:%s/there", folder);
	struct runtime *held = load_on(there, NULL), *other, *back;

	other = load_on("mem:", held);
	g_assert_true(other->store != held->store);
	back = load_on(there, other);
	g_assert_true(back->store == held->store);
	runtime_release(other);
	runtime_release(held);

	struct transaction *p = run(back, "bob@example.net", "192.0.2.1");

	transaction_end(&p);
	runtime_release(back);
	g_free(there);
}

static void fingerprint_follows_content(void)
{
	struct runtime *a = load("", NULL), *b = load("", NULL);
	struct runtime *c = load("policy \"default\" { spam_points = 7.5 }\n", NULL);

	g_assert_cmpstr(a->id, ==, b->id);
	g_assert_cmpstr(a->id, !=, c->id);
	runtime_release(a);
	runtime_release(b);
	runtime_release(c);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	folder = g_dir_make_tmp("wonted-pipeline-XXXXXX", NULL);
	g_test_add_func("/pipeline/the whole way", whole_way);
	g_test_add_func("/pipeline/the record of a mailbox chooses its policy",
			record_chooses_policy);
	g_test_add_func("/pipeline/internal mail is only read", internal_is_only_read);
	g_test_add_func("/pipeline/late DNS is marked", late_dns_is_marked);
	g_test_add_func("/pipeline/out of time passes", out_of_time_passes);
	g_test_add_func("/pipeline/ended at any time", ended_at_any_time);
	g_test_add_func("/runtime/all or nothing", reload_is_all_or_nothing);
	g_test_add_func("/runtime/shared stores", stores_are_shared_by_all_that_live);
	g_test_add_func("/runtime/fingerprint", fingerprint_follows_content);
	int status = g_test_run();

	tree_remove(folder);
	g_free(folder);
	return status;
}
