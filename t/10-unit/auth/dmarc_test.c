/* DMARC: discovery and alignment by the walk up the tree (with the public suffix list's hard
 * cases where there is no record), policy. */
#include "auth/dmarc.h"

#include "auth_fixture.h"

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
	"unsure.example.net. SERVFAIL A\n"
	"_dmarc.example.com. TXT \"v=DMARC1; p=reject; pct=30\"\n"
	"empty.example.net. TXT \"nothing about mail\"\n"
	"deep.below.example.net. A 192.0.2.1\n"
	"_dmarc.test.com. TXT \"v=DMARC1; p=reject; sp=quarantine; np=none; t=y\"\n"
	"sub.test.com. A 192.0.2.1\n"
	/* 10 labels: asked for are the whole name, then the last 7 and up */
	"_dmarc.a.b.c.d.e.f.g.h.long.com. TXT \"v=DMARC1; p=none\"\n"
	"_dmarc.b.c.d.e.f.g.h.long.com. TXT \"v=DMARC1; p=reject; psd=n\"\n"
	"_dmarc.e.f.g.h.long.com. TXT \"v=DMARC1; p=none; sp=quarantine; psd=n\"\n"
	"_dmarc.long.com. TXT \"v=DMARC1; p=none; sp=reject\"\n"
	/* a department that is its own organisation */
	"_dmarc.uni.com. TXT \"v=DMARC1; p=quarantine\"\n"
	"_dmarc.dep.uni.com. TXT \"v=DMARC1; p=reject; psd=n\"\n"
	"_dmarc.mid.plain.com. TXT \"v=DMARC1; p=reject\"\n"
	"_dmarc.plain.com. TXT \"v=DMARC1; p=none; sp=quarantine\"\n"
	/* suffixes that say so, and one that forgot */
	"_dmarc.bank. TXT \"v=DMARC1; p=reject; sp=quarantine; np=reject; psd=y\"\n"
	"own.bank. A 192.0.2.1\n"
	"_dmarc.with.bank. TXT \"v=DMARC1; p=none\"\n"
	"_dmarc.co.jp. TXT \"v=DMARC1; p=reject\"\n"
	"good.co.jp. A 192.0.2.1\n"
	"_dmarc.psd.com. TXT \"v=DMARC1; p=reject; psd=y\"\n"
	"_dmarc.fails.two.com. SERVFAIL\n"
	"_dmarc.two.com. TXT \"v=DMARC1; p=reject\"\n"
	"_dmarc.both.com. TXT \"v=DMARC1; p=reject\"\n"
	"_dmarc.both.com. TXT \"v=DMARC1; p=none\"\n"
	"_dmarc.quiet.co.nz. TXT \"v=DMARC1; p=reject\"\n"
	"_dmarc.co.nz. SERVFAIL\n"
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
	/* discovery, RFC 9989 4.10: several records are none, so are texts of others */
	{ "two.example.org", P, "two.example.org", N, NULL, P, 1, 0 },
	{ "two.example.org", F, "x.org", N, NULL, F, 1, 1 },
	{ "both.com", P, "both.com", N, NULL, N, 0, 0 },
	{ "other.example.org", F, "x.org", N, NULL, F, 1, 1 },
	{ "broken.example.org", F, "x.org", N, NULL, AUTH_PERMERROR, 0, 0 },
	{ "nothing.example", P, "nothing.example", N, NULL, N, 0, 0 },
	{ "fails.example.org", P, "fails.example.org", N, NULL, T, 0, 0 },
	/* one step that is not answered: what does not hang on it is decided */
	{ "a.fails.two.com", P, "two.com", N, NULL, T, 0, 0 },
	{ "a.fails.two.com", P, "elsewhere.com", N, NULL, T, 0, 0 },
	{ "two.com", P, "a.fails.two.com", N, NULL, T, 2, 0 },
	{ "two.com", P, "a.other.two.com", N, NULL, P, 2, 0 },
	{ "two.com", P, "a.fails.two.com", P, "two.com", P, 2, 0 },
	/* but a public suffix that does not answer has no record */
	{ "quiet.co.nz", P, "quiet.co.nz", N, NULL, P, 2, 0 },
	{ "quiet.co.nz", P, "m.quiet.co.nz", N, NULL, P, 2, 0 },
	{ "quiet.co.nz", P, "evil.co.nz", N, NULL, F, 2, 2 },
	/* the record nearest to the top is the organisation's */
	{ "a.mid.plain.com", F, "x.org", N, NULL, F, 1, 1 },
	{ "mid.plain.com", F, "x.org", N, NULL, F, 2, 2 },
	{ "mid.plain.com", P, "plain.com", N, NULL, P, 2, 0 },
	{ "a.mid.plain.com", P, "b.plain.com", N, NULL, P, 1, 0 },
	/* 8 questions at most: labels in the middle are left out */
	{ "a.b.c.d.e.f.g.h.long.com", F, "x.org", N, NULL, F, 0, 0 },
	{ "x.b.c.d.e.f.g.h.long.com", F, "x.org", N, NULL, F, 1, 1 },
	{ "x.b.c.d.e.f.g.h.long.com", P, "long.com", N, NULL, F, 1, 1 },
	{ "x.b.c.d.e.f.g.h.long.com", P, "e.f.g.h.long.com", N, NULL, P, 1, 0 },
	{ "x.b.c.d.e.f.g.h.long.com", P, "y.e.f.g.h.long.com", N, NULL, P, 1, 0 },
	{ "x.b.c.d.e.f.g.h.long.com", N, NULL, P, "y.c.d.e.f.g.h.long.com", P, 1, 0 },
	{ "b.c.d.e.f.g.h.long.com", P, "x.b.c.d.e.f.g.h.long.com", N, NULL, F, 2, 2 },
	{ "f.g.h.long.com", F, "x.org", N, NULL, F, 2, 2 },
	/* psd=n: an organisation of its own */
	{ "dep.uni.com", P, "uni.com", N, NULL, F, 2, 2 },
	{ "a.dep.uni.com", P, "b.dep.uni.com", N, NULL, P, 2, 0 },
	{ "uni.com", P, "dep.uni.com", N, NULL, F, 1, 1 },
	{ "uni.com", P, "a.dep.uni.com", N, NULL, F, 1, 1 },
	{ "uni.com", P, "a.uni.com", N, NULL, P, 1, 0 },
	/* psd=y: the organisation is one label below, its policy comes first */
	{ "own.bank", P, "own.bank", N, NULL, P, 1, 0 },
	{ "own.bank", P, "other.bank", N, NULL, F, 1, 1 },
	{ "own.bank", P, "bank", N, NULL, F, 1, 1 },
	{ "own.bank", P, "a.own.bank", N, NULL, P, 1, 0 },
	{ "gone.bank", F, "x.org", N, NULL, F, 2, 2 },
	{ "a.with.bank", F, "x.org", N, NULL, F, 0, 0 },
	{ "psd.com", P, "a.psd.com", N, NULL, F, 2, 2 },
	{ "psd.com", P, "psd.com", N, NULL, P, 2, 0 },
	/* strangers below a suffix are not one, even if its record does not say psd=y */
	{ "good.co.jp", P, "evil.co.jp", N, NULL, F, 2, 2 },
	{ "good.co.jp", P, "m.good.co.jp", N, NULL, P, 2, 0 },
	/* silence is not failure */
	{ "example.org", T, "example.org", N, NULL, T, 2, 0 },
	{ "example.org", T, "elsewhere.net", N, NULL, F, 2, 2 },
	{ "example.org", F, "example.org", T, "example.org", T, 2, 0 },
	{ "example.org", T, "example.org", P, "example.org", P, 2, 0 },
	/* np=: for a name that does not exist; one without mail does */
	{ "gone.example.net", F, "x.org", N, NULL, F, 2, 2 },
	{ "a.gone.example.net", F, "x.org", N, NULL, F, 2, 2 },
	{ "here.example.net", F, "x.org", N, NULL, F, 0, 0 },
	{ "empty.example.net", F, "x.org", N, NULL, F, 0, 0 },
	{ "below.example.net", F, "x.org", N, NULL, F, 0, 0 },
	{ "unsure.example.net", F, "x.org", N, NULL, F, 0, 0 },
	/* t=y: one step milder; pct= is no tag */
	{ "test.com", F, "x.org", N, NULL, F, 1, 1 },
	{ "test.com", P, "test.com", N, NULL, P, 1, 0 },
	{ "sub.test.com", F, "x.org", N, NULL, F, 0, 0 },
	{ "gone.test.com", F, "x.org", N, NULL, F, 0, 0 },
	{ "example.com", F, "x.org", N, NULL, F, 2, 2 },
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

		if (i % 2 == 0) { /* only early or late */
			dmarc_expect(c, rows[i].spf_domain);
			dmarc_expect(c, rows[i].dkim_domain);
		}
		dmarc_finish(c, &wait, a, &got);
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

	dmarc_finish(c, &wait, a, &got);
	g_assert_cmpstr(got.dmarc.domain, ==, "news.example.org");
	g_assert_cmpstr(got.dmarc.org, ==, "example.org");
	g_assert_cmpstr(got.dmarc.record_domain, ==, "example.org");
	g_assert_cmpint(got.dmarc.aligned_spf, ==, ANSWER_YES);
	g_assert_cmpint(got.dmarc.aligned_dkim, ==, ANSWER_NO);
	dmarc_destroy(&c);
	/* results of a trusted upstream stay; the policy is added */
	c = dmarc_begin(r, "example.org");
	got = (struct auth_results){ .source = AUTH_TRUSTED, .dmarc.result = AUTH_FAIL };
	dmarc_finish(c, &wait, a, &got);
	g_assert_cmpint(got.dmarc.result, ==, AUTH_FAIL);
	g_assert_cmpint(got.dmarc.applied, ==, DMARC_REJECT);
	dmarc_destroy(&c);
	arena_destroy(&a);
	resolver_close(&r);
}

/* what rules call proven: by the walk where there is a record, else by the list */
static const struct {
	const char *from, *dkim;
	bool aligned;
} proven[] = {
	{ "news.norecord.com", "norecord.com", true },
	{ "a.norecord.co.uk", "b.norecord.co.uk", true },
	{ "norecord.co.uk", "other.co.uk", false },
	{ "uni.com", "dep.uni.com", false },
	{ "a.uni.com", "b.uni.com", true },
	{ NULL, "uni.com", false },
};

static void test_proven(void)
{
	struct resolver *r = zone_of(zone_text);

	for (size_t i = 0; i < G_N_ELEMENTS(proven); i++) {
		struct arena *a = arena_create();
		struct auth_dkim dkim = { .result = AUTH_PASS, .domain = proven[i].dkim };
		struct auth_results got = { .dkim = &dkim, .n_dkim = 1 };
		struct dns_wait wait = { .deadline_us = in_ms(1000) };
		struct dmarc_check *c = dmarc_begin(r, proven[i].from);

		dmarc_finish(c, &wait, a, &got);
		g_assert_true(got.dkim[0].aligned == proven[i].aligned);
		g_assert_cmpint(got.dmarc.aligned_dkim, ==,
				proven[i].aligned ? ANSWER_YES : ANSWER_NO);
		dmarc_destroy(&c);
		arena_destroy(&a);
	}
	resolver_close(&r);
}

/* names of 127 labels cost 8 questions and what the identifiers add */
static void test_bound(void)
{
	struct resolver *r = zone_of(zone_text);
	struct arena *a = arena_create();
	struct dns_wait wait = { .deadline_us = in_ms(1000) };
	GString *name = g_string_new(NULL);
	struct auth_results got = { 0 };
	struct dmarc_check *c;

	for (int i = 0; i < 120; i++)
		g_string_append(name, "a.");
	g_string_append(name, "long.com");
	c = dmarc_begin(r, name->str);
	dmarc_finish(c, &wait, a, &got);
	g_assert_cmpint(got.dmarc.result, ==, AUTH_FAIL);
	g_assert_cmpstr(got.dmarc.record_domain, ==, "long.com");
	g_assert_cmpuint(resolver_stats(r).asked, <=, 8 + 1);
	dmarc_destroy(&c);
	g_string_free(name, TRUE);
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

	dmarc_finish(c, &wait, a, &got);
	g_assert_cmpint(got.dmarc.result, ==, AUTH_TEMPERROR);
	g_assert_true(wait.timed_out);
	g_assert_cmpint(clock_mono_us(), >=, wait.deadline_us);
	dmarc_destroy(&c);
	arena_destroy(&a);
	resolver_close(&r);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/dmarc/rows", test_rows);
	g_test_add_func("/auth/dmarc/details", test_details);
	g_test_add_func("/auth/dmarc/proven", test_proven);
	g_test_add_func("/auth/dmarc/bound", test_bound);
	g_test_add_func("/auth/dmarc/late", test_late);
	return g_test_run();
}
