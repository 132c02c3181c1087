/* Domains that a reader may take for his own. */
#include <glib.h>

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
		{ "contoso.com.attacker.net", "contoso.com", "contains the name" },
		{ "mail.contoso.com.attacker.net", "contoso.com", "contains the name" },
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
	};

	check(rows, G_N_ELEMENTS(rows));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lookalike/alike", test_alike);
	g_test_add_func("/lookalike/different", test_different);
	return g_test_run();
}
