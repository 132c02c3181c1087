/* Rule sets from memory and from folders. */
#include "rule/rule.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "fixture.h"
#include "rule/layer.h"

static const char two_rules[] =
	"list free file \"lists/l.txt\"\n"
	"rule first\n"
	"    reason \"From {from.address} to {rcpt.address}\"\n"
	"    when from.domain in free and not pair.known\n"
	"    threat +6.5\n"
	"    if unknown threat +1\n"
	"rule second\n"
	"    reason \"Bulk\"\n"
	"    when header \"List-Unsubscribe\" exists and dkim.pass\n"
	"    graymail +4\n";

static void test_info(void)
{
	struct ruleset *rs = fx_must_load(two_rules, NULL);
	const struct rule_info *first, *second;

	g_assert_cmpuint(ruleset_count(rs), ==, 2);
	first = ruleset_rule(rs, 0);
	second = ruleset_rule(rs, 1);
	g_assert_cmpstr(first->name, ==, "first");
	g_assert_cmpstr(first->file, ==, "r.rules");
	g_assert_cmpuint(first->line, ==, 2);
	g_assert_cmpstr(first->condition, ==, "from.domain in free and not pair.known");
	g_assert_cmpint(first->milli[AXIS_THREAT], ==, 6500);
	g_assert_cmpint(first->unknown_milli[AXIS_THREAT], ==, 1000);
	g_assert_true(first->per_rcpt);
	g_assert_cmpuint(first->needs, ==, 1 << 4);
	g_assert_false(second->per_rcpt);
	g_assert_cmpuint(second->needs, ==, 0);
	g_assert_cmpint(second->rollout_percent, ==, 100);
	g_assert_cmpuint(ruleset_needs(rs), ==, 1 << 4);
	g_assert_cmpuint(strlen(ruleset_id(rs)), ==, 12);
	ruleset_free(rs);
}

static void test_id_tells_texts_apart(void)
{
	struct ruleset *a = fx_must_load(two_rules, NULL);
	struct ruleset *b = fx_must_load(two_rules, NULL);
	struct ruleset *c = fx_must_load(two_rules, "# changed\n");

	g_assert_cmpstr(ruleset_id(a), ==, ruleset_id(b));
	g_assert_cmpstr(ruleset_id(a), !=, ruleset_id(c));
	ruleset_free(a);
	ruleset_free(b);
	ruleset_free(c);
}

/* a name of the release before is read, in rules and in their tests, and told with its place */
static void test_former_name(void)
{
	struct ruleset *rs = fx_must_load("rule r\n"
					  "    reason \"{mass}\"\n"
					  "    when mass\n"
					  "    spam +1\n",
					  "test \"t\"\n"
					  "    given mass yes\n"
					  "    given subject \"x\"\n"
					  "    expect rule r yes\n");
	size_t n;
	const char *const *warnings = ruleset_warnings(rs, &n);

	g_assert_cmpuint(n, ==, 3);
	g_assert_cmpstr(warnings[0], ==,
			"r.rules:3:10: mass is called bulk now: write that; the next "
			"release does not know the old name");
	ruleset_free(rs);
	rs = fx_must_load(two_rules, NULL);
	ruleset_warnings(rs, &n);
	g_assert_cmpuint(n, ==, 0);
	ruleset_free(rs);
}

static void test_failed_rtest(void)
{
	GError *e = NULL;

	g_assert_null(fx_load(two_rules,
			      "test \"x\"\n"
			      "    given from.domain \"example.com\"\n"
			      "    given pair.known yes\n"
			      "    expect rule first yes\n"
			      "    expect threat >= 5\n",
			      &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
	g_assert_cmpstr(
		e->message, ==,
		"r.rtest:4:5: rule first came out no, not yes (from.domain in free: yes, "
		"pair.known: yes)\n"
		"r.rtest:5:5: threat came out +0");
	g_clear_error(&e);
}

static void test_passed_rtest(void)
{
	struct ruleset *rs = fx_must_load(
		two_rules,
		"test \"unknown is not no\"\n"
		"    given from.domain \"Example.ORG\"\n"
		"    given from.address \"a@example.org\"\n"
		"    given rcpt.address \"b@example.net\"\n"
		"    given header \"list-unsubscribe\" \"<https://example.net/>\"\n"
		"    given dkim.pass yes\n"
		"    expect rule first unknown\n"
		"    expect rule second yes\n"
		"    expect threat 1\n"
		"    expect graymail < 5\n"
		"    expect spam 0\n"
		"    expect reason first \"From a@example.org to b@example.net\"\n");

	ruleset_free(rs);
}

struct told {
	unsigned n, passed;
};

static void tell(const struct rtest_result *result, void *context)
{
	struct told *told = context;

	told->n++;
	told->passed += result->passed;
	g_assert_nonnull(result->title);
}

static void write_file(const char *folder, const char *name, const char *text)
{
	char *path = g_build_filename(folder, name, NULL);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	g_free(path);
}

/* a file of nothing, so that its length costs nothing */
static void make_long(const char *folder, const char *name, long bytes)
{
	char *path = g_build_filename(folder, name, NULL);

	g_assert_cmpint(truncate(path, bytes), ==, 0);
	g_free(path);
}

static void remove_file(const char *folder, const char *name)
{
	char *path = g_build_filename(folder, name, NULL);

	g_assert_cmpint(g_remove(path), ==, 0);
	g_free(path);
}

static void test_folder(void)
{
	char *folder = g_dir_make_tmp("rules-XXXXXX", NULL);
	struct rtest_listener listener = { .tell = tell, .context = &(struct told){ 0 } };
	const struct told *told = listener.context;
	GError *e = NULL;
	struct ruleset *rs;

	g_assert_null(ruleset_load(folder, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
	g_clear_error(&e);
	write_file(folder, "20-b.rules",
		   "list words file \"w.txt\"\nrule b\n reason \"b\"\n when subject in "
		   "words\n spam +1\n");
	g_assert_null(ruleset_load(folder, &e));
	g_assert_nonnull(
		strstr(e->message, "20-b.rules:1:17: the list cannot be read: "));
	g_clear_error(&e);
	write_file(folder, "w.txt", "");
	make_long(folder, "w.txt", LIMIT_LIST_BYTES + 1);
	g_assert_null(ruleset_load(folder, &e));
	g_assert_nonnull(strstr(e->message, "more than the "));
	g_clear_error(&e);
	write_file(folder, "w.txt", "hello\n");
	write_file(folder, "10-a.rules", "rule a\n reason \"a\"\n when bulk\n spam +1\n");
	write_file(
		folder, "20-b.rtest",
		"test \"t\"\n given subject \"HELLO\"\n given bulk yes\n expect spam 1\n"
		"test \"u\"\n given bulk yes\n expect spam 0\n");
	write_file(folder, ".hidden.rules", "not read");
	rs = ruleset_load(folder, &e);
	g_assert_no_error(e);
	g_assert_cmpstr(ruleset_rule(rs, 0)->name, ==, "a");
	g_assert_cmpstr(ruleset_rule(rs, 1)->name, ==, "b");
	ruleset_free(rs);
	g_assert_true(ruleset_test(folder, &listener, &e));
	g_assert_cmpuint(told->n, ==, 2);
	g_assert_cmpuint(told->passed, ==, 2);
	remove_file(folder, "w.txt");
	remove_file(folder, "10-a.rules");
	remove_file(folder, "20-b.rules");
	remove_file(folder, "20-b.rtest");
	remove_file(folder, ".hidden.rules");
	g_assert_cmpint(g_rmdir(folder), ==, 0);
	g_assert_null(ruleset_load(folder, &e));
	g_assert_nonnull(strstr(e->message, "cannot read directory"));
	g_clear_error(&e);
	g_free(folder);
}

static void test_list_outside(void)
{
	GError *e = NULL;

	g_assert_null(
		fx_load("list a file \"../x\"\nlist b file \"/etc/passwd\"\n", NULL, &e));
	g_assert_cmpstr(
		e->message, ==,
		"r.rules:1:13: \"../x\" does not lie below the folder of the rules\n"
		"r.rules:2:13: \"/etc/passwd\" does not lie below the folder of the "
		"rules");
	g_clear_error(&e);
}

/* ---- a site's file changes what another file brought ---- */

static const char shipped_rules[] = "list free \"free.example\"\n"
				    "rule from_free\n"
				    "    reason \"From a free place\"\n"
				    "    when from.domain in free\n"
				    "    spam +2\n"
				    "rule bulk_mail\n"
				    "    reason \"Bulk\"\n"
				    "    when bulk\n"
				    "    graymail +4\n"
				    "    if unknown graymail +1\n";
static const char shipped_rtest[] = "test \"free\"\n"
				    "    given from.domain \"free.example\"\n"
				    "    expect rule from_free yes\n"
				    "    expect spam == 2\n"
				    "test \"bulk\"\n"
				    "    given bulk yes\n"
				    "    expect graymail == 4\n"
				    "test \"a stranger\"\n"
				    "    given from.domain \"new.example\"\n"
				    "    expect rule from_free no\n";

static struct ruleset *load_site(const char *rules, const char *rtest, GError **e)
{
	struct rule_text texts[] = {
		{ "10-a.rules", bytes_of(shipped_rules) },
		{ "10-a.rtest", bytes_of(shipped_rtest) },
		{ "90-local.rules", bytes_of(rules) },
		{ "90-local.rtest", bytes_of(rtest) },
		{ "lists/more.txt", bytes_of("new.example\n") },
	};
	struct ruleset_source source = { .texts = texts,
					 .n_texts = G_N_ELEMENTS(texts),
					 .tables = fx_tables,
					 .n_tables = G_N_ELEMENTS(fx_tables) };

	return ruleset_load_texts(&source, e);
}

static const struct {
	const char *rules, *rtest;
	unsigned changed_rtests;
	const char *said; /* NULL: it loads */
} sites[] = {
	{ "", "", 0, NULL },
	/* points are added */
	{ "adjust from_free spam +1.5 threat +1",
	  "test \"t\" given from.domain \"free.example\" expect spam == 3.5 "
	  "expect threat == 1",
	  1, NULL },
	{ "adjust bulk_mail if unknown graymail -1",
	  "test \"t\" given bulk unknown expect graymail == 0", 0, NULL },
	{ "adjust bulk_mail observe",
	  "test \"t\" given bulk yes expect rule bulk_mail yes expect graymail == 0", 1,
	  NULL },
	/* a rule is switched off */
	{ "adjust bulk_mail off",
	  "test \"t\" given bulk yes expect rule bulk_mail no expect graymail == 0", 1,
	  NULL },
	/* and written anew, in its old place */
	{ "override rule bulk_mail reason \"B\" when bulk and dkim.pass graymail +1",
	  "test \"t\" given bulk yes given dkim.pass yes expect graymail == 1 "
	  "expect reason bulk_mail \"B\"",
	  1, NULL },
	/* a list grows, from here and from a file */
	{ "extend list free \"other.example\"",
	  "test \"t\" given from.domain \"other.example\" expect rule from_free yes", 0,
	  NULL },
	{ "extend list free file \"lists/more.txt\"",
	  "test \"t\" given from.domain \"new.example\" expect rule from_free yes", 1,
	  NULL },
	/* the site's own tests still count */
	{ "adjust bulk_mail off", "test \"t\" given bulk yes expect rule bulk_mail yes",
	  1, "90-local.rtest:1:25: rule bulk_mail came out no, not yes (bulk: yes)" },
	/* so do shipped tests of rules that nobody changed */
	{ "adjust from_free off", "test \"t\" given bulk yes expect graymail == 5", 1,
	  "90-local.rtest:1:25: graymail came out +0 (bulk_mail +4)" },
	{ "adjust bulk_mial off", "", 0,
	  "90-local.rules:1:8: there is no rule \"bulk_mial\"; did you mean "
	  "\"bulk_mail\"?" },
	{ "override rule bulk reason \"B\" when bulk spam 1", "", 0,
	  "90-local.rules:1:15: there is no rule \"bulk\"" },
	{ "extend list fre \"x.example\"", "", 0,
	  "90-local.rules:1:13: there is no list \"fre\"; did you mean \"free\"?" },
	{ "adjust bulk_mail off\nadjust bulk_mail graymail 1", "", 0,
	  "90-local.rules:2:8: bulk_mail has an adjust already, in 90-local.rules line "
	  "1" },
	{ "adjust bulk_mail", "", 0,
	  "90-local.rules:1:8: adjust bulk_mail changes nothing: after the name go off, "
	  "observe, or points as threat +1" },
	{ "adjust bulk_mail reason \"B\"", "", 0,
	  "90-local.rules:1:18: adjust keeps reason and when: override rule bulk_mail "
	  "writes the whole rule anew" },
	{ "adjust bulk_mail graymail +97", "", 0,
	  "90-local.rules:1:18: with this, graymail of rule bulk_mail goes beyond 100" },
	{ "rule mine reason \"M\" when bulk spam 1\nadjust mine off", "", 0,
	  "90-local.rules:2:8: rule mine stands in this file: change it there, in line "
	  "1" },
	{ "override bulk_mail off", "", 0,
	  "90-local.rules:1:10: \"bulk_mail\" stands where rule, and the name of the "
	  "rule "
	  "to replace belongs" },
	{ "rule mine reason \"M\" when bulk off", "", 0, NULL },
};

static void test_sites(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(sites); i++) {
		GError *e = NULL;
		struct ruleset *rs = load_site(sites[i].rules, sites[i].rtest, &e);

		g_test_message("%s", sites[i].rules);
		if (strstr(sites[i].rules, "bulk off") != NULL) {
			g_assert_true(strstr(e->message, "off stands after adjust") !=
				      NULL);
		} else if (sites[i].said != NULL) {
			g_assert_null(rs);
			g_assert_cmpstr(e->message, ==, sites[i].said);
		} else {
			g_assert_no_error(e);
			g_assert_cmpuint(ruleset_changed_rtests(rs), ==,
					 sites[i].changed_rtests);
		}
		g_clear_error(&e);
		ruleset_free(rs);
	}
}

static void test_site_info(void)
{
	struct ruleset *rs =
		load_site("# why\nadjust from_free off\n"
			  "override rule bulk_mail reason \"B\" when bulk graymail +4\n",
			  "", NULL);
	const struct rule_info *free_rule = ruleset_rule(rs, 0),
			       *bulk = ruleset_rule(rs, 1);

	g_assert_true(free_rule->off);
	g_assert_cmpstr(free_rule->file, ==, "10-a.rules");
	g_assert_cmpstr(free_rule->changed, ==, "90-local.rules:2");
	g_assert_false(bulk->off);
	g_assert_cmpstr(bulk->file, ==, "90-local.rules");
	g_assert_cmpuint(bulk->line, ==, 3);
	g_assert_cmpstr(bulk->changed, ==, "90-local.rules:3");
	ruleset_free(rs);
}

/* an emergency changes what the site made of a shipped rule, and stops nobody's tests */
static void test_layers(void)
{
	static const struct {
		const char *emergency;
		int64_t graymail_milli; /* of the rule as it is in force */
		const char *changed;
	} rows[] = {
		{ "", 5000, "90-site.rules:1" },
		{ "adjust r graymail +2", 7000, "99-now.rules:1" },
		{ "override rule r reason \"E\" when bulk graymail +1", 1000,
		  "99-now.rules:1" },
		{ "override rule r reason \"E\" when bulk graymail +1\n"
		  "adjust r graymail +0.5",
		  1500, "99-now.rules:1" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct rule_text texts[] = {
			{ "10-r.rules",
			  bytes_of("rule r reason \"R\" when bulk graymail +4") },
			{ "90-site.rules", bytes_of("adjust r graymail +1") },
			{ "90-site.rtest",
			  bytes_of("test \"t\" given bulk yes expect graymail 5") },
			{ "99-now.rules", bytes_of(rows[i].emergency) },
		};
		const struct ruleset_source source = { .texts = texts,
						       .n_texts = G_N_ELEMENTS(texts),
						       .tables = fx_tables,
						       .n_tables =
							       G_N_ELEMENTS(fx_tables) };
		GError *e = NULL;
		struct ruleset *rs = ruleset_load_texts(&source, &e);

		g_assert_no_error(e);
		g_assert_cmpint(ruleset_rule(rs, 0)->milli[AXIS_GRAYMAIL], ==,
				rows[i].graymail_milli);
		g_assert_cmpstr(ruleset_rule(rs, 0)->changed, ==, rows[i].changed);
		ruleset_free(rs);
	}
	g_assert_cmpint(layer_of("rules/05-a.rules"), ==, LAYER_SHIPPED);
	g_assert_cmpint(layer_of("/x/90-a.rules"), ==, LAYER_SITE);
	g_assert_cmpint(layer_of("a.rules"), ==, LAYER_SITE);
	g_assert_cmpint(layer_of("99-a.rules"), ==, LAYER_EMERGENCY);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rule/load/info", test_info);
	g_test_add_func("/rule/load/id", test_id_tells_texts_apart);
	g_test_add_func("/rule/load/former_name", test_former_name);
	g_test_add_func("/rule/load/failed_rtest", test_failed_rtest);
	g_test_add_func("/rule/load/passed_rtest", test_passed_rtest);
	g_test_add_func("/rule/load/folder", test_folder);
	g_test_add_func("/rule/load/list_outside", test_list_outside);
	g_test_add_func("/rule/load/sites", test_sites);
	g_test_add_func("/rule/load/site_info", test_site_info);
	g_test_add_func("/rule/load/layers", test_layers);
	return g_test_run();
}
