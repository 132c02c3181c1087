/* What milter callbacks hand over becomes the message as it was on the wire. */
#include "message/builder.h"

#include <glib.h>

#include "message/message.h"

static void check_raw(const struct builder *b, const char *want)
{
	struct bytes raw = builder_raw(b);

	g_assert_true(bytes_equal(raw, bytes_of(want)));
}

static void test_fields(void)
{
	struct builder *b = builder_create(1000);

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
	struct builder *b = builder_create(1000);
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
	struct builder *b = builder_create(20);
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

int main(int argc, char **argv)
{
	message_library_init();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/builder/fields", test_fields);
	g_test_add_func("/builder/early-headers", test_early_headers);
	g_test_add_func("/builder/limit", test_limit);
	return g_test_run();
}
