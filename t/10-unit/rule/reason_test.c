/* Reasons: names filled in, strangers' words kept in their place. */
#include "rule/reason.h"

#include "base/limits.h"
#include "fixture.h"

static void check_reason(const char *reason, const char *given, const char *expected)
{
	char *rules = g_strdup_printf(
		"list w \"alpha\" \"beta\"\nrule r\n reason \"%s\"\n"
		" when rcpt.count is 1 or links.hosts in w or subject contains"
		" any of w or subject matches /z+/\n spam +1\n",
		reason);
	char *rtest = g_strdup_printf("test \"t\"\n%s\nexpect reason r \"%s\"\n", given,
				      expected);

	ruleset_free(fx_must_load(rules, rtest));
	g_free(rules);
	g_free(rtest);
}

static void test_values(void)
{
	static const char one[] = "given rcpt.count 1 ";
	static const struct {
		const char *reason, *given, *expected;
	} rows[] = {
		{ "plain {{name}}", "", "plain {name}" },
		{ "{subject}{subject}", "given subject \"a\"", "aa" },
		{ "{subject}, {pair.known}, {size}", "", "(none), (unknown), (none)" },
		{ "{dkim.pass} {bulk}", "given dkim.pass yes given bulk no", "yes no" },
		{ "{size}", "given size 2 kB", "2048 bytes" },
		{ "{rcpt.count}", "", "1 recipient" },
		{ "{date.skew}", "given date.skew -2", NULL },
		{ "{pair.days_known}", "given pair.days_known 1 day", "1 day" },
		{ "{first_contact}", "given first_contact yes \"never seen\"",
		  "Never seen" },
		{ "{first_contact}", "given first_contact yes", "yes" },
		{ "{links.hosts}", "given links.hosts \"a\" \"b\"", "a, b" },
		{ "{links.hosts}", "given links.hosts \"a\" \"b\" \"c\" \"d\" \"e\"",
		  "a, b, c and 2 more" },
		{ "http://ours.example {subject}",
		  "given subject \"://a http://b.example https://c\"",
		  "http://ours.example [:]//a http[:]//b.example https[:]//c" },
		{ "{found}", "", "(none)" },
		{ "{subject}", "given subject absent", "(none)" },
		{ "{first_contact}", "given first_contact yes \"bob@a.example writes\"",
		  "bob@a.example writes" },
		{ "{first_contact}", "given first_contact yes \"a.example looks\"",
		  "a.example looks" },
		{ "It: {first_contact}", "given first_contact yes \"never seen\"",
		  "It: never seen" },
		{ "{subject} x", "given subject \"word\"", "word x" },
		{ "{found}", "given links.hosts \"x\" \"Beta\"", "Beta" },
		{ "{found}", "given subject \"the ALPHA\"", "ALPHA" },
		{ "{found}", "given subject \"x  AL\u00adPH\u00c4 \"",
		  "AL\\\\u{00AD}PH\u00c4" },
		{ "{found}", "given subject \"\u00e9\u00e9 be\u0301ta!\"", "be\u0301ta" },
		{ "{found}", "given subject \"azzb\"", "zz" },
		{ "{subject}", "given subject \"a\u202eb\u2066c\"",
		  "a\\\\u{202E}b\\\\u{2066}c" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *given = g_strconcat(one, rows[i].given, NULL);

		if (rows[i].expected != NULL)
			check_reason(rows[i].reason, given, rows[i].expected);
		g_free(given);
	}
}

static void test_cut(void)
{
	char *text = g_strnfill(200, 'x'),
	     *cut = g_strnfill(LIMIT_REASON_VALUE_BYTES, 'x');
	char *given = g_strdup_printf("given rcpt.count 1 given subject \"%s\"", text);
	char *expected = g_strdup_printf("[%s...]", cut);

	check_reason("[{subject}]", given, expected);
	g_free(expected);
	expected = g_strdup_printf("%s...%s...%s...%.48s...", cut, cut, cut, cut);
	check_reason("{subject}{subject}{subject}{subject}", given, expected);
	g_free(expected);
	g_free(given);
	g_free(text);
	g_free(cut);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rule/reason/values", test_values);
	g_test_add_func("/rule/reason/cut", test_cut);
	return g_test_run();
}
