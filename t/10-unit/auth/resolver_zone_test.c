/* Zone files: what is read, what is answered, and what a writer is told who errs. */
#include <glib/gstdio.h>

#include "auth_fixture.h"
#include "base/error.h"

static const char zone_text[] =
	"; a comment\n"
	"$ORIGIN example.org.\n"
	"$TTL 60\n"
	"@        IN A     192.0.2.1      ; and one more\n"
	"              300 A 192.0.2.2\n"
	"         AAAA  2001:db8::1\n"
	"         MX    10 mail\n"
	"         MX    20 Mail.Example.NET.\n"
	"         TXT   \"v=spf1 \" \"a; \\\"-all\\\"\" \\000x\\255\n"
	"www      CNAME mail\n"
	"mail     A     192.0.2.3\r\n"
	"a.b.c    A     192.0.2.4\n"
	"loop1    CNAME loop2\n"
	"loop2    CNAME loop1\n"
	"dangling CNAME nowhere\n"
	"broken   SERVFAIL\n"
	"broken   A 192.0.2.5\n"
	"half     A 192.0.2.6\n"
	"half     SERVFAIL TXT\n"
	"old      SPF \"v=spf1 -all\"\n"
	"empty    TXT \"\"\n"
	"1.2.0.192.in-addr.arpa. PTR Mail\n";

static const struct {
	const char *name;
	enum dns_type type;
	enum dns_status status;
	size_t n;
	const char *first; /* of the first record; addresses in hex */
} rows[] = {
	{ "example.org", DNS_A, DNS_OK, 2, "c0000201" },
	{ "EXAMPLE.org.", DNS_A, DNS_OK, 2, "c0000201" },
	{ "example.org", DNS_AAAA, DNS_OK, 1, "20010db8000000000000000000000001" },
	{ "example.org", DNS_MX, DNS_OK, 2, "mail.example.org" },
	{ "example.org", DNS_PTR, DNS_NODATA, 0, NULL },
	{ "www.example.org", DNS_A, DNS_OK, 1, "c0000203" },
	{ "www.example.org", DNS_MX, DNS_NODATA, 0, NULL },
	{ "b.c.example.org", DNS_A, DNS_NODATA, 0, NULL }, /* one below it is there */
	{ "nowhere.example.org", DNS_A, DNS_NXDOMAIN, 0, NULL },
	{ "dangling.example.org", DNS_A, DNS_NXDOMAIN, 0, NULL },
	{ "loop1.example.org", DNS_A, DNS_NODATA, 0, NULL },
	{ "broken.example.org", DNS_TXT, DNS_TEMPFAIL, 0, NULL },
	{ "broken.example.org", DNS_A, DNS_OK, 1, "c0000205" },
	{ "half.example.org", DNS_TXT, DNS_TEMPFAIL, 0, NULL },
	{ "half.example.org", DNS_A, DNS_OK, 1, "c0000206" },
	{ "half.example.org", DNS_AAAA, DNS_NODATA, 0, NULL },
	{ "old.example.org", DNS_TXT, DNS_NODATA, 0, NULL },
	{ "empty.example.org", DNS_TXT, DNS_OK, 1, "" },
	{ "1.2.0.192.in-addr.arpa", DNS_PTR, DNS_OK, 1, "mail.example.org" },
};

static char *shown(enum dns_type type, struct bytes data)
{
	GString *text;

	if (type != DNS_A && type != DNS_AAAA)
		return g_strndup(data.at, data.n);
	text = g_string_new(NULL);
	for (size_t i = 0; i < data.n; i++)
		g_string_append_printf(text, "%02x", (guint)(guchar)data.at[i]);
	return g_string_free(text, FALSE);
}

static void test_answers(void)
{
	struct resolver *r = zone_of(zone_text);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct dns_query *q = resolver_ask(r, rows[i].name, rows[i].type);
		const struct dns_answer *a = dns_query_peek(q);

		g_test_message("%s %d", rows[i].name, rows[i].type);
		g_assert_nonnull(a);
		g_assert_cmpint(a->status, ==, rows[i].status);
		g_assert_cmpuint(a->n, ==, rows[i].n);
		if (a->n > 0) {
			char *first = shown(rows[i].type, a->rrs[0].data);

			g_assert_cmpstr(first, ==, rows[i].first);
			g_free(first);
		}
		dns_query_release(&q);
	}
	resolver_close(&r);
}

static void test_details(void)
{
	struct resolver *r = zone_of(zone_text);
	struct dns_query *q = resolver_ask(r, "example.org", DNS_TXT);
	const struct dns_answer *a = dns_query_peek(q);
	static const char text[] = "v=spf1 a; \"-all\"\0x\377";

	g_assert_cmpmem(a->rrs[0].data.at, a->rrs[0].data.n, text, sizeof(text) - 1);
	g_assert_cmpuint(a->ttl_s, ==, 60);
	dns_query_release(&q);
	q = resolver_ask(r, "example.org", DNS_MX);
	a = dns_query_peek(q);
	g_assert_cmpuint(a->rrs[0].preference, ==, 10);
	g_assert_cmpuint(a->rrs[1].preference, ==, 20);
	g_assert_cmpmem(a->rrs[1].data.at, a->rrs[1].data.n, "mail.example.net", 16);
	dns_query_release(&q);
	g_assert_cmpuint(resolver_stats(r).asked, ==, 2);
	resolver_close(&r);
}

/* answers with a delay do not hold each other up */
static void test_delay(void)
{
	struct resolver *r =
		zone_of("$DELAY 40\na.example. A 192.0.2.1\nb.example. A 192.0.2.2\n"
			"$DELAY 0\nnow.example. A 192.0.2.3\n");
	int64_t began_us = clock_mono_us();
	struct dns_query *q[20];

	for (int i = 0; i < 20; i++)
		q[i] = resolver_ask(r, i % 2 ? "a.example" : "b.example", DNS_A);
	g_assert_null(dns_query_peek(q[0]));
	g_assert_cmpint(resolver_wait(q[0], in_ms(5))->status, ==, DNS_TEMPFAIL);
	for (int i = 0; i < 20; i++) {
		g_assert_cmpint(resolver_wait(q[i], in_ms(1000))->status, ==, DNS_OK);
		dns_query_release(&q[i]);
	}
	g_assert_cmpint(clock_mono_us() - began_us, >=, 40000);
	g_assert_cmpint(clock_mono_us() - began_us, <, 40000 * 20);
	q[0] = resolver_ask(r, "now.example", DNS_A);
	g_assert_nonnull(dns_query_peek(q[0]));
	dns_query_release(&q[0]);
	resolver_close(&r);
}

/* silence: waited for, left, and ended by closing */
static void test_silence(void)
{
	struct resolver *r = zone_of("s.example. TIMEOUT\n");
	struct dns_query *left = resolver_ask(r, "s.example", DNS_A);
	struct dns_query *kept = resolver_ask(r, "s.example", DNS_TXT);

	g_assert_cmpint(resolver_wait(left, in_ms(5))->status, ==, DNS_TEMPFAIL);
	g_assert_null(dns_query_peek(left));
	dns_query_release(&left);
	resolver_close(&r);
	g_assert_cmpint(dns_query_peek(kept)->status, ==, DNS_TEMPFAIL);
	dns_query_release(&kept);
}

static const struct {
	const char *text, *says;
} wrong[] = {
	{ "a.example. B 1\n", "zone:1: \"B\" is no record type known here" },
	{ "a.example.\n", "zone:1: \"\" is no record type" },
	{ "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a."
	  "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a."
	  "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a."
	  "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a. A "
	  "192.0.2.1\n",
	  "zone:1: the name is longer than 253 bytes" },
	{ "a.example. A\n", "zone:1: the record has no data" },
	{ "\na.example. A 192.0.2\n", "zone:2: \"192.0.2\" is no IPv4 address" },
	{ "a.example. AAAA 192.0.2.1\n", "zone:1: \"192.0.2.1\" is no IPv6 address" },
	{ "a.example. MX mail\n", "zone:1: an MX needs a number" },
	{ "a.example. MX 10\n", "zone:1: an MX needs a number" },
	{ "a.example. MX 65536 m\n", "zone:1: an MX needs a number" },
	{ "a.example. TXT \"x\n", "zone:1: a quoted text does not end" },
	{ "a.example. TXT \\\n", "zone:1: \\ must be followed" },
	{ "a.example. TXT \\999\n", "zone:1: \\ must be followed" },
	{ "a.example. DELAY soon\n", "zone:1: DELAY needs milliseconds" },
	{ "a.example. SERVFAIL ALL\n", "zone:1: \"ALL\" is no record type" },
	{ " A 192.0.2.1\n", "zone:1: the first record needs a name" },
	{ "$TTL x\n", "zone:1: write $ORIGIN NAME" },
	{ "$INCLUDE x\n", "zone:1: write $ORIGIN NAME" },
};

static void test_wrong(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		GError *e = NULL;
		struct resolver *r =
			resolver_zone_text("zone", bytes_of(wrong[i].text), &e);

		g_assert_null(r);
		g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
		if (!g_str_has_prefix(e->message, wrong[i].says))
			g_test_message("%s", e->message);
		g_assert_true(g_str_has_prefix(e->message, wrong[i].says));
		g_clear_error(&e);
	}
}

static void test_file(void)
{
	struct options o = { .dns_zone_file = "nowhere/zone", .dns_queue = 10 };
	GError *e = NULL;
	char *path;
	int fd = g_file_open_tmp("wonted-zone-XXXXXX", &path, NULL);
	struct resolver *r = resolver_open(&o, &e);

	g_assert_null(r);
	g_assert_true(g_str_has_prefix(e->message, "dns_zone_file: "));
	g_clear_error(&e);
	g_assert_true(g_close(fd, NULL));
	g_assert_true(g_file_set_contents(path, "a.example. A 192.0.2.1\n", -1, NULL));
	o.dns_zone_file = path;
	r = resolver_open(&o, &e);
	g_assert_no_error(e);
	for (int i = 0; i < 3; i++) {
		struct dns_query *q = resolver_ask(r, "a.example", DNS_A);

		g_assert_cmpint(resolver_wait(q, 0)->status, ==, DNS_OK);
		dns_query_release(&q);
	}
	g_assert_cmpuint(resolver_stats(r).cached, ==, 2);
	resolver_close(&r);
	remove(path);
	g_free(path);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/zone/answers", test_answers);
	g_test_add_func("/auth/zone/details", test_details);
	g_test_add_func("/auth/zone/delay", test_delay);
	g_test_add_func("/auth/zone/silence", test_silence);
	g_test_add_func("/auth/zone/wrong", test_wrong);
	g_test_add_func("/auth/zone/file", test_file);
	return g_test_run();
}
