/* Domains that a reader may take for his own. */
#include <glib.h>

#include "base/limits.h"
#include "message/domain.h"

struct row {
	const char *key, *own, *how; /* NULL: no */
};

static void check(const struct row *rows, size_t n)
{
	const char *how;

	for (size_t i = 0; i < n; i++) {
		enum answer want = rows[i].how == NULL ? ANSWER_NO : ANSWER_YES;

		g_test_message("%s for %s", rows[i].key, rows[i].own);
		g_assert_cmpint(domain_lookalike(rows[i].key, rows[i].own, &how), ==,
				want);
		g_assert_cmpstr(how, ==, rows[i].how);
	}
}

static void test_alike(void)
{
	static const struct row rows[] = {
		{ "paypa1.com", "paypal.com", "confusable letters" },
		{ "paypai.com", "paypal.com", "confusable letters" },
		{ "www.rnicrosoft.com", "microsoft.com", "confusable letters" },
		{ "vvells.net", "wells.com", "confusable letters" },
		/* pаypаl with Cyrillic letters */
		{ "xn--pypl-53dc.com", "paypal.com", "confusable letters" },
		{ "xn--mnchen-3ya.example", "munchen.example", "confusable letters" },
		{ "examp1e.com", "mail.example.com", "confusable letters" },
		{ "exmaple.com", "example.com", "letters swapped" },
		{ "exampl.com", "example.com", "one letter differs" },
		{ "exammple.com", "example.com", "one letter differs" },
		{ "exanple.com", "example.com", "one letter differs" },
		{ "contoso.net", "contoso.com", "same name under another ending" },
		{ "contoso.co.uk", "contoso.com", "same name under another ending" },
		{ "con-toso.com", "contoso.com", "added or missing hyphen" },
		{ "contoso.com", "con-toso.com", "added or missing hyphen" },
		{ "contoso-payroll.com", "contoso.com", "contains the name" },
		{ "securecontoso.com", "contoso.com", "contains the name" },
		{ "my-acme-login.com", "acme.com", "contains the name" },
		{ "acme24.com", "acme.com", "contains the name" },
		{ "contoso.com.attacker.net", "contoso.com",
		  "begins with the whole domain" },
		{ "mail.contoso.com.attacker.net", "contoso.com",
		  "begins with the whole domain" },
		{ "contoso-com.attacker.net", "contoso.com",
		  "begins with the whole domain" },
		{ "login.contosocom.attacker.net", "contoso.com",
		  "begins with the whole domain" },
		{ "contoso.com-files.net", "contoso.com",
		  "begins with the whole domain" },
		{ "contoso.co-uk.attacker.net", "contoso.co.uk",
		  "begins with the whole domain" },
		{ "c0ntoso.com.attacker.net", "contoso.com",
		  "begins with the whole domain" },
		{ "contoso.attacker.net", "contoso.com", domain_name_in_front },
		{ "my-contoso.attacker.net", "contoso.com", domain_name_in_front },
		{ "clelphi.com", "delphi.com", "confusable letters" },
		{ "delphi.com", "clelphi.com", "confusable letters" },
		{ "c0nt0s0.com", "contoso.com", "confusable letters" },
		{ "h4rb0r.com", "harbor.com", "confusable letters" },
		{ "myharbor.com", "harbor.com", "contains the name" },
		{ "acmeinvoices.com", "acme.com", "contains the name" },
		{ "acme-harbor.com", "acme.com", domain_name_beside },
		{ "oldcontoso.com", "contoso.com", domain_name_beside },
	};

	check(rows, G_N_ELEMENTS(rows));
}

static void test_different(void)
{
	static const struct row rows[] = {
		{ "example.com", "example.com", NULL },
		{ "a.example.com", "b.example.com", NULL },
		{ "attacker.net", "contoso.com", NULL },
		/* short names: too many honest ones are one letter apart */
		{ "acne.com", "acme.com", NULL },
		{ "ibn.com", "ibm.com", NULL },
		{ "pharmacmes.com", "acme.com", NULL },
		{ "exampl.org", "example.com", NULL },
		{ "ex.com", "example.com", NULL },
		{ "com", "example.com", NULL },
		{ "192.0.2.1", "192.0.2.2", NULL },
		{ "[192.0.2.1]", "example.com", NULL },
		{ "notcontoso.com.net", "contoso.org.uk", NULL },
		{ "acmes.attacker.net", "acme.com", NULL },
		{ "it.attacker.net", "it.com", NULL },
		{ "pharmacme.com", "acme.com", NULL },
	};

	check(rows, G_N_ELEMENTS(rows));
}

/* Whoever looks like a domain is led to it by a key that both have. */
static void test_keys(void)
{
	static const char *const alike[][2] = {
		{ "contos.com", "contoso.com" },
		{ "contosso.com", "contoso.com" },
		{ "contsoo.com", "contoso.com" },
		{ "cantoso.com", "contoso.com" },
		{ "con-toso.com", "contoso.com" },
		{ "c0ntoso.com", "contoso.com" },
		{ "contoso.net", "contoso.com" },
		{ "contoso-pay.com", "contoso.com" },
		{ "mycontoso.com", "contoso.com" },
		{ "contoso24.com", "contoso.com" },
		{ "contoso.com.evil.net", "contoso.com" },
		{ "contoso-com.evil.net", "contoso.com" },
		{ "a.contosocom.evil.net", "contoso.com" },
		{ "contoso.com-x.net", "contoso.com" },
		{ "rnodem.com", "modem.com" },
		{ "clelphi.com", "delphi.com" },
		{ "xn--ontoso-hrf.com", "contoso.com" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(alike); i++) {
		struct arena *a = arena_create();
		const char *asked[LIMIT_LOOKALIKE_KEYS], *kept[LIMIT_LOOKALIKE_KEYS],
			*how;
		size_t n = domain_lookalike_asks(a, alike[i][0], asked);
		size_t m = domain_lookalike_keys(a, alike[i][1], kept);
		bool met = false;

		for (size_t x = 0; x < n; x++)
			for (size_t y = 0; y < m; y++)
				met = met || strcmp(asked[x], kept[y]) == 0;
		g_test_message("%s for %s", alike[i][0], alike[i][1]);
		g_assert_true(met);
		g_assert_cmpint(domain_lookalike(alike[i][0], alike[i][1], &how), ==,
				ANSWER_YES);
		arena_destroy(&a);
	}
}

static void test_keys_bounded(void)
{
	struct arena *a = arena_create();
	const char *keys[LIMIT_LOOKALIKE_KEYS];
	GString *domain = g_string_new(NULL);

	for (int i = 0; i < 30; i++)
		g_string_append(domain, "my-team-pay-");
	g_string_truncate(domain, 63);
	g_string_append(domain,
			".abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz.com");
	g_assert_cmpuint(domain_lookalike_asks(a, domain->str, keys), <=,
			 LIMIT_LOOKALIKE_KEYS);
	g_assert_cmpuint(domain_lookalike_keys(a, domain_org(domain->str), keys), ==,
			 LIMIT_LOOKALIKE_NEIGHBOURS);
	g_assert_cmpuint(domain_lookalike_asks(a, "192.0.2.1", keys), ==, 0);
	g_string_free(domain, TRUE);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lookalike/alike", test_alike);
	g_test_add_func("/lookalike/different", test_different);
	g_test_add_func("/lookalike/keys", test_keys);
	g_test_add_func("/lookalike/keys-bounded", test_keys_bounded);
	return g_test_run();
}
