/* SPF beyond the suite of RFC 7208: what hostile records can cost, and what is never asked. */
#include "auth/spf.h"

#include "auth_fixture.h"
#include "base/limits.h"

/* a resolver that makes its answers up, and counts */
struct counting {
	struct resolver base;
	unsigned asked;
	void (*answer)(struct dns_query *q);
};

static void counting_start(struct resolver *r, struct dns_query *q)
{
	struct counting *c = (struct counting *)r;

	c->asked++;
	c->answer(q);
}

static void counting_close(struct resolver *r)
{
	(void)r;
}

static const struct resolver_backend counting_backend = {
	.start = counting_start,
	.close = counting_close,
};

static void say_text(struct dns_query *q, const char *text)
{
	struct dns_rr rr = { .data = bytes_of(text) };

	dns_query_answer(q, dns_reply_make(dns_query_type(q), DNS_OK, 60, &rr, 1));
}

static void say_status(struct dns_query *q, enum dns_status status)
{
	dns_query_answer(q, dns_reply_make(dns_query_type(q), status, 60, NULL, 0));
}

static struct auth_spf check(struct resolver *r, const struct envelope *env)
{
	struct spf_check *s = spf_create(r, env);
	struct auth_spf result;

	while (!spf_step(s))
		wait_a_second(spf_missing(s));
	result = spf_result(s);
	result.domain = NULL;
	spf_destroy(&s);
	return result;
}

static struct auth_spf check_from(struct resolver *r, const char *client,
				  const char *from)
{
	return check(r, &(struct envelope){ .client_addr = client,
					    .helo = "mx.example.net",
					    .mail_from = from });
}

/* ---- what it can cost ---- */

/* each record includes ten others, without end */
static void answer_tree(struct dns_query *q)
{
	GString *record = g_string_new("v=spf1");
	const char *name = dns_query_name(q);

	for (int i = 0; i < 10; i++)
		g_string_append_printf(record, " include:%d.%s", i,
				       strlen(name) > 150 ? "x.example.org" : name);
	say_text(q, g_string_append(record, " -all")->str);
	g_string_free(record, TRUE);
}

/* RFC 7208 4.6.4: "SPF implementations MUST limit the total number of those terms to 10
 * during SPF evaluation"; libspf2 alone would ask 1,011,111 times at depth 5 */
static void test_include_tree(void)
{
	struct counting c = { .base.backend = &counting_backend, .answer = answer_tree };
	struct auth_spf got = check_from(&c.base, "192.0.2.1", "a@example.org");

	g_assert_cmpint(got.result, ==, AUTH_PERMERROR);
	g_assert_cmpstr(got.why, ==, "over 10 terms that ask DNS");
	g_assert_cmpuint(c.asked, <=, 1 + LIMIT_SPF_LOOKUPS);
	g_assert_cmpuint(got.queries, ==, c.asked);
}

/* ten "mx" terms of ten hosts each, with addresses that never match */
static void answer_mx(struct dns_query *q)
{
	struct dns_rr rrs[11] = { 0 };
	char names[11][40];

	if (dns_query_type(q) == DNS_TXT) {
		say_text(q, "v=spf1 mx:a.example.org mx:b.example.org mx:c.example.org "
			    "mx:d.example.org mx:e.example.org mx:f.example.org "
			    "mx:g.example.org mx:h.example.org mx:i.example.org "
			    "mx:j.example.org -all");
	} else if (dns_query_type(q) == DNS_MX) {
		size_t n = dns_query_name(q)[0] == 'z' ? 11 : 10;

		for (size_t i = 0; i < n; i++) {
			g_snprintf(names[i], sizeof(names[i]), "%zu.%s", i,
				   dns_query_name(q));
			rrs[i].data = bytes_of(names[i]);
		}
		dns_query_answer(q, dns_reply_make(DNS_MX, DNS_OK, 60, rrs, n));
	} else {
		rrs[0].data = (struct bytes){ .at = "\300\0\2\177", .n = 4 };
		dns_query_answer(q, dns_reply_make(DNS_A, DNS_OK, 60, rrs, 1));
	}
}

static void test_mx_flood(void)
{
	struct counting c = { .base.backend = &counting_backend, .answer = answer_mx };
	struct auth_spf got = check_from(&c.base, "192.0.2.1", "a@example.org");

	g_assert_cmpint(got.result, ==, AUTH_FAIL);
	g_assert_cmpuint(c.asked, ==, 1 + 10 + 100);
	g_assert_cmpuint(c.asked, <=, LIMIT_SPF_QUERIES);
}

static void answer_mx_many(struct dns_query *q)
{
	if (dns_query_type(q) == DNS_TXT)
		say_text(q, "v=spf1 mx:z.example.org -all");
	else
		answer_mx(q);
}

/* "if this limit is exceeded, the "mx" mechanism MUST produce a permerror result" */
static void test_mx_many(void)
{
	struct counting c = { .base.backend = &counting_backend,
			      .answer = answer_mx_many };
	struct auth_spf got = check_from(&c.base, "192.0.2.1", "a@example.org");

	g_assert_cmpint(got.result, ==, AUTH_PERMERROR);
	g_assert_cmpuint(c.asked, ==, 2);
}

static void answer_void(struct dns_query *q)
{
	if (dns_query_type(q) == DNS_TXT)
		say_text(q, "v=spf1 a:a.example.org a:b.example.org a:c.example.org "
			    "a:d.example.org a:e.example.org ?all");
	else
		say_status(q, DNS_NXDOMAIN);
}

/* "limit the number of "void lookups" to two" */
static void test_void(void)
{
	struct counting c = { .base.backend = &counting_backend, .answer = answer_void };
	struct auth_spf got = check_from(&c.base, "192.0.2.1", "a@example.org");

	g_assert_cmpint(got.result, ==, AUTH_PERMERROR);
	g_assert_cmpuint(c.asked, ==, 1 + LIMIT_SPF_VOID + 1);
}

/* ---- what is never asked, or believed ---- */

static void answer_pass(struct dns_query *q)
{
	say_text(q, "v=spf1 +all");
}

static void test_nobody_to_check(void)
{
	struct counting c = { .base.backend = &counting_backend, .answer = answer_pass };
	static const struct {
		const char *client, *helo, *from;
	} rows[] = {
		{ "127.0.0.1", "mx.example.net", "a@example.org" }, /* libspf2: pass */
		{ "::1", "mx.example.net", "a@example.org" },
		{ "::ffff:127.0.0.1", "mx.example.net", "a@example.org" },
		{ NULL, "mx.example.net", "a@example.org" },
		{ "nonsense", "mx.example.net", "a@example.org" },
		{ "192.0.2.1", "mx.example.net", "nobody" },
		{ "192.0.2.1", "mx.example.net", "a@" },
		{ "192.0.2.1", "mx.example.net", "a@b\001.example.org" },
		{ "192.0.2.1", "mx.example.net", "a@localhost" },
		{ "192.0.2.1", "[192.0.2.1]", "" },
		{ "192.0.2.1", NULL, "" },
		{ "192.0.2.1", "", "" },
		{ "192.0.2.1", "localhost", NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct auth_spf got =
			check(&c.base, &(struct envelope){ .client_addr = rows[i].client,
							   .helo = rows[i].helo,
							   .mail_from = rows[i].from });

		g_assert_cmpint(got.result, ==, AUTH_NONE);
		g_assert_cmpuint(c.asked, ==, 0);
	}
}

/* RFC 7208 2.4: "When the reverse-path is null, this document defines the "MAIL FROM"
 * identity to be the mailbox composed of the local-part "postmaster" and the "HELO"
 * identity" */
static void test_null_sender(void)
{
	struct resolver *r =
		zone_of("mx.example.net. TXT \"v=spf1 exists:%{l}.%{o}.x -all\"\n"
			"postmaster.mx.example.net.x. A 127.0.0.2\n");
	struct envelope env = { .client_addr = "192.0.2.1",
				.helo = "mx.example.net",
				.mail_from = "" };
	struct spf_check *s = spf_create(r, &env);
	struct auth_spf got;

	g_assert_true(spf_step(s));
	got = spf_result(s);
	g_assert_cmpint(got.result, ==, AUTH_PASS);
	g_assert_cmpint(got.scope, ==, SPF_HELO);
	g_assert_cmpstr(got.domain, ==, "mx.example.net");
	spf_destroy(&s);
	resolver_close(&r);
}

static void test_give_up(void)
{
	struct resolver *r =
		zone_of("example.org. TXT \"v=spf1 include:s.example.org -all\"\n"
			"s.example.org. TIMEOUT\n");
	struct envelope env = { .client_addr = "192.0.2.1",
				.mail_from = "a@example.org" };
	struct spf_check *s = spf_create(r, &env);

	g_assert_false(spf_step(s));
	g_assert_nonnull(spf_missing(s));
	spf_give_up(s);
	g_assert_true(spf_step(s));
	g_assert_cmpint(spf_result(s).result, ==, AUTH_TEMPERROR);
	spf_destroy(&s);
	resolver_close(&r);
}

/* ---- records that broke, or could break, the library ---- */

static char *long_macros(void)
{
	GString *record = g_string_new("v=spf1 a:");

	for (int i = 0; i < 127; i++)
		g_string_append(record, "%{d}");
	while (record->len < 4080)
		g_string_append_c(record, 'A');
	return g_string_free(g_string_append(record, ".example.org -all"), FALSE);
}

static void test_crafted(void)
{
	static const char *const records[] = {
		NULL, /* CVE-2023-42118: 4 KB that smash the stack of Debian's libspf2 */
		"v=spf1 "
		"a:%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}"
		"%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}"
		"%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}"
		".a "
		"-all",
		"v=spf1 exists:%{L200R.-+,/_=}.%{S}.%{P}.example.org -all",
		"v=spf1 exp=%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}.a -all",
		"v=spf1 redirect=example.org",
		"v=spf1 include:example.org -all",
		"v=spf1 ip6:::ffff:1.2.3.4/0 ip4:1.2.3.4/0 -all",
	};
	static const char *const clients[] = { "192.0.2.1", "2001:db8::1" };

	for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
		for (size_t k = 0; k < G_N_ELEMENTS(clients); k++) {
			char *record = i == 0 ? long_macros() : g_strdup(records[i]);
			char *zone = g_strdup_printf("example.org. TXT \"%s\"\n", record);
			struct resolver *r = zone_of(zone);
			struct auth_spf got = check_from(r, clients[k], "a@example.org");

			if (i == 0)
				g_assert_cmpint(got.result, ==, AUTH_PERMERROR);
			g_assert_cmpuint(got.queries, <=, LIMIT_SPF_QUERIES);
			resolver_close(&r);
			g_free(zone);
			g_free(record);
		}
	}
}

/* a TXT is bytes, not a string */
static void test_odd_bytes(void)
{
	static const char *const records[] = {
		"v=spf1 ip4:192.0.2.1\\000 -all",
		"v=spf1 +all\\000 -all",
		"v=spf1 a:ex\\228mple.org -all",
		"v=spf1\\009+all",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
		char *zone = g_strdup_printf("example.org. TXT \"%s\"\n", records[i]);
		struct resolver *r = zone_of(zone);
		struct auth_spf got = check_from(r, "192.0.2.1", "a@example.org");

		/* the last is no SPF record at all: after the version comes a blank */
		g_assert_cmpint(got.result, ==, i == 3 ? AUTH_NONE : AUTH_PERMERROR);
		resolver_close(&r);
		g_free(zone);
	}
}

static const struct {
	const char *what, *zone, *client;
	enum auth_result want;
} rows[] = {
	{ "two records", "TXT \"v=spf1 +all\"\nexample.org. TXT \"v=spf1 +all\"",
	  "192.0.2.1", AUTH_PERMERROR },
	{ "others beside it", "TXT \"v=spf10\"\nexample.org. TXT \"v=spf1 +all\"",
	  "192.0.2.1", AUTH_PASS },
	{ "any address of the a", "TXT \"v=spf1 a/0 -all\"\nexample.org. A 198.51.100.1",
	  "192.0.2.1", AUTH_PASS },
	{ "any, but there is none", "TXT \"v=spf1 a/0 -all\"", "192.0.2.1", AUTH_FAIL },
	{ "any of the other family",
	  "TXT \"v=spf1 a//0 -all\"\nexample.org. A 198.51.100.1", "192.0.2.1",
	  AUTH_FAIL },
	{ "any of the mx",
	  "TXT \"v=spf1 mx//0 -all\"\nexample.org. MX 1 mx.example.org.\n"
	  "mx.example.org. AAAA 2001:db8::9",
	  "2001:db8:1::1", AUTH_PASS },
	{ "null mx", "TXT \"v=spf1 mx -all\"\nexample.org. MX 0 .", "192.0.2.1",
	  AUTH_FAIL },
	{ "v4-mapped client", "TXT \"v=spf1 ip4:192.0.2.1 -all\"", "::ffff:192.0.2.1",
	  AUTH_PASS },
	{ "include loop", "TXT \"v=spf1 include:example.org -all\"", "192.0.2.1",
	  AUTH_PERMERROR },
	{ "redirect loop", "TXT \"v=spf1 redirect=example.org\"", "192.0.2.1",
	  AUTH_PERMERROR },
	/* RFC 7208 5.5: "If a DNS error occurs while doing the PTR RR lookup, then this
	 * mechanism fails to match." */
	{ "ptr fails",
	  "TXT \"v=spf1 ptr ip4:192.0.2.1 -all\"\n1.2.0.192.in-addr.arpa. SERVFAIL",
	  "192.0.2.1", AUTH_PASS },
	/* "If a DNS error occurs while doing an A RR lookup, then that domain name is
	 * skipped and the search continues." */
	{ "a name of the ptr fails",
	  "TXT \"v=spf1 ptr -all\"\n1.2.0.192.in-addr.arpa. PTR bad.example.org.\n"
	  "1.2.0.192.in-addr.arpa. PTR good.example.org.\nbad.example.org. SERVFAIL\n"
	  "good.example.org. A 192.0.2.1",
	  "192.0.2.1", AUTH_PASS },
	/* macros with digits, in every mechanism and in redirect */
	{ "exists:%{d2}",
	  "TXT \"v=spf1 exists:%{i}._s.%{d2} -all\"\n192.0.2.1._s.example.org. A "
	  "127.0.0.2",
	  "192.0.2.1", AUTH_PASS },
	{ "include:%{d2}, and the domain of the included record",
	  "TXT \"v=spf1 include:%{d2}.v.example -all\"\n"
	  "example.org.v.example. TXT \"v=spf1 include:%{d3r}.v.example\"\n"
	  "v.org.example.v.example. TXT \"v=spf1 +all\"",
	  "192.0.2.1", AUTH_PASS },
	{ "redirect=%{o1}",
	  "TXT \"v=spf1 redirect=%{o1}.%{l1r-}.example\"\n"
	  "org.a.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"",
	  "192.0.2.1", AUTH_PASS },
	{ "a:%{h3}", "TXT \"v=spf1 a:%{h3}/31 -all\"\nmx.example.net. A 192.0.2.0",
	  "192.0.2.1", AUTH_PASS },
	{ "mx:%{d2}",
	  "TXT \"v=spf1 mx:%{d2} -all\"\nexample.org. MX 1 m.example.org.\n"
	  "m.example.org. A 192.0.2.1",
	  "192.0.2.1", AUTH_PASS },
	{ "ptr:%{d2}",
	  "TXT \"v=spf1 ptr:%{d2} -all\"\n1.2.0.192.in-addr.arpa. PTR M.example.org.\n"
	  "m.example.org. A 192.0.2.1",
	  "192.0.2.1", AUTH_PASS },
	{ "exists:%{p2}",
	  "TXT \"v=spf1 exists:%{p2}.x.example -all\"\n"
	  "1.2.0.192.in-addr.arpa. PTR forged.example.com.\n"
	  "1.2.0.192.in-addr.arpa. PTR out.example.net.\n"
	  "out.example.net. A 192.0.2.1\nexample.net.x.example. A 127.0.0.2",
	  "192.0.2.1", AUTH_PASS },
	/* 4.6.4 counts terms: that hosts of an mx have no AAAA makes none of them void */
	{ "mx of IPv4",
	  "TXT \"v=spf1 mx include:p.example.org -all\"\n"
	  "example.org. MX 1 m1.example.org.\nm1.example.org. A 192.0.2.1\n"
	  "example.org. MX 2 m2.example.org.\nm2.example.org. A 192.0.2.2\n"
	  "example.org. MX 3 m3.example.org.\nm3.example.org. A 192.0.2.3\n"
	  "example.org. MX 4 m4.example.org.\nm4.example.org. A 192.0.2.4\n"
	  "p.example.org. TXT \"v=spf1 ip6:2001:db8::/32 -all\"",
	  "2001:db8::5", AUTH_PASS },
	{ "two void terms",
	  "TXT \"v=spf1 mx:no.example.org exists:no.example.org ip4:192.0.2.1\"",
	  "192.0.2.1", AUTH_PASS },
	{ "three void terms",
	  "TXT \"v=spf1 mx:no.example.org exists:no.example.org ptr ip4:192.0.2.1\"",
	  "192.0.2.1", AUTH_PERMERROR },
	/* a host that fails behind one that matches was never needed */
	{ "mx with a dead host",
	  "TXT \"v=spf1 mx -all\"\nexample.org. MX 1 m1.example.org.\n"
	  "m1.example.org. A 192.0.2.1\nexample.org. MX 2 m2.example.org.\n"
	  "m2.example.org. SERVFAIL",
	  "192.0.2.1", AUTH_PASS },
	{ "mx with a dead host before",
	  "TXT \"v=spf1 mx -all\"\nexample.org. MX 1 m1.example.org.\n"
	  "m1.example.org. SERVFAIL\nexample.org. MX 2 m2.example.org.\n"
	  "m2.example.org. A 192.0.2.1",
	  "192.0.2.1", AUTH_TEMPERROR },
	{ "DNS fails", "SERVFAIL", "192.0.2.1", AUTH_TEMPERROR },
	{ "DNS fails below",
	  "TXT \"v=spf1 a:b.example.org +all\"\nb.example.org. SERVFAIL", "192.0.2.1",
	  AUTH_TEMPERROR },
};

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *zone = g_strdup_printf("example.org. %s\n", rows[i].zone);
		struct resolver *r = zone_of(zone);
		struct auth_spf got = check_from(r, rows[i].client, "a@example.org");

		if (got.result != rows[i].want)
			g_test_message("%s: %s (%s)", rows[i].what,
				       auth_result_names[got.result], got.why);
		g_assert_cmpint(got.result, ==, rows[i].want);
		resolver_close(&r);
		g_free(zone);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	spf_library_quiet();
	g_test_add_func("/auth/spf/include_tree", test_include_tree);
	g_test_add_func("/auth/spf/mx_flood", test_mx_flood);
	g_test_add_func("/auth/spf/mx_many", test_mx_many);
	g_test_add_func("/auth/spf/void", test_void);
	g_test_add_func("/auth/spf/nobody_to_check", test_nobody_to_check);
	g_test_add_func("/auth/spf/null_sender", test_null_sender);
	g_test_add_func("/auth/spf/give_up", test_give_up);
	g_test_add_func("/auth/spf/crafted", test_crafted);
	g_test_add_func("/auth/spf/odd_bytes", test_odd_bytes);
	g_test_add_func("/auth/spf/rows", test_rows);
	return g_test_run();
}
