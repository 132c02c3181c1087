#include <glib.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "behavior/behavior.h"
#include "config/load.h"
#include "learn/learner.h"
#include "mailbox/mailbox.h"
#include "message/message.h"
#include "store/keys.h"

#define DAY 19724 /* 2024-01-02 */
#define ANN "ann@acme.example"
#define BOB "bob@acme.example"
#define EVE "eve@other.example"
#define TODAY (DAY + 1)

struct fixture {
	struct options *options;
	struct store *s;
	struct learner *l;
	struct learner_setup setup;
	struct arena *a;
};

static void set_up_with(struct fixture *f, gconstpointer mailbox, unsigned threads)
{
	static const char conf[] =
		"tenant \"acme\" { domains = {\"acme.example\"} }\n"
		"tenant \"umbrella\" { domains = {\"umbrella.example\"} }\n";
	GError *e = NULL;

	f->options = options_load_text("test", bytes_of(conf), &e);
	g_assert_no_error(e);
	f->s = store_open("mem:", &(struct store_setup){ .write = true }, NULL);
	f->a = arena_create();
	f->setup = (struct learner_setup){
		.options = f->options,
		.tenant = options_tenant(f->options, "acme.example"),
		.mailbox = mailbox,
		.store = f->s,
		.now_s = (DAY + 100) * 86400,
		.threads = threads,
	};
	f->l = learner_create(&f->setup);
}

static void set_up(struct fixture *f, gconstpointer mailbox)
{
	set_up_with(f, mailbox, 0);
}

static void set_up_threads(struct fixture *f, gconstpointer mailbox)
{
	set_up_with(f, mailbox, 3);
}

static void tear_down(struct fixture *f, gconstpointer mailbox)
{
	(void)mailbox;
	learner_destroy(&f->l);
	store_close(&f->s);
	options_unref(f->options);
	arena_destroy(&f->a);
}

static void take(struct fixture *f, const char *message)
{
	char *exact = g_memdup2(message, strlen(message));

	g_assert_true(learner_take(f->l, (struct bytes){ exact, strlen(message) }, NULL));
	g_free(exact);
}

static void finish(struct fixture *f)
{
	g_assert_true(learner_finish(f->l, NULL));
}

static const struct history *stored(struct fixture *f, enum family family,
				    const char *part1, const char *part2)
{
	struct store_read r = { .key = key_build(f->a, family, "acme", part1, part2) };
	struct history *h = arena_new(f->a, struct history, 1);

	store_read_many(f->s, &r, 1, 0, f->a);
	if (r.answer == ANSWER_NO)
		return NULL;
	g_assert_cmpint(history_decode(f->a, r.value, h), ==, ANSWER_YES);
	return h;
}

static const char from_eve[] =
	"Return-Path: <" EVE ">\r\n"
	"Delivered-To: " ANN "\r\n"
	"Authentication-Results: mx.acme.example;\r\n"
	"\tdkim=pass header.d=Other.example header.s=x\r\n"
	"From: Eve Other <Eve@Other.example>\r\n"
	"To: list@lists.example\r\n"
	"Reply-To: desk@sub.reply.example\r\n"
	"List-Id: News <news.other.example>\r\n"
	"User-Agent: Mutt/2.2.9\r\n"
	"Date: Tue, 02 Jan 2024 12:00:00 +0000\r\n"
	"Message-ID: <1@other.example>\r\n"
	"Subject: x\r\n"
	"\r\n"
	"see http://www.shop.example/ and https://shop.example/x\r\n";

static void test_incoming(struct fixture *f, gconstpointer mailbox)
{
	const struct history *h;

	(void)mailbox;
	take(f, from_eve);
	finish(f);
	g_assert_cmpint(history_messages_in(stored(f, FAMILY_PAIR, ANN, EVE), TODAY), ==,
			1);
	h = stored(f, FAMILY_SENDER, EVE, NULL);
	g_assert_cmpstr(h->usual[USUAL_REPLY_TO].at[0].text, ==, "reply.example");
	g_assert_cmpstr(h->usual[USUAL_DKIM].at[0].text, ==, "other.example");
	g_assert_cmpstr(h->usual[USUAL_MAILER].at[0].text, ==, "Mutt");
	g_assert_cmpuint(h->usual[USUAL_LINK].n, ==, 1);
	g_assert_cmpstr(h->usual[USUAL_LINK].at[0].text, ==, "shop.example");
	g_assert_nonnull(stored(f, FAMILY_DOMAIN, "other.example", NULL));
	g_assert_nonnull(stored(f, FAMILY_LIST, "news.other.example", NULL));
	g_assert_nonnull(stored(f, FAMILY_DISPLAY, "=eve other", NULL));
	g_assert_cmpuint(learner_done_so_far(f->l).in, ==, 1);
	g_assert_cmpuint(learner_done_so_far(f->l).out, ==, 0);
	g_assert_cmpint(learner_done_so_far(f->l).oldest_s, ==, DAY * 86400 + 43200);
}

/* The hour is that of our own MTA's Received, on top; where that says nonsense, of Date. */
static void test_hour(struct fixture *f, gconstpointer mailbox)
{
	static const struct {
		const char *received;
		int hour;
	} rows[] = {
		{ "", 12 },
		{ "Received: from a by b; Tue, 02 Jan 2024 16:00:10 +0100 (CET)\r\n"
		  "Received: from b by c; Tue, 02 Jan 2024 12:00:10 +0000\r\n",
		  15 },
		{ "Received: from a by b;\r\n\tTue, 02 Jan 2024 23:59:00 +0000\r\n", 23 },
		{ "Received: from a by b; Tue, 16 Jan 2024 16:00:10 +0000\r\n", 12 },
		{ "Received: from a by b; yesterday\r\n", 12 },
		{ "Received: from a by b;\r\n", 12 },
		{ "Received: ;\r\n", 12 },
		{ "Received:\r\n", 12 },
		{ "Received: from a by b\r\n", 12 },
	};

	(void)mailbox;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *who = arena_printf(f->a, "e%zu@other.example", i);

		take(f, arena_printf(f->a,
				     "%sDelivered-To: " ANN "\r\nFrom: %s\r\n"
				     "Date: Tue, 02 Jan 2024 12:00:00 +0000\r\n"
				     "Message-ID: <%s>\r\n\r\nhello\r\n",
				     rows[i].received, who, who));
	}
	finish(f);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *who = arena_printf(f->a, "e%zu@other.example", i);
		const struct history *h = stored(f, FAMILY_SENDER, who, NULL);

		g_assert_cmpuint(h->hours.n, ==, 2);
		g_assert_cmpint(h->hours.at[0] & 0x7f, ==, rows[i].hour);
	}
}

static const char from_ann[] = "From: Ann <" ANN ">\n"
			       "To: Eve <" EVE ">, " BOB "\n"
			       "Date: Tue, 02 Jan 2024 12:00:00 +0000\n"
			       "Message-ID: <2@acme.example>\n"
			       "\n"
			       "hello\n";

static void test_outgoing(struct fixture *f, gconstpointer mailbox)
{
	(void)mailbox;
	take(f, from_ann);
	finish(f);
	g_assert_cmpint(history_messages_out(stored(f, FAMILY_PAIR, ANN, EVE), TODAY), ==,
			1);
	g_assert_cmpint(history_messages_out(stored(f, FAMILY_PAIR, ANN, BOB), TODAY), ==,
			1);
	/* the reader inside got it */
	g_assert_cmpint(history_messages_in(stored(f, FAMILY_PAIR, BOB, ANN), TODAY), ==,
			1);
	g_assert_null(stored(f, FAMILY_PAIR, ANN, ANN));
}

static void test_automatic(struct fixture *f, gconstpointer mailbox)
{
	(void)mailbox;
	take(f, "From: Ann <" ANN ">\n"
		"To: Eve <" EVE ">\n"
		"Auto-Submitted: auto-replied\n"
		"Date: Tue, 02 Jan 2024 12:00:00 +0000\n"
		"Message-ID: <9@acme.example>\n"
		"\n"
		"I am away.\n");
	take(f, "From: Ann <" ANN ">\n"
		"To: Eve <" EVE ">\n"
		"Content-Type: multipart/report; boundary=b\n"
		"Date: Tue, 02 Jan 2024 12:00:00 +0000\n"
		"Message-ID: <10@acme.example>\n"
		"\n"
		"--b\n\nIt was read.\n--b--\n");
	finish(f);
	g_assert_null(stored(f, FAMILY_PAIR, ANN, EVE));
	g_assert_cmpuint(learner_done_so_far(f->l).out, ==, 0);
}

/* Notes of absence of others are no mail in, whichever way they are told. */
static void test_absence(struct fixture *f, gconstpointer mailbox)
{
	static const char *const notes[] = {
		"Subject: Automatic reply: offer\n",
		"Subject: Abwesenheitsnotiz: Ihr Angebot\n",
		"Subject: [EXTERN] R\303\251ponse automatique : offre\n",
		"Subject: Thanks\nPrecedence: auto_reply\n",
		"Subject: Thanks\nX-Autoreply: yes\n",
		"Subject: Thanks\nX-Autorespond: offer\n",
		"Subject: Thanks\nAuto-Submitted: auto-replied (vacation)\n",
		"Subject: Thanks\nReturn-Path: <>\n",
	};

	(void)mailbox;
	for (size_t i = 0; i < G_N_ELEMENTS(notes); i++) {
		char *raw = g_strdup_printf("From: Eve <" EVE ">\n"
					    "To: Ann <" ANN ">\n%s"
					    "Date: Tue, 02 Jan 2024 12:00:00 +0000\n"
					    "Message-ID: <%zu@other.example>\n"
					    "\n"
					    "I am away.\n",
					    notes[i], i);

		take(f, raw);
		g_free(raw);
	}
	finish(f);
	g_assert_null(stored(f, FAMILY_PAIR, ANN, EVE));
	g_assert_cmpuint(learner_done_so_far(f->l).in, ==, 0);
}

/* A list is known by what proves it, as our own MTA has written on top. */
static void test_list(struct fixture *f, gconstpointer mailbox)
{
	const struct usual_set *set;
	const struct history *list;

	(void)mailbox;
	take(f, "Authentication-Results: mx.acme.example; spf=pass\n"
		" smtp.mailfrom=b@bounce.example; dkim=fail header.d=other.example;\n"
		" dkim=pass header.d=host.example\n"
		"Received: from a.host.example (a.host.example [192.0.2.7]) by mx\n"
		"From: Eve <" EVE ">\n"
		"To: Ann <" ANN ">\n"
		"List-Id: <talk.lists.example>\n"
		"Date: Tue, 02 Jan 2024 12:00:00 +0000\n"
		"Message-ID: <11@other.example>\n"
		"\n"
		"hello\n");
	finish(f);
	list = stored(f, FAMILY_LIST, "talk.lists.example", NULL);
	g_assert_nonnull(list);
	set = &list->usual[USUAL_DKIM];
	g_assert_cmpuint(set->n, ==, 4);
	for (size_t i = 0; i < set->n; i++)
		g_assert_true(strcmp(set->at[i].text, USUAL_EACH) == 0 ||
			      strcmp(set->at[i].text, "host.example") == 0 ||
			      strcmp(set->at[i].text, "bounce.example") == 0 ||
			      strcmp(set->at[i].text, "[192.0.2.7]") == 0);
}

/* In the writer's own archive it is no mail in. */
static void test_own_archive(struct fixture *f, gconstpointer mailbox)
{
	(void)mailbox;
	take(f, from_ann);
	finish(f);
	g_assert_cmpint(history_messages_out(stored(f, FAMILY_PAIR, ANN, EVE), TODAY), ==,
			1);
	g_assert_null(stored(f, FAMILY_PAIR, ANN, ANN));
	g_assert_null(stored(f, FAMILY_PAIR, BOB, ANN));
	g_assert_cmpuint(learner_done_so_far(f->l).in, ==, 0);
}

/* Whoever forges our address and is delivered does not become somebody we wrote to. */
static void test_forged(struct fixture *f, gconstpointer mailbox)
{
	(void)mailbox;
	take(f, "Return-Path: <x@evil.example>\n"
		"From: Ann <" ANN ">\n"
		"To: Bob <" BOB ">, mallory@evil.example\n"
		"Date: Tue, 02 Jan 2024 12:00:00 +0000\n"
		"Message-ID: <3@evil.example>\n"
		"\n"
		"hello\n");
	finish(f);
	g_assert_null(stored(f, FAMILY_PAIR, ANN, "mallory@evil.example"));
	g_assert_null(stored(f, FAMILY_SENDER, "mallory@evil.example", NULL));
	g_assert_cmpuint(learner_done_so_far(f->l).out, ==, 0);
}

/* The archive's owner got it, whatever To says. */
static void test_mailbox(struct fixture *f, gconstpointer mailbox)
{
	struct store_read r = { .key = key_build(f->a, FAMILY_MAILBOX, "acme", mailbox,
						 NULL) };
	struct mailbox m;

	take(f, "From: " EVE
		"\nTo: undisclosed:;\nDate: Tue, 02 Jan 2024 12:00:00 +0000\n\nx\n");
	finish(f);
	g_assert_cmpint(history_messages_in(stored(f, FAMILY_PAIR, mailbox, EVE), TODAY),
			==, 1);
	store_read_many(f->s, &r, 1, 0, f->a);
	g_assert_cmpint(mailbox_decode(f->a, r.value, &m), ==, ANSWER_YES);
	g_assert_cmpint(m.baseline_since_s, ==, DAY * 86400 + 43200);
}

#define ALIAS "a.smith@acme.example"

/* What comes to an alias, and what is written from it, is its mailbox's. */
static void test_alias(struct fixture *f, gconstpointer mailbox)
{
	const struct mailbox alias = { .canonical = ANN };
	const struct store_write w = mailbox_change(f->a, "acme", ALIAS, &alias);

	g_assert_cmpint(store_write_many(f->s, &w, 1, NULL), ==, STORE_WROTE);
	take(f, "Delivered-To: " ALIAS "\nFrom: " EVE "\nTo: " ALIAS
		"\nDate: Tue, 02 Jan 2024 12:00:00 +0000\nMessage-ID: <1@x>\n\nx\n");
	take(f, "From: " ALIAS "\nTo: " EVE
		"\nDate: Tue, 02 Jan 2024 12:00:00 +0000\nMessage-ID: <2@x>\n\nx\n");
	finish(f);
	g_assert_cmpint(history_messages_in(stored(f, FAMILY_PAIR, ANN, EVE), TODAY), ==,
			1);
	g_assert_null(stored(f, FAMILY_PAIR, ALIAS, EVE));
	/* in the archive of Ann or of her alias: her own copy of what she wrote is no mail
	 * in, whatever name of hers it bears */
	g_assert_cmpint(history_messages_out(stored(f, FAMILY_PAIR, ANN, EVE), TODAY), ==,
			1);
	if (mailbox == NULL)
		return;
	g_assert_null(stored(f, FAMILY_PAIR, ANN, ANN));
	g_assert_null(stored(f, FAMILY_PAIR, ANN, ALIAS));
}

static void test_left_out(struct fixture *f, gconstpointer mailbox)
{
	struct store_read r = { .key = key_build(f->a, FAMILY_TENANT, "acme", NULL,
						 NULL) };
	struct learner_done done;

	(void)mailbox;
	take(f, "");
	take(f, "no header");
	take(f, "To: " ANN "\nDate: Tue, 02 Jan 2024 12:00:00 +0000\n\n");
	take(f, "From: " EVE "\nTo: " ANN "\n\n");
	take(f, "From: " EVE "\nTo: " ANN "\nDate: Tue, 02 Jan 2054 12:00:00 +0000\n\n");
	take(f, "From: " EVE "\nTo: " ANN "\nDate: Tue, 02 Jan 1974 12:00:00 +0000\n\n");
	take(f,
	     "From: " EVE "\nTo: x@y.example\nDate: Tue, 02 Jan 2024 12:00:00 +0000\n\n");
	take(f, "From: " EVE "\nTo: a@umbrella.example\n"
		"Date: Tue, 02 Jan 2024 12:00:00 +0000\n\n");
	finish(f);
	done = learner_done_so_far(f->l);
	g_assert_cmpuint(done.messages, ==, 8);
	g_assert_cmpuint(done.nobody, ==, 3);
	g_assert_cmpuint(done.dateless, ==, 3);
	g_assert_cmpuint(done.foreign, ==, 2);
	g_assert_cmpuint(done.counted, ==, 0);
	store_read_many(f->s, &r, 1, 0, f->a);
	g_assert_cmpint(r.answer, ==, ANSWER_NO); /* no baseline from nothing */
}

/* The writer's own copy names in Bcc who got it unseen; a copy that names nobody, and an answer
 * of a program, are ours all the same. */
static void test_own_copies(struct fixture *f, gconstpointer mailbox)
{
	struct learner_done done;

	(void)mailbox;
	take(f, "From: " ANN "\nBcc: " EVE "\n"
		"Date: Tue, 02 Jan 2024 12:00:00 +0000\nMessage-ID: <b1@x>\n\nx\n");
	take(f, "From: " ANN "\nTo: undisclosed-recipients:;\nBcc: Eve <" EVE ">\n"
		"Date: Tue, 02 Jan 2024 13:00:00 +0000\nMessage-ID: <b2@x>\n\nx\n");
	take(f, "From: " ANN "\n"
		"Date: Tue, 02 Jan 2024 14:00:00 +0000\nMessage-ID: <b3@x>\n\nx\n");
	take(f, "From: " ANN "\nTo: " EVE "\nAuto-Submitted: auto-replied\n"
		"Date: Tue, 02 Jan 2024 15:00:00 +0000\nMessage-ID: <b4@x>\n\nx\n");
	/* a copy that was delivered is no proof of who wrote it */
	take(f, "Return-Path: <x@y.example>\nFrom: " ANN "\nBcc: x@y.example\n"
		"Date: Tue, 02 Jan 2024 16:00:00 +0000\nMessage-ID: <b5@x>\n\nx\n");
	finish(f);
	done = learner_done_so_far(f->l);
	g_assert_cmpint(history_messages_out(stored(f, FAMILY_PAIR, ANN, EVE), TODAY), ==,
			2);
	g_assert_cmpuint(done.out, ==, 2);
	g_assert_cmpuint(done.unaddressed, ==, 1);
	g_assert_cmpuint(done.automatic, ==, 1);
	g_assert_cmpuint(done.foreign, ==, 1);
	g_assert_null(stored(f, FAMILY_PAIR, ANN, "x@y.example"));
}

static void test_twice(struct fixture *f, gconstpointer mailbox)
{
	(void)mailbox;
	for (int i = 0; i < 2; i++) {
		take(f, from_eve);
		take(f, from_ann);
		finish(f);
	}
	g_assert_cmpint(history_messages_in(stored(f, FAMILY_PAIR, ANN, EVE), TODAY), ==,
			1);
	g_assert_cmpint(history_messages_out(stored(f, FAMILY_PAIR, ANN, EVE), TODAY), ==,
			1);
	g_assert_cmpuint(learner_done_so_far(f->l).counted, ==, 3);
	g_assert_cmpuint(learner_done_so_far(f->l).repeated, ==, 3);
}

/* One wrong date in a hundred does not make the memory look old. */
static void test_baseline(struct fixture *f, gconstpointer mailbox)
{
	(void)mailbox;
	for (int i = 0; i < 120; i++) {
		char *text =
			g_strdup_printf("From: " EVE "\nTo: " ANN "\nMessage-ID: <%d@x>\n"
					"Date: Tue, 02 Jan %d 12:00:00 +0000\n\n",
					i, i == 7 ? 1999 : 2024);

		take(f, text);
		g_free(text);
	}
	finish(f);
	g_assert_cmpint(learner_done_so_far(f->l).oldest_s, ==, DAY * 86400 + 43200);
}

/* In the order they came, whoever read them: the first of two of one id counts. */
static void test_order(struct fixture *f, gconstpointer mailbox)
{
	const struct history *h;

	(void)mailbox;
	for (int i = 0; i < 400; i++) {
		/* what takes long to read stands before what does not */
		char *text = g_strdup_printf(
			"From: %s%s\nTo: " ANN "\nMessage-ID: <%d@x>\n"
			"Content-Type: text/html\n"
			"Date: Tue, 02 Jan 2024 12:00:00 +0000\n\n<p>%*s<a "
			"href=//%c.example>",
			i % 2 == 0 ? "first" : "second", EVE, i / 2,
			i % 2 == 0 ? 20000 : 1, "x", i % 2 == 0 ? 'p' : 'q');

		take(f, text);
		g_free(text);
	}
	finish(f);
	g_assert_cmpuint(learner_done_so_far(f->l).messages, ==, 400);
	g_assert_cmpuint(learner_done_so_far(f->l).counted, ==, 200);
	h = stored(f, FAMILY_SENDER, "first" EVE, NULL);
	g_assert_cmpstr(h->usual[USUAL_LINK].at[0].text, ==, "p.example");
	g_assert_null(stored(f, FAMILY_SENDER, "second" EVE, NULL));
}

/* What was not finished is dropped, and nothing leaks. */
static void test_broken_off(struct fixture *f, gconstpointer mailbox)
{
	(void)mailbox;
	for (int i = 0; i < 100; i++)
		take(f, from_eve);
	g_assert_null(stored(f, FAMILY_SENDER, EVE, NULL));
}

#define ADD(name, mailbox, test)                                                        \
	g_test_add("/learner/" name, struct fixture, mailbox, set_up, test, tear_down); \
	g_test_add("/learner/threads/" name, struct fixture, mailbox, set_up_threads,   \
		   test, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	ADD("incoming", NULL, test_incoming);
	ADD("hour", NULL, test_hour);
	ADD("outgoing", NULL, test_outgoing);
	ADD("automatic", NULL, test_automatic);
	ADD("absence", NULL, test_absence);
	ADD("list", NULL, test_list);
	ADD("own-archive", ANN, test_own_archive);
	ADD("forged", NULL, test_forged);
	ADD("mailbox", BOB, test_mailbox);
	ADD("alias", NULL, test_alias);
	ADD("alias-archive", ALIAS, test_alias);
	ADD("alias-own-archive", ANN, test_alias);
	ADD("left-out", NULL, test_left_out);
	ADD("own-copies", NULL, test_own_copies);
	ADD("twice", NULL, test_twice);
	ADD("baseline", NULL, test_baseline);
	ADD("order", NULL, test_order);
	ADD("broken-off", NULL, test_broken_off);
	return g_test_run();
}
