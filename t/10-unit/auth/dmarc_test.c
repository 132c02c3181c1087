/* DMARC: records, discovery, alignment (with the public suffix list's hard cases), policy. */
#include "auth/dmarc.h"

#include "auth_fixture.h"

#define NO_POLICY "the DMARC record has no valid policy"

static const struct {
	const char *text;
	bool is;
	const char *wrong;
	enum dmarc_policy p, sp, np;
	bool strict_dkim, strict_spf;
	int pct;
} records[] = {
	{ "v=DMARC1; p=none", true, NULL, 0, 0, 0, false, false, 100 },
	{ "v=DMARC1;p=reject;", true, NULL, 2, 2, 2, false, false, 100 },
	{ "v = DMARC1 ; p = Quarantine ; adkim=s; aspf=S; pct=20", true, NULL, 1, 1, 1,
	  true, true, 20 },
	{ "v=DMARC1; p=reject; sp=none", true, NULL, 2, 0, 0, false, false, 100 },
	{ "v=DMARC1; p=none; np=reject", true, NULL, 0, 0, 2, false, false, 100 },
	{ "v=DMARC1; p=none; sp=quarantine; np=reject", true, NULL, 0, 1, 2, false, false,
	  100 },
	/* RFC 7489 6.3: "Syntax errors in the remainder of the record SHOULD be discarded in
	 * favor of default values" */
	{ "v=DMARC1; p=reject; pct=101; adkim=x; fo", true, NULL, 2, 2, 2, false, false,
	  100 },
	{ "v=DMARC1; p=reject; pct=abc", true, NULL, 2, 2, 2, false, false, 100 },
	{ "v=DMARC1; p=reject; pct=0; x=y; np=bad", true, NULL, 2, 2, 2, false, false,
	  0 },
	{ "v=DMARC1; p=none;; rua=mailto:a@example.org", true, NULL, 0, 0, 0, false,
	  false, 100 },
	/* 6.6.3: without valid p or sp, but with rua: as p=none; else nothing */
	{ "v=DMARC1; p=bad; rua=mailto:a@example.org", true, NULL, 0, 0, 0, false, false,
	  100 },
	{ "v=DMARC1; p=reject; sp=bad; rua=mailto:a@example.org", true, NULL, 0, 0, 0,
	  false, false, 100 },
	{ "v=DMARC1; p=reject; sp=bad", true, NO_POLICY, 0, 0, 0, false, false, 0 },
	{ "v=DMARC1", true, NO_POLICY, 0, 0, 0, false, false, 0 },
	{ "v=DMARC1; rua=mailto:a@example.org", true, NULL, 0, 0, 0, false, false, 100 },
	{ "v=DMARC1; p=bad; rua=", true, NO_POLICY, 0, 0, 0, false, false, 0 },
	/* "v=DMARC1" MUST be first, and is case-sensitive */
	{ "p=reject; v=DMARC1", false, NULL, 0, 0, 0, false, false, 0 },
	{ "v=dmarc1; p=reject", false, NULL, 0, 0, 0, false, false, 0 },
	{ "v=DMARC12; p=reject", false, NULL, 0, 0, 0, false, false, 0 },
	{ "v=spf1 -all", false, NULL, 0, 0, 0, false, false, 0 },
	{ "", false, NULL, 0, 0, 0, false, false, 0 },
};

static void test_records(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
		size_t n = strlen(records[i].text);
		char *exact = g_memdup2(records[i].text, n);
		struct bytes text = { exact, n };
		struct dmarc_record got;

		g_test_message("%s", records[i].text);
		g_assert_true(dmarc_record_is(text) == records[i].is);
		if (records[i].is) {
			g_assert_cmpstr(dmarc_record_read(text, &got), ==,
					records[i].wrong);
			if (records[i].wrong == NULL) {
				g_assert_cmpint(got.p, ==, records[i].p);
				g_assert_cmpint(got.sp, ==, records[i].sp);
				g_assert_cmpint(got.np, ==, records[i].np);
				g_assert_true(got.strict_dkim == records[i].strict_dkim);
				g_assert_true(got.strict_spf == records[i].strict_spf);
				g_assert_cmpint(got.pct, ==, records[i].pct);
			}
		}
		g_free(exact);
	}
}

static const char zone_text[] =
	"_dmarc.example.org. TXT \"v=DMARC1; p=reject; sp=quarantine\"\n"
	"_dmarc.strict.example.org. TXT \"v=DMARC1; p=reject; adkim=s; aspf=s\"\n"
	"_dmarc.two.example.org. TXT \"v=DMARC1; p=reject\"\n"
	"_dmarc.two.example.org. TXT \"v=DMARC1; p=none\"\n"
	"_dmarc.other.example.org. TXT \"some other text\"\n"
	"_dmarc.broken.example.org. TXT \"v=DMARC1; p=maybe\"\n"
	"_dmarc.fails.example.org. SERVFAIL\n"
	"_dmarc.example.net. TXT \"v=DMARC1; p=none; np=reject\"\n"
	"here.example.net. MX 1 mx.example.net.\n"
	"unsure.example.net. SERVFAIL AAAA\n"
	"_dmarc.example.com. TXT \"v=DMARC1; p=reject; pct=30\"\n"
	"_dmarc.quiet.com. TXT \"v=DMARC1; p=quarantine; pct=30\"\n"
	"_dmarc.victim.com.ck. TXT \"v=DMARC1; p=reject\"\n"
	"_dmarc.a.github.io. TXT \"v=DMARC1; p=reject\"\n"
	"_dmarc.ja.xn--55qx5d.cn. TXT \"v=DMARC1; p=reject\"\n"
	"_dmarc.example.co.uk. TXT \"v=DMARC1; p=reject\"\n";

#define P AUTH_PASS
#define F AUTH_FAIL
#define N AUTH_NONE
#define T AUTH_TEMPERROR

static const struct {
	const char *from;
	enum auth_result spf;
	const char *spf_domain;
	enum auth_result dkim;
	const char *dkim_domain;
	enum auth_result want;
	enum dmarc_policy policy, applied;
} rows[] = {
	/* alignment, RFC 7489 3.1 */
	{ "example.org", P, "example.org", N, NULL, P, 2, 0 },
	{ "example.org", P, "bounce.example.org", N, NULL, P, 2, 0 },
	{ "example.org", P, "example.com", N, NULL, F, 2, 2 },
	{ "example.org", F, "example.org", P, "example.org", P, 2, 0 },
	{ "example.org", F, "example.org", P, "mail.example.org", P, 2, 0 },
	{ "example.org", AUTH_SOFTFAIL, "example.org", N, NULL, F, 2, 2 },
	{ "example.org", AUTH_NEUTRAL, "example.org", N, NULL, F, 2, 2 },
	{ "example.org", N, NULL, AUTH_POLICY, "example.org", F, 2, 2 },
	{ "example.org", N, NULL, P, "badexample.org", F, 2, 2 },
	{ "example.org", P, "other.net", P, "another.net", F, 2, 2 },
	/* the organisational domain's record, with sp= */
	{ "news.example.org", P, "example.org", N, NULL, P, 1, 0 },
	{ "news.example.org", N, NULL, P, "other.example.org", P, 1, 0 },
	{ "news.example.org", F, "example.org", N, NULL, F, 1, 1 },
	/* "strict": the very same domain */
	{ "strict.example.org", P, "strict.example.org", N, NULL, P, 2, 0 },
	{ "strict.example.org", P, "example.org", N, NULL, F, 2, 2 },
	{ "strict.example.org", P, "b.example.org", N, NULL, F, 2, 2 },
	{ "strict.example.org", N, NULL, P, "b.strict.example.org", F, 2, 2 },
	{ "strict.example.org", N, NULL, P, "strict.example.org", P, 2, 0 },
	/* discovery, 6.6.3 */
	{ "two.example.org", P, "two.example.org", N, NULL, AUTH_PERMERROR, 0, 0 },
	{ "other.example.org", F, "x.org", N, NULL, F, 1, 1 },
	{ "broken.example.org", F, "x.org", N, NULL, AUTH_PERMERROR, 0, 0 },
	{ "nothing.example", P, "nothing.example", N, NULL, N, 0, 0 },
	{ "fails.example.org", P, "fails.example.org", N, NULL, T, 0, 0 },
	/* silence is not failure */
	{ "example.org", T, "example.org", N, NULL, T, 2, 0 },
	{ "example.org", T, "elsewhere.net", N, NULL, F, 2, 2 },
	{ "example.org", F, "example.org", T, "example.org", T, 2, 0 },
	{ "example.org", T, "example.org", P, "example.org", P, 2, 0 },
	/* np=, RFC 9091: for a domain that is not there */
	{ "gone.example.net", F, "x.org", N, NULL, F, 2, 2 },
	{ "here.example.net", F, "x.org", N, NULL, F, 0, 0 },
	{ "unsure.example.net", F, "x.org", N, NULL, F, 0, 0 },
	/* pct=30, the draw below is 50: the next milder policy */
	{ "example.com", F, "x.org", N, NULL, F, 2, 1 },
	{ "quiet.com", F, "x.org", N, NULL, F, 1, 0 },
	{ "example.com", P, "example.com", N, NULL, P, 2, 0 },
	/* public suffixes that libopendmarc does not know: strangers are not aligned */
	{ "victim.com.ck", P, "evil.com.ck", N, NULL, F, 2, 2 },
	{ "victim.com.ck", P, "mail.victim.com.ck", N, NULL, P, 2, 0 },
	{ "a.github.io", P, "b.github.io", P, "github.io", F, 2, 2 },
	{ "ja.xn--55qx5d.cn", P, "nein.xn--55qx5d.cn", N, NULL, F, 2, 2 },
	{ "www.example.co.uk", P, "other.co.uk", N, NULL, F, 2, 2 },
	{ "www.example.co.uk", P, "example.co.uk", N, NULL, P, 2, 0 },
	{ NULL, P, "example.org", N, NULL, AUTH_PERMERROR, 0, 0 },
};

#undef P
#undef F
#undef N
#undef T

static void test_rows(void)
{
	struct resolver *r = zone_of(zone_text);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *a = arena_create();
		struct auth_dkim dkim = { .result = rows[i].dkim,
					  .domain = rows[i].dkim_domain };
		struct auth_results got = { .spf = { .result = rows[i].spf,
						     .domain = rows[i].spf_domain },
					    .dkim = &dkim,
					    .n_dkim = rows[i].dkim_domain != NULL };
		struct dns_wait wait = { .deadline_us = in_ms(1000) };
		struct dmarc_check *c = dmarc_begin(r, rows[i].from);

		dmarc_finish(c, &wait, 50, a, &got);
		g_test_message("%zu: %s, spf %s, dkim %s: %s", i, rows[i].from,
			       rows[i].spf_domain, rows[i].dkim_domain,
			       auth_result_names[got.dmarc.result]);
		g_assert_cmpint(got.dmarc.result, ==, rows[i].want);
		g_assert_cmpint(got.dmarc.policy, ==, rows[i].policy);
		g_assert_cmpint(got.dmarc.applied, ==, rows[i].applied);
		g_assert_true((got.dmarc.why != NULL) ==
			      (got.dmarc.result == AUTH_TEMPERROR ||
			       got.dmarc.result == AUTH_PERMERROR));
		dmarc_destroy(&c);
		arena_destroy(&a);
	}
	resolver_close(&r);
}

static void test_details(void)
{
	struct resolver *r = zone_of(zone_text);
	struct arena *a = arena_create();
	struct dns_wait wait = { .deadline_us = in_ms(1000) };
	struct dmarc_check *c = dmarc_begin(r, "news.example.org");
	struct auth_results got = { .spf = { .result = AUTH_PASS,
					     .domain = "example.org" } };

	dmarc_finish(c, &wait, 0, a, &got);
	g_assert_cmpstr(got.dmarc.domain, ==, "news.example.org");
	g_assert_cmpstr(got.dmarc.org, ==, "example.org");
	g_assert_cmpstr(got.dmarc.record_domain, ==, "example.org");
	g_assert_cmpint(got.dmarc.aligned_spf, ==, ANSWER_YES);
	g_assert_cmpint(got.dmarc.aligned_dkim, ==, ANSWER_NO);
	dmarc_destroy(&c);
	/* results of a trusted upstream stay; the policy is added */
	c = dmarc_begin(r, "example.org");
	got = (struct auth_results){ .source = AUTH_TRUSTED, .dmarc.result = AUTH_FAIL };
	dmarc_finish(c, &wait, 0, a, &got);
	g_assert_cmpint(got.dmarc.result, ==, AUTH_FAIL);
	g_assert_cmpint(got.dmarc.applied, ==, DMARC_REJECT);
	dmarc_destroy(&c);
	arena_destroy(&a);
	resolver_close(&r);
}

static void test_late(void)
{
	struct resolver *r = zone_of("_dmarc.example.org. TIMEOUT\n");
	struct arena *a = arena_create();
	struct dns_wait wait = { .deadline_us = in_ms(10) };
	struct dmarc_check *c = dmarc_begin(r, "example.org");
	struct auth_results got = { 0 };

	dmarc_finish(c, &wait, 0, a, &got);
	g_assert_cmpint(got.dmarc.result, ==, AUTH_TEMPERROR);
	g_assert_true(wait.timed_out);
	g_assert_cmpint(wait.waited_us, >=, 9000);
	dmarc_destroy(&c);
	arena_destroy(&a);
	resolver_close(&r);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/dmarc/records", test_records);
	g_test_add_func("/auth/dmarc/rows", test_rows);
	g_test_add_func("/auth/dmarc/details", test_details);
	g_test_add_func("/auth/dmarc/late", test_late);
	return g_test_run();
}
