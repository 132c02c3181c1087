/* Rule sets from memory and from folders. */
#include "rule/rule.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "fixture.h"

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
	size_t n;

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
	g_assert_cmpstr(ruleset_headers(rs, &n)[0], ==, "List-Unsubscribe");
	g_assert_cmpuint(n, ==, 1);
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

static void test_failed_proof(void)
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

static void test_passed_proof(void)
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

static void tell(const struct proof_result *result, void *context)
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
	struct proof_listener listener = { .tell = tell, .context = &(struct told){ 0 } };
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
	g_assert_true(ruleset_prove(folder, &listener, &e));
	g_assert_cmpuint(told->n, ==, 2);
	g_assert_cmpuint(told->passed, ==, 2);
	remove_file(folder, "w.txt");
	remove_file(folder, "10-a.rules");
	remove_file(folder, "20-b.rules");
	remove_file(folder, "20-b.rtest");
	remove_file(folder, ".hidden.rules");
	g_assert_cmpint(g_rmdir(folder), ==, 0);
	g_assert_null(ruleset_load(folder, &e));
	g_assert_nonnull(strstr(e->message, "not a folder"));
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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rule/load/info", test_info);
	g_test_add_func("/rule/load/id", test_id_tells_texts_apart);
	g_test_add_func("/rule/load/failed_proof", test_failed_proof);
	g_test_add_func("/rule/load/passed_proof", test_passed_proof);
	g_test_add_func("/rule/load/folder", test_folder);
	g_test_add_func("/rule/load/list_outside", test_list_outside);
	return g_test_run();
}
