/* DKIM verification with signatures made here: every algorithm and canonicalisation, what
 * changes on the way break, and what a signature that verifies is still not worth. */
#include "auth/dkim_check.h"

#include "auth_fixture.h"
#include "base/limits.h"
#include "sign_fixture.h"

static const char header[] = "From: Anna <anna@news.example.org>\r\n"
			     "To: ben@example.com\r\n"
			     "Subject: A  folded\r\n\tsubject \r\n"
			     "List-Unsubscribe: <https://example.org/u>\r\n"
			     "Date: Mon, 1 Jan 2024 00:00:00 +0000\r\n";
static const char body[] = "Dear  Ben, \r\n\r\n  this\tis it.\t \r\n.\r\n\r\n\r\n";

#define NOW_S 1704067200

static struct signer rsa, weak, ed;

static struct resolver *keys_zone(const char *more)
{
	char *zone =
		g_strdup_printf("$ORIGIN example.org.\n"
				"rsa._domainkey TXT \"v=DKIM1; k=rsa; p=\" \"%s\"\n"
				"bare._domainkey TXT \"p=%s\"\n"
				"weak._domainkey TXT \"v=DKIM1; p=%s\"\n"
				"ed._domainkey TXT \"v=DKIM1; k=ed25519; p=%s\"\n"
				"test._domainkey TXT \"v=DKIM1; t=y:s; p=%s\"\n"
				"sha1._domainkey TXT \"v=DKIM1; h=sha1; p=%s\"\n"
				"two._domainkey TXT \"some other text\"\n"
				"two._domainkey TXT \"v=DKIM1; p=%s\"\n"
				"revoked._domainkey TXT \"v=DKIM1; p=\"\n"
				"wrong._domainkey TXT \"v=DKIM1; k=ed25519; p=%s\"\n"
				"broken._domainkey TXT \"v=DKIM1; p=AAAA\"\n"
				"slow._domainkey TIMEOUT\n"
				"fails._domainkey SERVFAIL\n%s",
				rsa.record, rsa.record, weak.record, ed.record,
				rsa.record, rsa.record, rsa.record, rsa.record, more);
	struct resolver *r = zone_of(zone);

	g_free(zone);
	return r;
}

static struct signing usual(void)
{
	return (struct signing){ .signer = &rsa,
				 .algorithm = "rsa-sha256",
				 .canon = "relaxed/relaxed",
				 .names = "From:To:Subject:Date",
				 .domain = "example.org",
				 .selector = "rsa",
				 .more = "",
				 .length = -1 };
}

static unsigned truncated;    /* the message was */
static int64_t now_s = NOW_S; /* when it came */

/* check a message: *r_r lives in the arena that comes back */
static struct arena *check(const char *text, struct auth_results *r_r)
{
	struct arena *a = arena_create();
	struct resolver *r = keys_zone("");
	struct dkim_tools tools = { .library = dkim_library_open(),
				    .keys = keys_create(10),
				    .resolver = r };
	size_t n = strlen(text);
	char *exact = g_memdup2(text, n);
	struct message m = message_of(a, (struct bytes){ exact, n });
	struct dns_wait wait = { .deadline_us = in_ms(20) };
	struct dkim_end end = {
		.message = &m, .received_s = now_s, .wait = &wait, .arena = a
	};
	struct dkim_check *c =
		dkim_check_begin(&tools, m.headers, m.n_headers, "example.org");

	m.truncated = truncated;
	*r_r = (struct auth_results){ 0 };
	if (c != NULL)
		dkim_check_finish(c, &end, r_r);
	r_r->timed_out = wait.timed_out;
	dkim_check_destroy(&c);
	keys_destroy(&tools.keys);
	dkim_library_close(&tools.library);
	resolver_close(&r);
	g_free(exact);
	return a;
}

static void expect(const char *text, enum auth_result want, const char *why)
{
	struct auth_results r;
	struct arena *a = check(text, &r);

	g_assert_cmpuint(r.n_dkim, ==, 1);
	if (r.dkim[0].result != want)
		g_test_message("%s (%s)", auth_result_names[r.dkim[0].result],
			       r.dkim[0].why);
	g_assert_cmpint(r.dkim[0].result, ==, want);
	g_assert_cmpstr(r.dkim[0].why, ==, why);
	arena_destroy(&a);
}

static void expect_signed(const struct signing *how, enum auth_result want,
			  const char *why)
{
	char *text = signed_message(how, header, body);

	expect(text, want, why);
	g_free(text);
}

/* all line ends as LF, as in a saved file */
static char *with_lf(const char *text)
{
	char **line = g_strsplit(text, "\r\n", -1);
	char *out = g_strjoinv("\n", line);

	g_strfreev(line);
	return out;
}

static void test_canonical(void)
{
	static const char *const canons[] = { "simple/simple",  "simple/relaxed",
					      "relaxed/simple", "relaxed/relaxed",
					      "relaxed",        "simple" };
	static const char *const bodies[] = {
		body,        "",      "\r\n",           "\r\n\r\n",    "x",
		"x\r\n\r\n", " \r\n", "no end of line", "a\r\n \t\r\n"
	};
	const struct signer *signers[] = { &rsa, &ed };

	for (size_t i = 0; i < G_N_ELEMENTS(canons); i++) {
		for (size_t k = 0; k < G_N_ELEMENTS(bodies); k++) {
			struct signing how = usual();
			char *crlf, *lf;

			how.canon = canons[i];
			how.signer = signers[k % 2];
			how.algorithm = k % 2 ? "ed25519-sha256" : "rsa-sha256";
			how.selector = k % 2 ? "ed" : "rsa";
			g_test_message("%s, body %zu", canons[i], k);
			crlf = signed_message(&how, header, bodies[k]);
			expect(crlf, AUTH_PASS, NULL);
			lf = with_lf(crlf);
			expect(lf, AUTH_PASS, NULL);
			g_free(crlf);
			g_free(lf);
		}
	}
}

static char *replaced(const char *text, const char *old, const char *new)
{
	char **part = g_strsplit(text, old, 2);
	char *out = g_strconcat(part[0], new, part[1], NULL);

	g_assert_nonnull(part[1]);
	g_strfreev(part);
	return out;
}

static void test_tampered(void)
{
	static const struct {
		const char *old, *new, *why;
	} rows[] = {
		{ "Dear", "Poor", "the body was changed" },
		{ "\r\n\r\nDear", "\r\n\r\nx\r\nDear", "the body was changed" },
		{ "folded", "bolded",
		  "the header was changed, or it was signed with another key" },
		{ "anna@news", "mary@news",
		  "the header was changed, or it was signed with another key" },
		{ "To: ben", "X: ben",
		  "the header was changed, or it was signed with another key" },
		{ "d=example.org", "d=example.com", NULL },
		{ "s=rsa", "s=two",
		  "the header was changed, or it was signed with another key" },
	};
	struct signing how = usual();
	char *text = signed_message(&how, header, body);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *other = replaced(text, rows[i].old, rows[i].new);

		if (rows[i].why == NULL)
			expect(other, AUTH_PERMERROR, "there is no key");
		else
			expect(other, AUTH_FAIL, rows[i].why);
		g_free(other);
	}
	g_free(text);
}

static void test_keys(void)
{
	static const struct {
		const char *selector;
		enum auth_result want;
		const char *why;
	} rows[] = {
		{ "bare", AUTH_PASS, NULL },
		{ "test", AUTH_PASS, NULL },
		{ "two", AUTH_PASS, NULL },
		{ "none", AUTH_PERMERROR, "there is no key" },
		{ "revoked", AUTH_PERMERROR, "the key was revoked" },
		{ "broken", AUTH_PERMERROR, "the key cannot be read" },
		{ "wrong", AUTH_PERMERROR,
		  "the key is of another type than the signature" },
		{ "sha1", AUTH_PERMERROR, "the key is not for this hash" },
		{ "fails", AUTH_TEMPERROR, "DNS did not answer" },
		{ "slow", AUTH_TEMPERROR, "DNS did not answer" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct signing how = usual();

		how.selector = rows[i].selector;
		expect_signed(&how, rows[i].want, rows[i].why);
	}
}

/* RFC 8301 3.1: "rsa-sha1 MUST NOT be used for signing or verifying";
 * 3.2: "Verifiers MUST NOT consider signatures using RSA keys of less than 1024 bits as
 * valid signatures" */
static void test_worth(void)
{
	struct signing how = usual();

	how.algorithm = "rsa-sha1";
	expect_signed(&how, AUTH_POLICY, "rsa-sha1 is no longer safe (RFC 8301)");
	how = usual();
	how.signer = &weak;
	how.selector = "weak";
	expect_signed(&how, AUTH_POLICY, "the key has less than 1024 bits");
	how = usual();
	how.more = " x=1704067199;";
	expect_signed(&how, AUTH_POLICY, "it had expired when the message came");
	how.more = " t=1704067100; x=1704067200;";
	expect_signed(&how, AUTH_PASS, NULL);
	how.more = " t=1704070801;";
	expect_signed(&how, AUTH_POLICY, "it was made after the message came");
	how.more = " t=1704070800;";
	expect_signed(&how, AUTH_PASS, NULL);
}

/* a message that came at a time nobody knows (a file) is not judged by it */
static void test_no_time(void)
{
	struct signing how = usual();

	now_s = 0;
	how.more = " t=1704067100; x=1704067200;";
	expect_signed(&how, AUTH_PASS, NULL);
	now_s = NOW_S;
}

/* what was not read whole is neither good nor bad */
static void test_cut(void)
{
	struct signing how = usual();

	truncated = TRUNCATED_SIZE;
	expect_signed(&how, AUTH_TEMPERROR, "the message is too large to be read whole");
	truncated = TRUNCATED_HEADERS;
	expect_signed(&how, AUTH_TEMPERROR, "the message is too large to be read whole");
	truncated = TRUNCATED_LINKS;
	expect_signed(&how, AUTH_PASS, NULL);
	truncated = 0;
}

static void test_length(void)
{
	struct signing how = usual();
	char *canonical = canon_body(body, true), *text;
	gssize whole = (gssize)strlen(canonical);
	struct auth_results r;
	struct arena *a;

	how.length = whole;
	expect_signed(&how, AUTH_PASS, NULL);
	how.length = whole - 3;
	expect_signed(&how, AUTH_POLICY, "a part of the body is not signed (l=)");
	how.length = 0;
	expect_signed(&how, AUTH_POLICY, "a part of the body is not signed (l=)");
	/* what is added behind a body that was signed with its length */
	how.length = whole;
	text = signed_message(&how, header, body);
	canonical = (g_free(canonical), g_strconcat(text, "Buy!\r\n", NULL));
	a = check(canonical, &r);
	g_assert_cmpint(r.dkim[0].result, ==, AUTH_POLICY);
	g_assert_true(r.dkim[0].body_partly_signed);
	arena_destroy(&a);
	g_free(text);
	/* RFC 6376 3.5: l= larger than the body is a failure */
	text = replaced(canonical, "Buy!\r\n", "");
	g_free(canonical);
	canonical = replaced(text, "this", "t");
	expect(canonical, AUTH_PERMERROR, "l= is longer than the body");
	g_free(canonical);
	g_free(text);
}

static void test_testing(void)
{
	struct signing how = usual();
	struct auth_results r;
	char *text, *other;
	struct arena *a;

	how.selector = "test";
	text = signed_message(&how, header, body);
	a = check(text, &r);
	g_assert_true(r.dkim[0].testing);
	arena_destroy(&a);
	/* RFC 6376 3.6.1: "Verifiers MUST NOT treat messages from Signers in testing mode
	 * differently from unsigned email" */
	other = replaced(text, "Dear", "Poor");
	expect(other, AUTH_NEUTRAL, "the body was changed");
	g_free(other);
	g_free(text);
	/* t=s: "any DKIM-Signature header fields using the "i=" tag MUST have the same
	 * domain value on the right-hand side of the "@"" */
	how.more = " i=a@sub.example.org;";
	expect_signed(&how, AUTH_PERMERROR, "the key is not for subdomains");
	how.more = " i=a@example.org;";
	expect_signed(&how, AUTH_PASS, NULL);
	how.selector = "rsa";
	how.more = " i=a@sub.example.org;";
	expect_signed(&how, AUTH_PASS, NULL);
}

static void test_details(void)
{
	struct signing how = usual();
	struct auth_results r;
	const struct auth_dkim *s;
	struct arena *a;
	char *text;

	how.names = "from : From:subject: Nowhere";
	how.more = " i=a=2Bb@news.example.org; t=1704067000; x=1804067000;";
	how.domain = "Example.ORG";
	text = signed_message(&how, header, body);
	a = check(text, &r);
	s = &r.dkim[0];
	g_assert_cmpint(s->result, ==, AUTH_PASS);
	g_assert_cmpstr(s->domain, ==, "example.org");
	g_assert_cmpstr(s->selector, ==, "rsa");
	g_assert_cmpstr(s->auid, ==, "a+b@news.example.org");
	g_assert_cmpstr(s->algorithm, ==, "rsa-sha256");
	g_assert_cmpuint(s->key_bits, ==, 2048);
	g_assert_cmpint(s->signed_s, ==, 1704067000);
	g_assert_cmpint(s->expires_s, ==, 1804067000);
	g_assert_true(s->aligned);
	g_assert_cmpuint(strlen(s->header_b), ==, 8);
	g_assert_nonnull(strstr(text, s->header_b));
	g_assert_cmpuint(s->n_headers, ==, 4);
	g_assert_cmpstr(s->headers[3], ==, "Nowhere");
	g_assert_cmpuint(s->n_covered, ==, 2);
	g_assert_cmpstr(s->covered[0], ==, "from");
	g_assert_cmpstr(s->covered[1], ==, "subject");
	arena_destroy(&a);
	g_free(text);
}

/* RFC 6376 8.15: a field added on top of a signed one is not signed */
static void test_covered(void)
{
	struct signing how = usual();
	struct auth_results r;
	struct arena *a;
	static const char *const shown[] = { "Subject: Another\r\n",
					     "from : ceo@bank.example\r\n",
					     "Cc: not@signed.example\r\n" };
	char *text, *other;

	how.names = "From:List-Unsubscribe:Subject";
	text = signed_message(&how, header, body);
	a = check(text, &r);
	g_assert_cmpint(auth_dkim_covers(&r, "LIST-unsubscribe"), ==, ANSWER_YES);
	g_assert_cmpint(auth_dkim_covers(&r, "To"), ==, ANSWER_NO);
	g_assert_cmpint(auth_dkim_covers(&r, "List-Unsubscribe-Post"), ==, ANSWER_NO);
	arena_destroy(&a);
	other = g_strconcat("List-Unsubscribe: <https://evil.example/>\r\n", text, NULL);
	a = check(other, &r);
	g_assert_cmpint(r.dkim[0].result, ==, AUTH_PASS);
	g_assert_cmpint(auth_dkim_covers(&r, "List-Unsubscribe"), ==, ANSWER_NO);
	g_assert_cmpint(auth_dkim_covers(&r, "Subject"), ==, ANSWER_YES);
	arena_destroy(&a);
	g_free(other);
	/* a second one of what readers are shown: which one is read as signed? */
	for (size_t i = 0; i < G_N_ELEMENTS(shown); i++) {
		other = g_strconcat(shown[i], text, NULL);
		a = check(other, &r);
		g_assert_cmpint(r.dkim[0].result, ==, i < 2 ? AUTH_POLICY : AUTH_PASS);
		arena_destroy(&a);
		g_free(other);
	}
	g_free(text);
	how.selector = "fails";
	text = signed_message(&how, header, body);
	a = check(text, &r);
	g_assert_cmpint(auth_dkim_covers(&r, "Subject"), ==, ANSWER_UNKNOWN);
	arena_destroy(&a);
	g_free(text);
}

/* a flood of signatures: few are looked at, and those of From's domain first */
static void test_flood(void)
{
	struct signing how = usual();
	char *good = signed_message(&how, header, body);
	GString *text = g_string_new(NULL);
	struct auth_results r;
	size_t passes = 0;
	struct arena *a;

	for (int i = 0; i < 15; i++)
		g_string_append_printf(
			text,
			"DKIM-Signature: v=1; a=rsa-sha256; d=n%d.example.net; s=x;"
			" h=From; bh=AAAA; b=AAAA\r\n"
			"DKIM-Signature: nonsense\r\n",
			i);
	g_string_append(text, good);
	a = check(text->str, &r);
	/* it stands below LIMIT_DKIM_FIELDS others */
	g_assert_cmpuint(r.n_dkim, ==, LIMIT_DKIM_SIGNATURES);
	g_assert_true(r.dkim_truncated);
	arena_destroy(&a);
	g_string_truncate(text, 0);
	for (int i = 0; i < 6; i++)
		g_string_append_printf(
			text,
			"DKIM-Signature: v=1; a=rsa-sha256; d=n%d.example.net; s=x;"
			" h=From; bh=AAAA; b=AAAA\r\n",
			i);
	g_string_append(text, good);
	a = check(text->str, &r);
	g_assert_cmpuint(r.n_dkim, ==, LIMIT_DKIM_SIGNATURES);
	for (size_t i = 0; i < r.n_dkim; i++)
		passes += r.dkim[i].result == AUTH_PASS;
	g_assert_cmpuint(passes, ==, 1);
	g_assert_true(r.dkim_truncated);
	arena_destroy(&a);
	g_string_free(text, TRUE);
	g_free(good);
}

/* several signatures, good and bad between each other: each gets its own hashes */
static void test_several(void)
{
	struct signing how = usual();
	char *first = signed_message(&how, header, body), *end, *second, *text;
	struct auth_results r;
	struct arena *a;

	how.canon = "simple/simple";
	how.signer = &ed;
	how.algorithm = "ed25519-sha256";
	how.selector = "ed";
	second = signed_message(&how, header, body);
	end = strstr(second, "\r\nFrom:") + 2;
	text = g_strdup_printf(
		"DKIM-Signature: broken\r\n%.*s"
		"DKIM-Signature : v=1; a=rsa-sha256; d=example.org; s=rsa; h=From;"
		" bh=AAAA; b=AAAA\r\n%s",
		(int)(end - second), second, first);
	a = check(text, &r);
	g_assert_cmpuint(r.n_dkim, ==, 4);
	g_assert_cmpint(r.dkim[0].result, ==, AUTH_NEUTRAL);
	g_assert_cmpint(r.dkim[1].result, ==, AUTH_PASS);
	g_assert_cmpstr(r.dkim[1].algorithm, ==, "ed25519-sha256");
	g_assert_cmpint(r.dkim[3].result, ==, AUTH_PASS);
	g_assert_cmpstr(r.dkim[3].algorithm, ==, "rsa-sha256");
	g_assert_cmpint(r.dkim[2].result, !=, AUTH_PASS);
	arena_destroy(&a);
	g_free(text);
	g_free(first);
	g_free(second);
}

static void test_large_body(void)
{
	GString *large = g_string_new(NULL);
	struct signing how = usual();
	char *text, *lf;

	for (int i = 0; i < 20000; i++)
		g_string_append_printf(large, "line  number %d of  it \t\r\n", i);
	text = signed_message(&how, header, large->str);
	expect(text, AUTH_PASS, NULL);
	lf = with_lf(text);
	expect(lf, AUTH_PASS, NULL);
	g_free(lf);
	g_free(text);
	g_string_free(large, TRUE);
}

static void test_odd_messages(void)
{
	struct signing how = usual();
	char *text = signed_message(&how, header, body), *other;
	struct auth_results r;
	struct arena *a;

	/* an odd line that nobody signed does not matter */
	other = g_strconcat("X Y: z\r\nX;Y: z\r\n: z\r\nno colon\r\n", text, NULL);
	expect(other, AUTH_PASS, NULL);
	g_free(other);
	/* From that libopendkim cannot read */
	g_free(text);
	how.names = "From";
	text = signed_message(&how, "From: undisclosed:;\r\n", body);
	expect(text, AUTH_PASS, NULL);
	g_free(text);
	text = signed_message(&how, "To: a@example.org\r\n", body);
	a = check(text, &r);
	g_assert_cmpuint(r.n_dkim, ==, 1);
	arena_destroy(&a);
	g_free(text);
	a = check("From: a@example.org\r\n\r\nunsigned\r\n", &r);
	g_assert_cmpuint(r.n_dkim, ==, 0);
	arena_destroy(&a);
}

/* signatures that libopendkim cannot set up, in ways that make it abort if it is asked on */
static void test_unready(void)
{
	static const char *const tags[] = { "b=+AAAA",          "b=A",
					    "b=====",           "b=AAAA; l=99999999999",
					    "b=AAAA; t=1",      "b=AAAA; t=1; x=2",
					    "b=AAAA; c=simple", "b=!",
					    "b=A\001" };

	for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
		char *text = g_strdup_printf(
			"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=rsa; h=From;"
			" bh=AAAA; %s\r\nFrom: a@example.org\r\n\r\nx\r\n",
			tags[i]);
		struct auth_results r;
		struct arena *a = check(text, &r);

		g_assert_cmpuint(r.n_dkim, ==, 1);
		g_assert_cmpint(r.dkim[0].result, !=, AUTH_PASS);
		arena_destroy(&a);
		g_free(text);
	}
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	rsa = signer_rsa(2048);
	weak = signer_rsa(768);
	ed = signer_ed25519();
	g_test_add_func("/auth/dkim/canonical", test_canonical);
	g_test_add_func("/auth/dkim/tampered", test_tampered);
	g_test_add_func("/auth/dkim/keys", test_keys);
	g_test_add_func("/auth/dkim/worth", test_worth);
	g_test_add_func("/auth/dkim/no_time", test_no_time);
	g_test_add_func("/auth/dkim/cut", test_cut);
	g_test_add_func("/auth/dkim/length", test_length);
	g_test_add_func("/auth/dkim/testing", test_testing);
	g_test_add_func("/auth/dkim/details", test_details);
	g_test_add_func("/auth/dkim/covered", test_covered);
	g_test_add_func("/auth/dkim/flood", test_flood);
	g_test_add_func("/auth/dkim/several", test_several);
	g_test_add_func("/auth/dkim/large_body", test_large_body);
	g_test_add_func("/auth/dkim/odd_messages", test_odd_messages);
	g_test_add_func("/auth/dkim/unready", test_unready);
	status = g_test_run();
	signer_free(&rsa);
	signer_free(&weak);
	signer_free(&ed);
	return status;
}
