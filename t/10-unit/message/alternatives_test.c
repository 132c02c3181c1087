/* What a second text says that the first one does not, in texts of any length. */
#include <glib.h>

#include "lib/effort.h"
#include "message/alternatives.h"

/* words of a row, each other than all before; in lines of ten */
static GString *words_of(guint from, guint n)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < n; i++)
		g_string_append_printf(text, "w%ux%c", from + i,
				       i % 10 == 9 ? '\n' : ' ');
	return text;
}

static struct bytes bytes_in(const GString *text)
{
	return (struct bytes){ text->str, text->len };
}

static void test_many(void)
{
	static const guint counts[] = { 1, 2, 100, 127, 128, 129, 1000, 20000 };

	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
		struct alternatives *all = alternatives_begin();
		GString *said = words_of(0, counts[i]), *news = g_string_new(NULL);
		GString *other = words_of(counts[i], counts[i]);

		g_assert_cmpint(alternatives_shared(all, bytes_in(said), 0), ==, 0);
		alternatives_say(all, bytes_in(said));
		alternatives_say(all, bytes_in(said));
		g_assert_cmpint(alternatives_shared(all, bytes_in(said), 1), ==, 100);
		g_assert_cmpint(alternatives_shared(all, bytes_in(other), 1), ==, 0);
		g_assert_cmpint(alternatives_shared(all, bytes_in(said), counts[i] + 1),
				==, -1);
		alternatives_news(all, bytes_in(said), news);
		g_assert_cmpstr(news->str, ==, "");
		alternatives_news(all, bytes_in(other), news);
		g_assert_cmpuint(news->len, >=, other->len);
		g_string_free(said, TRUE);
		g_string_free(other, TRUE);
		g_string_free(news, TRUE);
		alternatives_end(all);
	}
}

static void test_order(void)
{
	struct alternatives *all = alternatives_begin();
	GString *news = g_string_new(NULL);

	alternatives_say(all, bytes_of("Do not pay this bill, call us."));
	alternatives_news(all, bytes_of("do not PAY\ncall us\npay us this bill\nhello"),
			  news);
	g_assert_cmpstr(news->str, ==, "pay us this bill\nhello\n");
	g_string_free(news, TRUE);
	alternatives_end(all);
}

/* words whose hashes follow each other, as a stranger may choose them */
static void say_row(const void *unused, size_t n)
{
	struct alternatives *all = alternatives_begin();
	GString *text = g_string_new(NULL);

	(void)unused;
	for (size_t i = 0; i < n; i++) {
		size_t left = i;

		for (int k = 0; k < 5; k++, left /= 33)
			g_string_append_c(text, (char)(0x80 + left % 33));
		g_string_append_c(text, ' ');
	}
	alternatives_say(all, bytes_in(text));
	g_assert_cmpint(alternatives_shared(all, bytes_in(text), 1), ==, 100);
	g_string_free(text, TRUE);
	alternatives_end(all);
}

static void test_effort(void)
{
	g_assert_true(effort_is_linear(say_row, NULL, 200000));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/alternatives/many", test_many);
	g_test_add_func("/alternatives/order", test_order);
	g_test_add_func("/alternatives/effort", test_effort);
	return g_test_run();
}
