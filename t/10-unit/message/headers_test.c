/* The header block: where each field is, to the byte. */
#include "message/headers.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"

static struct arena *a;

static struct header_block split(const char *raw, size_t n)
{
	struct header_block block;

	headers_split(a, (struct bytes){ raw, n }, &block);
	return block;
}

static void check_field(const struct header_block *b, size_t i, const char *name,
			const char *value)
{
	g_assert_cmpuint(i, <, b->n);
	g_assert_true(bytes_equal(b->fields[i].name, bytes_of(name)));
	g_assert_true(bytes_equal(b->fields[i].value, bytes_of(value)));
}

static void test_fields(void)
{
	/* CRLF, LF and both, as files and wires have them */
	static const char *const ends[] = { "\r\n", "\n" };

	for (size_t k = 0; k < G_N_ELEMENTS(ends); k++) {
		char *raw = arena_printf(a,
					 "Subject:none%sX-A: one%s\ttwo %s three%s"
					 "x-a:  2 %sX-Empty:%sOld :v%s%sbody",
					 ends[k], ends[k], ends[k], ends[k], ends[k],
					 ends[k], ends[k], ends[k]);
		char *folded = arena_printf(a, " one%s\ttwo %s three", ends[k], ends[k]);
		struct header_block b = split(raw, strlen(raw));

		g_assert_cmpuint(b.n, ==, 5);
		check_field(&b, 0, "Subject", "none");
		check_field(&b, 1, "X-A", folded);
		check_field(&b, 2, "x-a", "  2 ");
		check_field(&b, 3, "X-Empty", "");
		/* RFC 5322 4.5: blanks before the colon */
		check_field(&b, 4, "Old", "v");
		g_assert_cmpuint(b.fields[1].nth, ==, 0);
		g_assert_cmpuint(b.fields[2].nth, ==, 1);
		g_assert_true(strcmp(raw + b.body_at, "body") == 0);
		g_assert_cmpuint(b.malformed, ==, 0);
		for (size_t i = 0; i < b.n; i++)
			g_assert_true(raw + b.fields[i].at == b.fields[i].name.at);
	}
}

static void test_broken(void)
{
	static const struct {
		const char *raw;
		size_t n;
		unsigned malformed;
		const char *body;
	} rows[] = {
		{ "", 0, 0, "" },
		{ "\r\nbody", 0, 0, "body" },
		{ "A: b", 1, 0, "" },
		{ "A: b\r\n", 1, 0, "" },
		{ "A: b\r\n\r\n", 1, 0, "" },
		{ "From x@y Mon Jan 1\nA: b\n\nc", 1, MALFORMED_HEADER_LINE, "c" },
		{ " folded at first\nA: b\n\nc", 1, MALFORMED_HEADER_LINE, "c" },
		{ "A: b\nno field\nC: d\n\nc", 2, MALFORMED_HEADER_LINE, "c" },
		{ ": x\n\nc", 0, MALFORMED_HEADER_LINE, "c" },
		{ "A b: x\n\nc", 0, MALFORMED_HEADER_LINE, "c" },
		{ "S\xc3\xbc: x\n\nc", 0, MALFORMED_HEADER_LINE, "c" },
		{ "S: \xc3\xbc\n\nc", 1, MALFORMED_8BIT_HEADER, "c" },
		{ "From: a\nfrom: b\n\nc", 2, MALFORMED_DUPLICATE, "c" },
		{ "Received: a\nReceived: b\n\nc", 2, 0, "c" },
		/* a line of blanks goes on with the field before it */
		{ "A: b\n \nC: d\n\nc", 2, 0, "c" },
		{ "A: b\r\r\n\r\nc", 1, 0, "c" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		size_t n = strlen(rows[i].raw);
		char *exact = g_memdup2(rows[i].raw, n);
		struct header_block b = split(exact, n);

		g_assert_cmpuint(b.n, ==, rows[i].n);
		g_assert_cmphex(b.malformed, ==, rows[i].malformed);
		g_assert_cmpuint(b.body_at, ==, n - strlen(rows[i].body));
		g_free(exact);
	}
}

static void test_limits(void)
{
	GString *raw = g_string_new(NULL);

	for (int i = 0; i < LIMIT_HEADERS + 10; i++)
		g_string_append(raw, "A: b\r\n");
	g_string_append(raw, "\r\nbody");
	struct header_block b = split(raw->str, raw->len);

	g_assert_cmpuint(b.n, ==, LIMIT_HEADERS);
	g_assert_cmphex(b.truncated, ==, TRUNCATED_HEADERS);
	g_assert_cmpuint(b.body_at, ==, raw->len - 4);
	g_string_assign(raw, "A:");
	for (int i = 0; i < LIMIT_HEADER_BLOCK_BYTES / 10; i++)
		g_string_append(raw, " 3456789\r\n");
	g_string_append(raw, " x\r\nB: c\r\n\r\nbody");
	b = split(raw->str, raw->len);
	g_assert_cmpuint(b.n, ==, 1);
	g_assert_cmphex(b.truncated, ==, TRUNCATED_HEADERS);
	g_assert_cmpuint(b.body_at, ==, raw->len - 4);
	g_string_free(raw, TRUE);
}

/* what tells who writes is found behind the bound, in number and in bytes, and bounded too */
static void test_kept_beyond(void)
{
	static const char *const fillers[] = { "A: b\r\n", "B: 0123456789\r\n 0123\r\n" };
	static const char *const names[] = {
		"from", "SUBJECT", "To", "Content-Type", "List-Id", "DKIM-Signature"
	};

	for (size_t i = 0; i < G_N_ELEMENTS(fillers); i++) {
		GString *raw = g_string_new("From: first@example.com\r\n");

		while (raw->len < LIMIT_HEADER_BLOCK_BYTES + 10)
			g_string_append(raw, fillers[i]);
		for (size_t k = 0; k < G_N_ELEMENTS(names); k++)
			g_string_append_printf(raw, "%s: v%zu\r\n", names[k], k);
		for (size_t k = 0; k < LIMIT_HEADERS_BEYOND * 3; k++)
			g_string_append(raw, "To: more@example.com\r\n");
		g_string_append(raw, "X-Behind: x\r\n\r\nbody");
		struct header_block b = split(raw->str, raw->len);

		g_assert_cmphex(b.truncated, ==, TRUNCATED_HEADERS);
		for (size_t k = 0; k < G_N_ELEMENTS(names); k++)
			g_assert_nonnull(headers_find(b.fields, b.n, names[k], k == 0));
		g_assert_nonnull(
			headers_find(b.fields, b.n, "To", LIMIT_HEADERS_BEYOND - 1));
		g_assert_null(headers_find(b.fields, b.n, "To", LIMIT_HEADERS_BEYOND));
		g_assert_null(headers_find(b.fields, b.n, "X-Behind", 0));
		g_assert_cmpuint(b.body_at, ==, raw->len - 4);
		g_string_free(raw, TRUE);
	}
}

static void test_find(void)
{
	const char *raw = "To: 1\nX: 2\nTO: 3\n\n";
	struct header_block b = split(raw, strlen(raw));

	g_assert_true(headers_find(b.fields, b.n, "to", 0) == &b.fields[0]);
	g_assert_true(headers_find(b.fields, b.n, "To", 1) == &b.fields[2]);
	g_assert_null(headers_find(b.fields, b.n, "To", 2));
	g_assert_null(headers_find(b.fields, b.n, "T", 0));
	g_assert_null(headers_find(NULL, 0, "T", 0));
}

static void test_unfold(void)
{
	static const struct {
		const char *value, *want;
	} rows[] = {
		{ "", "" },
		{ "  a  b  ", "a  b" },
		{ " a\r\n\tb\n c \r\n \r\n d", "a b c d" },
		{ "a\x01"
		  "b\x7f",
		  "a b" },
		{ "\r\n \r\n", "" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(header_unfold(a, bytes_of(rows[i].value)).at, ==,
				rows[i].want);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	a = arena_create();
	g_test_add_func("/headers/fields", test_fields);
	g_test_add_func("/headers/broken", test_broken);
	g_test_add_func("/headers/limits", test_limits);
	g_test_add_func("/headers/kept-beyond", test_kept_beyond);
	g_test_add_func("/headers/find", test_find);
	g_test_add_func("/headers/unfold", test_unfold);
	int failed = g_test_run();

	arena_destroy(&a);
	return failed;
}
