/* Bytes put between encoded bytes: the decoded text has the new text in its place, and all
 * encoded bytes that were there are there still, in their order. */
#include "action/transfer.h"

#include <glib.h>

static struct bytes exact(struct arena *a, const char *text, size_t n)
{
	char *copy = g_malloc(n);

	if (n > 0)
		memcpy(copy, text, n);
	arena_defer(a, g_free, copy);
	return (struct bytes){ .at = copy, .n = n };
}

static struct bytes exact_text(struct arena *a, const char *text)
{
	return exact(a, text, strlen(text));
}

static void assert_bytes(struct bytes b, struct bytes want)
{
	g_assert_cmpuint(b.n, ==, want.n);
	g_assert_true(bytes_equal(b, want));
}

static struct bytes all_of(const GString *s)
{
	return (struct bytes){ .at = s->str, .n = s->len };
}

static void decodes(void)
{
	static const struct {
		enum part_encoding encoding;
		const char *raw, *text;
	} rows[] = {
		{ ENCODING_7BIT, "abc\r\n", "abc\r\n" },
		{ ENCODING_8BIT, "\xe4\n", "\xe4\n" },
		/* RFC 2045 6.7: "=" followed by two hexadecimal digits is the octet */
		{ ENCODING_QP, "a=3Db=C3=a4", "a=b\xc3\xa4" },
		/* RFC 2045 6.7 (5): a "=" at the end of a line is a soft line break */
		{ ENCODING_QP, "a=\r\nb=\nc\r\n", "abc\r\n" },
		/* RFC 2045 6.7: a "=" that says nothing else is taken as it is */
		{ ENCODING_QP, "a=zz=", "a=zz=" },
		{ ENCODING_QP, "=4", "=4" },
		/* RFC 2045 6.8: all characters not of the alphabet are ignored */
		{ ENCODING_BASE64, "YW\r\nJj", "abc" },
		{ ENCODING_BASE64, "YWI=", "ab" },
		{ ENCODING_BASE64, "YQ==", "a" },
		{ ENCODING_BASE64, "Y Q = =garbage", "a" },
		{ ENCODING_BASE64, "YWJjZ", "abc" },
		{ ENCODING_BASE64, "YWJjZA", "abcd" },
		{ ENCODING_BASE64, "", "" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *a = arena_create();
		struct coded c = { .encoding = rows[i].encoding,
				   .raw = exact_text(a, rows[i].raw),
				   .eol = "\r\n" };
		struct bytes text = transfer_decode(a, &c, 1000);

		assert_bytes(text, bytes_of(rows[i].text));
		text = transfer_decode(a, &c, 2);
		g_assert_cmpuint(text.n, ==, MIN(2, strlen(rows[i].text)));
		arena_destroy(&a);
	}
}

static void inserts(void)
{
	static const struct {
		enum part_encoding encoding;
		const char *raw;
		size_t at;
		const char *text, *made;
	} rows[] = {
		{ ENCODING_7BIT, "<b>x\n", 3, "\n!\n>", "<b>\n!\n>x\n" },
		{ ENCODING_QP, "<b>x\r\n", 3, "\r\n=!>", "<b>\r\n=3D!>x\r\n" },
		{ ENCODING_QP, "caf=C3=A9", 0, "a b\r\n", "a b\r\ncaf=C3=A9" },
		/* RFC 2045 6.7 (3): no blank may end an encoded line */
		{ ENCODING_QP, "x", 0, "a \r\n", "a=20\r\nx" },
		/* behind three decoded bytes that take nine encoded */
		{ ENCODING_QP, "=EF=BB=BFx", 3, "a\r\n", "=EF=BB=BFa\r\nx" },
		{ ENCODING_BASE64, "YWJj\r\n", 0, "xyz", "eHl6\r\nYWJj\r\n" },
		{ ENCODING_BASE64, "YWJjZGVm", 3, "xyzxyz", "YWJjeHl6\r\neHl6\r\nZGVm" },
		{ ENCODING_BASE64, "YWJj", 3, "xyz", "YWJj\r\neHl6" },
		{ ENCODING_BASE64, "", 0, "xyz", "eHl6\r\n" },
		/* ">a": one byte before, two bits of it in the next character */
		{ ENCODING_BASE64, "PmE=", 1, "x!>", "Pngh\r\nPmE=" },
		/* not a multiple of three, and not the byte that stands before */
		{ ENCODING_BASE64, "YWJj", 0, "xy", "" },
		{ ENCODING_BASE64, "YWJj", 1, "xyz", "" },
		/* the part ends before */
		{ ENCODING_BASE64, "YWJj", 9, "xyz", "" },
		{ ENCODING_BASE64, "YWJj", 0, "", "" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *a = arena_create();
		struct coded c = { .encoding = rows[i].encoding,
				   .raw = exact_text(a, rows[i].raw),
				   .eol = "\r\n" };
		struct insertion in = { .at = rows[i].at,
					.text = exact_text(a, rows[i].text) };
		size_t at;
		struct bytes made = transfer_insert(a, &c, &in, &at);
		GString *all = g_string_new(NULL);

		if (rows[i].made[0] != '\0') {
			g_string_append_len(all, c.raw.at, (gssize)at);
			g_string_append_len(all, made.at, (gssize)made.n);
			g_string_append_len(all, c.raw.at + at, (gssize)(c.raw.n - at));
			g_assert_cmpstr(all->str, ==, rows[i].made);
		} else {
			g_assert_cmpuint(made.n, ==, 0);
		}
		g_string_free(all, TRUE);
		arena_destroy(&a);
	}
}

/* One random encoding of a text, as mailers and bad mailers write it. */
static GString *encode(GRand *r, enum part_encoding e, const GString *text,
		       const char *eol)
{
	GString *out = g_string_new(NULL);
	size_t width = (size_t)g_rand_int_range(r, 1, 100), column = 0;
	char *chars = g_base64_encode((const guchar *)text->str, text->len);

	if (e == ENCODING_BASE64) {
		for (size_t i = 0; chars[i] != '\0'; i++) {
			g_string_append_c(out, chars[i]);
			if (++column % width == 0)
				g_string_append(out, eol);
		}
	} else if (e == ENCODING_QP) {
		for (size_t i = 0; i < text->len; i++) {
			if (g_rand_int_range(r, 0, 4) == 0 || text->str[i] == '=')
				g_string_append_printf(out, "=%02X",
						       (unsigned char)text->str[i]);
			else
				g_string_append_c(out, text->str[i]);
			if (++column % width == 0)
				g_string_append_printf(out, "=%s", eol);
		}
	} else {
		g_string_append_len(out, text->str, (gssize)text->len);
	}
	g_free(chars);
	return out;
}

static GString *random_text(GRand *r, const char *eol)
{
	GString *text = g_string_new(NULL);

	for (int n = g_rand_int_range(r, 0, 200); n > 0; n--) {
		int c = g_rand_int_range(r, 0, 60);

		if (c == 0)
			g_string_append(text, eol);
		else
			g_string_append_c(
				text, (char)(c < 4    ? g_rand_int_range(r, 128, 256)
					     : c < 10 ? '>'
						      : g_rand_int_range(r, 32, 127)));
	}
	return text;
}

static void assert_lines(struct bytes made, size_t most)
{
	size_t column = 0;

	for (size_t i = 0; i < made.n; i++) {
		column = made.at[i] == '\n' ? 0 : column + (made.at[i] != '\r');
		g_assert_cmpuint(column, <=, most);
	}
}

static void try_one(GRand *r, enum part_encoding e, const char *eol)
{
	struct arena *a = arena_create();
	GString *text = random_text(r, eol), *ours = random_text(r, eol);
	GString *coded = encode(r, e, text, eol), *want = g_string_new(NULL);
	size_t place = (size_t)g_rand_int_range(r, 0, (gint32)text->len + 1), at, n,
	       cut_at;
	struct coded c = { .encoding = e, .eol = eol };
	struct insertion in = { .at = place };
	struct bytes made, all;
	GString *whole;

	while (place % 3 != 0 && text->str[place - 1] != '>')
		place--;
	in.at = place;
	while (ours->len % 3 != 2)
		g_string_append_c(ours, '-');
	g_string_append_c(ours, '>');
	c.raw = exact(a, coded->str, coded->len);
	in.text = exact(a, ours->str, ours->len);
	made = transfer_insert(a, &c, &in, &at);
	g_assert_cmpuint(made.n, >, 0);
	if (e == ENCODING_BASE64)
		assert_lines(made, 76);
	whole = g_string_new_len(coded->str, (gssize)coded->len);
	g_string_insert_len(whole, (gssize)at, made.at, (gssize)made.n);
	g_string_append_len(want, text->str, (gssize)text->len);
	g_string_insert_len(want, (gssize)place, ours->str, (gssize)ours->len);
	c.raw = exact(a, whole->str, whole->len);
	all = transfer_decode(a, &c, 100000);
	assert_bytes(all, all_of(want));
	g_assert_true(transfer_remove(a, &c, &in, &cut_at, &n));
	g_string_erase(whole, (gssize)cut_at, (gssize)n);
	assert_bytes(all_of(whole), all_of(coded));
	g_string_free(whole, TRUE);
	g_string_free(want, TRUE);
	g_string_free(coded, TRUE);
	g_string_free(ours, TRUE);
	g_string_free(text, TRUE);
	arena_destroy(&a);
}

static void keeps_every_byte(void)
{
	static const enum part_encoding all[] = { ENCODING_7BIT, ENCODING_QP,
						  ENCODING_BASE64 };
	GRand *r = g_rand_new_with_seed(20260817);

	for (int i = 0; i < 30000; i++)
		try_one(r, all[i % 3], i % 2 ? "\n" : "\r\n");
	g_rand_free(r);
}

/* RFC 2045 6.7 (5): encoded lines of at most 76 characters, also the one that is split */
static void keeps_lines_short(void)
{
	struct arena *a = arena_create();
	char line[77] = "<body>";
	struct coded c = { .encoding = ENCODING_QP, .eol = "\r\n" };
	struct insertion in = { .at = 6, .text = bytes_of("\r\n<!-- ======== -->") };
	GString *whole;
	size_t at;
	struct bytes made;

	memset(line + 6, 'x', 70);
	c.raw = exact(a, line, 76);
	made = transfer_insert(a, &c, &in, &at);
	whole = g_string_new_len(line, 76);
	g_string_insert_len(whole, (gssize)at, made.at, (gssize)made.n);
	assert_lines((struct bytes){ whole->str, whole->len }, 76);
	g_string_free(whole, TRUE);
	arena_destroy(&a);
}

static void removes_only_ours(void)
{
	struct arena *a = arena_create();
	struct coded c = { .encoding = ENCODING_BASE64,
			   .raw = exact_text(a, "eH l6YWJj"),
			   .eol = "\n" };
	struct insertion in = { .text = exact_text(a, "xyz") };
	size_t at, n;

	g_assert_false(transfer_remove(a, &c, &in, &at, &n));
	in.at = 50;
	g_assert_false(transfer_remove(a, &c, &in, &at, &n));
	c.encoding = ENCODING_7BIT;
	g_assert_false(transfer_remove(a, &c, &in, &at, &n));
	c.encoding = ENCODING_QP;
	g_assert_false(transfer_remove(a, &c, &in, &at, &n));
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/transfer/decodes", decodes);
	g_test_add_func("/transfer/inserts", inserts);
	g_test_add_func("/transfer/keeps-every-byte", keeps_every_byte);
	g_test_add_func("/transfer/keeps-lines-short", keeps_lines_short);
	g_test_add_func("/transfer/removes-only-ours", removes_only_ours);
	return g_test_run();
}
