/* What one history answers on which day, with and without a baseline. */
#include "lookup/view.h"

#include <glib.h>
#include <string.h>

enum { TODAY = 20000 };

/* history of mail in: n messages on closed days from first to last, open ones today */
static struct history mail_in(int64_t n, int64_t first, int64_t last, int64_t open)
{
	return (struct history){
		.open_day = open > 0 ? TODAY : last,
		.in = { .messages = { .closed = open > 0 ? n : n - 1,
				      .open = open > 0 ? open : 1 },
			.first_day = first,
			.last_day = open > 0 ? TODAY : last,
			.before_day = open > 0 ? (n > 0 ? last : 0) : first },
	};
}

static struct view seen(struct history h, enum answer ready)
{
	return (struct view){
		.found = ANSWER_YES, .history = h, .ready = ready, .today = TODAY
	};
}

static struct view silent(enum answer found, enum answer ready)
{
	return (struct view){ .found = found, .ready = ready, .today = TODAY };
}

static enum answer told(struct value v)
{
	return value_answer(&v);
}

static void check(const struct view *v, enum answer known, enum answer first)
{
	g_assert_cmpint(told(view_known(v)), ==, known);
	g_assert_cmpint(told(view_first_contact(v)), ==, first);
}

static void test_silence(void)
{
	/* nothing there, and looked long enough: no means no */
	struct view v = silent(ANSWER_NO, ANSWER_YES);

	check(&v, ANSWER_NO, ANSWER_YES);
	g_assert_cmpint(told(view_solicited(&v)), ==, ANSWER_NO);
	g_assert_cmpint(view_count(&v, history_messages_in).number, ==, 0);
	g_assert_cmpint(view_count(&v, history_messages_in).known, ==, ANSWER_YES);
	g_assert_cmpint(view_days_known(&v).known, ==, ANSWER_NO);
	g_assert_cmpint(view_days_since(&v, history_last_in).known, ==, ANSWER_NO);

	/* too young, or not answered: unknown everywhere */
	static const struct {
		enum answer found, ready;
	} rows[] = {
		{ ANSWER_NO, ANSWER_NO },           { ANSWER_NO, ANSWER_UNKNOWN },
		{ ANSWER_UNKNOWN, ANSWER_YES },     { ANSWER_UNKNOWN, ANSWER_NO },
		{ ANSWER_UNKNOWN, ANSWER_UNKNOWN },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		v = silent(rows[i].found, rows[i].ready);
		check(&v, ANSWER_UNKNOWN, ANSWER_UNKNOWN);
		g_assert_cmpint(told(view_solicited(&v)), ==, ANSWER_UNKNOWN);
		g_assert_cmpint(view_count(&v, history_messages_in).known, ==,
				ANSWER_UNKNOWN);
		g_assert_cmpint(view_days_known(&v).known, ==, ANSWER_UNKNOWN);
		g_assert_cmpint(view_days_since(&v, history_last_out).known, ==,
				ANSWER_UNKNOWN);
	}
}

static void test_known(void)
{
	struct view v = seen(mail_in(5, TODAY - 30, TODAY - 3, 0), ANSWER_NO);

	/* a record is enough, without a baseline too */
	check(&v, ANSWER_YES, ANSWER_NO);
	g_assert_cmpint(view_count(&v, history_messages_in).number, ==, 5);
	g_assert_cmpint(view_days_known(&v).number, ==, 30);
	g_assert_cmpint(view_days_since(&v, history_last_in).number, ==, 3);
	/* what is missing in it is not known without one */
	g_assert_cmpint(told(view_solicited(&v)), ==, ANSWER_UNKNOWN);
	v.ready = ANSWER_YES;
	g_assert_cmpint(told(view_solicited(&v)), ==, ANSWER_NO);
}

/* a burst of this morning makes nobody known this afternoon */
static void test_open_day(void)
{
	struct view v = seen(mail_in(0, TODAY, TODAY, 500), ANSWER_YES);

	check(&v, ANSWER_NO, ANSWER_YES);
	g_assert_cmpint(view_count(&v, history_messages_in).number, ==, 0);
	g_assert_cmpint(view_days_known(&v).known, ==, ANSWER_NO);
	v.ready = ANSWER_NO;
	check(&v, ANSWER_UNKNOWN, ANSWER_UNKNOWN);
}

/* but whom we wrote to this morning is no stranger when they answer */
static void test_our_own_mail(void)
{
	struct history h = { .open_day = TODAY,
			     .out = { .messages = { .open = 1 },
				      .first_day = TODAY,
				      .last_day = TODAY } };
	struct view v = seen(h, ANSWER_YES);

	check(&v, ANSWER_NO, ANSWER_NO);
	v.ready = ANSWER_NO;
	check(&v, ANSWER_UNKNOWN, ANSWER_NO);
}

static void test_unusual(void)
{
	struct usual_item items[] = {
		{ .text = "Mutt", .closed = 4, .first_day = 19000, .last_day = 19990 },
		{ .text = "Bulk", .open = 4, .first_day = TODAY, .last_day = TODAY },
	};
	struct history h = mail_in(5, TODAY - 30, TODAY - 3, 0);
	struct value mutt = value_of_text("Mutt"), other = value_of_text("Pine"),
		     bulk = value_of_text("Bulk"), none = VALUE_ABSENT,
		     unknown = VALUE_UNKNOWN;

	h.usual[USUAL_MAILER] = (struct usual_set){ .at = items, .n = 2 };

	struct view v = seen(h, ANSWER_YES);

	g_assert_cmpint(told(view_unusual(&v, USUAL_MAILER, &mutt)), ==, ANSWER_NO);
	g_assert_cmpint(told(view_unusual(&v, USUAL_MAILER, &other)), ==, ANSWER_YES);
	/* first used today: not usual yet */
	g_assert_cmpint(told(view_unusual(&v, USUAL_MAILER, &bulk)), ==, ANSWER_YES);
	g_assert_cmpint(told(view_unusual(&v, USUAL_MAILER, &none)), ==, ANSWER_NO);
	g_assert_cmpint(told(view_unusual(&v, USUAL_MAILER, &unknown)), ==,
			ANSWER_UNKNOWN);
	g_assert_cmpint(told(view_unusual(&v, USUAL_DKIM, &other)), ==, ANSWER_UNKNOWN);
	v = silent(ANSWER_NO, ANSWER_YES);
	g_assert_cmpint(told(view_unusual(&v, USUAL_MAILER, &other)), ==, ANSWER_NO);
	v = silent(ANSWER_NO, ANSWER_NO);
	g_assert_cmpint(told(view_unusual(&v, USUAL_MAILER, &other)), ==, ANSWER_UNKNOWN);
}

/* Of a part only that is told which the rest cannot refute. */
static void test_partial(void)
{
	struct usual_item mutt_used = {
		.text = "Mutt", .closed = 4, .first_day = 19000, .last_day = 19990
	};
	struct value mutt = value_of_text("Mutt"), other = value_of_text("Pine");
	struct history h = mail_in(5, TODAY - 30, TODAY - 3, 0);
	struct view v;

	h.usual[USUAL_MAILER] = (struct usual_set){ .at = &mutt_used, .n = 1 };
	v = seen(h, ANSWER_YES);
	v.partial = true;
	check(&v, ANSWER_YES, ANSWER_NO);
	g_assert_cmpint(told(view_solicited(&v)), ==, ANSWER_UNKNOWN);
	g_assert_cmpint(view_count(&v, history_messages_in).known, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(view_days_known(&v).known, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(view_days_since(&v, history_last_in).known, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(told(view_unusual(&v, USUAL_MAILER, &mutt)), ==, ANSWER_NO);
	g_assert_cmpint(told(view_unusual(&v, USUAL_MAILER, &other)), ==, ANSWER_UNKNOWN);
	g_assert_cmpint(view_today(&v, history_today_in).known, ==, ANSWER_UNKNOWN);
	v = silent(ANSWER_NO, ANSWER_YES);
	v.partial = true;
	check(&v, ANSWER_UNKNOWN, ANSWER_UNKNOWN);
	g_assert_cmpint(told(view_solicited(&v)), ==, ANSWER_UNKNOWN);
	g_assert_cmpint(told(view_unusual(&v, USUAL_MAILER, &mutt)), ==, ANSWER_UNKNOWN);
}

static void test_add(void)
{
	struct arena *a = arena_create();
	struct history h = mail_in(5, TODAY - 30, TODAY - 3, 0),
		       older = mail_in(2, TODAY - 90, TODAY - 60, 0);
	struct view v = seen(h, ANSWER_YES), more = seen(older, ANSWER_YES);

	/* both were written last by one batch, which is no reason to leave one out */
	v.history.mark = more.history.mark = 7;
	view_add(&v, &more, a);
	g_assert_cmpint(view_count(&v, history_messages_in).number, ==, 7);
	g_assert_cmpint(view_days_known(&v).number, ==, 90);
	g_assert_cmpint(more.history.mark, ==, 7);

	static const struct {
		enum answer own, other, known;
		bool partial;
	} rows[] = {
		{ ANSWER_NO, ANSWER_NO, ANSWER_NO, false },
		{ ANSWER_NO, ANSWER_YES, ANSWER_YES, false },
		{ ANSWER_YES, ANSWER_NO, ANSWER_YES, false },
		{ ANSWER_NO, ANSWER_UNKNOWN, ANSWER_UNKNOWN, true },
		{ ANSWER_UNKNOWN, ANSWER_NO, ANSWER_UNKNOWN, true },
		{ ANSWER_YES, ANSWER_UNKNOWN, ANSWER_YES, true },
		{ ANSWER_UNKNOWN, ANSWER_YES, ANSWER_YES, true },
		{ ANSWER_UNKNOWN, ANSWER_UNKNOWN, ANSWER_UNKNOWN, true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		v = rows[i].own == ANSWER_YES ? seen(h, ANSWER_YES)
					      : silent(rows[i].own, ANSWER_YES);
		more = rows[i].other == ANSWER_YES ? seen(h, ANSWER_YES)
						   : silent(rows[i].other, ANSWER_YES);
		view_add(&v, &more, a);
		check(&v, rows[i].known, answer_not(rows[i].known));
		g_assert_true(v.partial == rows[i].partial);
	}
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/view/silence", test_silence);
	g_test_add_func("/view/known", test_known);
	g_test_add_func("/view/open-day", test_open_day);
	g_test_add_func("/view/our-own-mail", test_our_own_mail);
	g_test_add_func("/view/unusual", test_unusual);
	g_test_add_func("/view/partial", test_partial);
	g_test_add_func("/view/add", test_add);
	return g_test_run();
}
