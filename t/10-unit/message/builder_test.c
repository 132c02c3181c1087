/* What milter callbacks hand over becomes the message as it was on the wire. */
#include "message/builder.h"

#include <glib.h>

#include "base/limits.h"
#include "message/message.h"

static void check_raw(const struct builder *b, const char *want)
{
	struct bytes raw = builder_raw(b);

	g_assert_true(bytes_equal(raw, bytes_of(want)));
}

static void test_fields(void)
{
	struct builder *b = builder_create(1000, NULL);

	/* RFC 5322 2.2.3: "Unfolding is accomplished by simply removing any CRLF that is
	 * immediately followed by WSP"; libmilter hands over a fold as a bare LF */
	builder_header(b, "Subject", " one\n\ttwo\n three");
	builder_header(b, "X-Tight", "no blank");
	builder_header(b, "X-Empty", "");
	builder_end_headers(b);
	builder_body(b, bytes_of("a\r\n"));
	builder_body(b, bytes_of("b\r\n"));
	check_raw(b, "Subject: one\r\n\ttwo\r\n three\r\nX-Tight:no blank\r\nX-Empty:\r\n"
		     "\r\na\r\nb\r\n");
	g_assert_cmpuint(builder_truncated(b), ==, 0);
	builder_destroy(&b);
	g_assert_null(b);
	builder_destroy(&b);
}

static void test_early_headers(void)
{
	struct arena *a = arena_create();
	struct builder *b = builder_create(1000, NULL);
	struct header_block block;

	builder_header(b, "From", " a@example.org");
	builder_header(b, "DKIM-Signature", " v=1;\n\td=example.org");
	builder_headers(a, b, &block);
	g_assert_cmpuint(block.n, ==, 2);
	g_assert_true(
		bytes_equal(block.fields[1].value, bytes_of(" v=1;\r\n\td=example.org")));
	g_assert_cmpuint(block.malformed, ==, 0);
	builder_destroy(&b);
	arena_destroy(&a);
}

static void test_limit(void)
{
	struct arena *a = arena_create();
	struct builder *b = builder_create(20, NULL);
	struct message_limits limits = { .max_bytes = 20 };

	builder_header(b, "Subject", " 1234567");
	builder_end_headers(b);
	builder_body(b, bytes_of("0123456789"));
	builder_body(b, bytes_of("0123456789"));
	g_assert_cmpuint(builder_raw(b).n, ==, 21);
	g_assert_cmpuint(builder_truncated(b), ==, 19);
	g_assert_cmpuint(message_parse(a, builder_raw(b), &limits)->truncated, ==,
			 TRUNCATED_SIZE);
	builder_destroy(&b);
	arena_destroy(&a);
}

static void fill(struct builder *b, size_t n)
{
	char *chunk = g_malloc(65536);

	memset(chunk, 'x', 65536);
	for (; n > 0; n -= MIN(n, 65536))
		builder_body(b, (struct bytes){ chunk, MIN(n, 65536) });
	g_free(chunk);
}

enum { MB = 1024 * 1024 };

/* Of 16 MB for all, 12 are for the rest of big messages, each byte counted twice. The one that
 * finds no memory any more keeps its beginning, and gives back what it had. */
static void test_sheds_the_rest_first(void)
{
	struct budget all = { 0 };
	struct builder_memory memory = { .shared = &all, .most = 16 * MB };
	struct builder *big = builder_create(25 * MB, &memory);
	struct builder *other = builder_create(25 * MB, &memory);
	struct builder *small = builder_create(25 * MB, &memory);
	struct bytes raw;

	fill(big, 4 * MB);
	g_assert_cmpint(builder_kept(big), ==, BUILDER_WHOLE);
	g_assert_cmpuint(builder_raw(big).n, ==, 4 * MB);
	g_assert_cmpuint(all.used, >=, 8 * MB);
	fill(other, 4 * MB);
	g_assert_cmpint(builder_kept(other), ==, BUILDER_BEGINNING);
	g_assert_cmpuint(builder_raw(other).n, ==, LIMIT_BEGINNING_BYTES);
	g_assert_cmpuint(builder_truncated(other), ==, 3 * MB);
	fill(other, MB);
	g_assert_cmpuint(builder_truncated(other), ==, 4 * MB);
	fill(small, MB);
	g_assert_cmpint(builder_kept(small), ==, BUILDER_WHOLE);
	g_assert_cmpuint(all.used, <=, 16 * MB);
	raw = builder_raw(other);
	for (size_t i = 0; i < raw.n; i++)
		g_assert_cmpint(raw.at[i], ==, 'x');
	builder_destroy(&big);
	builder_destroy(&small);
	g_assert_cmpuint(all.used, ==, 2 * LIMIT_BEGINNING_BYTES);
	builder_destroy(&other);
	g_assert_cmpuint(all.used, ==, 0);
}

static void test_sheds_whole_messages_last(void)
{
	struct budget all = { 0 };
	struct builder_memory memory = { .shared = &all, .most = 3 * MB };
	struct builder *one = builder_create(25 * MB, &memory);
	struct builder *other = builder_create(25 * MB, &memory);

	builder_header(one, "From", " a@example.org");
	fill(one, MB / 2);
	builder_header(other, "From", " b@example.org");
	fill(other, MB);
	g_assert_cmpint(builder_kept(one), ==, BUILDER_WHOLE);
	g_assert_cmpint(builder_kept(other), ==, BUILDER_NOTHING);
	g_assert_cmpuint(builder_raw(other).n, ==, 0);
	g_assert_cmpuint(builder_truncated(other), >, MB);
	builder_end_headers(other);
	g_assert_cmpuint(builder_raw(other).n, ==, 0);
	builder_destroy(&one);
	builder_destroy(&other);
	g_assert_cmpuint(all.used, ==, 0);
}

int main(int argc, char **argv)
{
	message_library_init();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/builder/fields", test_fields);
	g_test_add_func("/builder/early-headers", test_early_headers);
	g_test_add_func("/builder/limit", test_limit);
	g_test_add_func("/builder/sheds-the-rest-first", test_sheds_the_rest_first);
	g_test_add_func("/builder/sheds-whole-messages-last",
			test_sheds_whole_messages_last);
	return g_test_run();
}
