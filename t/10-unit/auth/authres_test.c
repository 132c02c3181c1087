/* Authentication-Results: written, read, believed, and found where they are forged. */
#include "auth/authres.h"

#include "auth/from.h"
#include "auth_fixture.h"
#include "base/limits.h"

/* a parsed field in one line: "id method=result reason=.. ptype.name=value | ..." */
static char *shown(const struct authres *f)
{
	GString *text = g_string_new(f->authserv_id);

	for (size_t i = 0; i < f->n_results; i++) {
		const struct authres_result *r = &f->results[i];

		g_string_append_printf(text, "%s %s=%s", i == 0 ? "" : " |", r->method,
				       r->result);
		if (r->reason != NULL)
			g_string_append_printf(text, " reason=%s", r->reason);
		for (size_t k = 0; k < r->n_properties; k++)
			g_string_append_printf(text, " %s.%s=%s", r->properties[k].ptype,
					       r->properties[k].name,
					       r->properties[k].value);
	}
	return g_string_free(text, FALSE);
}

static const struct {
	const char *value, *want; /* NULL: refused */
} rows[] = {
	/* RFC 8601 appendix B */
	{ " example.org 1; none", "example.org" },
	{ "example.com;\r\n spf=pass smtp.mailfrom=example.net",
	  "example.com spf=pass smtp.mailfrom=example.net" },
	{ " example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n"
	  " spf=pass smtp.mailfrom=example.net",
	  "example.com auth=pass smtp.auth=sender@example.net | "
	  "spf=pass smtp.mailfrom=example.net" },
	{ " example.com; dkim=pass reason=\"good "
	  "signature\"\r\n\theader.i=@mail-router.example.net;"
	  " dkim=fail reason=\"bad signature\" header.i=@newyork.example.com",
	  "example.com dkim=pass reason=good signature header.i=@mail-router.example.net "
	  "| "
	  "dkim=fail reason=bad signature header.i=@newyork.example.com" },
	{ " foo.example.net (foobar) 1 (baz);\r\n dkim (Because I like it) / 1 (One yay) "
	  "= (wait"
	  " for it) fail\r\n policy (A dot can go here) . (like that) expired\r\n"
	  " (this surprised me) = (as I wasn't expecting it) 1362471462",
	  "foo.example.net dkim=fail policy.expired=1362471462" },
	{ "Example.ORG.; SPF=Pass", "example.org spf=pass" },
	{ "\"example.org\"; spf=pass", "example.org spf=pass" },
	{ "a.org; iprev=pass policy.iprev=\"2001:db8::1\"",
	  "a.org iprev=pass policy.iprev=2001:db8::1" },
	{ "a.org; dkim=pass header.b=Ab/d+f==", "a.org dkim=pass header.b=Ab/d+f==" },
	{ "a.org; spf=pass smtp.mailfrom=\"a\\\"b\"@c.org", NULL },
	{ "a.org; spf=pass;", "a.org spf=pass" }, /* one semicolon more */
	{ "a.org; dmarc=fail action=none header.from=b.org; compauth=fail reason=001",
	  "a.org dmarc=fail header.from=b.org | compauth=fail reason=001" },
	{ "a.org; dmarc=fail action=", NULL },
	{ "a.org; dmarc=fail action", NULL },
	{ "a.org;spf=pass", "a.org spf=pass" },
	{ "", NULL },
	{ "a.org", NULL },
	{ "a.org;", NULL },
	{ "a.org; ;spf=pass", NULL },
	{ "; spf=pass", NULL },
	{ "a.org 2; spf=pass", NULL },
	{ "a.org 1x; spf=pass", NULL },
	{ "a.org b.org; spf=pass", NULL },
	{ "a.org; spf", NULL },
	{ "a.org; spf=", NULL },
	{ "a.org; =pass", NULL },
	{ "a.org; spf=pass smtp", NULL },
	{ "a.org; spf=pass smtp.mailfrom", NULL },
	{ "a.org; spf=pass smtp.mailfrom=", NULL },
	{ "a.org; spf=pass reason=a reason=b", NULL },
	{ "a.org; spf=pass, dkim=pass", NULL },
	{ "a.org; none; spf=pass", NULL },
	{ "a.org; spf=pass; none", NULL },
	{ "a.org; spf=pass (not closed", NULL },
	{ "a.org; spf=pass (a \\", NULL },
	{ "a.org; spf=pass smtp.mailfrom=\"open", NULL },
	{ "a.org; spf=pass \001", NULL },
	{ "a.org; spf=pass (\377)", NULL },
	{ "a.org; spf=pass (\303\244)", "a.org spf=pass" },
};

static void test_parse(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *a = arena_create();
		size_t n = strlen(rows[i].value);
		char *exact = g_memdup2(rows[i].value, n), *got;
		const struct authres *f = authres_parse(a, (struct bytes){ exact, n });

		g_test_message("%s", rows[i].value);
		got = f == NULL ? NULL : shown(f);
		g_assert_cmpstr(got, ==, rows[i].want);
		g_free(got);
		g_free(exact);
		arena_destroy(&a);
	}
}

static void test_bounds(void)
{
	struct arena *a = arena_create();
	GString *value = g_string_new("a.org; ");

	for (int i = 0; i < LIMIT_COMMENT_DEPTH + 1; i++)
		g_string_append_c(value, '(');
	for (int i = 0; i < LIMIT_COMMENT_DEPTH + 1; i++)
		g_string_append_c(value, ')');
	g_string_append(value, "spf=pass");
	g_assert_null(authres_parse(a, bytes_of(value->str)));
	g_string_assign(value, "a.org");
	for (int i = 0; i < LIMIT_AUTHRES_RESULTS; i++)
		g_string_append(value, ";spf=pass");
	g_assert_cmpuint(authres_parse(a, bytes_of(value->str))->n_results, ==,
			 LIMIT_AUTHRES_RESULTS);
	g_string_append(value, ";spf=pass");
	g_assert_null(authres_parse(a, bytes_of(value->str)));
	g_string_assign(value, "a.org; spf=pass");
	for (int i = 0; i < LIMIT_AUTHRES_PROPERTIES; i++)
		g_string_append(value, " a.b=c");
	g_assert_nonnull(authres_parse(a, bytes_of(value->str)));
	g_string_append(value, " a.b=c");
	g_assert_null(authres_parse(a, bytes_of(value->str)));
	g_string_assign(value, "a.org; spf=pass (");
	while (value->len < LIMIT_AUTHRES_BYTES)
		g_string_append_c(value, 'x');
	g_string_append_c(value, ')');
	g_assert_null(authres_parse(a, bytes_of(value->str)));
	g_string_free(value, TRUE);
	arena_destroy(&a);
}

/* ---- whose name is used ---- */

static const struct {
	const char *value;
	bool claims; /* to be mx.example.org */
} claims[] = {
	{ " mx.example.org; spf=pass", true },
	{ "MX.Example.ORG; none", true },
	{ "mx.example.org.; none", true },
	{ "mx.example.org..; none", true },
	{ "mx.example.org. 1; none", true },
	{ "mx.example.org..; none", true },
	{ "mx.example.org. 1; none", true },
	{ "(a (b) c) mx.example.org(d); none", true },
	{ "\r\n\tmx.example.org;\r\n none", true },
	{ "\"mx.example.org\"; none", true },
	{ "\"mx.example.org; none", true },
	{ "mx.example.org", true },
	{ "mx.example.org, spf=pass", true },
	{ "mx.example.org garbage; spf=pass", true },
	{ "mx2.example.org; none", false },
	{ "example.org; none", false },
	{ "a.mx.example.org; none", false },
	{ "mx.example.org.evil.example; none", false },
	{ "mx.example.org@evil.example; none", false },
	{ "other.example; spf=pass (mx.example.org)", false },
	{ "(mx.example.org) other.example; none", false },
	/* whatever some reader takes for it: brackets, quotes, pairs */
	{ "(mx.example.org", true },
	{ "(a\\) mx.example.org; none", true },
	{ "(a(b) mx.example.org; none", true },
	{ "(a;b) mx.example.org; none", true },
	{ "\"(\" mx.example.org \")\"; none", true },
	{ "mx(c).example(d).org; none", true },
	{ "\"mx\\.example.org\"; none", true },
	{ "\"mx\".example.\"org\"; none", true },
	{ "\" mx.example.org \"; none", true },
	{ "<mx.example.org>; none", true },
	{ "[mx.example.org]; none", true },
	{ "; mx.example.org", true },
	{ " ;; mx.example.org; none", true },
	{ "other.example, mx.example.org; none", true },
	{ "mx.example.org dmarc=pass", true },
	{ "mx . example . org; none", true },
	{ "mx.example.\r\n org; none", true },
	{ "mx.example.org..; none", true },
	{ "mx.example.org. 1; none", true },
	/* blanks and controls */
	{ "\001mx.example.org; none", true },
	{ "mx.\001example.org; none", true },
	{ "\vmx.example.org\f; none", true },
	{ "mx.example.org\vdmarc=pass", true },
	{ "\302\240mx.example.org\302\240; none", true },
	{ "\240mx.example.org; none", true },
	{ "\343\200\200mx.example.org; none", true },
	{ "\342\200\213mx\342\200\215.example.org; none", true },
	{ "\357\273\277mx.example.org; none", true },
	/* letters of another width or alphabet, encoded words */
	{ "\357\275\215x.example.org; none", true },
	{ "mx\343\200\202example\343\200\202org; none", true },
	{ "m\321\205.example.org; none", true },
	{ "=?us-ascii?q?mx.example.org?=; none", true },
	{ "=?utf-8?b?bXguZXhhbXBsZS5vcmc=?=; none", true },
	/* not ours in any reading */
	{ "other.example; dkim=pass header.d=mx.example.org", false },
	{ "other.example dkim=pass header.d=mx.example.org", false },
	{ "other.example; mx.example.org", false },
	{ "mx.example.org-2; none", false },
	{ "xmx.example.org; none", false },
	{ "mx.example; none", false },
	{ "m\303\244x.example.org; none", false },
	{ "other.example (checked by mx.example.org) 1; none", false },
	{ "dkim=pass (signed for mx.example.org) header.d=a.example", false },
	{ "", false },
	{ "spf=pass; mx.example.org", false },
};

static void test_claims(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(claims); i++) {
		size_t n = strlen(claims[i].value);
		char *exact = g_memdup2(claims[i].value, n);

		g_test_message("%s", claims[i].value);
		g_assert_true(authres_claims((struct bytes){ exact, n },
					     "Mx.example.org.") == claims[i].claims);
		g_free(exact);
	}
	g_assert_false(authres_claims(bytes_of("; none"), ""));
	g_assert_false(authres_claims(bytes_of(".; none"), "."));
}

/* ---- our own ---- */

static const struct auth_dkim two_signatures[] = {
	{ .result = AUTH_PASS,
	  .domain = "example.org",
	  .auid = "a=b@example.org",
	  .selector = "sel",
	  .algorithm = "rsa-sha256",
	  .header_b = "AbC/+dEf" },
	{ .result = AUTH_NEUTRAL, .why = "the tag list is broken" },
};

static struct auth_results full_results(void)
{
	return (struct auth_results){
		.spf = { .result = AUTH_SOFTFAIL, .domain = "bounce.example.org" },
		.dkim = two_signatures,
		.n_dkim = 2,
		.dmarc = { .result = AUTH_PASS, .domain = "example.org" },
		.iprev = { .result = AUTH_PASS, .name = "mx.example.org" },
		.client_addr = "2001:db8::1",
	};
}

static void test_value(void)
{
	struct arena *a = arena_create();
	struct auth_results r = full_results();

	g_assert_cmpstr(authres_value(a, "mx.example.net", &r), ==,
			"mx.example.net;\n"
			"\tspf=softfail smtp.mailfrom=bounce.example.org;\n"
			"\tdkim=pass header.d=example.org header.i=\"a=b@example.org\" "
			"header.s=sel\n"
			"\theader.a=rsa-sha256 header.b=\"AbC/+dEf\";\n"
			"\tdkim=neutral reason=\"the tag list is broken\";\n"
			"\tdmarc=pass header.from=example.org;\n"
			"\tiprev=pass policy.iprev=\"2001:db8::1\"");
	r = (struct auth_results){ .spf = { .result = AUTH_NONE, .scope = SPF_HELO },
				   .dmarc = { .result = AUTH_NONE,
					      .domain = "example.org" } };
	g_assert_cmpstr(authres_value(a, "mx.example.net", &r), ==,
			"mx.example.net;\n\tspf=none;\n\tdkim=none;\n"
			"\tdmarc=none header.from=example.org");
	r.source = AUTH_TRUSTED;
	g_assert_null(authres_value(a, "mx.example.net", &r));
	arena_destroy(&a);
}

/* whatever stands in a message: ASCII, short lines, and it reads back as what was meant */
static void test_hostile_value(void)
{
	static const char *const texts[] = {
		"x; spf=pass",
		"a\"b\\c",
		"\r\nBcc: victim@example.org",
		"\303\244\342\202\254@x.org",
		"\377\376",
		"a b",
		"(comment)",
		"@example.org",
		"a@b@c",
		"\001\002",
		"",
	};
	char *large = g_strnfill(3000, 'x');

	for (size_t i = 0; i <= G_N_ELEMENTS(texts); i++) {
		const char *text = i < G_N_ELEMENTS(texts) ? texts[i] : large;
		struct arena *a = arena_create();
		struct auth_dkim s = { .result = AUTH_PASS,
				       .domain = text,
				       .auid = text,
				       .selector = text,
				       .header_b = text };
		struct auth_results r = { .spf = { .result = AUTH_FAIL, .domain = text },
					  .dkim = &s,
					  .n_dkim = 1,
					  .dmarc = { .result = AUTH_FAIL,
						     .domain = text } };
		const char *value = authres_value(a, "mx.example.net", &r);
		const struct authres *f = authres_parse(a, bytes_of(value));
		char **line = g_strsplit(value, "\n", -1);

		g_assert_nonnull(f);
		g_assert_cmpuint(f->n_results, ==, 3);
		g_assert_cmpstr(f->results[0].result, ==, "fail");
		g_assert_cmpstr(f->results[1].result, ==, "pass");
		g_assert_cmpstr(f->results[2].result, ==, "fail");
		for (int k = 0; line[k] != NULL; k++) {
			g_assert_cmpuint(strlen(line[k]), <, 998);
			g_assert_true(k == 0 || line[k][0] == '\t');
			for (const char *p = line[k]; *p != '\0'; p++)
				g_assert_true(*p == '\t' || (*p >= ' ' && *p < 0x7f));
		}
		g_strfreev(line);
		arena_destroy(&a);
	}
	g_free(large);
}

/* ---- those of a trusted upstream ---- */

static bool taken(struct arena *a, const char *header, struct auth_results *r_r)
{
	static const char *const ids[] = { "mx.upstream.example",
					   "mx2.upstream.example" };
	struct options o = { .trusted_authserv_ids = { .at = ids, .n = 2 } };
	struct message m = message_of(a, bytes_of(header));

	return auth_trusted(&o, m.headers, m.n_headers, a, r_r);
}

static void test_trusted(void)
{
	struct arena *a = arena_create();
	struct auth_results r;

	g_assert_true(
		taken(a,
		      "Authentication-Results: forged.example; dmarc=pass\r\n"
		      "Authentication-Results: MX.upstream.example 1;\r\n"
		      " spf=softfail (why not) smtp.mailfrom=a@Bounce.example.org;\r\n"
		      " dkim=pass header.d=example.org header.s=sel header.b=abc\r\n"
		      "X-Other: field\r\n"
		      "Authentication-Results: mx.upstream.example;\r\n"
		      " dkim=fail reason=\"changed\" header.i=@example.net;\r\n"
		      " dmarc=pass header.from=example.org;\r\n"
		      " iprev=pass policy.iprev=192.0.2.1\r\n"
		      "Received: from x by mx.upstream.example\r\n"
		      "Authentication-Results: mx.upstream.example; dmarc=fail;"
		      " dkim=pass header.d=evil.example\r\n"
		      "From: a@news.example.org\r\n\r\n",
		      &r));
	g_assert_cmpint(r.source, ==, AUTH_TRUSTED);
	g_assert_cmpstr(r.authserv_id, ==, "mx.upstream.example");
	g_assert_cmpint(r.spf.result, ==, AUTH_SOFTFAIL);
	g_assert_cmpstr(r.spf.domain, ==, "bounce.example.org");
	g_assert_cmpuint(r.n_dkim, ==, 2);
	g_assert_cmpint(r.dkim[0].result, ==, AUTH_PASS);
	g_assert_cmpstr(r.dkim[0].domain, ==, "example.org");
	g_assert_true(r.dkim[0].aligned);
	g_assert_cmpint(r.dkim[1].result, ==, AUTH_FAIL);
	g_assert_cmpstr(r.dkim[1].domain, ==, "example.net");
	g_assert_cmpstr(r.dkim[1].why, ==, "changed");
	g_assert_false(r.dkim[1].aligned);
	g_assert_cmpint(r.dmarc.result, ==, AUTH_PASS);
	g_assert_cmpint(r.iprev.result, ==, AUTH_PASS);
	g_assert_cmpstr(r.client_addr, ==, "192.0.2.1");
	arena_destroy(&a);
}

static void test_not_trusted(void)
{
	static const char *const headers[] = {
		"From: a@example.org\r\n\r\n",
		"Authentication-Results: other.example; spf=pass\r\n\r\n",
		"X-Authentication-Results: mx.upstream.example; "
		"spf=pass\r\n\r\n",
		/* not as the host spells itself: it would not have known its own name */
		"Authentication-Results: mx.upstream.example.; spf=pass\r\n\r\n",
		"Authentication-Results: (a) mx.upstream.example; spf=pass\r\n\r\n",
		"Authentication-Results: \"mx.upstream.example\"; spf=pass\r\n\r\n",
		/* below what the host received */
		"Received: from evil.example by mx.upstream.example; now\r\n"
		"Authentication-Results: mx.upstream.example; spf=pass\r\n\r\n",
		"Received: from evil.example (a.example)\r\n"
		"\tby MX2.upstream.example with ESMTP; now\r\n"
		"Authentication-Results: mx.upstream.example; spf=pass\r\n\r\n",
		"Authentication-Results: "
		"mx.upstream.example.evil.example; spf=pass\r\n\r\n",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
		struct arena *a = arena_create();
		struct auth_results r;

		g_assert_false(taken(a, headers[i], &r));
		arena_destroy(&a);
	}
	/* the second host's field is not mixed with the first's */
	{
		struct arena *a = arena_create();
		struct auth_results r;

		g_assert_true(taken(
			a,
			"Authentication-Results: mx2.upstream.example; spf=fail\r\n"
			"Authentication-Results: mx.upstream.example; dmarc=pass\r\n"
			"\r\n",
			&r));
		g_assert_cmpint(r.spf.result, ==, AUTH_FAIL);
		g_assert_cmpint(r.dmarc.result, ==, AUTH_NONE);
		arena_destroy(&a);
	}
}

/* What a sender wrote into the host's own field must not decide which field is believed. */
static void test_unreadable(void)
{
	static const char *const own[] = {
		"Authentication-Results: mx.upstream.example spf=pass",
		"Authentication-Results: mx.upstream.example; spf=fail "
		"smtp.mailfrom=x(y@b.c",
		"Authentication-Results: mx.upstream.example; spf=fail "
		"smtp.helo=x\377.example",
		"Authentication-Results: mx.upstream.example; spf=fail smtp.mailfrom=\"x",
		"Authentication-Results: mx.upstream.example; none\r\n"
		"Authentication-Results: mx.upstream.example; dkim=fail header.d=\"",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(own); i++) {
		struct arena *a = arena_create();
		struct auth_results r;

		g_assert_true(taken(
			a,
			arena_printf(a,
				     "%s\r\n"
				     "Authentication-Results: mx.upstream.example; "
				     "dmarc=pass; spf=pass smtp.mailfrom=example.org\r\n"
				     "Received: from x by mx.upstream.example; now\r\n"
				     "Authentication-Results: mx.upstream.example.; "
				     "dmarc=pass\r\n"
				     "From: a@example.org\r\n\r\n",
				     own[i]),
			&r));
		g_assert_cmpint(r.source, ==, AUTH_TRUSTED);
		g_assert_cmpint(r.spf.result, ==, AUTH_TEMPERROR);
		g_assert_cmpint(r.dmarc.result, ==, AUTH_TEMPERROR);
		g_assert_cmpuint(r.n_dkim, ==, 1);
		g_assert_cmpint(r.dkim[0].result, ==, AUTH_TEMPERROR);
		arena_destroy(&a);
	}
	/* a relay of ours in between may add its Received */
	{
		struct arena *a = arena_create();
		struct auth_results r;

		g_assert_true(taken(
			a,
			"Received: from mx.upstream.example by relay.example; now\r\n"
			"Authentication-Results: mx.upstream.example; spf=pass\r\n\r\n",
			&r));
		g_assert_cmpint(r.spf.result, ==, AUTH_PASS);
		arena_destroy(&a);
	}
}

/* ---- From ---- */

static const struct {
	const char *header, *domain;
} from_rows[] = {
	{ "From: a@Example.ORG\r\n\r\n", "example.org" },
	{ "From: \"x@evil.example\" <a@example.org>\r\n\r\n", "example.org" },
	{ "From: =?utf-8?q?x=40y.example_=3C?= <a@example.org>\r\n\r\n", "example.org" },
	{ "From: a@example.org, b@example.org\r\n\r\n", "example.org" },
	{ "From: a@example.org, b@example.com\r\n\r\n", NULL },
	{ "From: a@example.org\r\nFrom: a@example.org\r\n\r\n", NULL },
	{ "From: a@example.org\r\nfrom : b@example.com\r\n\r\n", NULL },
	{ "From: nobody\r\n\r\n", NULL },
	{ "From: \r\n\r\n", NULL },
	{ "From: a@[192.0.2.1]\r\n\r\n", NULL },
	{ "Sender: a@example.org\r\n\r\n", NULL },
	{ "From: a@b\303\274cher.example\r\n\r\n", "xn--bcher-kva.example" },
};

static void test_from(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(from_rows); i++) {
		struct arena *a = arena_create();
		struct message m = message_of(a, bytes_of(from_rows[i].header));

		g_test_message("%s", from_rows[i].header);
		g_assert_cmpstr(from_domain(a, m.headers, m.n_headers), ==,
				from_rows[i].domain);
		arena_destroy(&a);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/authres/parse", test_parse);
	g_test_add_func("/auth/authres/bounds", test_bounds);
	g_test_add_func("/auth/authres/claims", test_claims);
	g_test_add_func("/auth/authres/value", test_value);
	g_test_add_func("/auth/authres/hostile_value", test_hostile_value);
	g_test_add_func("/auth/authres/trusted", test_trusted);
	g_test_add_func("/auth/authres/not_trusted", test_not_trusted);
	g_test_add_func("/auth/authres/unreadable", test_unreadable);
	g_test_add_func("/auth/from", test_from);
	return g_test_run();
}
