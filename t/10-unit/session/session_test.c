/* Sessions as an engine drives them, with a runtime, a quarantine and a journal behind them and a
 * recorder as the MTA: what is held, taken off, told and written, and what a session lets go of. */
#include "session/session.h"

#include <glib/gstdio.h>
#include <stdatomic.h>
#include <string.h>

#include "lib/tree.h"
#include "message/message.h"
#include "quarantine/describe.h"
#include "quarantine/scope.h"

#define SUBJECT_SPAM " gold for you"
#define SUBJECT_HAM " lunch on Friday"

/* an MTA that writes down what it is told */
struct mta {
	GString *told;
	bool deletes; /* it takes recipients off */
};

struct place {
	char *folder;
	struct listener listener;
	struct mta mta;
};

/* ---- the MTA ---- */

static bool mta_insert(void *self, int index, const char *name, const char *value)
{
	struct mta *m = self;

	(void)index, (void)value;
	g_string_append_printf(m->told, "field %s\n", name);
	return true;
}

static bool mta_add(void *self, const char *name, const char *value)
{
	return mta_insert(self, 0, name, value);
}

static bool mta_change(void *self, const char *name, size_t nth, const char *value)
{
	(void)nth;
	return mta_insert(self, 0, name, value);
}

static bool mta_delete(void *self, const char *name, size_t nth)
{
	(void)nth;
	return mta_insert(self, 0, name, "");
}

static bool mta_body(void *self, struct bytes body)
{
	(void)self, (void)body;
	return true;
}

static bool mta_delete_rcpt(void *self, const char *address)
{
	struct mta *m = self;

	g_string_append_printf(m->told, "off %s\n", address);
	return m->deletes;
}

static bool mta_add_rcpt(void *self, const char *address)
{
	struct mta *m = self;

	g_string_append_printf(m->told, "on %s\n", address);
	return true;
}

static bool mta_reply(void *self, const char *code, const char *xcode, const char *text)
{
	struct mta *m = self;

	(void)xcode, (void)text;
	g_string_append_printf(m->told, "reply %s\n", code);
	return true;
}

static struct editor editor_of(struct place *p)
{
	return (struct editor){ .self = &p->mta,
				.insert_header = mta_insert,
				.add_header = mta_add,
				.change_header = mta_change,
				.delete_header = mta_delete,
				.replace_body = mta_body,
				.delete_rcpt = mta_delete_rcpt,
				.add_rcpt = mta_add_rcpt,
				.set_reply = mta_reply };
}

/* ---- the place ---- */

static char *in_folder(const struct place *p, const char *name)
{
	return g_build_filename(p->folder, name, NULL);
}

static char *put(const struct place *p, const char *name, const char *text)
{
	char *path = in_folder(p, name);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	return path;
}

static struct runtime *load(const struct place *p, const char *more)
{
	char *zone = put(p, "zone", "nothing.example. TXT \"x\"\n");
	char *rules = in_folder(p, "rules");
	char *text =
		g_strdup_printf("mode = enforce\nstore = \"mem:\"\nmax_sessions = 2\n"
				"dns_zone_file = \"%s\"\nrules_dir = \"%s\"\n"
				"tenant one { domains = one.example }\n"
				"policy strict { recipients = ann@one.example\n"
				"on_spam = quarantine }\n%s",
				zone, rules, more);

	g_mkdir(rules, 0700);
	char *rule = put(p, "rules/10-test.rules",
			 "rule says_gold\n    reason \"It speaks of gold\"\n"
			 "    when subject contains \"gold\"\n    spam +7\n");
	char *path = put(p, "wonted.conf", text);
	GError *e = NULL;
	struct runtime *w =
		runtime_load(&(struct runtime_setup){ .config_path = path }, NULL, &e);

	g_assert_no_error(e);
	g_free(path);
	g_free(rule);
	g_free(text);
	g_free(rules);
	g_free(zone);
	return w;
}

static void setup(struct place *p, gconstpointer more)
{
	GError *e = NULL;

	p->folder = g_dir_make_tmp("wonted-session-XXXXXX", NULL);
	p->mta = (struct mta){ .told = g_string_new(NULL), .deletes = true };
	char *holds = in_folder(p, "holds"), *journal = in_folder(p, "journal");

	p->listener = (struct listener){
		.slot = { .lock = PTHREAD_MUTEX_INITIALIZER, .now = load(p, more) },
		.quarantine = quarantine_open(holds, &e),
		.metrics = metrics_new(METRIC_MILTER),
	};
	g_assert_no_error(e);
	p->listener.journal = journal_open(journal, 1 << 20, &e);
	g_assert_no_error(e);
	g_free(journal);
	g_free(holds);
}

/* nothing of a session is left when all are closed */
static void teardown(struct place *p, gconstpointer more)
{
	(void)more;
	g_assert_cmpint(atomic_load(&p->listener.sessions), ==, 0);
	g_assert_cmpint(atomic_load(&p->listener.ends), ==, 0);
	journal_close(p->listener.journal);
	quarantine_close(p->listener.quarantine);
	runtime_replace(&p->listener.slot, NULL);
	metrics_free(p->listener.metrics);
	tree_remove(p->folder);
	g_string_free(p->mta.told, TRUE);
	g_free(p->folder);
}

/* ---- a message ---- */

static struct session *open_session(struct place *p, bool cannot_delete)
{
	return session_open(&p->listener, &(struct session_peer){
						  .client_addr = "192.0.2.1",
						  .client_name = "mx.example",
						  .mta_name = "mta.one.example",
						  .cannot_delete_rcpts = cannot_delete });
}

static void begin(struct session *s, const char *queue_id)
{
	session_helo(s, "mx.example");
	session_mail(s, &(struct session_sender){ .mail_from = "<bob@far.example>",
						  .queue_id = queue_id });
}

static void rcpt(struct session *s, const char *address)
{
	session_rcpt(s, &(struct recipient_told){
				.path = address, .address = address, .mailer = "lmtp" });
}

static void tell(struct session *s, const char *subject)
{
	session_header(s, "From", " Bob <bob@far.example>");
	session_header(s, "Subject", subject);
	session_headers_end(s);
	session_body(s, bytes_of("Hello.\r\n"));
}

static enum disposition end(struct place *p, struct session *s)
{
	const struct editor ed = editor_of(p);

	g_string_truncate(p->mta.told, 0);
	return session_end(s, NULL, &ed);
}

static bool was_told(const struct place *p, const char *what)
{
	return strstr(p->mta.told->str, what) != NULL;
}

static char *journal_text(const struct place *p)
{
	char *path = g_build_filename(p->folder, "journal", "current.jsonl", NULL), *text;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_free(path);
	return text;
}

static uint64_t counted(const struct place *p, enum metric_id id)
{
	return metrics_value(p->listener.metrics, id, NULL);
}

struct seen {
	size_t holds, rcpts, doubtful;
};

static bool see(const struct hold *h, void *to)
{
	struct seen *s = to;

	s->holds++;
	s->rcpts += h->n_rcpts;
	s->doubtful += hold_is_doubtful(h);
	return true;
}

static struct seen held(const struct place *p)
{
	const struct hold_scope all = hold_scope_all(p->listener.quarantine);
	const struct hold_filter any = { .all_states = true };
	struct seen s = { 0 };
	GError *e = NULL;

	hold_list(&all, &any, see, &s, &e);
	g_assert_no_error(e);
	return s;
}

/* ---- the tests ---- */

/* what is held is held before the MTA is asked to leave somebody out, and recorded last */
static void test_held_for_one(struct place *p, gconstpointer more)
{
	struct session *s = open_session(p, false);
	char *journal;

	(void)more;
	begin(s, "4Xone");
	rcpt(s, "ann@one.example");
	rcpt(s, "cid@one.example");
	tell(s, SUBJECT_SPAM);
	g_assert_cmpint(end(p, s), ==, DISPOSE_ACCEPT);
	g_assert_true(was_told(p, "off ann@one.example\n"));
	g_assert_false(was_told(p, "off cid@one.example\n"));
	g_assert_cmpuint(held(p).holds, ==, 1);
	g_assert_cmpuint(held(p).rcpts, ==, 1);
	journal = journal_text(p);
	g_assert_nonnull(strstr(journal, "\"queue_id\":\"4Xone\""));
	g_assert_nonnull(strstr(journal, "\"action\":\"quarantine\""));
	g_assert_nonnull(strstr(journal, "\"action\":\"junk\""));
	g_free(journal);
	session_close(&s);
	g_assert_null(s);
}

/* until the MTA has heard that it is held, it may deliver all the same */
static void test_answered(struct place *p, gconstpointer more)
{
	(void)more;
	for (int sent = 1; sent >= 0; sent--) {
		struct session *s = open_session(p, false);

		begin(s, NULL);
		rcpt(s, "ann@one.example");
		tell(s, sent ? SUBJECT_SPAM : SUBJECT_SPAM " again");
		g_assert_cmpint(end(p, s), ==, DISPOSE_DISCARD);
		g_assert_cmpint(atomic_load(&p->listener.ends), ==, 1);
		g_assert_cmpuint(held(p).doubtful, ==, 1);
		session_answered(s, sent);
		g_assert_cmpint(atomic_load(&p->listener.ends), ==, 0);
		g_assert_cmpuint(held(p).doubtful, ==, !sent);
		session_answered(s, true); /* no answer is due */
		session_close(&s);
	}
	g_assert_cmpuint(held(p).holds, ==, 2);
}

/* held and delivered at once: whoever looks at the hold must learn it */
static void test_not_taken_off(struct place *p, gconstpointer more)
{
	struct session *s = open_session(p, false);

	(void)more;
	p->mta.deletes = false;
	begin(s, NULL);
	rcpt(s, "ann@one.example");
	rcpt(s, "cid@one.example");
	tell(s, SUBJECT_SPAM);
	end(p, s);
	session_answered(s, true);
	g_assert_cmpuint(held(p).doubtful, ==, 1);
	session_close(&s);
}

static void test_cannot_delete(struct place *p, gconstpointer more)
{
	struct session *s = open_session(p, true);

	(void)more;
	begin(s, NULL);
	rcpt(s, "ann@one.example");
	rcpt(s, "cid@one.example");
	tell(s, SUBJECT_SPAM);
	g_assert_cmpint(end(p, s), ==, DISPOSE_ACCEPT);
	g_assert_false(was_told(p, "off "));
	g_assert_cmpuint(held(p).holds, ==, 0);
	/* for all of them it can be held: the MTA discards it */
	begin(s, NULL);
	rcpt(s, "ann@one.example");
	tell(s, SUBJECT_SPAM);
	g_assert_cmpint(end(p, s), ==, DISPOSE_DISCARD);
	g_assert_cmpuint(held(p).holds, ==, 1);
	session_close(&s);
}

/* MAIL and an abort forget what was told before */
static void test_forgets(struct place *p, gconstpointer more)
{
	struct session *s = open_session(p, false);

	(void)more;
	begin(s, NULL);
	rcpt(s, "ann@one.example");
	tell(s, SUBJECT_SPAM);
	begin(s, NULL);
	rcpt(s, "cid@one.example");
	tell(s, SUBJECT_HAM);
	g_assert_cmpint(end(p, s), ==, DISPOSE_ACCEPT);
	g_assert_cmpuint(held(p).holds, ==, 0);
	begin(s, NULL);
	rcpt(s, "ann@one.example");
	session_abort(s);
	session_abort(s);
	rcpt(s, "ann@one.example"); /* of no message */
	g_assert_cmpint(end(p, s), ==, DISPOSE_ACCEPT);
	g_assert_cmpuint(held(p).holds, ==, 0);
	session_close(&s);
	session_close(&s);
}

static void test_too_many(struct place *p, gconstpointer more)
{
	struct session *in[2], *over;
	char *journal;

	(void)more;
	for (int i = 0; i < 2; i++)
		in[i] = open_session(p, false);
	g_assert_cmpuint(counted(p, METRIC_SESSIONS_REFUSED), ==, 0);
	over = open_session(p, false);
	g_assert_cmpuint(counted(p, METRIC_SESSIONS_REFUSED), ==, 1);
	begin(over, NULL);
	rcpt(over, "ann@one.example");
	session_header(over, "Subject", SUBJECT_SPAM);
	session_headers_end(over);
	g_assert_false(session_body(over, bytes_of("Hello.\r\n")));
	end(p, over);
	journal = journal_text(p);
	g_assert_nonnull(strstr(journal, "undecided"));
	g_assert_null(strstr(journal, "says_gold"));
	g_free(journal);
	session_close(&over);
	for (int i = 0; i < 2; i++)
		session_close(&in[i]);
	/* there is room again */
	over = open_session(p, false);
	g_assert_cmpuint(counted(p, METRIC_SESSIONS_REFUSED), ==, 1);
	session_close(&over);
}

/* what ends when the listener closes comes again; a drain waits for answers, and says who is left */
static void test_closing(struct place *p, gconstpointer more)
{
	struct session *before = open_session(p, false), *after;

	(void)more;
	begin(before, NULL);
	rcpt(before, "ann@one.example");
	tell(before, SUBJECT_SPAM);
	end(p, before);
	g_assert_cmpint(listener_drain(&p->listener, 1), ==, 1);
	session_answered(before, true);
	g_assert_cmpint(listener_drain(&p->listener, 1), ==, 0);
	begin(before, NULL);
	rcpt(before, "ann@one.example");
	tell(before, SUBJECT_SPAM " again");
	g_assert_cmpint(end(p, before), ==, DISPOSE_DEFER);
	g_assert_cmpuint(held(p).holds, ==, 1);
	session_close(&before);
	runtime_replace(&p->listener.slot, NULL);
	after = open_session(p, false);
	begin(after, NULL);
	rcpt(after, "ann@one.example");
	tell(after, SUBJECT_SPAM);
	g_assert_cmpint(end(p, after), ==, DISPOSE_DEFER);
	session_close(&after);
}

/* without memory for it a message is not read, and not passed as wanted */
static void test_no_memory(struct place *p, gconstpointer more)
{
	struct session *s = open_session(p, false);

	(void)more;
	g_assert_true(budget_take(&p->listener.memory, SIZE_MAX, SIZE_MAX));
	begin(s, NULL);
	rcpt(s, "ann@one.example");
	tell(s, SUBJECT_SPAM);
	end(p, s);
	g_assert_cmpuint(counted(p, METRIC_MEMORY_NOTHING), ==, 1);
	session_close(&s);
	budget_give(&p->listener.memory, SIZE_MAX);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*test)(struct place *p, gconstpointer more);
	} tests[] = {
		{ "/session/held-for-one", test_held_for_one },
		{ "/session/answered", test_answered },
		{ "/session/not-taken-off", test_not_taken_off },
		{ "/session/cannot-delete", test_cannot_delete },
		{ "/session/forgets", test_forgets },
		{ "/session/too-many", test_too_many },
		{ "/session/closing", test_closing },
		{ "/session/no-memory", test_no_memory },
	};

	g_test_init(&argc, &argv, NULL);
	message_library_init();
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].name, struct place, "", setup, tests[i].test,
			   teardown);
	return g_test_run();
}
