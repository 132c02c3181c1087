/* The whole check of a message: results together, started early, waited for late, given up
 * in time, left at any moment, and by many threads at once. */
#include "auth/auth.h"

#include <pthread.h>

#include "auth/authres.h"
#include "auth_fixture.h"
#include "sign_fixture.h"

static struct signer rsa;

static const char header[] =
	"From: Anna <anna@example.org>\r\nTo: ben@example.com\r\n"
	"Subject: hello\r\nList-Unsubscribe: <https://example.org/u>\r\n";
static const char body[] = "Dear Ben,\r\n\r\nthis is it.\r\n";

static char *zone_text(int delay_ms)
{
	return g_strdup_printf(
		"$DELAY %d\n"
		"example.org. TXT \"v=spf1 include:_spf.example.org -all\"\n"
		"_spf.example.org. TXT \"v=spf1 a:mx.example.org -all\"\n"
		"mx.example.org. A 192.0.2.1\n"
		"1.2.0.192.in-addr.arpa. PTR mx.example.org.\n"
		"sel._domainkey.example.org. TXT \"v=DKIM1; p=%s\"\n"
		"_dmarc.example.org. TXT \"v=DMARC1; p=reject\"\n"
		"silent.example. TIMEOUT\n"
		"_dmarc.silent.example. TIMEOUT\n"
		"sel._domainkey.silent.example. TIMEOUT\n"
		"2.2.0.192.in-addr.arpa. TIMEOUT\n",
		delay_ms, rsa.record);
}

static struct resolver *zone_with(int delay_ms)
{
	char *text = zone_text(delay_ms);
	struct resolver *r = resolver_cache(zone_of(text), 4096, clock_mono_us);

	g_free(text);
	return r;
}

static const struct envelope good_envelope = { .client_addr = "192.0.2.1",
					       .helo = "mx.example.org",
					       .mail_from = "anna@example.org",
					       .received_s = 1700000000 };

static char *good_message(void)
{
	const struct signing how = { .signer = &rsa,
				     .algorithm = "rsa-sha256",
				     .canon = "relaxed/relaxed",
				     .names = "From:To:Subject:List-Unsubscribe",
				     .domain = "example.org",
				     .selector = "sel",
				     .more = "",
				     .length = -1 };

	return signed_message(&how, header, body);
}

static void expect_good(const struct auth_results *r)
{
	g_assert_cmpint(r->source, ==, AUTH_OWN);
	g_assert_cmpint(r->spf.result, ==, AUTH_PASS);
	g_assert_cmpstr(r->spf.domain, ==, "example.org");
	g_assert_cmpuint(r->spf.queries, ==, 3);
	g_assert_cmpuint(r->n_dkim, ==, 1);
	g_assert_cmpint(r->dkim[0].result, ==, AUTH_PASS);
	g_assert_cmpint(r->dmarc.result, ==, AUTH_PASS);
	g_assert_cmpint(r->dmarc.aligned_spf, ==, ANSWER_YES);
	g_assert_cmpint(r->dmarc.aligned_dkim, ==, ANSWER_YES);
	g_assert_cmpint(r->dmarc.applied, ==, DMARC_NONE);
	g_assert_cmpint(r->iprev.result, ==, AUTH_PASS);
	g_assert_cmpstr(r->iprev.name, ==, "mx.example.org");
	g_assert_cmpint(auth_dkim_covers(r, "List-Unsubscribe"), ==, ANSWER_YES);
	g_assert_false(r->timed_out);
}

static void test_good(void)
{
	struct resolver *r = zone_with(0);
	struct auth_engine *en = auth_engine_create(no_options(), r);
	struct auth_check *c = auth_begin(en, &good_envelope);
	struct arena *a = arena_create();
	char *text = good_message();
	struct message m = message_of(a, bytes_of(text));
	struct auth_results got;

	/* without auth_headers(): finishing does it */
	auth_finish(c, &m, in_ms(1000), a, &got);
	auth_release(&c);
	g_assert_null(c);
	expect_good(&got);
	g_assert_cmpint(got.waited_us, ==, 0);
	g_assert_cmpstr(got.client_addr, ==, "192.0.2.1");
	arena_destroy(&a);
	auth_engine_destroy(&en);
	resolver_close(&r);
	g_free(text);
}

static void test_forged(void)
{
	struct resolver *r = zone_with(0);
	struct auth_engine *en = auth_engine_create(no_options(), r);
	struct envelope env = good_envelope;
	struct arena *a = arena_create();
	char *text = g_strconcat(header, "\r\n", body, NULL);
	struct message m = message_of(a, bytes_of(text));
	struct auth_results got;
	struct auth_check *c;

	env.client_addr = "192.0.2.66";
	c = auth_begin(en, &env);
	auth_headers(c, m.headers, m.n_headers);
	auth_finish(c, &m, in_ms(1000), a, &got);
	auth_release(&c);
	g_assert_cmpint(got.spf.result, ==, AUTH_FAIL);
	g_assert_cmpuint(got.n_dkim, ==, 0);
	g_assert_cmpint(got.dmarc.result, ==, AUTH_FAIL);
	g_assert_cmpint(got.dmarc.applied, ==, DMARC_REJECT);
	g_assert_cmpint(got.iprev.result, ==, AUTH_PERMERROR);
	arena_destroy(&a);
	auth_engine_destroy(&en);
	resolver_close(&r);
	g_free(text);
}

static void test_two_froms(void)
{
	struct resolver *r = zone_with(0);
	struct auth_engine *en = auth_engine_create(no_options(), r);
	struct auth_check *c = auth_begin(en, &good_envelope);
	struct arena *a = arena_create();
	char *good = good_message(),
	     *text = g_strconcat("From: b@evil.example\r\n", good, NULL);
	struct message m = message_of(a, bytes_of(text));
	struct auth_results got;

	auth_finish(c, &m, in_ms(1000), a, &got);
	auth_release(&c);
	/* the signature holds, and says nothing about what the reader sees */
	g_assert_cmpint(got.dkim[0].result, ==, AUTH_POLICY);
	g_assert_false(got.dkim[0].aligned);
	g_assert_cmpint(got.dmarc.result, ==, AUTH_PERMERROR);
	g_assert_cmpint(auth_dkim_covers(&got, "From"), ==, ANSWER_NO);
	arena_destroy(&a);
	auth_engine_destroy(&en);
	resolver_close(&r);
	g_free(text);
	g_free(good);
}

/* DNS says nothing: temperror everywhere, in time */
static void test_silence(void)
{
	struct resolver *r = zone_with(0);
	struct auth_engine *en = auth_engine_create(no_options(), r);
	struct envelope env = { .client_addr = "192.0.2.2",
				.helo = "x.silent.example",
				.mail_from = "a@silent.example" };
	struct auth_check *c = auth_begin(en, &env);
	struct arena *a = arena_create();
	struct message m = message_of(
		a, bytes_of("DKIM-Signature: v=1; a=rsa-sha256; d=silent.example; s=sel; "
			    "h=From;"
			    " bh=AAAA; b=AAAA\r\nFrom: a@silent.example\r\n\r\nx\r\n"));
	int64_t began_us = clock_mono_us();
	struct auth_results got;

	auth_headers(c, m.headers, m.n_headers);
	auth_finish(c, &m, in_ms(50), a, &got);
	g_assert_cmpint(clock_mono_us() - began_us, >=, 49000);
	g_assert_cmpint(clock_mono_us() - began_us, <, 10000000);
	auth_release(&c);
	g_assert_true(got.timed_out);
	g_assert_cmpint(got.waited_us, >=, 45000);
	g_assert_cmpint(got.spf.result, ==, AUTH_TEMPERROR);
	g_assert_cmpint(got.dkim[0].result, ==, AUTH_TEMPERROR);
	g_assert_cmpint(got.dmarc.result, ==, AUTH_TEMPERROR);
	g_assert_cmpint(got.dmarc.applied, ==, DMARC_NONE);
	g_assert_cmpint(got.iprev.result, ==, AUTH_TEMPERROR);
	g_assert_cmpint(auth_dkim_covers(&got, "From"), ==, ANSWER_UNKNOWN);
	/* a deadline that has passed already waits for nothing */
	c = auth_begin(en, &env);
	auth_finish(c, &m, 0, a, &got);
	g_assert_true(got.timed_out);
	auth_release(&c);
	arena_destroy(&a);
	auth_engine_destroy(&en);
	resolver_close(&r);
}

static void check_good(struct auth_engine *en, const char *text)
{
	struct auth_check *c = auth_begin(en, &good_envelope);
	struct arena *a = arena_create();
	struct message m = message_of(a, bytes_of(text));
	struct auth_results got;

	auth_headers(c, m.headers, m.n_headers);
	auth_finish(c, &m, in_ms(20000), a, &got);
	expect_good(&got);
	auth_release(&c);
	arena_destroy(&a);
}

/* a check may be left at any moment, also while its answers come */
static void test_left(void)
{
	struct resolver *r = zone_with(1);
	struct auth_engine *en = auth_engine_create(no_options(), r);
	char *text = good_message();

	for (int i = 0; i < 200; i++) {
		struct envelope env = good_envelope;
		struct arena *a = arena_create();
		struct message m = message_of(a, bytes_of(text));
		char *from = g_strdup_printf("a@n%d.example.org", i);
		struct auth_check *c;

		env.mail_from = from;
		c = auth_begin(en, i % 2 ? &env : &good_envelope);
		if (i % 3 == 0)
			auth_headers(c, m.headers, m.n_headers);
		if (i % 5 == 0)
			g_usleep((gulong)(i % 4) * 300);
		auth_release(&c);
		arena_destroy(&a);
		g_free(from);
	}
	check_good(en, text); /* those that were left hold nobody up */
	auth_engine_destroy(&en);
	resolver_close(&r);
	g_free(text);
}

struct runner {
	pthread_t thread;
	struct auth_engine *en;
	const char *text;
	int rounds;
};

static void *run_checks(void *arg)
{
	struct runner *run = arg;

	for (int i = 0; i < run->rounds; i++)
		check_good(run->en, run->text);
	return NULL;
}

static int64_t run_threads(struct auth_engine *en, int n, int rounds)
{
	char *text = good_message();
	struct runner *run = g_new0(struct runner, n);
	int64_t began_us = clock_mono_us();

	for (int i = 0; i < n; i++) {
		run[i] = (struct runner){ .en = en, .text = text, .rounds = rounds };
		g_assert_cmpint(pthread_create(&run[i].thread, NULL, run_checks, &run[i]),
				==, 0);
	}
	for (int i = 0; i < n; i++)
		pthread_join(run[i].thread, NULL);
	g_free(run);
	g_free(text);
	return clock_mono_us() - began_us;
}

static void test_threads(void)
{
	struct resolver *r = zone_with(0);
	struct auth_engine *en = auth_engine_create(no_options(), r);

	run_threads(en, 4, 200);
	auth_engine_destroy(&en);
	resolver_close(&r);
}

/* answers take 100 ms, and the chain of SPF is three long (its last question was asked for
 * iprev before): all else runs beside it, and eight checks at once take hardly longer */
static void test_parallel(void)
{
	struct resolver *r = zone_with(100);
	struct auth_engine *en = auth_engine_create(no_options(), r);
	int64_t one_us, eight_us, asked;

	one_us = run_threads(en, 1, 1);
	asked = (int64_t)resolver_stats(r).asked;
	auth_engine_destroy(&en);
	resolver_close(&r);
	r = zone_with(100);
	en = auth_engine_create(no_options(), r);
	eight_us = run_threads(en, 8, 1);
	g_test_message("one check %" G_GINT64_FORMAT
		       " ms, eight at once %" G_GINT64_FORMAT " ms",
		       one_us / 1000, eight_us / 1000);
	g_assert_cmpint(one_us, >=, 200000);
	g_assert_cmpint(one_us, <, asked * 100000); /* one after the other */
	g_assert_cmpint(eight_us, <, 4 * one_us);
	auth_engine_destroy(&en);
	resolver_close(&r);
}

static void test_trusted(void)
{
	static const char *const ids[] = { "mx.upstream.example" };
	struct options o = { .dns_zone_file = "", .trusted_authserv_ids = { ids, 1 } };
	struct resolver *r = zone_with(0);
	struct auth_engine *en = auth_engine_create(&o, r);
	struct envelope env = good_envelope;
	struct arena *a = arena_create();
	struct auth_results got;
	struct auth_check *c;
	struct message m = message_of(
		a, bytes_of("Authentication-Results: mx.upstream.example;"
			    " spf=fail smtp.mailfrom=example.org; dmarc=fail\r\n"
			    "From: a@example.org\r\n\r\nx\r\n"));

	env.client_addr = "192.0.2.2"; /* asks nobody for long: DNS would be silent */
	c = auth_begin(en, &env);
	auth_headers(c, m.headers, m.n_headers);
	auth_finish(c, &m, in_ms(5000), a, &got);
	g_assert_cmpint(got.source, ==, AUTH_TRUSTED);
	g_assert_cmpint(got.spf.result, ==, AUTH_FAIL);
	g_assert_cmpint(got.dmarc.result, ==, AUTH_FAIL);
	g_assert_cmpint(got.dmarc.applied, ==, DMARC_REJECT);
	g_assert_cmpint(got.iprev.result, ==, AUTH_NONE);
	g_assert_null(authres_value(a, "mx.example.org", &got));
	auth_release(&c);
	/* direct mail has no such field: we check ourselves */
	m = message_of(a, bytes_of("From: a@example.org\r\n\r\nx\r\n"));
	c = auth_begin(en, &good_envelope);
	auth_finish(c, &m, in_ms(5000), a, &got);
	g_assert_cmpint(got.source, ==, AUTH_OWN);
	g_assert_cmpint(got.spf.result, ==, AUTH_PASS);
	auth_release(&c);
	arena_destroy(&a);
	auth_engine_destroy(&en);
	resolver_close(&r);
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	rsa = signer_rsa(2048);
	g_test_add_func("/auth/good", test_good);
	g_test_add_func("/auth/forged", test_forged);
	g_test_add_func("/auth/two_froms", test_two_froms);
	g_test_add_func("/auth/silence", test_silence);
	g_test_add_func("/auth/left", test_left);
	g_test_add_func("/auth/threads", test_threads);
	g_test_add_func("/auth/parallel", test_parallel);
	g_test_add_func("/auth/trusted", test_trusted);
	status = g_test_run();
	signer_free(&rsa);
	return status;
}
