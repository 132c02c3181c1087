/* One link, attachment or recipient after the other, out of whole messages. */
#include "feature/objects.h"

#include <glib.h>
#include <string.h>

#include "message/message.h"

static const char sample[] =
	"From: a@a.example\n"
	"To: Jane Roe <Jane@B.example>, c@sub.c.example\n"
	"Cc: d@d.example\n"
	"Content-Type: multipart/mixed; boundary=x\n"
	"\n"
	"--x\n"
	"Content-Type: text/html\n"
	"\n"
	"<a href=\"https://evil.example/pay?x=%41\">www.bank.example</a>"
	"<a href=\"mailto:x@y.example\">mail</a>\n"
	"--x\n"
	"Content-Type: application/pdf; name=\"a.exe. \"\n"
	"Content-Disposition: attachment\n"
	"\n"
	"MZ\n"
	"--x\n"
	"Content-Type: image/png\n"
	"Content-Disposition: inline\n"
	"\n"
	"png\n"
	"--x--\n";

static struct message *parse(struct arena *a, const char *text)
{
	const struct message_limits limits = { .max_bytes = 1 << 20 };

	return message_parse(a, bytes_of(text), &limits);
}

static void test_kinds(void)
{
	struct arena *a = arena_create();
	const struct message *m = parse(a, sample);
	struct objects all = objects_take(a, m, OBJECT_LINK);

	g_assert_cmpuint(all.n, ==, 2);
	g_assert_false(all.cut);
	g_assert_cmpstr(all.at[0][OBJECT_LINK_HOST].text, ==, "evil.example");
	g_assert_cmpstr(all.at[0][OBJECT_LINK_URL].text, ==,
			"https://evil.example/pay?x=A");
	g_assert_cmpstr(all.at[0][OBJECT_LINK_TEXT].text, ==, "www.bank.example");
	g_assert_cmpstr(all.at[0][OBJECT_LINK_SHOWN].text, ==, "www.bank.example");
	g_assert_cmpint(all.at[0][OBJECT_LINK_HIDDEN].boolean, ==, false);
	g_assert_cmpint(all.at[1][OBJECT_LINK_HOST].known, ==, ANSWER_NO);
	g_assert_cmpstr(all.at[1][OBJECT_LINK_SCHEME].text, ==, "mailto");
	all = objects_take(a, m, OBJECT_ATTACHMENT);
	g_assert_cmpuint(all.n, ==, 1);
	g_assert_cmpstr(all.at[0][OBJECT_ATTACHMENT_NAME].text, ==, "a.exe.");
	g_assert_cmpuint(all.at[0][OBJECT_ATTACHMENT_NAMES].n_items, ==, 2);
	g_assert_cmpstr(all.at[0][OBJECT_ATTACHMENT_NAMES].items[1], ==, "a.exe");
	g_assert_cmpstr(all.at[0][OBJECT_ATTACHMENT_DECLARED].text, ==,
			"application/pdf");
	g_assert_cmpstr(all.at[0][OBJECT_ATTACHMENT_TYPE].text, ==, "exe");
	g_assert_cmpint(all.at[0][OBJECT_ATTACHMENT_SIZE].number, ==, 2);
	all = objects_take(a, m, OBJECT_RECIPIENT);
	g_assert_cmpuint(all.n, ==, 3);
	g_assert_cmpstr(all.at[0][OBJECT_RECIPIENT_ADDRESS].text, ==, "jane@b.example");
	g_assert_cmpstr(all.at[0][OBJECT_RECIPIENT_NAME].text, ==, "Jane Roe");
	g_assert_cmpstr(all.at[1][OBJECT_RECIPIENT_ORG].text, ==, "c.example");
	arena_destroy(&a);
}

/* what is beyond a limit, or in no record, is not taken for nothing */
static void test_cut(void)
{
	GString *text = g_string_new("From: a@a.example\nContent-Type: text/plain\n\n");
	struct arena *a = arena_create();
	struct objects all = objects_take(a, NULL, OBJECT_LINK);

	g_assert_cmpuint(all.n, ==, 0);
	g_assert_true(all.cut);
	for (int i = 0; i < 600; i++)
		g_string_append_printf(text, "https://h%d.example/\n", i);
	all = objects_take(a, parse(a, text->str), OBJECT_LINK);
	g_assert_cmpuint(all.n, ==, 500);
	g_assert_true(all.cut);
	g_assert_false(objects_take(a, parse(a, sample), OBJECT_RECIPIENT).cut);
	g_string_free(text, TRUE);
	arena_destroy(&a);
}

/* every word is found by its name, of its kind only */
static void test_words(void)
{
	enum object_kind kind;

	g_assert_cmpuint(object_word_find(OBJECT_LINK, "name"), ==, SIZE_MAX);
	g_assert_cmpuint(object_word_find(OBJECT_LINK, "org"), ==, OBJECT_LINK_ORG);
	g_assert_cmpuint(object_word_find(OBJECT_RECIPIENT, "org"), ==,
			 OBJECT_RECIPIENT_ORG);
	for (size_t i = 0; i < OBJECT_WORD_COUNT; i++)
		g_assert_cmpuint(object_word_find(object_word_kind((enum object_word)i),
						  object_words.rows[i].name),
				 ==, i);
	g_assert_true(object_kind_of("attachments", true, &kind));
	g_assert_cmpint(kind, ==, OBJECT_ATTACHMENT);
	g_assert_false(object_kind_of("attachments", false, &kind));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/feature/objects/kinds", test_kinds);
	g_test_add_func("/feature/objects/cut", test_cut);
	g_test_add_func("/feature/objects/words", test_words);
	return g_test_run();
}
