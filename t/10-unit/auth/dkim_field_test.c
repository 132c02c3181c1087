/* DKIM-Signature fields: the rules of RFC 6376 3.5 and 6.1.1, one row each. */
#include "auth/dkim_field.h"

#include <glib.h>

#define GOOD "v=1; a=rsa-sha256; d=example.org; s=sel; h=From:To; bh=AAAA; b=BBBB"

static const struct {
	const char *value, *wrong;
} rows[] = {
	{ GOOD, NULL },
	{ " v=1;\r\n a=RSA-SHA256; d=Example.org; s=a.b; h= to :\r\n FROM ; bh=AA AA; "
	  "b=BB\r\n BB;",
	  NULL },
	{ GOOD "; c=relaxed/simple; q=dns/txt; t=1; x=2; l=0; i=@example.org; z=a|b",
	  NULL },
	{ GOOD "; i=a@b.example.org", NULL },
	{ GOOD "; i=a=40b@example=2Eorg", NULL },
	{ GOOD "; q=other:dns/txt", NULL },
	{ "", "the tag list is broken" },
	{ "nonsense", "the tag list is broken" },
	{ GOOD "; d=example.com", "the tag list is broken" },
	{ "a=rsa-sha256; d=example.org; s=s; h=From; bh=AAAA; b=BBBB", "v= is not 1" },
	{ "v=2; a=rsa-sha256; d=example.org; s=s; h=From; bh=AAAA; b=BBBB",
	  "v= is not 1" },
	{ "v=1; d=example.org; s=s; h=From; bh=AAAA; b=BBBB",
	  "a= is unknown or missing" },
	{ "v=1; a=rsa-md5; d=example.org; s=s; h=From; bh=AAAA; b=BBBB",
	  "a= is unknown or missing" },
	{ "v=1; a=rsa-sha256; s=s; h=From; bh=AAAA; b=BBBB", "d= is no domain" },
	{ "v=1; a=rsa-sha256; d=org; s=s; h=From; bh=AAAA; b=BBBB", "d= is no domain" },
	{ "v=1; a=rsa-sha256; d=a..org; s=s; h=From; bh=AAAA; b=BBBB",
	  "d= is no domain" },
	{ "v=1; a=rsa-sha256; d=a.org.; s=s; h=From; bh=AAAA; b=BBBB",
	  "d= is no domain" },
	{ "v=1; a=rsa-sha256; d=a b.org; s=s; h=From; bh=AAAA; b=BBBB",
	  "d= is no domain" },
	{ "v=1; a=rsa-sha256; d=a.org; h=From; bh=AAAA; b=BBBB", "s= is no selector" },
	{ "v=1; a=rsa-sha256; d=a.org; s=*; h=From; bh=AAAA; b=BBBB",
	  "s= is no selector" },
	{ "v=1; a=rsa-sha256; d=a.org; s=s; bh=AAAA; b=BBBB", "h= is missing" },
	/* "The From header field MUST be signed" */
	{ "v=1; a=rsa-sha256; d=a.org; s=s; h=To:Subject; bh=AAAA; b=BBBB",
	  "From is not signed" },
	{ "v=1; a=rsa-sha256; d=a.org; s=s; h=From:; bh=AAAA; b=BBBB", "h= is broken" },
	{ "v=1; a=rsa-sha256; d=a.org; s=s; h=From:a b; bh=AAAA; b=BBBB",
	  "h= is broken" },
	{ "v=1; a=rsa-sha256; d=a.org; s=s; h=From; b=BBBB", "bh= is missing" },
	{ "v=1; a=rsa-sha256; d=a.org; s=s; h=From; bh=AAAA; b=", "b= is missing" },
	{ "v=1; a=rsa-sha256; d=a.org; s=s; h=From; bh=AAAA; b=+AAAA", "b= is broken" },
	{ "v=1; a=rsa-sha256; d=a.org; s=s; h=From; bh=AAAA; b=!", "b= is broken" },
	{ "v=1; a=rsa-sha256; d=a.org; s=s; h=From; bh=A; b=BBBB", "bh= is broken" },
	{ GOOD "; c=strict", "c= is unknown" },
	{ GOOD "; c=relaxed/strict", "c= is unknown" },
	{ GOOD "; q=http", "q= is unknown" },
	/* "the same as, or a subdomain of, the value of the "d=" tag" */
	{ GOOD "; i=a@example.com", "i= is not of d=" },
	{ GOOD "; i=a@badexample.org", "i= is not of d=" },
	{ GOOD "; i=example.org", "i= is not of d=" },
	{ GOOD "; i=a=4", "i= is not of d=" },
	{ GOOD "; i=a=00@example.org", "i= is not of d=" },
	{ GOOD "; t=now", "t= is no time" },
	{ GOOD "; t=-1", "t= is no time" },
	{ GOOD "; x=1e9", "x= is no time" },
	{ GOOD "; l=-5", "l= is no length" },
	{ GOOD "; l=99999999999999999999", "l= is no length" },
	/* "the value MUST be greater than the value of the "t=" tag" */
	{ GOOD "; t=5; x=5", "it expires before it was made" },
};

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		size_t n = strlen(rows[i].value);
		char *exact = g_memdup2(rows[i].value, n);
		struct dkim_field f;

		g_test_message("%s", rows[i].value);
		dkim_field_read((struct bytes){ exact, n }, SIGNATURE_DKIM, &f);
		g_assert_cmpstr(f.wrong, ==, rows[i].wrong);
		g_free(exact);
	}
}

static void test_values(void)
{
	struct dkim_field f;
	char *name;

	dkim_field_read(
		bytes_of(GOOD "; i=a@b.example.org; t=7; x=9; l=3; c=simple/relaxed"),
		SIGNATURE_DKIM, &f);
	g_assert_cmpint(f.signed_s, ==, 7);
	g_assert_cmpint(f.expires_s, ==, 9);
	g_assert_cmpint(f.signed_bytes, ==, 3);
	g_assert_true(f.auid_below);
	g_assert_true(f.relaxed_body);
	g_assert_cmpstr(f.auid, ==, "a@b.example.org");
	name = dkim_field_key_name(&f);
	g_assert_cmpstr(name, ==, "sel._domainkey.example.org");
	g_free(name);
	dkim_field_read(bytes_of(GOOD), SIGNATURE_DKIM, &f);
	g_assert_cmpint(f.signed_bytes, ==, -1);
	g_assert_false(f.auid_below);
	g_assert_false(f.relaxed_body);
	g_assert_cmpstr(f.auid, ==, "");
}

static void test_long(void)
{
	GString *value = g_string_new(GOOD "; z=");
	struct dkim_field f;

	while (value->len < LIMIT_DKIM_FIELD_BYTES)
		g_string_append_c(value, 'x');
	dkim_field_read(bytes_of(value->str), SIGNATURE_DKIM, &f);
	g_assert_null(f.wrong);
	g_string_append_c(value, 'x');
	dkim_field_read(bytes_of(value->str), SIGNATURE_DKIM, &f);
	g_assert_cmpstr(f.wrong, ==, "the field is too long");
	g_string_assign(value,
			"v=1; a=rsa-sha256; d=a.org; s=s; bh=AAAA; b=BBBB; h=From");
	while (value->len < 4100)
		g_string_append(value, ":To");
	dkim_field_read(bytes_of(value->str), SIGNATURE_DKIM, &f);
	g_assert_cmpstr(f.wrong, ==, "h= is too long");
	g_string_assign(value, GOOD "; i=");
	for (int i = 0; i < LIMIT_ADDRESS_BYTES; i++)
		g_string_append_c(value, 'x');
	g_string_append(value, "@example.org");
	dkim_field_read(bytes_of(value->str), SIGNATURE_DKIM, &f);
	g_assert_cmpstr(f.wrong, ==, "i= is not of d=");
	g_string_free(value, TRUE);
}

static void test_is(void)
{
	static const char *const yes[] = { "DKIM-Signature", "dkim-signature",
					   "DKIM-Signature \t" };
	static const char *const no[] = { "DKIM-Signatur", "X-DKIM-Signature", "",
					  " DKIM-Signature" };

	for (size_t i = 0; i < G_N_ELEMENTS(yes); i++)
		g_assert_true(
			dkim_field_is(&(struct header){ .name = bytes_of(yes[i]) }));
	for (size_t i = 0; i < G_N_ELEMENTS(no); i++)
		g_assert_false(
			dkim_field_is(&(struct header){ .name = bytes_of(no[i]) }));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/dkim_field/rows", test_rows);
	g_test_add_func("/auth/dkim_field/values", test_values);
	g_test_add_func("/auth/dkim_field/long", test_long);
	g_test_add_func("/auth/dkim_field/is", test_is);
	return g_test_run();
}
