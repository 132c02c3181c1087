/* The check and rewriting of SPF records, against the grammar of RFC 7208 12. */
#include "auth/spf_record.h"

#include <string.h>

#include "auth/spf_term.h"

static const struct {
	const char *record;
	const char *four, *six; /* rewritten for a client of IPv4, IPv6; NULL: wrong */
} rows[] = {
	{ "v=spf1", "v=spf1", "v=spf1" },
	{ "v=spf1  -all ", "v=spf1 -all", "v=spf1 -all" },
	{ "V=SPF1 ~ALL", "v=spf1 ~all", "v=spf1 ~all" },
	{ "v=spf1 a mx", "v=spf1 +exists:t0.term +exists:t1.term | a own 32 | mx own 32",
	  "v=spf1 +exists:t0.term +exists:t1.term | a own 128 | mx own 128" },
	{ "v=spf1 a/24//64", "v=spf1 +exists:t0.term | a own 24",
	  "v=spf1 +exists:t0.term | a own 64" },
	{ "v=spf1 ?a:b.example.org//0", "v=spf1 ?exists:t0.term | a b.example.org 32",
	  "v=spf1 ?exists:t0.term | a b.example.org 0" },
	{ "v=spf1 mx/0", "v=spf1 +exists:t0.term | mx own 0",
	  "v=spf1 +exists:t0.term | mx own 128" },
	{ "v=spf1 ip4:192.0.2.0/24", "v=spf1 +ip4:192.0.2.0/24",
	  "v=spf1 +ip4:192.0.2.0/24" },
	{ "v=spf1 -ip4:0.0.0.0/0", "v=spf1 -ip4:0.0.0.0/1 -ip4:128.0.0.0/1",
	  "v=spf1 -ip4:0.0.0.0/1 -ip4:128.0.0.0/1" },
	{ "v=spf1 ip6:::/0", "v=spf1 +ip6:::/1 +ip6:8000::/1",
	  "v=spf1 +ip6:::/1 +ip6:8000::/1" },
	{ "v=spf1 redirect=a.org mx:b.org",
	  "v=spf1 +exists:t0.term redirect=t1.term | mx b.org 32 | record a.org 0",
	  "v=spf1 +exists:t0.term redirect=t1.term | mx b.org 128 | record a.org 0" },
	{ "v=spf1 redirect=a.org -all", "v=spf1 -all", "v=spf1 -all" },
	{ "v=spf1 exp=x.%{d} foo=%{l} -all", "v=spf1 -all", "v=spf1 -all" },
	{ "v=spf1 exists:%{ir}.%{l1r-}.%{d2}",
	  "v=spf1 +exists:t0.term | exists %{ir}.%{l1r-}.%{d2} 0",
	  "v=spf1 +exists:t0.term | exists %{ir}.%{l1r-}.%{d2} 0" },
	{ "v=spf1 -include:a.example.org.",
	  "v=spf1 -include:t0.term | record a.example.org. 0",
	  "v=spf1 -include:t0.term | record a.example.org. 0" },
	{ "v=spf1 ptr ptr:a.org",
	  "v=spf1 +exists:t0.term +exists:t1.term | ptr own 0 | ptr a.org 0",
	  "v=spf1 +exists:t0.term +exists:t1.term | ptr own 0 | ptr a.org 0" },
	/* names that are ours mean nothing in a record */
	{ "v=spf1 a:t5.term", "v=spf1 +exists:t0.term | a t5.term 32",
	  "v=spf1 +exists:t0.term | a t5.term 128" },
	/* wrong */
	{ "v=spf1 all:x", NULL, NULL },
	{ "v=spf1 all/8", NULL, NULL },
	{ "v=spf1 include", NULL, NULL },
	{ "v=spf1 include:", NULL, NULL },
	{ "v=spf1 include:a", NULL, NULL },
	{ "v=spf1 include:a.123", NULL, NULL },
	{ "v=spf1 include:a.-b", NULL, NULL },
	{ "v=spf1 include:.org", NULL, NULL },
	{ "v=spf1 include:a.org/24", NULL, NULL },
	{ "v=spf1 exists:%{x}.a.org", NULL, NULL },
	{ "v=spf1 exists:%{d", NULL, NULL },
	{ "v=spf1 exists:%{d0}.a.org", NULL, NULL },
	{ "v=spf1 exists:%{c}.a.org", NULL, NULL }, /* c, r, t are for exp= texts only */
	{ "v=spf1 exists:a%.org", NULL, NULL },
	{ "v=spf1 a:", NULL, NULL },
	{ "v=spf1 a/", NULL, NULL },
	{ "v=spf1 a/33", NULL, NULL },
	{ "v=spf1 a/032", NULL, NULL },
	{ "v=spf1 a//129", NULL, NULL },
	{ "v=spf1 a/24/64", NULL, NULL },
	{ "v=spf1 a24", NULL, NULL },
	{ "v=spf1 mx:/24", NULL, NULL },
	{ "v=spf1 ip4", NULL, NULL },
	{ "v=spf1 ip4:192.0.2", NULL, NULL },
	{ "v=spf1 ip4:192.0.2.1/", NULL, NULL },
	{ "v=spf1 ip4:192.0.2.1/33", NULL, NULL },
	{ "v=spf1 ip4:2001:db8::1", NULL, NULL },
	{ "v=spf1 ip6:192.0.2.1", NULL, NULL },
	{ "v=spf1 redirect=", NULL, NULL },
	{ "v=spf1 redirect=a.org redirect=b.org", NULL, NULL },
	{ "v=spf1 exp=a.org exp=b.org", NULL, NULL },
	{ "v=spf1 -redirect=a.org", NULL, NULL },
	{ "v=spf1 foo", NULL, NULL },
	{ "v=spf1 foo=%", NULL, NULL },
	{ "v=spf1 +", NULL, NULL },
	{ "v=spf1 a\tmx", NULL, NULL },
	{ "v=spf1 a:\303\244.org", NULL, NULL },
};

static const char *rewritten(const char *record, bool ipv6, GString *out)
{
	size_t n = strlen(record);
	char *exact = g_memdup2(record, n); /* no byte behind it may be read */
	GPtrArray *terms = g_ptr_array_new_with_free_func(spf_term_free);
	const char *wrong = spf_record_rewrite((struct bytes){ exact, n }, "own.example",
					       ipv6, terms, out);

	for (guint i = 0; i < terms->len; i++) {
		static const char *const asks[] = { "a", "mx", "ptr", "exists",
						    "record" };
		const struct spf_term *term = terms->pdata[i];

		g_assert_cmpstr(term->domain, ==, "own.example");
		g_string_append_printf(out, " | %s %s %d", asks[term->ask],
				       term->spec == NULL ? "own" : term->spec,
				       term->length);
	}
	g_ptr_array_free(terms, TRUE);
	g_free(exact);
	return wrong == NULL ? out->str : NULL;
}

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		GString *four = g_string_new(NULL), *six = g_string_new(NULL);

		g_test_message("%s", rows[i].record);
		g_assert_cmpstr(rewritten(rows[i].record, false, four), ==, rows[i].four);
		g_assert_cmpstr(rewritten(rows[i].record, true, six), ==, rows[i].six);
		g_string_free(four, TRUE);
		g_string_free(six, TRUE);
	}
}

static void test_is(void)
{
	static const char *const yes[] = { "v=spf1", "v=spf1 ", "V=sPf1 x" };
	static const char *const no[] = { "",          "v=spf",   "v=spf10",
					  "v=spf1\tx", " v=spf1", "v=spf1,a" };

	for (size_t i = 0; i < G_N_ELEMENTS(yes); i++)
		g_assert_true(spf_record_is(bytes_of(yes[i])));
	for (size_t i = 0; i < G_N_ELEMENTS(no); i++)
		g_assert_false(spf_record_is(bytes_of(no[i])));
}

static void test_sizes(void)
{
	GString *record = g_string_new("v=spf1"), *out = g_string_new(NULL);

	while (record->len < 1990)
		g_string_append(record, " a");
	g_assert_null(rewritten(record->str, false, out)); /* over 250 terms */
	for (size_t term = 255; term <= 256; term++) {
		g_string_assign(record, "v=spf1 include:");
		while (record->len < strlen("v=spf1 ") + term - strlen(".org"))
			g_string_append_c(record, 'a');
		g_string_append(record, ".org");
		g_string_truncate(out, 0);
		g_assert_true((rewritten(record->str, false, out) == NULL) ==
			      (term > 255));
	}
	g_string_free(record, TRUE);
	g_string_free(out, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/spf_record/is", test_is);
	g_test_add_func("/auth/spf_record/rows", test_rows);
	g_test_add_func("/auth/spf_record/sizes", test_sizes);
	return g_test_run();
}
