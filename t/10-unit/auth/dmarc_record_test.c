/* DMARC records: what is one, and what it says. */
#include "auth/dmarc_record.h"

#include <glib.h>
#include <string.h>

#define NO_POLICY "the DMARC record has no valid policy"

static const struct {
	const char *text;
	bool is;
	const char *wrong;
	enum dmarc_policy p, sp, np;
	const char *flags; /* d, s: strict for DKIM, SPF; t: testing; y, n: psd= */
} records[] = {
	{ "v=DMARC1; p=none", true, NULL, 0, 0, 0, "" },
	{ "v=DMARC1;p=reject;", true, NULL, 2, 2, 2, "" },
	{ "v = DMARC1 ; p = Quarantine ; adkim=s; aspf=S; pct=20", true, NULL, 1, 1, 1,
	  "ds" },
	{ "v=DMARC1; p=reject; sp=none", true, NULL, 2, 0, 0, "" },
	{ "v=DMARC1; p=none; np=reject", true, NULL, 0, 0, 2, "" },
	{ "v=DMARC1; p=none; sp=quarantine; np=reject", true, NULL, 0, 1, 2, "" },
	{ "v=DMARC1; p=reject; t=y; psd=n", true, NULL, 2, 2, 2, "tn" },
	{ "v=DMARC1; p=reject; t=Y; psd=Y", true, NULL, 2, 2, 2, "ty" },
	{ "v=DMARC1; p=reject; t=n; psd=u", true, NULL, 2, 2, 2, "" },
	{ "v=DMARC1; p=reject; t=yes; psd=maybe", true, NULL, 2, 2, 2, "" },
	/* RFC 9989 4.7: "Syntax errors in the remainder of the record MUST be discarded in
	 * favor of default values" */
	{ "v=DMARC1; p=reject; pct=101; adkim=x; fo", true, NULL, 2, 2, 2, "" },
	{ "v=DMARC1; p=reject; pct=0; x=y", true, NULL, 2, 2, 2, "" },
	{ "v=DMARC1; p=none;; rua=mailto:a@example.org", true, NULL, 0, 0, 0, "" },
	/* without p= it is none */
	{ "v=DMARC1", true, NULL, 0, 0, 0, "" },
	{ "v=DMARC1; sp=reject; psd=y", true, NULL, 0, 2, 2, "y" },
	/* 4.10.1: a policy that is none of them, but with rua: as p=none; else nothing */
	{ "v=DMARC1; p=bad; rua=mailto:a@example.org", true, NULL, 0, 0, 0, "" },
	{ "v=DMARC1; p=reject; sp=bad; rua=mailto:a@example.org", true, NULL, 0, 0, 0,
	  "" },
	{ "v=DMARC1; p=reject; np=bad; rua=mailto:a@example.org", true, NULL, 0, 0, 0,
	  "" },
	{ "v=DMARC1; p=reject; sp=bad; psd=n", true, NO_POLICY, 0, 0, 0, "n" },
	{ "v=DMARC1; p=reject; np=bad", true, NO_POLICY, 0, 0, 0, "" },
	{ "v=DMARC1; p=bad; rua=", true, NO_POLICY, 0, 0, 0, "" },
	{ "v=DMARC1; p=bad; rua=nobody", true, NO_POLICY, 0, 0, 0, "" },
	/* "v=DMARC1" MUST be first, and is case-sensitive */
	{ "p=reject; v=DMARC1", false, NULL, 0, 0, 0, "" },
	{ "v=dmarc1; p=reject", false, NULL, 0, 0, 0, "" },
	{ "v=DMARC12; p=reject", false, NULL, 0, 0, 0, "" },
	{ " v=spf1 -all", false, NULL, 0, 0, 0, "" },
	{ "", false, NULL, 0, 0, 0, "" },
};

static void check_read(struct bytes text, size_t i)
{
	struct dmarc_record got;
	char flags[6];

	g_assert_cmpstr(dmarc_record_read(text, &got), ==, records[i].wrong);
	g_assert_cmpint(got.p, ==, records[i].p);
	g_assert_cmpint(got.sp, ==, records[i].sp);
	g_assert_cmpint(got.np, ==, records[i].np);
	g_snprintf(flags, sizeof(flags), "%s%s%s%s", got.strict_dkim ? "d" : "",
		   got.strict_spf ? "s" : "", got.testing ? "t" : "",
		   got.psd == DMARC_PSD_YES  ? "y"
		   : got.psd == DMARC_PSD_NO ? "n"
					     : "");
	g_assert_cmpstr(flags, ==, records[i].flags);
}

static void test_records(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
		size_t n = strlen(records[i].text);
		char *exact = g_memdup2(records[i].text, n);
		struct bytes text = { exact, n };

		g_test_message("%s", records[i].text);
		g_assert_true(dmarc_record_is(text) == records[i].is);
		if (records[i].is)
			check_read(text, i);
		g_free(exact);
	}
}

static void test_lowered(void)
{
	g_assert_cmpint(dmarc_policy_lowered(DMARC_REJECT), ==, DMARC_QUARANTINE);
	g_assert_cmpint(dmarc_policy_lowered(DMARC_QUARANTINE), ==, DMARC_NONE);
	g_assert_cmpint(dmarc_policy_lowered(DMARC_NONE), ==, DMARC_NONE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/dmarc_record/records", test_records);
	g_test_add_func("/auth/dmarc_record/lowered", test_lowered);
	return g_test_run();
}
