/* Regular expressions: what they find, what they refuse, and that none runs away. */
#include "rule/match.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "lib/effort.h"

static enum answer find(const char *pattern, const char *flags, const char *text,
			size_t n)
{
	struct arena *a = arena_create();
	const char *wrong = NULL;
	size_t at;
	const struct pattern *p = pattern_compile(a, pattern, flags, &wrong, &at);
	struct matcher *m = matcher_create(a);
	char *exact = g_memdup2(text, n);
	struct bytes found = { 0 };

	g_assert_cmpstr(wrong, ==, NULL);
	g_assert_nonnull(p);
	enum answer answer =
		pattern_find(p, m, (struct bytes){ .at = exact, .n = n }, &found);

	if (answer == ANSWER_YES)
		g_assert_true(found.at >= exact && found.at + found.n <= exact + n);
	g_assert_cmpint(matcher_steps(m), <=, LIMIT_MATCH_STEPS + 65536);
	g_free(exact);
	arena_destroy(&a);
	return answer;
}

static void test_find(void)
{
	static const struct {
		const char *pattern, *flags, *text;
		enum answer answer;
	} rows[] = {
		{ "b+", "", "abbbc", ANSWER_YES },
		{ "B", "", "abc", ANSWER_NO },
		{ "B", "i", "abc", ANSWER_YES },
		{ "^b", "", "a\nb", ANSWER_NO },
		{ "^b", "m", "a\nb", ANSWER_YES },
		{ "a.b", "", "a\nb", ANSWER_NO },
		{ "a.b", "s", "a\nb", ANSWER_YES },
		{ "\\bfür\\b", "i", "nur FÜR dich", ANSWER_YES },
		{ "\\w{3}", "", "äöü", ANSWER_YES },
		{ "^.$", "", "ä", ANSWER_YES },
		{ "a\\Kb", "", "ab", ANSWER_YES },
		{ "x*", "", "", ANSWER_YES },
		{ "a", "", "\xff\xfe", ANSWER_UNKNOWN }, /* not UTF-8 */
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpint(find(rows[i].pattern, rows[i].flags, rows[i].text,
				     strlen(rows[i].text)),
				==, rows[i].answer);
}

static void test_wrong(void)
{
	static const struct {
		const char *pattern, *flags, *wrong;
		size_t at;
	} rows[] = {
		{ "", "", "it is empty", 0 },
		{ "a", "g", "flags are i, m and s", 0 },
		{ "a(b", "", "missing closing parenthesis", 3 },
		{ "ab\\C", "", "using \\C is disabled by the application", 4 },
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *wrong = NULL;
		size_t at;

		g_assert_null(
			pattern_compile(a, rows[i].pattern, rows[i].flags, &wrong, &at));
		g_assert_cmpstr(wrong, ==, rows[i].wrong);
		g_assert_cmpuint(at, ==, rows[i].at);
	}
	char *longer = g_strnfill(LIMIT_PATTERN_BYTES + 1, 'a');
	const char *wrong = NULL;
	size_t at;

	g_assert_null(pattern_compile(a, longer, "", &wrong, &at));
	g_assert_nonnull(wrong);
	g_free(longer);
	arena_destroy(&a);
}

struct runaway {
	const char *pattern, *flags;
	char fill;
	const char *tail; /* holds what the expression asks for, elsewhere */
};

static void look_for(const void *of, size_t n)
{
	const struct runaway *r = of;
	char *text = g_malloc(n);

	memset(text, r->fill, n);
	memcpy(text + n - strlen(r->tail), r->tail, strlen(r->tail));
	g_assert_cmpint(find(r->pattern, r->flags, text, n), !=, ANSWER_YES);
	g_free(text);
}

/* expressions that are slow in square or exponential time, over the longest text there is */
static void test_runaway(void)
{
	static const struct runaway rows[] = {
		{ "(a+)+$", "", 'a', "b" },          { "(a|aa)+$", "", 'a', "b" },
		{ "\\s+x", "", ' ', "bx" },          { ".*.*.*=x", "s", 'a', "x=" },
		{ "(?:.*,){20}x", "", ',', "bx" },   { "(a?){30}a{30}b", "", 'a', "cb" },
		{ "^(.*?,){11}P", "m", ',', "\nP" }, { "(?:(?:a*)*)*c", "", 'a', "bc" },
		{ "[a-z ]{1000}x", "", 'a', "Bx" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].pattern);
		g_assert_true(effort_is_linear(look_for, &rows[i], LIMIT_TEXT_BYTES));
	}
}

/* the message's allowance is one for all its expressions, and ends the same way each time */
static void test_allowance(void)
{
	struct arena *a = arena_create();
	const char *wrong;
	size_t at, n = 100000, asked = 0;
	const struct pattern *p = pattern_compile(a, "(a+)+$", "", &wrong, &at);
	const struct pattern *easy = pattern_compile(a, "b", "", &wrong, &at);
	struct matcher *m = matcher_create(a);
	char *text = g_strnfill(n, 'a');
	struct bytes found;

	text[n - 1] = 'b';
	while (pattern_find(easy, m, (struct bytes){ .at = text, .n = n }, &found) ==
	       ANSWER_YES) {
		g_assert_cmpint(
			pattern_find(p, m, (struct bytes){ .at = text, .n = n }, &found),
			==, ANSWER_UNKNOWN);
		asked++;
	}
	g_assert_cmpuint(asked, ==, LIMIT_MATCH_STEPS_ALL / LIMIT_MATCH_STEPS);
	g_free(text);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rule/match/find", test_find);
	g_test_add_func("/rule/match/wrong", test_wrong);
	g_test_add_func("/rule/match/runaway", test_runaway);
	g_test_add_func("/rule/match/allowance", test_allowance);
	return g_test_run();
}
