/* Messages come out in the order they went in, and no more of them than may lie around. */
#include "learn/read_ahead.h"

#include <glib.h>
#include <string.h>

#include "config/load.h"
#include "message/message.h"

#define BEGIN_S INT64_C(1704196800) /* 2024-01-02 12:00 UTC */

static struct options *options;
static struct learner_setup setup;

static struct read_ahead *begin(unsigned threads)
{
	static const char conf[] = "tenant \"acme\" { domains = {\"acme.example\"} }\n";
	GError *e = NULL;

	options = options_load_text("test", bytes_of(conf), &e);
	g_assert_no_error(e);
	setup = (struct learner_setup){
		.options = options,
		.tenant = options_tenant(options, "acme.example"),
		.now_s = BEGIN_S + 86400,
	};
	return read_ahead_create(&setup, threads);
}

static void end(struct read_ahead **w)
{
	read_ahead_destroy(w);
	g_assert_null(*w);
	read_ahead_destroy(w);
	options_unref(options);
}

static void give(struct read_ahead *w, int number, size_t bytes)
{
	char *head = g_strdup_printf("From: e@other.example\nTo: ann@acme.example\n"
				     "Date: Tue, 02 Jan 2024 12:%02d:%02d +0000\n\n",
				     number / 60, number % 60);
	size_t n = strlen(head);
	char *exact = g_malloc(n + bytes);

	memcpy(exact, head, n);
	memset(exact + n, 'x', bytes);
	read_ahead_give(w, (struct bytes){ exact, n + bytes });
	g_free(exact);
	g_free(head);
}

static void must_be(const struct archived_message *l, int number)
{
	g_assert_nonnull(l);
	g_assert_cmpint(l->kind, ==, ARCHIVED_TELLS);
	g_assert_cmpint(l->date_s, ==, BEGIN_S + number);
	g_assert_cmpuint(l->n, ==, 1);
	g_assert_cmpstr(l->events[0].sender, ==, "e@other.example");
}

static void test_order(void)
{
	static const unsigned threads[] = { 1, 3, 1000 };

	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
		struct read_ahead *w = begin(threads[i]);
		int given = 0, taken = 0;

		while (taken < 1000) {
			for (; given < 1000 && read_ahead_has_room(w, 10); given++)
				give(w, given, given % 7 == 0 ? 30000 : 1);
			must_be(read_ahead_next(w), taken++);
		}
		g_assert_null(read_ahead_next(w));
		g_assert_true(read_ahead_has_room(w, 10));
		end(&w);
	}
}

static void test_room(void)
{
	struct read_ahead *w = begin(1);
	int given = 0;

	while (read_ahead_has_room(w, 1))
		give(w, given++, 1);
	g_assert_cmpint(given, >, 10);
	g_assert_cmpint(given, <, 1000);
	must_be(read_ahead_next(w), 0);
	/* a huge one has to be alone */
	g_assert_false(read_ahead_has_room(w, SIZE_MAX / 2));
	while (read_ahead_next(w) != NULL)
		;
	g_assert_true(read_ahead_has_room(w, SIZE_MAX / 2));
	end(&w);
}

static void test_dropped(void)
{
	struct read_ahead *w = begin(2);

	for (int i = 0; i < 20; i++)
		give(w, i, 20000);
	must_be(read_ahead_next(w), 0);
	end(&w);
	w = begin(2);
	end(&w);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/read_ahead/order", test_order);
	g_test_add_func("/read_ahead/room", test_room);
	g_test_add_func("/read_ahead/dropped", test_dropped);
	return g_test_run();
}
