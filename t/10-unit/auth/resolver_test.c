/* Questions: names that cannot be asked, waiting, watching, leaving, and bounds of answers. */
#include <pthread.h>

#include "auth_fixture.h"
#include "base/limits.h"

/* a resolver that answers when it is told to */
struct holding {
	struct resolver base;
	struct dns_query *held;
	unsigned asked, cancelled;
};

static void holding_start(struct resolver *r, struct dns_query *q)
{
	struct holding *h = (struct holding *)r;

	h->held = q;
	h->asked++;
}

static void holding_cancel(struct resolver *r, struct dns_query *q)
{
	struct holding *h = (struct holding *)r;

	g_assert_true(h->held == q);
	h->held = NULL;
	h->cancelled++;
	dns_query_forget(q);
}

static void holding_close(struct resolver *r)
{
	(void)r;
}

static const struct resolver_backend holding_backend = {
	.start = holding_start,
	.cancel = holding_cancel,
	.close = holding_close,
};

static void holding_answer(struct holding *h)
{
	struct dns_rr rr = { .data = { .at = "\300\0\2\1", .n = 4 } };
	struct dns_query *q = h->held;

	h->held = NULL;
	dns_query_answer(q, dns_reply_make(DNS_A, DNS_OK, 60, &rr, 1));
}

/* RFC 1035 2.3.4: labels of 63 octets or less, names of 255 octets or less (253 as text) */
static void test_names(void)
{
	struct holding h = { .base.backend = &holding_backend };
	GString *name = g_string_new(NULL);
	static const char *const impossible[] = {
		"", ".", "..", "a..b", ".a", "a.b..", "a...example.org"
	};

	for (size_t i = 0; i < G_N_ELEMENTS(impossible); i++) {
		struct dns_query *q = resolver_ask(&h.base, impossible[i], DNS_A);

		g_assert_cmpint(dns_query_peek(q)->status, ==, DNS_NXDOMAIN);
		dns_query_release(&q);
	}
	for (int n = 63; n <= 64; n++) {
		struct dns_query *q;

		g_string_printf(name, "%0*d.example", n, 0);
		q = resolver_ask(&h.base, name->str, DNS_A);
		g_assert_true((dns_query_peek(q) == NULL) == (n == 63));
		dns_query_release(&q);
	}
	for (int n = 253; n <= 254; n++) {
		struct dns_query *q;

		g_string_assign(name, "a");
		while (name->len < (size_t)n)
			g_string_append(name, (n - (int)name->len) % 2 ? "b" : ".b");
		q = resolver_ask(&h.base, name->str, DNS_A);
		g_assert_true((dns_query_peek(q) == NULL) == (n == 253));
		dns_query_release(&q);
	}
	g_assert_cmpuint(h.asked, ==, 2);
	g_assert_cmpuint(h.cancelled, ==, 2);
	g_string_free(name, TRUE);
}

static void count(void *arg)
{
	++*(int *)arg;
}

static void test_watch(void)
{
	struct holding h = { .base.backend = &holding_backend };
	struct dns_query *q = resolver_ask(&h.base, "A.Example.ORG.", DNS_A);
	int first = 0, second = 0, third = 0;

	g_assert_cmpstr(dns_query_name(q), ==, "a.example.org");
	g_assert_true(dns_query_watch(q, count, &first));
	g_assert_true(dns_query_watch(q, count, &second));
	g_assert_true(dns_query_unwatch(q, count, &first));
	g_assert_false(dns_query_unwatch(q, count, &first));
	holding_answer(&h);
	g_assert_cmpint(first, ==, 0);
	g_assert_cmpint(second, ==, 1);
	g_assert_false(dns_query_unwatch(q, count, &second));
	g_assert_false(dns_query_watch(q, count, &third));
	g_assert_cmpint(dns_query_peek(q)->status, ==, DNS_OK);
	dns_query_release(&q);
	g_assert_null(q);
	dns_query_release(&q);
	g_assert_cmpint(third, ==, 0);
}

static void *answer_later(void *arg)
{
	g_usleep(20000);
	holding_answer(arg);
	return NULL;
}

static void test_wait(void)
{
	struct holding h = { .base.backend = &holding_backend };
	struct dns_query *q = resolver_ask(&h.base, "a.example.org", DNS_A);
	const struct dns_answer *a;
	int64_t began_us = clock_mono_us();
	pthread_t t;

	g_assert_cmpint(resolver_wait(q, 0)->status, ==, DNS_TEMPFAIL);
	g_assert_cmpint(resolver_wait(q, in_ms(10))->status, ==, DNS_TEMPFAIL);
	g_assert_cmpint(clock_mono_us() - began_us, >=, 10000);
	g_assert_cmpint(pthread_create(&t, NULL, answer_later, &h), ==, 0);
	a = resolver_wait(q, in_ms(5000));
	g_assert_cmpint(a->status, ==, DNS_OK);
	g_assert_cmpuint(a->n, ==, 1);
	pthread_join(t, NULL);
	dns_query_release(&q);
}

static void test_bounds(void)
{
	struct dns_rr rrs[LIMIT_DNS_RRS + 1];
	char *text = g_strnfill(LIMIT_TXT_BYTES + 1, 'x');
	struct dns_reply *reply;

	for (size_t i = 0; i < G_N_ELEMENTS(rrs); i++)
		rrs[i] = (struct dns_rr){ .data = bytes_of(text) };
	rrs[1].data.n = LIMIT_TXT_BYTES;
	reply = dns_reply_make(DNS_TXT, DNS_OK, 1, rrs, G_N_ELEMENTS(rrs));
	g_assert_cmpuint(dns_reply_answer(reply)->n, ==, LIMIT_DNS_RRS);
	g_assert_cmpuint(dns_reply_answer(reply)->rrs[0].data.n, ==, LIMIT_TXT_BYTES);
	g_assert_true(dns_reply_answer(reply)->rrs[0].truncated);
	g_assert_false(dns_reply_answer(reply)->rrs[1].truncated);
	dns_reply_drop(reply);
	/* an answer without records is no answer with records */
	reply = dns_reply_make(DNS_A, DNS_OK, 1, NULL, 0);
	g_assert_cmpint(dns_reply_answer(reply)->status, ==, DNS_NODATA);
	dns_reply_drop(reply);
	g_free(text);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/resolver/names", test_names);
	g_test_add_func("/auth/resolver/watch", test_watch);
	g_test_add_func("/auth/resolver/wait", test_wait);
	g_test_add_func("/auth/resolver/bounds", test_bounds);
	return g_test_run();
}
