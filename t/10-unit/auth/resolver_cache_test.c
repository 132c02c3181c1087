/* The answer cache: TTLs, bounds, equal questions joined, and questions nobody answers. */
#include <pthread.h>

#include "auth_fixture.h"
#include "base/limits.h"

static int64_t now; /* the cache's clock, in microseconds */

#define ON_WAY 64 /* at once */

static int64_t test_now(void)
{
	return __atomic_load_n(&now, __ATOMIC_RELAXED);
}

static void pass_s(int64_t seconds)
{
	__atomic_add_fetch(&now, seconds * 1000000, __ATOMIC_RELAXED);
}

static enum dns_status ask(struct resolver *r, const char *name, enum dns_type type)
{
	struct dns_query *q = resolver_ask(r, name, type);
	enum dns_status status = resolver_wait(q, in_ms(1000))->status;

	dns_query_release(&q);
	return status;
}

static const struct {
	const char *name;
	enum dns_type type;
	enum dns_status status;
	int64_t fresh_s, stale_s; /* still remembered, no longer */
} rows[] = {
	{ "short.example", DNS_A, DNS_OK, 4, 5 }, /* at least 5 s */
	{ "minute.example", DNS_A, DNS_OK, 59, 60 },
	{ "long.example", DNS_A, DNS_OK, 86399, 86400 },   /* at most a day */
	{ "long.example", DNS_TXT, DNS_NODATA, 299, 300 }, /* the negative TTL */
	{ "none.example", DNS_A, DNS_NXDOMAIN, 299, 300 },
	{ "broken.example", DNS_A, DNS_TEMPFAIL, 4, 5 },
};

static const char zone_text[] = "short.example. 0 A 192.0.2.1\n"
				"minute.example. 60 A 192.0.2.1\n"
				"long.example. 999999 A 192.0.2.1\n"
				"broken.example. SERVFAIL\n";

static void test_ttl(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct resolver *r = resolver_cache(zone_of(zone_text), ON_WAY, test_now);

		g_assert_cmpint(ask(r, rows[i].name, rows[i].type), ==, rows[i].status);
		pass_s(rows[i].fresh_s);
		g_assert_cmpint(ask(r, rows[i].name, rows[i].type), ==, rows[i].status);
		g_assert_cmpuint(resolver_stats(r).cached, ==, 1);
		pass_s(rows[i].stale_s - rows[i].fresh_s);
		g_assert_cmpint(ask(r, rows[i].name, rows[i].type), ==, rows[i].status);
		g_assert_cmpuint(resolver_stats(r).cached, ==, 1);
		g_assert_cmpuint(resolver_stats(r).asked, ==, 3);
		resolver_close(&r);
	}
}

static void test_bound(void)
{
	struct resolver *r =
		resolver_cache(zone_of("a.example. A 192.0.2.1\n"), ON_WAY, test_now);
	char name[32];

	ask(r, "a.example", DNS_A);
	for (int i = 0; i < LIMIT_DNS_CACHE_ENTRIES; i++) {
		g_snprintf(name, sizeof(name), "n%d.example", i);
		ask(r, name, DNS_A);
		if (i % 1000 == 0)
			ask(r, "a.example", DNS_A); /* in use, so it stays */
	}
	g_assert_cmpuint(resolver_stats(r).entries, ==, LIMIT_DNS_CACHE_ENTRIES);
	g_assert_cmpuint(resolver_stats(r).cached, ==, LIMIT_DNS_CACHE_ENTRIES / 1000);
	ask(r, "a.example", DNS_A);
	g_assert_cmpuint(resolver_stats(r).cached, ==,
			 LIMIT_DNS_CACHE_ENTRIES / 1000 + 1);
	ask(r, "n0.example", DNS_A);
	g_assert_cmpuint(resolver_stats(r).cached, ==,
			 LIMIT_DNS_CACHE_ENTRIES / 1000 + 1);
	resolver_close(&r);
}

/* answers as large as can be: the bytes bind before the entries do */
struct fat {
	struct resolver base;
};

static void fat_start(struct resolver *r, struct dns_query *q)
{
	static const char text[LIMIT_TXT_BYTES];
	struct dns_rr rrs[LIMIT_DNS_RRS];

	(void)r;
	for (size_t i = 0; i < G_N_ELEMENTS(rrs); i++)
		rrs[i] = (struct dns_rr){ .data = { .at = text, .n = sizeof(text) } };
	dns_query_answer(q, dns_reply_make(DNS_TXT, DNS_OK, 60, rrs, G_N_ELEMENTS(rrs)));
}

static void fat_close(struct resolver *r)
{
	(void)r;
}

static void test_bytes(void)
{
	static const struct resolver_backend fat_backend = { .start = fat_start,
							     .close = fat_close };
	struct fat fat = { .base.backend = &fat_backend };
	struct resolver *r = resolver_cache(&fat.base, ON_WAY, test_now);
	char name[32];

	for (int i = 0; i < 200; i++) {
		g_snprintf(name, sizeof(name), "n%d.example", i);
		g_assert_cmpint(ask(r, name, DNS_TXT), ==, DNS_OK);
	}
	g_assert_cmpuint(resolver_stats(r).entries, <=,
			 LIMIT_DNS_CACHE_BYTES / (LIMIT_DNS_RRS * LIMIT_TXT_BYTES));
	g_assert_cmpuint(resolver_stats(r).entries, >, 50);
	resolver_close(&r);
}

static void test_joined(void)
{
	struct resolver *zone =
		zone_of("slow.example. A 192.0.2.1\nslow.example. DELAY 30\n");
	struct resolver *r = resolver_cache(zone, ON_WAY, test_now);
	struct dns_query *q[10];

	for (int i = 0; i < 10; i++)
		q[i] = resolver_ask(r, i % 2 ? "slow.example" : "SLOW.example.", DNS_A);
	dns_query_release(&q[3]); /* one leaves, the others stay */
	for (int i = 0; i < 10; i++) {
		if (q[i] == NULL)
			continue;
		g_assert_cmpint(resolver_wait(q[i], in_ms(1000))->status, ==, DNS_OK);
		dns_query_release(&q[i]);
	}
	g_assert_cmpuint(resolver_stats(zone).asked, ==, 1);
	g_assert_cmpuint(resolver_stats(r).joined, ==, 9);
	resolver_close(&r);
}

/* an asker who does not wait long still fills the cache for the next */
static void test_left(void)
{
	struct resolver *r = resolver_cache(
		zone_of("slow.example. A 192.0.2.1\nslow.example. DELAY 20\n"), ON_WAY,
		test_now);
	struct dns_query *q = resolver_ask(r, "slow.example", DNS_A);
	int64_t until_us = in_ms(2000);

	g_assert_cmpint(resolver_wait(q, 0)->status, ==, DNS_TEMPFAIL);
	dns_query_release(&q);
	while (resolver_stats(r).entries == 0 && clock_mono_us() < until_us)
		g_usleep(1000);
	q = resolver_ask(r, "slow.example", DNS_A);
	g_assert_nonnull(dns_query_peek(q));
	dns_query_release(&q);
	resolver_close(&r);
}

static void test_given_up(void)
{
	struct resolver *r = resolver_cache(
		zone_of("silent.example. TIMEOUT\na.example. A 192.0.2.1\n"), ON_WAY,
		test_now);
	struct dns_query *q = resolver_ask(r, "silent.example", DNS_A);

	pass_s(LIMIT_DNS_ANSWER_MS / 1000 + 1);
	g_assert_null(dns_query_peek(q));
	ask(r, "a.example", DNS_A); /* any other question finds it overdue */
	g_assert_cmpint(dns_query_peek(q)->status, ==, DNS_TEMPFAIL);
	dns_query_release(&q);
	g_assert_cmpuint(resolver_stats(r).tempfail, ==, 1);
	resolver_close(&r);
}

static void test_too_many(void)
{
	GString *zone = g_string_new("a.example. A 192.0.2.1\n");
	struct dns_query *q[ON_WAY + 1];
	struct resolver *r;
	char name[32];

	for (int i = 0; i < ON_WAY; i++)
		g_string_append_printf(zone, "n%d.example. TIMEOUT\n", i);
	r = resolver_cache(zone_of(zone->str), ON_WAY, test_now);
	for (int i = 0; i < ON_WAY; i++) {
		g_snprintf(name, sizeof(name), "n%d.example", i);
		q[i] = resolver_ask(r, name, DNS_A);
	}
	q[ON_WAY] = resolver_ask(r, "a.example", DNS_A);
	g_assert_cmpint(dns_query_peek(q[ON_WAY])->status, ==, DNS_TEMPFAIL);
	g_assert_null(dns_query_peek(q[0]));
	g_assert_cmpuint(resolver_stats(r).on_way, ==, ON_WAY);
	g_assert_cmpuint(resolver_stats(r).refused, ==, 1);
	resolver_close(&r);
	for (int i = 0; i <= ON_WAY; i++) {
		g_assert_cmpint(dns_query_peek(q[i])->status, ==, DNS_TEMPFAIL);
		dns_query_release(&q[i]);
	}
	g_string_free(zone, TRUE);
}

static void *ask_many(void *arg)
{
	struct resolver *r = arg;
	char name[32];

	for (int i = 0; i < 2000; i++) {
		struct dns_query *q;

		g_snprintf(name, sizeof(name), "n%d.example", i % 50);
		q = resolver_ask(r, name, DNS_A);
		if (i % 7 != 0)
			g_assert_cmpint(resolver_wait(q, in_ms(5000))->status, ==,
					DNS_OK);
		dns_query_release(&q);
		if (i % 100 == 0)
			pass_s(1);
	}
	return NULL;
}

static void test_threads(void)
{
	GString *zone = g_string_new("$TTL 20\n$DELAY 1\n");
	struct resolver *r;
	pthread_t t[4];

	for (int i = 0; i < 50; i++)
		g_string_append_printf(zone, "n%d.example. A 192.0.2.%d\n", i, i);
	r = resolver_cache(zone_of(zone->str), ON_WAY, test_now);
	for (size_t i = 0; i < G_N_ELEMENTS(t); i++)
		g_assert_cmpint(pthread_create(&t[i], NULL, ask_many, r), ==, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(t); i++)
		pthread_join(t[i], NULL);
	g_assert_cmpuint(resolver_stats(r).asked, ==, 8000);
	resolver_close(&r);
	g_string_free(zone, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/cache/ttl", test_ttl);
	g_test_add_func("/auth/cache/bound", test_bound);
	g_test_add_func("/auth/cache/bytes", test_bytes);
	g_test_add_func("/auth/cache/joined", test_joined);
	g_test_add_func("/auth/cache/left", test_left);
	g_test_add_func("/auth/cache/given_up", test_given_up);
	g_test_add_func("/auth/cache/too_many", test_too_many);
	g_test_add_func("/auth/cache/threads", test_threads);
	return g_test_run();
}
