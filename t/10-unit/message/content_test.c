/* Transfer encodings: RFC 2045 6. */
#include "message/content.h"

#include <glib.h>
#include <string.h>

static struct arena *a;

struct row {
	enum part_encoding encoding;
	const char *in, *want;
	bool sound;
};

static void test_decode(void)
{
	static const struct row rows[] = {
		{ ENCODING_7BIT, "as is =3D", "as is =3D", true },
		{ ENCODING_OTHER, "begin 644 x", "begin 644 x", true },
		{ ENCODING_BASE64, "", "", true },
		{ ENCODING_BASE64, "SGVsbG8=", "Hello", true },
		{ ENCODING_BASE64, "SGVs\r\n bG8=\r\n", "Hello", true },
		/* 6.8: "Any characters outside of the base64 alphabet are to be ignored" */
		{ ENCODING_BASE64, "SG!Vs*bG8=", "Hello", false },
		{ ENCODING_BASE64, "SGVsb", "Hel", false },
		{ ENCODING_BASE64, "SGVsbG8", "Hello", true },
		{ ENCODING_QP, "caf=C3=A9 =3D", "café =", true },
		{ ENCODING_QP, "soft=\r\nline", "softline", true },
		{ ENCODING_QP, "soft= \t\r\nline", "softline", true },
		{ ENCODING_QP, "low=c3=a9", "lowé", true },
		{ ENCODING_QP, "end=", "end", true },
		{ ENCODING_QP, "bad=ZZ", "bad=ZZ", false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		size_t n = strlen(rows[i].in);
		char *exact = g_memdup2(rows[i].in, n);
		struct bytes in = { exact, n };
		struct bytes got = content_decode(a, in, rows[i].encoding);
		struct content_scan scan = content_look(in, rows[i].encoding);

		g_test_message("%s", rows[i].in);
		if (rows[i].sound) {
			g_assert_true(bytes_equal(got, bytes_of(rows[i].want)));
			g_assert_cmpuint(scan.bytes, ==, strlen(rows[i].want));
		}
		g_assert_cmpint(scan.sound, ==, rows[i].sound);
		g_free(exact);
	}
}

/* the end of a base64 file, without the start */
static void test_tail(void)
{
	GString *plain = g_string_new(NULL), *lines = g_string_new(NULL);

	for (int i = 0; i < 1000; i++)
		g_string_append_printf(plain, "line %d\n", i);
	char *code = g_base64_encode((const guchar *)plain->str, plain->len);

	for (size_t i = 0; i < strlen(code); i += 60)
		g_string_append_printf(lines, "%.60s\r\n", code + i);
	for (size_t max = 100; max < 110; max++) {
		struct bytes tail =
			content_tail((struct bytes){ lines->str, lines->len }, max);
		struct bytes got = content_decode(a, tail, ENCODING_BASE64);

		g_assert_cmpuint(tail.n, <=, max);
		g_assert_cmpuint(got.n, >, 60);
		g_assert_true(
			g_str_has_suffix(plain->str, arena_strndup(a, got.at, got.n)));
	}
	struct bytes all = content_tail((struct bytes){ "SGVs", 4 }, 4);

	g_assert_cmpuint(all.n, ==, 4);
	all = content_tail((struct bytes){ "SGVs", 4 }, 1);
	g_assert_cmpuint(all.n, ==, 0);
	g_free(code);
	g_string_free(plain, TRUE);
	g_string_free(lines, TRUE);
}

int main(int argc, char **argv)
{
	message_library_init();
	g_test_init(&argc, &argv, NULL);
	a = arena_create();
	g_test_add_func("/content/decode", test_decode);
	g_test_add_func("/content/tail", test_tail);
	int failed = g_test_run();

	arena_destroy(&a);
	return failed;
}
