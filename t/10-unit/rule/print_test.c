/* One way to write everything: what comes out of the printer, and that it stays. */
#include "rule/print.h"

#include "fixture.h"
#include "rule/parse.h"

static const struct {
	const char *name, *from, *to;
} rows[] = {
	{ "x.rules", "", "" },
	{ "x.rules", "# only a comment\n\n\n", "# only a comment\n" },
	{ "x.rules", "#!shell like\n#\n#tight\n", "#!shell like\n#\n# tight\n" },
	{ "x.rules",
	  "\xEF\xBB\xBFrule  a   # why\r\n"
	  "  reason\t\"say \\\"x\\\\\\\"\" # said\r\n"
	  "when bulk AND\r\n",
	  NULL },
	{ "x.rules",
	  "rule  a   # why\n"
	  "  # before the reason\n"
	  "  reason\t\"say \\\"x\\\\\\\"\" # said\n"
	  "\n\n"
	  "   spam 1.50\n"
	  "when((bulk)and not(dkim.pass))# here\n"
	  "if unknown threat -2 graymail .5\n",
	  NULL },
	{ "x.rules",
	  "rule  a   # why\n"
	  "  # before the reason\n"
	  "  reason\t\"say \\\"x\\\\\\\"\" # said\n"
	  "\n\n"
	  "   spam 1.50\n"
	  "when((bulk)and not(dkim.pass))# here\n"
	  "if unknown threat -2 graymail 10.025\n"
	  "observe rollout 5%by domain said  by a  said by b\n",
	  "rule a  # why\n"
	  "    # before the reason\n"
	  "    reason  \"say \\\"x\\\\\\\"\"  # said\n"
	  "    spam    +1.5\n"
	  "    when    bulk and not dkim.pass  # here\n"
	  "    if unknown  threat -2\n"
	  "    graymail +10.025\n"
	  "    observe\n"
	  "    rollout 5% by domain\n"
	  "    said by a\n"
	  "    said by b\n" },
	/* lines of a condition stay as they were broken, if they fit */
	{ "x.rules",
	  "rule a reason \"r\"\n"
	  "when bulk and dkim.pass # one\n"
	  "# two is here\n"
	  "and (pair.known or subject is \"x\" # inside\n"
	  "  or # deep\n"
	  "  bulk)\n"
	  "and not subject matches /a\\/b\"[\\]]/im\n"
	  "spam 1",
	  "rule a\n"
	  "    reason  \"r\"\n"
	  "    when    bulk and dkim.pass  # one\n"
	  "    # two is here\n"
	  "    and     (pair.known or subject is \"x\" or bulk)  # inside; deep\n"
	  "    and     not subject matches /a\\/b\"[\\]]/im\n"
	  "    spam    +1\n" },
	/* and else each on its own */
	{ "x.rules",
	  "rule a reason \"r\" when subject contains \"a long text\" or subject contains "
	  "\"another "
	  "longer text\" or bulk spam 1",
	  "rule a\n"
	  "    reason  \"r\"\n"
	  "    when    subject contains \"a long text\"\n"
	  "    or      subject contains \"another longer text\"\n"
	  "    or      bulk\n"
	  "    spam    +1\n" },
	{ "x.rules",
	  "list  a \"x\" , \"y\"\nlist b file \"f\"\n\n# c\n\nlist c \"z\"\nrule r "
	  "observe\n# end",
	  "list a \"x\" \"y\"\n"
	  "list b file \"f\"\n"
	  "\n"
	  "# c\n"
	  "\n"
	  "list c \"z\"\n"
	  "\n"
	  "rule r\n"
	  "    observe\n"
	  "\n"
	  "# end\n" },
	{ "x.rules",
	  "rule r when any of links.hosts under (\"a\" \"b\") and size>=-3 kB and "
	  "subject is "
	  "not from.domain and header \"X\" starts with any of words",
	  "rule r\n"
	  "    when    any of links.hosts under (\"a\", \"b\")\n"
	  "    and     size >= -3 kB\n"
	  "    and     subject is not from.domain\n"
	  "    and     header \"X\" starts with any of words\n" },
	{ "x.rules",
	  "rule a reason \"r\" when any link(host in low and not(hidden or coded))unless "
	  "bulk # b\n"
	  "or at least 2 of(a.b,c and d,not e)\n"
	  "unless all attachments (size<3 kB) and at least 1 recipients (domain is x.y)\n"
	  "spam 1\n"
	  "rule b reason \"r\" when count of a.b>2 and a within 1 letters of b and\n"
	  "text mentions any of c within 1 words of \"d\"\n"
	  "and text mentions at least 2 of (\"e\" \"f\") within 5 words of any of g spam "
	  "1",
	  "rule a\n"
	  "    reason  \"r\"\n"
	  "    when    any link (host in low and not (hidden or coded))\n"
	  "    unless  bulk  # b\n"
	  "    or      at least 2 of (a.b, c and d, not e)\n"
	  "    unless  all attachments (size < 3 kB) and at least 1 recipients (domain "
	  "is x.y)\n"
	  "    spam    +1\n"
	  "\n"
	  "rule b\n"
	  "    reason  \"r\"\n"
	  "    when    count of a.b > 2\n"
	  "    and     a within 1 letter of b\n"
	  "    and     text mentions any of c within 1 word of \"d\"\n"
	  "    and     text mentions at least 2 of (\"e\", \"f\") within 5 words of any "
	  "of g\n"
	  "    spam    +1\n" },
	{ "x.rtest",
	  "test \"t\" given link host \"a\" hidden yes size 3 kB given link unknown "
	  "expect spam 1",
	  "test \"t\"\n"
	  "    given   link host \"a\" hidden yes size 3 kB\n"
	  "    given   link unknown\n"
	  "    expect  spam 1\n" },
	{ "x.rtest",
	  "test \"t\" given a.b \"x\" \"y\" given c yes \"words\" given d absent given e "
	  "3 days\n"
	  "given header \"H\" unknown # no\n"
	  "expect rule r unknown expect spam==3 expect threat>=+2 expect graymail is not "
	  "1\n"
	  "expect reason r \"x\"",
	  "test \"t\"\n"
	  "    given   a.b \"x\" \"y\"\n"
	  "    given   c yes \"words\"\n"
	  "    given   d absent\n"
	  "    given   e 3 days\n"
	  "    given   header \"H\" unknown  # no\n"
	  "    expect  rule r unknown\n"
	  "    expect  spam 3\n"
	  "    expect  threat >= 2\n"
	  "    expect  graymail is not 1\n"
	  "    expect  reason r \"x\"\n" },
};

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct bytes exact = fx_exact(rows[i].from);
		GError *e = NULL;
		char *once = rules_format(rows[i].name, exact, &e);

		fx_exact_free(exact);
		if (rows[i].to == NULL) {
			g_assert_null(once);
			g_assert_nonnull(e);
			g_clear_error(&e);
			continue;
		}
		g_assert_no_error(e);
		g_assert_cmpstr(once, ==, rows[i].to);
		char *twice = rules_format(rows[i].name, bytes_of(once), &e);

		g_assert_no_error(e);
		g_assert_cmpstr(twice, ==, once);
		g_free(once);
		g_free(twice);
	}
}

/* what is printed means the same */
static void test_same_meaning(void)
{
	static const char text[] = "rule a reason \"{subject} {found}\" # c\n"
				   "when (subject contains \"a\" or not (bulk and "
				   "dkim.pass)) and size < 3 MB spam -1.25\n"
				   "if unknown spam 1 rollout 7% by recipient\n"
				   "rule b reason \"b\" when not not bulk observe";
	char *printed = rules_format("r.rules", bytes_of(text), NULL);
	struct ruleset *a = fx_must_load(text, NULL), *b = fx_must_load(printed, NULL);

	g_assert_cmpuint(ruleset_count(a), ==, ruleset_count(b));
	for (size_t i = 0; i < ruleset_count(a); i++) {
		const struct rule_info *left = ruleset_rule(a, i),
				       *right = ruleset_rule(b, i);

		g_assert_cmpstr(left->name, ==, right->name);
		g_assert_cmpstr(left->reason, ==, right->reason);
		g_assert_cmpstr(left->condition, ==, right->condition);
		g_assert_cmpmem(left->milli, sizeof(left->milli), right->milli,
				sizeof(right->milli));
		g_assert_cmpmem(left->unknown_milli, sizeof(left->milli),
				right->unknown_milli, sizeof(right->milli));
		g_assert_cmpint(left->observe, ==, right->observe);
		g_assert_cmpint(left->rollout_percent, ==, right->rollout_percent);
	}
	ruleset_free(a);
	ruleset_free(b);
	g_free(printed);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rule/print/rows", test_rows);
	g_test_add_func("/rule/print/same_meaning", test_same_meaning);
	return g_test_run();
}
