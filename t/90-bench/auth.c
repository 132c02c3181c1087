/* How many messages a thread authenticates a second: SPF with one include, iprev, one RSA-2048
 * signature (relaxed/relaxed) over a body of some size, DMARC; answers and key are known.
 * usage: auth [body bytes] [threads] [seconds] */
#include <pthread.h>
#include <sys/resource.h>

#include "10-unit/auth/auth_fixture.h"
#include "10-unit/auth/sign_fixture.h"

struct work {
	pthread_t thread;
	struct auth_engine *engine;
	struct bytes text;
	int64_t until_us;
	unsigned long done, passed;
};

static char *message_make(const struct signer *rsa, size_t body_bytes)
{
	static const char header[] =
		"Received: from mx.example.org by mx.example.com; Mon, 1 Jan 2024 "
		"00:00:00 +0000\r\n"
		"From: Anna <anna@example.org>\r\nTo: ben@example.com\r\nSubject: a "
		"subject\r\n"
		"Date: Mon, 1 Jan 2024 00:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n"
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";
	const struct signing how = { .signer = rsa,
				     .algorithm = "rsa-sha256",
				     .canon = "relaxed/relaxed",
				     .names = "From:To:Subject:Date:Message-ID",
				     .domain = "example.org",
				     .selector = "sel",
				     .more = "",
				     .length = -1 };
	GString *body = g_string_new(NULL);
	char *text;

	while (body->len < body_bytes)
		g_string_append(
			body,
			"This is a line of a letter as long as most  lines are.\r\n");
	text = signed_message(&how, header, body->str);
	g_string_free(body, TRUE);
	return text;
}

static void *work_run(void *arg)
{
	static const struct envelope env = { .client_addr = "192.0.2.1",
					     .helo = "mx.example.org",
					     .mail_from = "anna@example.org",
					     .received_s = 1704067200 };
	struct work *w = arg;

	while (clock_mono_us() < w->until_us) {
		struct arena *a = arena_create();
		struct message m = message_of(a, w->text);
		struct auth_check *c = auth_begin(w->engine, &env);
		struct auth_results r;

		auth_headers(c, m.headers, m.n_headers);
		auth_finish(c, &m, clock_mono_us() + 2000000, a, &r);
		w->done++;
		w->passed += r.spf.result == AUTH_PASS && r.n_dkim == 1 &&
			     r.dkim[0].result == AUTH_PASS &&
			     r.dmarc.result == AUTH_PASS && r.iprev.result == AUTH_PASS;
		auth_release(&c);
		arena_destroy(&a);
	}
	return NULL;
}

static struct resolver *answers(const struct signer *rsa)
{
	char *zone = g_strdup_printf(
		"$TTL 3600\n"
		"example.org. TXT \"v=spf1 include:_spf.example.org -all\"\n"
		"_spf.example.org. TXT \"v=spf1 ip4:198.51.100.0/24 ip4:192.0.2.0/24 "
		"-all\"\n"
		"1.2.0.192.in-addr.arpa. PTR mx.example.org.\nmx.example.org. A "
		"192.0.2.1\n"
		"sel._domainkey.example.org. TXT \"v=DKIM1; k=rsa; p=%s\"\n"
		"_dmarc.example.org. TXT \"v=DMARC1; p=reject\"\n",
		rsa->record);
	struct resolver *r = resolver_cache(zone_of(zone), 4096, clock_mono_us);

	g_free(zone);
	return r;
}

/* seconds of CPU this process has used */
static double cpu_s(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
	size_t bytes = argc > 1 ? (size_t)g_ascii_strtoull(argv[1], NULL, 10) : 10000;
	int threads = argc > 2 ? (int)g_ascii_strtoll(argv[2], NULL, 10) : 1;
	int seconds = argc > 3 ? (int)g_ascii_strtoll(argv[3], NULL, 10) : 3;
	struct signer rsa = signer_rsa(2048);
	char *text = message_make(&rsa, bytes);
	struct resolver *r = answers(&rsa);
	struct auth_engine *engine = auth_engine_create(no_options(), r);
	struct work *w = g_new0(struct work, threads);
	unsigned long done = 0, passed = 0;
	int64_t began_us = clock_mono_us();
	double began_cpu_s = cpu_s(), took_s;

	for (int i = 0; i < threads; i++) {
		w[i] = (struct work){ .engine = engine,
				      .text = bytes_of(text),
				      .until_us = began_us + (int64_t)seconds * 1000000 };
		pthread_create(&w[i].thread, NULL, work_run, &w[i]);
	}
	for (int i = 0; i < threads; i++) {
		pthread_join(w[i].thread, NULL);
		done += w[i].done;
		passed += w[i].passed;
	}
	took_s = (double)(clock_mono_us() - began_us) / 1e6;
	printf("%zu bytes, %d threads: %.0f messages/s, %.1f us of CPU each, %lu of %lu "
	       "pass\n",
	       strlen(text), threads, (double)done / took_s,
	       (cpu_s() - began_cpu_s) * 1e6 / (double)done, passed, done);
	auth_engine_destroy(&engine);
	resolver_close(&r);
	signer_free(&rsa);
	g_free(text);
	g_free(w);
	return done == passed ? 0 : 1;
}
