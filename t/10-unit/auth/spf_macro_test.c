/* Macro strings: each letter, its digits, "r" and delimiters; RFC 7208 7.4's own examples. */
#include "auth/spf_macro.h"

#include <glib.h>

static char helo[] = "mx.example.net", sender[] = "strong-bad@email.example.com";

static struct spf_who who(bool ipv6)
{
	struct spf_who w = { .ipv6 = ipv6, .helo = helo, .sender = sender };
	const char *text = ipv6 ? "2001:db8::cb01" : "192.0.2.3";

	g_assert_cmpint(inet_pton(ipv6 ? AF_INET6 : AF_INET, text, &w.address), ==, 1);
	g_strlcpy(w.text, text, sizeof(w.text));
	return w;
}

static const struct {
	const char *spec, *four;
	const char *six; /* NULL: the same */
} rows[] = {
	/* RFC 7208 7.4 */
	{ "%{s}", "strong-bad@email.example.com", NULL },
	{ "%{o}", "email.example.com", NULL },
	{ "%{d}", "email.example.com", NULL },
	{ "%{d4}", "email.example.com", NULL },
	{ "%{d3}", "email.example.com", NULL },
	{ "%{d2}", "example.com", NULL },
	{ "%{d1}", "com", NULL },
	{ "%{dr}", "com.example.email", NULL },
	{ "%{d2r}", "example.email", NULL },
	{ "%{l}", "strong-bad", NULL },
	{ "%{l-}", "strong.bad", NULL },
	{ "%{lr}", "strong-bad", NULL },
	{ "%{lr-}", "bad.strong", NULL },
	{ "%{l1r-}", "strong", NULL },
	{ "%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com",
	  "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf."
	  "example.com" },
	{ "%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com", NULL },
	{ "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}",
	  "bad.strong.lp.3.2.0.192.in-addr._spf.example.com",
	  "bad.strong.lp.1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
	  "ip6._spf.example.com" },
	{ "%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net",
	  NULL },
	/* the value has no more parts than asked for */
	{ "%{h2}.x.example", "example.net.x.example", NULL },
	{ "%{h3}.x.example", "mx.example.net.x.example", NULL },
	{ "%{l1}.x.example", "strong-bad.x.example", NULL },
	{ "%{l1r+}.x.example", "strong-bad.x.example", NULL },
	{ "%{l9r-}.x.example", "bad.strong.x.example", NULL },
	{ "%{d128}.x.example", "email.example.com.x.example", NULL },
	{ "%{d99999999999}.x.example", "email.example.com.x.example", NULL },
	{ "%{i3}.x.example", "0.2.3.x.example", "b.0.1.x.example" },
	{ "%{v1}.x.example", "in-addr.x.example", "ip6.x.example" },
	{ "%{v1-}.x.example", "addr.x.example", "ip6.x.example" },
	{ "%{p2}.x.example", "example.org.x.example", NULL },
	{ "%{s3-+.}.x.example", "bad@email.example.com.x.example", NULL },
	{ "%{o2r.}.x.example", "example.email.x.example", NULL },
	/* several delimiters, and parts between that are empty */
	{ "%{l-+,/_=}.x.example", "strong.bad.x.example", NULL },
	/* upper case escapes for URLs, after the rest is done */
	{ "%{S}.x.example", "strong-bad%40email.example.com.x.example", NULL },
	{ "%{L1R-}.x.example", "strong.x.example", NULL },
	/* what stands for itself */
	{ "a%%b%_c%-d.x.example", "a%b c%20d.x.example", NULL },
	{ "plain.example.", "plain.example", NULL },
};

static char *expand(const char *spec, bool ipv6)
{
	struct spf_who w = who(ipv6);
	struct spf_macros m = { .who = &w,
				.domain = "email.example.com",
				.name = "out.mail.example.org" };

	return spf_macro_expand(bytes_of(spec), &m);
}

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *six = rows[i].six == NULL ? rows[i].four : rows[i].six;
		char *got;

		g_assert_true(spf_macro_domain_ok(bytes_of(rows[i].spec)));
		got = expand(rows[i].spec, false);
		g_assert_cmpstr(got, ==, rows[i].four);
		g_free(got);
		got = expand(rows[i].spec, true);
		g_assert_cmpstr(got, ==, six);
		g_free(got);
	}
}

/* RFC 7208 7.3: "the left side is truncated to fit, by removing successive domain labels" */
static void test_long(void)
{
	GString *spec = g_string_new(NULL);
	char *got;

	for (int i = 0; i < 14; i++)
		g_string_append(spec, "%{d}.");
	g_string_append(spec, "x.example");
	got = expand(spec->str, false);
	g_assert_cmpuint(strlen(got), <=, 253);
	g_assert_cmpuint(strlen(got), >, 253 - strlen("example."));
	g_assert_true(g_str_has_suffix(got, ".email.example.com.x.example"));
	g_free(got);
	g_string_free(spec, TRUE);
}

static void test_wrong(void)
{
	static const char *const wrong[] = {
		"%{s2@}", "%{d0}",      "%{d-2}",     "%{dr2}",
		"%{}",    "%{c}.a.org", "%{r}.a.org", "%{t}.a.org",
		"%{x}",   "%{d",        "%",          "a.org%",
		""
	};

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
		g_assert_false(spf_macro_domain_ok(bytes_of(wrong[i])));
}

static void test_name(void)
{
	struct spf_who w = who(false);
	struct spf_macros m = { .who = &w, .domain = "email.example.com" };
	char *got = spf_macro_expand(bytes_of("%{p}.x.example"), &m);

	g_assert_cmpstr(got, ==, "unknown.x.example");
	g_free(got);
	g_assert_true(spf_macro_asks_name(bytes_of("a.%{P1r}.example")));
	g_assert_false(spf_macro_asks_name(bytes_of("%%{p}.%{d}.example")));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/spf_macro/rows", test_rows);
	g_test_add_func("/auth/spf_macro/long", test_long);
	g_test_add_func("/auth/spf_macro/wrong", test_wrong);
	g_test_add_func("/auth/spf_macro/name", test_name);
	return g_test_run();
}
