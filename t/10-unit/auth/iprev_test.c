/* Names of clients, confirmed forward and back. */
#include "auth/iprev.h"

#include "auth_fixture.h"

static const char zone_text[] =
	"$ORIGIN 2.0.192.in-addr.arpa.\n"
	"1 PTR good.example.\n"
	"2 PTR other.example.\n2 PTR good2.example.\n"
	"3 PTR other.example.\n"
	"4 PTR nowhere.example.\n"
	"5 SERVFAIL\n"
	"6 PTR fails.example.\n6 PTR good6.example.\n"
	"7 PTR fails.example.\n7 PTR other.example.\n"
	"8 TXT \"no name\"\n"
	"$ORIGIN example.\n"
	"good A 192.0.2.1\ngood2 A 198.51.100.1\ngood2 A 192.0.2.2\ngood6 A 192.0.2.6\n"
	"other A 198.51.100.9\nfails SERVFAIL\nsix AAAA 2001:db8::1\n"
	"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR "
	"six\n";

static const struct {
	const char *address, *name;
	enum auth_result want;
	const char *confirmed;
} rows[] = {
	{ "192.0.2.1", NULL, AUTH_PASS, "good.example" },
	{ "::ffff:192.0.2.1", NULL, AUTH_PASS, "good.example" },
	{ "192.0.2.2", NULL, AUTH_PASS, "good2.example" },
	{ "192.0.2.3", NULL, AUTH_FAIL, NULL },
	{ "192.0.2.4", NULL, AUTH_FAIL, NULL },
	{ "192.0.2.5", NULL, AUTH_TEMPERROR, NULL },
	{ "192.0.2.6", NULL, AUTH_PASS, "good6.example" },
	{ "192.0.2.7", NULL, AUTH_TEMPERROR, NULL },
	{ "192.0.2.8", NULL, AUTH_PERMERROR, NULL },
	{ "192.0.2.9", NULL, AUTH_PERMERROR, NULL },
	{ "2001:db8::1", NULL, AUTH_PASS, "six.example" },
	{ "2001:db8::2", NULL, AUTH_PERMERROR, NULL },
	{ "192.0.2.9", "confirmed.example", AUTH_PASS,
	  "confirmed.example" }, /* by the MTA */
	{ "192.0.2.1", "", AUTH_PASS, "good.example" },
	{ "nonsense", NULL, AUTH_NONE, NULL },
	{ NULL, NULL, AUTH_NONE, NULL },
};

static void run_rows(const char *zone)
{
	struct resolver *r = zone_of(zone);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct iprev_check *c = iprev_create(
			r, &(struct envelope){ .client_addr = rows[i].address,
					       .client_name = rows[i].name });

		g_test_message("%s", rows[i].address);
		while (!iprev_step(c))
			wait_a_second(iprev_missing(c));
		g_assert_cmpint(iprev_result(c).result, ==, rows[i].want);
		g_assert_cmpstr(iprev_result(c).name, ==, rows[i].confirmed);
		iprev_destroy(&c);
	}
	resolver_close(&r);
}

static void test_rows(void)
{
	char *late = g_strconcat("$DELAY 2\n", zone_text, NULL);

	run_rows(zone_text);
	run_rows(late);
	g_free(late);
}

static void test_give_up(void)
{
	struct resolver *r = zone_of("1.2.0.192.in-addr.arpa. TIMEOUT\n");
	struct iprev_check *c =
		iprev_create(r, &(struct envelope){ .client_addr = "192.0.2.1" });

	g_assert_false(iprev_step(c));
	iprev_give_up(c);
	g_assert_true(iprev_step(c));
	g_assert_cmpint(iprev_result(c).result, ==, AUTH_TEMPERROR);
	iprev_destroy(&c);
	resolver_close(&r);
}

/* an address with a thousand names asks for ten */
static void test_many_names(void)
{
	GString *zone = g_string_new("$ORIGIN 2.0.192.in-addr.arpa.\n");
	struct iprev_check *c;
	struct resolver *r;

	for (int i = 0; i < 90; i++)
		g_string_append_printf(zone, "1 PTR n%d.example.\n", i);
	r = zone_of(zone->str);
	c = iprev_create(r, &(struct envelope){ .client_addr = "192.0.2.1" });
	g_assert_true(iprev_step(c));
	g_assert_cmpint(iprev_result(c).result, ==, AUTH_FAIL);
	g_assert_cmpuint(resolver_stats(r).asked, ==, 1 + 10);
	iprev_destroy(&c);
	resolver_close(&r);
	g_string_free(zone, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/iprev/rows", test_rows);
	g_test_add_func("/auth/iprev/give_up", test_give_up);
	g_test_add_func("/auth/iprev/many_names", test_many_names);
	return g_test_run();
}
