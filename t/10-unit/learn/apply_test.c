/* Events become preferences once, whatever fails in between; who moves many at once says
 * nothing; and what is asked is proven. */
#include "learn/apply.h"

#include <glib/gstdio.h>
#include <string.h>

#include "config/load.h"
#include "journal/cursor.h"
#include "journal/dead_letter.h"
#include "journal/journal.h"
#include "learn/feedback.h"
#include "learn/mass.h"
#include "lib/tree.h"
#include "message/message.h"
#include "store/keys.h"

#define T0 INT64_C(1700000000000)
#define ANN "ann@acme.example"
#define NEWS "news@shop.example"

static const char *const signers[] = { "esp.example", "shop.example" };

struct site {
	char *folder;
	struct store *s;
	struct journal *spool;
	struct arena *a;
	struct options *o;
};

static void set_up(struct site *t, gconstpointer url)
{
	static const char conf[] = "feedback_mass = 3\n"
				   "tenant \"acme\" { domains = {\"acme.example\"} }\n"
				   "tenant \"two\" { domains = {\"two.example\"} }\n";

	t->folder = g_dir_make_tmp("wonted-apply-XXXXXX", NULL);
	t->s = store_open(url, &(struct store_setup){ .write = true }, NULL);
	t->spool = journal_open(t->folder, 4096, NULL);
	t->o = options_load_text("test", bytes_of(conf), NULL);
	t->a = arena_create();
	g_assert_nonnull(t->o);
}

static void tear_down(struct site *t, gconstpointer url)
{
	(void)url;
	journal_close(t->spool);
	store_close(&t->s);
	options_unref(t->o);
	arena_destroy(&t->a);
	tree_remove(t->folder);
	g_free(t->folder);
}

static struct event event(int n, enum feedback f)
{
	static char id[20];

	g_snprintf(id, sizeof(id), "%d", n);
	return (struct event){ .kind = RECORD_KIND_FEEDBACK,
			       .id = "1",
			       .time_ms = T0 + n,
			       .tenant = "acme",
			       .mailbox = ANN,
			       .feedback = f,
			       .message = id,
			       .received = { .sender = NEWS,
					     .org = "shop.example",
					     .proven = true,
					     .signers = signers,
					     .n_signers = 2 } };
}

static void put(struct site *t, const struct event *ev)
{
	char *line = event_json(ev);

	g_assert_true(journal_append_line(t->spool, line, false));
	g_free(line);
}

static struct preference_view view(struct site *t, const char *entry,
				   enum preference_entry of)
{
	struct store_read r = { .key = key_build(t->a, FAMILY_PREFERENCE, "acme", ANN,
						 entry) };
	struct preference p = { 0 };
	struct preference_view v;

	do
		store_read_many(t->s, &r, 1, 0, t->a);
	while (r.answer == ANSWER_UNKNOWN);
	if (r.answer == ANSWER_YES)
		g_assert_cmpint(preference_decode(t->a, r.value, &p), ==, ANSWER_YES);
	preference_look(&p, of, NULL, T0 / 1000 + 60, &v);
	return v;
}

static struct apply_done apply_all(struct site *t, bool afresh)
{
	struct applier *p = apply_begin(t->folder, t->s, afresh);
	struct apply_done done;
	bool more = true;

	while (more)
		g_assert_true(apply_some(p, &more, NULL));
	done = apply_done_so_far(p);
	apply_end(&p);
	return done;
}

static void applies(struct site *t, gconstpointer url)
{
	struct event ev = event(1, FEEDBACK_JUNK);

	(void)url;
	put(t, &ev);
	ev = event(2, FEEDBACK_JUNK);
	ev.received.list_id = "n.esp.example";
	put(t, &ev);
	ev = event(3, FEEDBACK_WANTED);
	ev.mass = true;
	put(t, &ev);
	g_assert_true(journal_append_line(t->spool, "no event", false));
	ev = (struct event){ .kind = RECORD_KIND_PREFERENCE,
			     .id = "4",
			     .time_ms = T0 + 4,
			     .tenant = "acme",
			     .mailbox = ANN,
			     .by = "root",
			     .entry = "@big.example",
			     .wants = PREFERENCE_WANTED };
	put(t, &ev);
	struct apply_done done = apply_all(t, false);

	g_assert_cmpuint(done.events, ==, 3);
	g_assert_cmpuint(done.mass, ==, 1);
	g_assert_cmpuint(done.damaged, ==, 1);
	g_assert_cmpint(view(t, NEWS, ENTRY_SENDER).count, ==, 2);
	g_assert_cmpint(view(t, "<n.esp.example>", ENTRY_LIST).kind, ==, PREFERENCE_JUNK);
	g_assert_cmpint(view(t, "@big.example", ENTRY_DOMAIN).kind, ==,
			PREFERENCE_WANTED);
	g_assert_cmpstr(view(t, "@big.example", ENTRY_DOMAIN).cause, ==, "root");
	/* nothing is left; from the begin it is the same */
	g_assert_cmpuint(apply_all(t, false).events, ==, 0);
	g_assert_cmpuint(apply_all(t, true).events, ==, 3);
	g_assert_cmpint(view(t, NEWS, ENTRY_SENDER).count, ==, 2);
	ev.said = EVENT_FORGET;
	ev.time_ms++;
	put(t, &ev);
	apply_all(t, false);
	g_assert_cmpint(view(t, "@big.example", ENTRY_DOMAIN).kind, ==, PREFERENCE_NONE);
}

/* Every third answer and write fails, and every fifth batch meets a new process. */
static void fails_now_and_then(struct site *t, gconstpointer url)
{
	struct applier *p = apply_begin(t->folder, t->s, false);
	size_t failures = 0;
	bool more;

	(void)url;
	for (int i = 1; i <= 30; i++) {
		struct event ev = event(i, FEEDBACK_JUNK);

		put(t, &ev);
		while (!apply_some(p, &more, NULL))
			g_assert_cmpuint(++failures, <, 1000);
		if (i % 5 == 0) {
			apply_end(&p);
			p = apply_begin(t->folder, t->s, false);
		}
	}
	apply_end(&p);
	g_assert_cmpuint(failures, >, 3);
	g_assert_cmpint(view(t, NEWS, ENTRY_SENDER).count, ==, 30);
}

static void revoked(const struct event *before, void *n)
{
	g_assert_cmpint(before->feedback, ==, FEEDBACK_JUNK);
	++*(int *)n;
}

static void many_at_once(void)
{
	int n = 0;
	struct mass *m = mass_create(revoked, &n);
	int64_t now = 0;

	for (int i = 0; i < 5; i++) {
		struct event ev = event(i, FEEDBACK_JUNK);

		g_assert_true(mass_note(m, &ev, 3, now += 1000) == (i >= 3));
	}
	g_assert_cmpint(n, ==, 3);
	struct event ev = event(9, FEEDBACK_JUNK);

	ev.mailbox = "bob@acme.example";
	g_assert_false(mass_note(m, &ev, 3, now));
	for (int i = 0; i < 20; i++) { /* one every 5 s is nobody's sweep */
		ev = event(i, FEEDBACK_JUNK);
		g_assert_false(mass_note(m, &ev, 3, now += i == 0 ? 11000000 : 5000000));
	}
	g_assert_cmpint(n, ==, 3);
	mass_destroy(&m);
}

static const char *ask(struct site *t, struct feedback_intake *f, const char *request)
{
	GString *to = g_string_new(NULL);
	const char *kept;

	feedback_answer(f, bytes_of(request), to);
	kept = arena_strdup(t->a, to->str);
	g_string_free(to, TRUE);
	return kept;
}

#define HELLO FEEDBACK_GREETING "\n"
#define MAIL "\nX-Wonted-Id: 7-1-1\nMessage-ID: <m@x.example>\n\n"

static void asks_for_proof(struct site *t, gconstpointer url)
{
	static const struct {
		const char *request, *answer;
	} rows[] = {
		{ "", "refused request" },
		{ "hello\n\n", "refused request" },
		{ HELLO, "refused request" },
		{ HELLO "\n", "refused request" },
		{ HELLO "act\n\n", "refused request" },
		{ HELLO "act \xff\n\n", "refused request" },
		{ HELLO "act junk\n" MAIL, "refused mailbox" },
		{ HELLO "act junk\nmailbox ann\n" MAIL, "refused mailbox" },
		{ HELLO "act junk\nmailbox " ANN "\ntenant two\n" MAIL,
		  "refused tenant" },
		{ HELLO "act revoked\nmailbox " ANN "\n" MAIL, "refused request" },
		{ HELLO "act junk\nmailbox " ANN "\n\n", "refused unjudged" },
		{ HELLO "act junk\nmailbox ann@two.example\n" MAIL, "refused unseen" },
		{ HELLO "act junk\nmailbox bob@acme.example\n" MAIL, "refused unseen" },
		{ HELLO "act junk\nmailbox " ANN "\n\nX-Wonted-Id: 7-1-1\n\n",
		  "refused other_message" },
		{ HELLO "act set\nmailbox " ANN "\nentry @a.example\n\n",
		  "refused request" },
		{ HELLO "act set\nmailbox " ANN "\nwants junk\nentry <l>\n\n",
		  "refused entry" },
		{ HELLO "act set\nmailbox " ANN "\nwants junk\nentry a\n\n",
		  "refused entry" },
		{ HELLO "act set\nmailbox " ANN "\nwants junk\ndays x\nentry @a.b\n\n",
		  "refused request" },
		{ HELLO "act junk\nmailbox Ann+x@ACME.example\n" MAIL, "taken\n" },
		{ HELLO "act set\nmailbox " ANN "\nwants junk\nentry ?A@b.example\n\n",
		  "taken\n" },
	};
	const struct received r = { .sender = NEWS,
				    .message_id = preference_mark("m@x.example") };
	struct store_write w = received_write(t->a, "acme", ANN, "7-1-1", &r);
	struct feedback_intake *f = feedback_create(&(struct feedback_setup){ 0 });

	(void)url;
	g_assert_cmpint(store_write_many(t->s, &w, 1, NULL), ==, STORE_WROTE);
	g_assert_true(g_str_has_prefix(ask(t, f, rows[0].request), "failed"));
	feedback_serve(f, t->o, t->s, t->spool);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *got = ask(t, f, rows[i].request);

		if (!g_str_has_prefix(got, rows[i].answer))
			g_error("row %zu: %s", i, got);
	}
	g_assert_cmpuint(apply_all(t, false).events, ==, 2);
	g_assert_cmpint(view(t, "?" NEWS, ENTRY_SENDER).kind, ==, PREFERENCE_JUNK);
	g_assert_cmpint(view(t, "?a@b.example", ENTRY_SENDER).kind, ==, PREFERENCE_JUNK);
	g_assert_true(feedback_may(f, 0));
	g_assert_false(feedback_may(f, 4711));
	feedback_destroy(&f);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
#define SITE(name, url, test) g_test_add(name, struct site, url, set_up, test, tear_down)
	SITE("/apply/once", "mem:", applies);
	SITE("/apply/failing store", "fault:3:mem:", fails_now_and_then);
	SITE("/feedback/asks for proof", "mem:", asks_for_proof);
	g_test_add_func("/mass/many at once", many_at_once);
	return g_test_run();
}
