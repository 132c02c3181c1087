/* <style>: simple rules, and nothing that does not hold for every reader. */
#include "message/style_sheet.h"

#include <string.h>

static struct arena *a;

static GArray *read_sheet(const char *css)
{
	GArray *rules = g_array_new(FALSE, FALSE, sizeof(struct style_rule));
	char *exact = g_memdup2(css, strlen(css));

	style_sheet_read(a, (struct bytes){ exact, strlen(css) }, rules);
	g_free(exact);
	return rules;
}

static void test_rules(void)
{
	static const struct {
		const char *css, *want; /* tag.class#id| */
	} rows[] = {
		{ "", "" },
		{ "p{display:none}", "p|" },
		{ "P.x , #y,.z\n{ display : none }", "p.x|#y|.z|" },
		{ "<!-- .x{opacity:0} -->", ".x|" },
		{ "/* .a{opacity:0} */.b{opacity:0}", ".b|" },
		{ ".a{margin:0}.b{opacity:0}", ".b|" },
		{ "@import url(x);.b{opacity:0}", ".b|" },
		{ "@media print{.a{opacity:0}.c{x:y}}.b{opacity:0}", ".b|" },
		{ "a "
		  "b{opacity:0}a>b{opacity:0}a:hover{opacity:0}[x]{opacity:0}*{opacity:"
		  "0}",
		  "" },
		{ ".a.b{opacity:0}", "" },
		/* broken */
		{ ".a{opacity:0", ".a|" },
		{ ".a", "" },
		{ "{opacity:0}", "" },
		{ "}}}.a{opacity:0}", "" },
		{ "@media x{", "" },
		{ "@media screen{.a{opacity:0}}.b{opacity:0}", ".a|.b|" },
		{ "@", "" },
		{ "/*", "" },
		{ ".{opacity:0}", "" },
		{ ",,.a,{opacity:0}", ".a|" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		GArray *rules = read_sheet(rows[i].css);
		GString *got = g_string_new(NULL);

		for (guint k = 0; k < rules->len; k++) {
			const struct style_rule *r =
				&g_array_index(rules, struct style_rule, k);

			g_string_append_printf(
				got, "%s%s%s%s%s|", r->tag == NULL ? "" : r->tag,
				r->class == NULL ? "" : ".",
				r->class == NULL ? "" : r->class,
				r->id == NULL ? "" : "#", r->id == NULL ? "" : r->id);
		}
		g_assert_cmpstr(got->str, ==, rows[i].want);
		g_string_free(got, TRUE);
		g_array_free(rules, TRUE);
	}
}

static void test_fits(void)
{
	const struct style_rule rule = { .tag = "p", .class = "x" };

	g_assert_true(style_rule_fits(&rule, &(struct styled){ "p", "a x\tb", NULL }));
	g_assert_true(style_rule_fits(&rule, &(struct styled){ "p", "x", NULL }));
	g_assert_false(style_rule_fits(&rule, &(struct styled){ "q", "x", NULL }));
	g_assert_false(style_rule_fits(&rule, &(struct styled){ "p", "xx x-x", NULL }));
	g_assert_false(style_rule_fits(&rule, &(struct styled){ "p", NULL, "x" }));
}

static void test_limits(void)
{
	GString *css = g_string_new(NULL);

	for (int i = 0; i < 1000; i++)
		g_string_append(css, ".a,.b{opacity:0}");
	GArray *rules = read_sheet(css->str);

	g_assert_cmpuint(rules->len, ==, 100);
	g_array_free(rules, TRUE);
	g_string_free(css, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	a = arena_create();
	g_test_add_func("/style-sheet/rules", test_rules);
	g_test_add_func("/style-sheet/fits", test_fits);
	g_test_add_func("/style-sheet/limits", test_limits);
	int failed = g_test_run();

	arena_destroy(&a);
	return failed;
}
