/* Requests as clients send them, cut anywhere; and what is none, refused before it costs anything. */
#include "serve/request.h"

#include <glib.h>

#include "serve/reply.h"

static const struct request_bounds bounds = { .words = 8, .word_bytes = 20, .bytes = 64 };

/* all requests of a text, "a,b|c" and "!error" at its end, fed so many bytes at a time */
static char *read_all(const char *text, size_t n, size_t step)
{
	struct request_reader *r = request_reader_new();
	GString *all = g_string_new(NULL);
	enum request_state state = REQUEST_MORE;

	for (size_t at = 0; at < n && state != REQUEST_BAD; at += step) {
		struct bytes input = { text + at, MIN(step, n - at) };

		while ((state = request_feed(r, &bounds, &input)) == REQUEST_WHOLE) {
			struct arena *a = arena_create();
			size_t words;
			struct bytes name = request_peek(r, &words);
			struct request q = request_take(r, a);

			g_assert_cmpuint(words, ==, q.n);
			g_assert_true(bytes_equal(name, q.word[0]) ||
				      name.n == q.word[0].n);
			for (size_t i = 0; i < q.n; i++) {
				g_string_append(all, i == 0 ? "" : ",");
				g_string_append_len(all, q.word[i].at,
						    (gssize)q.word[i].n);
			}
			g_string_append_c(all, '|');
			arena_destroy(&a);
		}
		if (state == REQUEST_MORE)
			g_assert_cmpuint(input.n, ==, 0);
	}
	if (state == REQUEST_BAD)
		g_string_append_printf(all, "!%s", request_error(r));
	else if (request_is_begun(r))
		g_string_append_c(all, '~');
	g_assert_cmpuint(request_held(r), <=, 4 * bounds.bytes);
	request_reader_free(r);
	return g_string_free(all, FALSE);
}

static void test_requests(void)
{
	static const struct {
		const char *text, *read;
	} rows[] = {
		{ "*1\r\n$4\r\nPING\r\n", "PING|" },
		{ "*2\r\n$3\r\nGET\r\n$0\r\n\r\n", "GET,|" },
		{ "*2\r\n$3\r\nGET\r\n$2\r\n\r\n\r\n*1\r\n$1\r\nx\r\n", "GET,\r\n|x|" },
		{ "PING\r\n", "PING|" },
		{ "\r\n\nPING\n", "PING|" },
		{ "  GET \t a\r\nPING\r\n", "GET,a|PING|" },
		{ "*0\r\n*-1\r\nPING\r\n", "PING|" },
		{ "*2\r\n$3\r\nGET\r\n", "~" },
		{ "*1\r\n$4\r\nPIN", "~" },
		{ "*", "~" },
		{ "PIN", "~" },
		{ "", "" },
		{ "*9\r\n", "!Protocol error: invalid multibulk length" },
		{ "*1000000000\r\n", "!Protocol error: invalid multibulk length" },
		{ "*99999999999999999999999999999999999\r\n",
		  "!Protocol error: invalid multibulk length" },
		{ "*x\r\n", "!Protocol error: invalid multibulk length" },
		{ "*-2\r\n", "!Protocol error: invalid multibulk length" },
		{ "*1\r\n$21\r\n", "!Protocol error: invalid bulk length" },
		{ "*1\r\n$536870912\r\n", "!Protocol error: invalid bulk length" },
		{ "*1\r\n$-1\r\n", "!Protocol error: invalid bulk length" },
		{ "*1\r\n:1\r\n", "!Protocol error: expected '$'" },
		{ "*1\r\n$1\r\nxy\r\n", "!Protocol error: expected the end of a line" },
		{ "PING\r\n*1\r\n$1\r\nx\n\n",
		  "PING|!Protocol error: expected the end of a line" },
		{ "*4\r\n$20\r\n01234567890123456789\r\n$20\r\n01234567890123456789\r\n"
		  "$20\r\n01234567890123456789\r\n$20\r\n",
		  "!Protocol error: the request is too large" },
		{ "a b c d e f g h i\r\n", "!Protocol error: too many words" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r"
		  "\n",
		  "!Protocol error: too big inline request" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		for (size_t step = 1; step < 70; step++) {
			size_t n = strlen(rows[i].text);
			char *exact = g_memdup2(rows[i].text, n); /* no byte behind it */
			char *read = read_all(exact, n, step);

			g_assert_cmpstr(read, ==, rows[i].read);
			g_free(read);
			g_free(exact);
		}
	}
}

/* A NUL is a byte as others in a word, and none in a length. */
static void test_nul(void)
{
	static const char word[] = "*1\r\n$3\r\na\0b\r\n", length[] = "*1\0\r\n";
	char *read = read_all(word, sizeof(word) - 1, 1);

	g_assert_cmpint(memcmp(read, "a\0b|", 4), ==, 0);
	g_free(read);
	read = read_all(length, sizeof(length) - 1, 5);
	g_assert_cmpstr(read, ==, "!Protocol error: invalid multibulk length");
	g_free(read);
}

static void test_replies(void)
{
	GString *to = g_string_new(NULL);

	reply_status(to, "OK");
	reply_error(to, "ERR unknown '%s'", "a\r\n-b\x01");
	reply_int(to, -7);
	reply_text(to, (struct bytes){ "a\r\n", 3 });
	reply_text(to, (struct bytes){ 0 });
	reply_nil(to);
	reply_array(to, 2);
	g_assert_cmpstr(to->str, ==,
			"+OK\r\n-ERR unknown 'a?"
			"?-b?'\r\n:-7\r\n$3\r\na\r\n\r\n$0\r\n\r\n$-1\r\n"
			"*2\r\n");
	g_string_free(to, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/serve/request/rows", test_requests);
	g_test_add_func("/serve/request/nul", test_nul);
	g_test_add_func("/serve/reply", test_replies);
	return g_test_run();
}
