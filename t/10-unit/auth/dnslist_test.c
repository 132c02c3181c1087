/* Lists in DNS: what is asked, what is a yes, and what is only unknown. */
#include "auth/dnslist.h"

#include "auth_fixture.h"
#include "base/limits.h"

static const char zone_text[] =
	"$ORIGIN hosts.example.\n"
	"9.2.0.192 A 127.0.0.2\n"
	"10.2.0.192 A 127.0.0.9\n"
	"11.2.0.192 A 127.0.0.9\n11.2.0.192 A 127.0.0.4\n"
	"12.2.0.192 A 127.255.255.254\n"
	"13.2.0.192 A 203.0.113.1\n"
	"14.2.0.192 SERVFAIL\n"
	"15.2.0.192 TXT \"no address\"\n"
	"16.2.0.192 A 127.0.0.1\n"
	"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2 A 127.0.0.2\n"
	"1.0.0.10 A 127.0.0.2\n"
	"$ORIGIN domains.example.\n"
	"bad.example A 127.0.1.2\n"
	"bad.co.uk A 127.0.1.2\n"
	"xn--mller-kva.example A 127.0.1.2\n"
	"question.example A 127.0.1.255\n";

static const struct dnslist_codes two_to_four = { 0x7f000002, 0x7f000004 };
static const struct dnslist hosts = { "hosts", "hosts.example", &two_to_four, 1 };
static const struct dnslist any_host = { "any_host", "hosts.example", NULL, 0 };
static const struct dnslist domains = { "domains", "domains.example", NULL, 0 };

static const struct {
	const struct dnslist *list;
	const char *text;
	bool host;
	enum answer want;
} rows[] = {
	{ &hosts, "192.0.2.9", true, ANSWER_YES },
	{ &hosts, "::ffff:192.0.2.9", true, ANSWER_YES },
	{ &hosts, "2001:db8::1", true, ANSWER_YES },
	{ &hosts, "2001:db8::2", true, ANSWER_NO },
	{ &hosts, "192.0.2.10", true, ANSWER_NO }, /* another code */
	{ &any_host, "192.0.2.10", true, ANSWER_YES },
	{ &hosts, "192.0.2.11", true, ANSWER_YES }, /* one of two */
	{ &any_host, "192.0.2.12", true, ANSWER_UNKNOWN },
	{ &any_host, "192.0.2.13", true, ANSWER_UNKNOWN },
	{ &any_host, "192.0.2.14", true, ANSWER_UNKNOWN },
	{ &any_host, "192.0.2.15", true, ANSWER_NO },
	{ &any_host, "192.0.2.16", true, ANSWER_UNKNOWN },
	{ &any_host, "192.0.2.99", true, ANSWER_NO },
	{ &any_host, "10.0.0.1", true, ANSWER_NO }, /* a private network: not asked */
	{ &any_host, "127.0.0.1", true, ANSWER_NO },
	{ &any_host, "fe80::1", true, ANSWER_NO },
	{ &any_host, "no address", true, ANSWER_NO },
	{ &any_host, "", true, ANSWER_NO },
	{ &domains, "bad.example", false, ANSWER_YES },
	{ &domains, "WWW.Shop.Bad.Example", false, ANSWER_YES },
	{ &domains, "ann@mail.bad.example", false, ANSWER_YES },
	{ &domains, "www.bad.co.uk", false, ANSWER_YES },
	{ &domains, "co.uk", false, ANSWER_NO },
	{ &domains, "www.m\u00fcller.example", false, ANSWER_YES },
	{ &domains, "good.example", false, ANSWER_NO },
	{ &domains, "question.example", false, ANSWER_UNKNOWN },
	{ &domains, "192.0.2.9", false, ANSWER_NO },
	{ &domains, "localhost", false, ANSWER_NO },
	{ &domains, "not a domain", false, ANSWER_NO },
	{ &domains, "", false, ANSWER_NO },
};

static void answers(void)
{
	struct resolver *r = zone_of(zone_text);
	struct dnslists *d = dnslists_begin(r);
	struct arena *a = arena_create();
	const char *const *told;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		dnslists_ask(d, rows[i].list,
			     (struct dnslist_key){ rows[i].text, rows[i].host });
	dnslists_wait(d, in_ms(5000));
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct dnslist_key key = { rows[i].text, rows[i].host };

		g_test_message("%s: %s", rows[i].list->name, rows[i].text);
		g_assert_cmpint(dnslists_answer(d, rows[i].list, key), ==, rows[i].want);
	}
	/* of a list with a name each once, and each key once */
	g_assert_cmpuint(dnslists_found(d, a, true, &told), ==, 2);
	g_assert_cmpstr(told[0], ==, "any_host");
	g_assert_cmpstr(told[1], ==, "domains");
	g_assert_cmpuint(dnslists_found(d, a, false, &told), ==, 7);
	g_assert_cmpstr(told[0], ==, "hosts: 192.0.2.9");
	g_assert_cmpstr(told[6], ==, "domains: xn--mller-kva.example");
	/* what was never asked is unknown */
	g_assert_cmpint(
		dnslists_answer(d, &hosts, (struct dnslist_key){ "192.0.2.200", true }),
		==, ANSWER_UNKNOWN);
	dnslists_end(&d);
	g_assert_null(d);
	dnslists_end(&d);
	arena_destroy(&a);
	resolver_close(&r);
}

static void late_is_unknown(void)
{
	struct resolver *r = zone_of("$ORIGIN hosts.example.\n9.2.0.192 TIMEOUT\n");
	struct dnslists *d = dnslists_begin(r);
	const struct dnslist_key key = { "192.0.2.9", true };

	dnslists_ask(d, &hosts, key);
	dnslists_wait(d, in_ms(1));
	g_assert_cmpint(dnslists_answer(d, &hosts, key), ==, ANSWER_UNKNOWN);
	dnslists_end(&d);
	/* given back while a question is on its way */
	d = dnslists_begin(r);
	dnslists_ask(d, &hosts, key);
	dnslists_end(&d);
	resolver_close(&r);
}

/* a message that names a thousand domains asks about some, and says so */
static void bounded(void)
{
	struct resolver *r =
		zone_of("$ORIGIN domains.example.\nd5.example A 127.0.0.2\n");
	struct dnslists *d = dnslists_begin(r);
	struct arena *a = arena_create();
	const char *const *told;

	for (int i = 0; i < 1000; i++)
		dnslists_ask(
			d, &domains,
			(struct dnslist_key){ arena_printf(a, "d%d.example", i), false });
	g_assert_cmpuint(dnslists_asked(d), ==, LIMIT_DNSLIST_KEYS);
	dnslists_wait(d, in_ms(5000));
	g_assert_cmpint(
		dnslists_answer(d, &domains, (struct dnslist_key){ "d5.example", false }),
		==, ANSWER_YES);
	g_assert_cmpint(
		dnslists_answer(d, &domains, (struct dnslist_key){ "d6.example", false }),
		==, ANSWER_NO);
	g_assert_cmpint(dnslists_answer(d, &domains,
					(struct dnslist_key){ "d900.example", false }),
			==, ANSWER_UNKNOWN);
	g_assert_cmpuint(dnslists_found(d, a, true, &told), ==, 1);
	dnslists_end(&d);
	arena_destroy(&a);
	resolver_close(&r);
}

static void codes(void)
{
	static const struct {
		const char *text;
		uint32_t first, last; /* 0: it is none */
	} all[] = {
		{ "127.0.0.2", 0x7f000002, 0x7f000002 },
		{ "127.0.0.4-127.0.0.7", 0x7f000004, 0x7f000007 },
		{ "127.0.0.7-127.0.0.4", 0, 0 },
		{ "192.0.2.1", 0, 0 },
		{ "127.0.0.2-", 0, 0 },
		{ "-127.0.0.2", 0, 0 },
		{ "127.0.0.2-7", 0, 0 },
		{ "127.0.0", 0, 0 },
		{ "", 0, 0 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		struct dnslist_codes got;
		bool good = dnslist_codes(all[i].text, &got);

		g_assert_cmpint(good, ==, all[i].first != 0);
		g_assert_true(!good ||
			      (got.first == all[i].first && got.last == all[i].last));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/dnslist/answers", answers);
	g_test_add_func("/dnslist/late", late_is_unknown);
	g_test_add_func("/dnslist/bounded", bounded);
	g_test_add_func("/dnslist/codes", codes);
	return g_test_run();
}
