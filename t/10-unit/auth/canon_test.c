/* The canonical forms against a second implementation of them, that of the fixture which signs, and
 * what is counted against what is hashed. */
#include "auth/canon.h"

#include "sign_fixture.h"

static void expect_same(const struct digest *is, const char *text, gssize n)
{
	struct digest *should = digest_create();
	uint8_t a[DIGEST_BYTES], b[DIGEST_BYTES];

	digest_add(should, (struct bytes){ text, n < 0 ? strlen(text) : (size_t)n });
	g_assert_true(bytes_equal(digest_get(is, a), digest_get(should, b)));
	digest_free(&should);
}

static void check_body(const char *body, bool relaxed, const char *canonical)
{
	struct bytes text = bytes_of(body);
	int64_t n = (int64_t)strlen(canonical);

	g_test_message("\"%.60s\", %s", body, relaxed ? "relaxed" : "simple");
	g_assert_cmpint(canon_body_bytes(text, relaxed), ==, n);
	for (int64_t max = -1; max <= n + 1; max += max < 8 || max > n - 8 ? 1 : n / 3) {
		struct digest *sum = digest_create();

		g_assert_cmpint(canon_add_body(sum, text, relaxed, max), ==, max <= n);
		expect_same(sum, canonical, max < 0 || max > n ? -1 : (gssize)max);
		digest_free(&sum);
	}
}

static void test_body(void)
{
	static const struct {
		const char *body, *simple, *relaxed;
	} given[] = {
		{ "", "\r\n", "" },
		{ "\r\n", "\r\n", "" },
		{ "\n\n\n", "\r\n", "" },
		{ " \t\r\n \r\n", " \t\r\n \r\n", "" },
		{ "a", "a\r\n", "a\r\n" },
		{ "a\nb", "a\r\nb\r\n", "a\r\nb\r\n" },
		/* RFC 6376 3.4.5 */
		{ " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n" },
		{ "a\r\n\r\n \r\nb\r\n\r\n", "a\r\n\r\n \r\nb\r\n",
		  "a\r\n\r\n\r\nb\r\n" },
		{ "\ta\rb\r\r\n", "\ta\rb\r\r\n", " a\rb\r\r\n" },
		{ "a  \tb c\t", "a  \tb c\t\r\n", "a b c\r\n" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(given); i++) {
		check_body(given[i].body, false, given[i].simple);
		check_body(given[i].body, true, given[i].relaxed);
	}
}

/* what is hashed in pieces is hashed whole */
static void test_large(void)
{
	GString *body = g_string_new(NULL);
	char *canonical;

	for (int i = 0; i < 3000; i++)
		g_string_append_printf(body, "%*d \t %d \r\n%s", i % 7, i, i,
				       i % 50 == 0 ? "\r\n" : "");
	g_string_append(body, " \r\n\r\n");
	canonical = canon_body(body->str, true);
	check_body(body->str, true, canonical);
	g_free(canonical);
	canonical = canon_body(body->str, false);
	check_body(body->str, false, canonical);
	g_free(canonical);
	g_string_free(body, TRUE);
}

static void check_field(const char *name, const char *value, bool relaxed,
			const char *canonical)
{
	const struct header h = { .name = bytes_of(name), .value = bytes_of(value) };
	struct digest *sum = digest_create();

	canon_add_field(sum, &h, relaxed);
	expect_same(sum, canonical, -1);
	digest_free(&sum);
}

static void test_field(void)
{
	/* RFC 6376 3.4.5 */
	check_field("A", " X", true, "a:X\r\n");
	check_field("B ", " Y\t\r\n\tZ  ", true, "b:Y Z\r\n");
	check_field("B ", " Y\t\r\n\tZ  ", false, "B : Y\t\r\n\tZ  \r\n");
	check_field("Subject", " a\n b", false, "Subject: a\r\n b\r\n");
	check_field("Subject", "", true, "subject:\r\n");
}

static void check_signature(const char *value, bool relaxed, const char *canonical)
{
	const struct header h = { .name = bytes_of("ARC-Seal"),
				  .value = bytes_of(value) };
	struct digest *sum = digest_create();

	canon_add_signature(sum, &h, relaxed);
	expect_same(sum, canonical, -1);
	digest_free(&sum);
}

/* b= goes, bh= stays */
static void test_signature(void)
{
	check_signature(" i=1; b=ab\r\n c; bh=x", true, "arc-seal:i=1; b=; bh=x");
	check_signature(" i=1; bh=x; b = abc", true, "arc-seal:i=1; bh=x; b =");
	check_signature(" i=1; b=abc;", false, "ARC-Seal: i=1; b=;");
	check_signature(" i=1; bh=x", true, "arc-seal:i=1; bh=x");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/canon/body", test_body);
	g_test_add_func("/auth/canon/large", test_large);
	g_test_add_func("/auth/canon/field", test_field);
	g_test_add_func("/auth/canon/signature", test_signature);
	return g_test_run();
}
