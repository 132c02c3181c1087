/* Tokens: bounded for whatever comes, each once, by group. */
#include "text/tokens.h"

#include <glib.h>

#include "base/limits.h"

static struct text_tokens take(struct arena *a, const char *raw, size_t n)
{
	struct message_limits limits = { .max_bytes = 64 << 20 };
	struct text_tokens t;

	text_tokens_take(a, message_parse(a, (struct bytes){ raw, n }, &limits),
			 TEXT_GROUPS_ALL, &t);
	g_assert_cmpuint(t.n, <=, LIMIT_TEXT_TOKENS);
	g_assert_cmpuint(t.n_pieces, <=, LIMIT_TEXT_PIECES);
	g_assert_cmpuint(t.begin[TEXT_GROUP_COUNT], ==, t.n);
	for (size_t g = 0; g < TEXT_GROUP_COUNT; g++)
		for (size_t i = t.begin[g]; i < t.begin[g + 1]; i++) {
			g_assert_cmpuint(t.at[i].group, ==, g);
			g_assert_cmpuint(t.at[i].piece, <, t.n_pieces);
		}
	return t;
}

static size_t count(const struct text_tokens *t, enum text_group g)
{
	return t->begin[g + 1] - t->begin[g];
}

static struct text_tokens take_text(struct arena *a, const char *raw)
{
	return take(a, raw, strlen(raw));
}

static void test_once(void)
{
	struct arena *a = arena_create();
	struct text_tokens one = take_text(a, "Subject: x\n\nword word word word\n");
	struct text_tokens two = take_text(a, "Subject: x\n\nWORD  word\nword\t word\n");

	/* "word", its pair, the subject's x */
	g_assert_cmpuint(count(&one, TEXT_WORD), ==, 3);
	g_assert_cmpuint(count(&two, TEXT_WORD), ==, 3);
	g_assert_cmpuint(count(&one, TEXT_GRAM), ==, count(&two, TEXT_GRAM));
	for (size_t i = one.begin[TEXT_GRAM]; i < one.begin[TEXT_WORD + 1]; i++)
		g_assert_cmpuint(
			one.at[i].hash, ==,
			two.at[i - one.begin[TEXT_GRAM] + two.begin[TEXT_GRAM]].hash);
	arena_destroy(&a);
}

/* a filter's own verdict in the header teaches nothing */
static void test_verdict(void)
{
	struct arena *a = arena_create();
	struct text_tokens one = take_text(a, "Subject: x\n\nhello\n");
	struct text_tokens two = take_text(
		a, "X-Spam-Flag: YES\nX-Wonted-Verdict: spam\nSubject: x\n\nhello\n");

	g_assert_cmpuint(one.n, ==, two.n);
	for (size_t i = 0; i < one.n; i++)
		g_assert_cmpuint(one.at[i].hash, ==, two.at[i].hash);
	arena_destroy(&a);
}

static void test_nothing(void)
{
	struct arena *a = arena_create();

	take(a, "", 0);
	take(a, "\n", 1);
	take(a, "\0\0\0\0", 4);
	arena_destroy(&a);
}

/* long in each way that is read: tokens stay bounded, and so does what is looked at */
static void test_hostile(void)
{
	struct arena *a = arena_create();
	GString *s = g_string_new("Content-Type: text/html\n");

	for (int i = 0; i < 3000; i++)
		g_string_append_printf(s, "X-%d-%x: %d\n", i, i * 7919, i);
	g_string_append(s, "\n");
	for (int i = 0; i < 100000; i++)
		g_string_append_printf(s, "<a%d b%d=c d==>w%d<a href=http://h%d.example/",
				       i, i, i * 31, i);
	take(a, s->str, s->len);
	g_string_truncate(s, 0);
	g_string_append(s, "Subject: ");
	for (int i = 0; i < 200000; i++)
		g_string_append_c(s, (char)(i * 31 % 251 + 1));
	g_string_append(s, "\n\n");
	for (unsigned i = 0; i < 2000000; i++)
		g_string_append_c(s, (char)(i * i % 255 + 1));
	take(a, s->str, s->len);
	g_string_free(s, TRUE);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/text/tokens/once", test_once);
	g_test_add_func("/text/tokens/verdict", test_verdict);
	g_test_add_func("/text/tokens/nothing", test_nothing);
	g_test_add_func("/text/tokens/hostile", test_hostile);
	return g_test_run();
}
