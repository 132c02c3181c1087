/* Chains made here, by signers of our own: what verifies, what breaks them, and whom they help. */
#include "auth/arc.h"

#include "auth_fixture.h"
#include "base/limits.h"
#include "sign_fixture.h"

#define FIELDS                              \
	"From: Anna <anna@example.org>\r\n" \
	"To: list@lists.example.net\r\n"    \
	"Subject: A  folded\r\n\tsubject \r\n"
#define BODY "Dear  all,\r\n\r\n this is it. \r\n\r\n"

static struct signer rsa, weak, ed;

static struct resolver *keys_zone(void)
{
	char *zone = g_strdup_printf(
		"s._domainkey.lists.example.net TXT \"v=DKIM1; p=%s\"\n"
		"s._domainkey.alumni.example.com TXT \"v=DKIM1; p=%s\"\n"
		"s._domainkey.evil.example TXT \"v=DKIM1; p=%s\"\n"
		"weak._domainkey.lists.example.net TXT \"p=%s\"\n"
		"ed._domainkey.lists.example.net TXT \"k=ed25519; p=%s\"\n"
		"slow._domainkey.lists.example.net TIMEOUT\n",
		rsa.record, rsa.record, rsa.record, weak.record, ed.record);
	struct resolver *r = zone_of(zone);

	g_free(zone);
	return r;
}

/* ---- a host that seals ---- */

struct host {
	const char *domain, *selector, *algorithm;
	const struct signer *signer;
	const char *seen; /* behind "i=N; " */
	const char *cv;
	const char *more; /* further tags of its signature, or "" */
};

static struct host usual(const char *domain, const char *seen)
{
	return (struct host){ .domain = domain,
			      .selector = "s",
			      .algorithm = "rsa-sha256",
			      .signer = &rsa,
			      .seen = seen,
			      .more = "" };
}

/* the newest set stands on top, as hosts add them */
struct chain {
	GPtrArray *sets; /* "AAR\r\nAMS\r\nAS\r\n" each, the oldest first */
	char *canonical; /* of all of them */
};

static void add_canonical(GString *out, const char *field)
{
	canon_field(out, field, true);
	g_string_append(out, "\r\n");
}

/* body and header as they are when it comes to this host */
static void seal(struct chain *c, const struct host *h, const char *header,
		 const char *body)
{
	int i = (int)c->sets->len + 1;
	const char *cv = h->cv != NULL ? h->cv : i == 1 ? "none" : "pass";
	char *canonical = canon_body(body, true), *b;
	char *bh = digest64(EVP_sha256(), canonical, strlen(canonical));
	char *seen = g_strdup_printf("ARC-Authentication-Results: i=%d; %s", i, h->seen);
	char *ams =
		g_strdup_printf("ARC-Message-Signature: i=%d; a=%s; c=relaxed/relaxed;"
				"\r\n\td=%s; s=%s;%s h=From:To:Subject; bh=%s; b=",
				i, h->algorithm, h->domain, h->selector, h->more, bh);
	char *as = g_strdup_printf("ARC-Seal: i=%d; a=%s; cv=%s; d=%s; s=%s; b=", i,
				   h->algorithm, cv, h->domain, h->selector);
	GPtrArray *fields = split_fields(header);
	GString *hashed = g_string_new(NULL), *all = g_string_new(c->canonical);
	char *whole;

	canon_named(hashed, fields, "From:To:Subject", true);
	canon_field(hashed, ams, true);
	b = sign64(h->signer, EVP_sha256(), hashed->str, hashed->len);
	whole = g_strconcat(ams, b, NULL);
	g_free(b);
	add_canonical(all, seen);
	add_canonical(all, whole);
	g_string_assign(hashed, all->str);
	canon_field(hashed, as, true);
	b = sign64(h->signer, EVP_sha256(), hashed->str, hashed->len);
	g_ptr_array_add(c->sets,
			g_strdup_printf("%s\r\n%s\r\n%s%s\r\n", seen, whole, as, b));
	whole = (g_free(whole), g_strconcat(as, b, NULL));
	add_canonical(all, whole);
	g_free(c->canonical);
	c->canonical = g_string_free(all, FALSE);
	g_ptr_array_free(fields, TRUE);
	g_string_free(hashed, TRUE);
	g_free(whole);
	g_free(b);
	g_free(seen);
	g_free(ams);
	g_free(as);
	g_free(canonical);
	g_free(bh);
}

static struct chain chain_new(void)
{
	return (struct chain){ g_ptr_array_new_with_free_func(g_free), g_strdup("") };
}

static char *chain_end(struct chain *c, const char *header, const char *body)
{
	GString *all = g_string_new(NULL);

	for (guint i = c->sets->len; i > 0; i--)
		g_string_append(all, c->sets->pdata[i - 1]);
	g_string_append_printf(all, "%s\r\n%s", header, body);
	g_ptr_array_free(c->sets, TRUE);
	g_free(c->canonical);
	return g_string_free(all, FALSE);
}

/* one host only; the caller frees the message */
static char *sealed_once(const struct host *h)
{
	struct chain c = chain_new();

	seal(&c, h, FIELDS, BODY);
	return chain_end(&c, FIELDS, BODY);
}

/* ---- checking ---- */

static const char *const believed[] = { "lists.example.net", "example.com" };

/* the texts in it live in the arena that comes back */
static struct arena *check(const char *text, struct auth_arc *arc_r)
{
	struct arena *a = arena_create();
	struct resolver *r = keys_zone();
	const struct dkim_tools tools = { .keys = keys_create(10), .resolver = r };
	const struct strings trusted = { believed, G_N_ELEMENTS(believed) };
	size_t n = strlen(text);
	char *exact = g_memdup2(text, n);
	struct message m = message_of(a, (struct bytes){ exact, n });
	struct dns_wait wait = { .deadline_us = in_ms(50) };
	const struct dkim_end end = { .message = &m, .wait = &wait, .arena = a };
	struct arc_check *c = arc_begin(&tools, m.headers, m.n_headers);
	struct auth_results results = { 0 };
	struct keys *keys = tools.keys;

	if (c != NULL)
		arc_finish(c, &end, &trusted, "example.org", &results);
	arc_destroy(&c);
	keys_destroy(&keys);
	resolver_close(&r);
	g_free(exact);
	*arc_r = results.arc;
	return a;
}

static void expect(char *text, enum auth_result result, bool trusted, bool saw)
{
	struct auth_arc arc;
	struct arena *a = check(text, &arc);

	g_test_message("%s: %s", auth_result_names[arc.result],
		       arc.why == NULL ? "-" : arc.why);
	g_assert_cmpint(arc.result, ==, result);
	g_assert_true(arc.trusted == trusted);
	g_assert_true(arc.saw_dmarc_pass == saw);
	g_assert_true((arc.why == NULL) == (result == AUTH_PASS || result == AUTH_NONE));
	arena_destroy(&a);
	g_free(text);
}

#define SAW_PASS(host) host "; spf=fail; dmarc=pass (p=reject) header.from=example.org"

static void test_trust(void)
{
	struct host list = usual("lists.example.net", SAW_PASS("lists.example.net"));
	struct host below = usual("alumni.example.com", SAW_PASS("alumni.example.com"));
	struct host evil = usual("evil.example", SAW_PASS("lists.example.net"));
	struct host blind = usual("lists.example.net", "lists.example.net; dmarc=fail "
						       "header.from=example.org");
	struct host other = usual("lists.example.net", "lists.example.net; dmarc=pass "
						       "header.from=example.net");
	struct host bare = usual("lists.example.net", "lists.example.net; dmarc=pass");

	expect(g_strdup(FIELDS "\r\n" BODY), AUTH_NONE, false, false);
	expect(sealed_once(&list), AUTH_PASS, true, true);
	expect(sealed_once(&below), AUTH_PASS, true, true);
	expect(sealed_once(&evil), AUTH_PASS, false, false);
	expect(sealed_once(&blind), AUTH_PASS, true, false);
	expect(sealed_once(&other), AUTH_PASS, true, false);
	expect(sealed_once(&bare), AUTH_PASS, true, false);
}

/* what a sealer wrote counts only if all behind it are trusted, too */
static void test_behind(void)
{
	struct host list = usual("lists.example.net", SAW_PASS("lists.example.net"));
	struct host evil = usual("evil.example", SAW_PASS("evil.example"));
	struct host late = usual("alumni.example.com", "alumni.example.com; dmarc=fail "
						       "header.from=example.org");
	const struct {
		const struct host *first, *second;
		bool trusted, saw;
	} rows[] = { { &list, &late, true, true },
		     { &list, &evil, false, false },
		     { &evil, &late, true, false },
		     { &evil, &list, true, true } };

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct chain c = chain_new();

		seal(&c, rows[i].first, FIELDS, BODY);
		seal(&c, rows[i].second, FIELDS, BODY "a footer\r\n");
		expect(chain_end(&c, FIELDS, BODY "a footer\r\n"), AUTH_PASS,
		       rows[i].trusted, rows[i].saw);
	}
}

/* replace the first text by another; the caller frees it */
static char *changed(char *text, const char *from, const char *to)
{
	char *at = strstr(text, from);
	GString *s = g_string_new_len(text, at - text);

	g_assert_nonnull(at);
	g_string_append(s, to);
	g_string_append(s, at + strlen(from));
	g_free(text);
	return g_string_free(s, FALSE);
}

static void test_changed(void)
{
	struct host h = usual("lists.example.net", SAW_PASS("lists.example.net"));
	static const char *const rows[][2] = {
		{ "this is it", "this is bad" },
		{ "Anna <anna", "Anne <anna" },
		{ "spf=fail", "spf=pass" },
		{ "ARC-Seal: i=1", "ARC-Seal: i=2" },
		{ "ARC-Seal: i=1", "ARC-Seal: i=51" },
		{ "ARC-Seal: i=1", "ARC-Seal: i=" },
		{ "ARC-Seal:", "X-ARC-Seal:" },
		{ "ARC-Message-Signature:", "X-ARC:" },
		{ "ARC-Authentication-Results: i=1;", "ARC-Authentication-Results: " },
		{ "cv=none", "cv=pass" },
		{ "cv=none", "cv=fail" },
		{ "cv=none", "cv=NONESUCH" },
		{ "ARC-Seal: i=1", "ARC-Seal: i=1; h=from" },
		{ "h=From", "h=ARC-Seal:From" },
		{ "d=lists.example.net", "d=localhost" },
		{ "ARC-Authentication-Results:",
		  "ARC-Authentication-Results: i=1; x\r\nARC-Authentication-Results:" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s -> %s", rows[i][0], rows[i][1]);
		expect(changed(sealed_once(&h), rows[i][0], rows[i][1]), AUTH_FAIL, false,
		       false);
	}
}

static void test_keys(void)
{
	struct host h = usual("lists.example.net", SAW_PASS("lists.example.net"));

	h.signer = &ed;
	h.selector = "ed";
	h.algorithm = "ed25519-sha256";
	expect(sealed_once(&h), AUTH_PASS, true, true);
	h = usual("lists.example.net", SAW_PASS("lists.example.net"));
	h.signer = &weak;
	h.selector = "weak";
	expect(sealed_once(&h), AUTH_FAIL, false, false);
	h.signer = &rsa;
	h.selector = "none";
	expect(sealed_once(&h), AUTH_FAIL, false, false);
	h.selector = "slow";
	expect(sealed_once(&h), AUTH_TEMPERROR, false, false);
	h.selector = "s";
	h.more = " l=9999;";
	expect(sealed_once(&h), AUTH_FAIL, false, false);
}

/* as many sets as may be, by one host, and one too many */
static void test_long(void)
{
	struct host h = usual("lists.example.net", SAW_PASS("lists.example.net"));

	for (int n = LIMIT_ARC_SETS; n <= LIMIT_ARC_SETS + 1; n++) {
		struct chain c = chain_new();

		for (int i = 0; i < n; i++)
			seal(&c, &h, FIELDS, BODY);
		expect(chain_end(&c, FIELDS, BODY),
		       n > LIMIT_ARC_SETS ? AUTH_FAIL : AUTH_PASS, n <= LIMIT_ARC_SETS,
		       n <= LIMIT_ARC_SETS);
	}
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	rsa = signer_rsa(1024);
	weak = signer_rsa(512);
	ed = signer_ed25519();
	g_test_add_func("/auth/arc/trust", test_trust);
	g_test_add_func("/auth/arc/behind", test_behind);
	g_test_add_func("/auth/arc/changed", test_changed);
	g_test_add_func("/auth/arc/keys", test_keys);
	g_test_add_func("/auth/arc/long", test_long);
	status = g_test_run();
	signer_free(&rsa);
	signer_free(&weak);
	signer_free(&ed);
	return status;
}
