/* What GMime may see: all of honest mail, little of floods. */
#include "message/mime_budget.h"

#include <glib.h>
#include <string.h>

#define ONE_MB (1024 * 1024)

static size_t budget(const char *type, const char *start, const char *piece, size_t *n_r)
{
	GString *body = g_string_new(start);

	while (body->len < ONE_MB)
		g_string_append(body, piece);
	*n_r = body->len;
	char *exact = g_memdup2(body->str, body->len);
	size_t n = mime_budget((struct bytes){ exact, body->len }, bytes_of(type));

	g_free(exact);
	g_string_free(body, TRUE);
	return n;
}

static void test_honest(void)
{
	static const struct {
		const char *type, *start, *piece;
	} rows[] = {
		{ "", "", "text: like a header; and more;\n" },
		{ "text/plain", "", "--- a/file\n+++ b/file\n--\n" },
		{ "multipart/mixed; boundary=b", "--b\n\n",
		  "-- \nA signature; with: this\n" },
		{ "multipart/mixed; boundary=\"b\"", "--b\nContent-Type: text/html\n\n",
		  "--x\n<style>a:b;c:d;e:f;</style>\n" },
		{ "multipart/mixed; boundary=b",
		  "--b\nContent-Type: multipart/alternative;\n boundary=\"c d\"\n\n--c "
		  "d\n\n",
		  "--e\nf: g;\n" },
		{ "multipart/mixed; boundary=b",
		  "--b\nContent-Type: message/rfc822\n\n"
		  "From: a@example.org\n\nhello\n\n",
		  "a: b\n" },
	};
	size_t n;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpuint(budget(rows[i].type, rows[i].start, rows[i].piece, &n),
				 ==, n);
	g_assert_cmpuint(mime_budget((struct bytes){ NULL, 0 }, bytes_of("")), ==, 0);
}

static void test_floods(void)
{
	static const struct {
		const char *type, *start, *piece;
	} rows[] = {
		{ "multipart/mixed; boundary=b", "", "--b\n\n" },
		{ "multipart/mixed; boundary=\"b\"", "--b\n", "A:b\n" },
		{ "MULTIPART/mixed; BOUNDARY = b", "", "--b\n\n" },
		{ "message/rfc822", "", "A:b\n" },
		{ "multipart/digest; boundary=b", "--b\n\n", "A:b\n" },
		{ "multipart/mixed; boundary=b",
		  "--b\nContent-Type: multipart/digest; boundary=c\n"
		  "\n--c\n\n",
		  "A:b\n" },
		/* boundaries written so that only GMime can tell */
		{ "multipart/mixed; boundary=\"a\\\"b\"", "", "--a\"b\n\n" },
		{ "multipart/mixed; boundary*=us-ascii''a%20b", "", "--a b\n\n" },
		{ "multipart/mixed; boundary*0=a; boundary*1=b", "", "--ab\n\n" },
		{ "multipart/mixed; boundary(x)=b", "", "--b\n\n" },
		{ "multipart/mixed", "", "--b\n\n" },
		{ "multipart/mixed; boundary=b",
		  "--b\nContent-Type: multipart/mixed; boundary=c\n\n", "--c\n\n" },
		{ "multipart/mixed; boundary=b", "--b\nContent-Type: x/y", "; a=b" },
	};
	size_t n;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpuint(budget(rows[i].type, rows[i].start, rows[i].piece, &n),
				 <, n);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mime-budget/honest", test_honest);
	g_test_add_func("/mime-budget/floods", test_floods);
	return g_test_run();
}
