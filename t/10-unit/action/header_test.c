/* The headers we write and take away. */
#include "action/header.h"

#include <glib.h>

#include "base/limits.h"
#include "scene.h"

static void writes_points(void)
{
	static const struct {
		int64_t milli;
		const char *text;
	} rows[] = {
		{ 0, "0" },
		{ 6500, "6.5" },
		{ 9000, "9" },
		{ -1000, "-1" },
		{ 1, "0.001" },
		{ -10, "-0.01" },
		{ 100000, "100" },
		{ 1234567, "1234.567" },
		{ INT64_MIN, "-9223372036854775.808" },
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(points_text(a, rows[i].milli), ==, rows[i].text);
	arena_destroy(&a);
}

/* RFC 5322 2.1.1: "Each line of characters MUST be no more than 998 characters, and SHOULD be
 * no more than 78 characters, excluding the CRLF." */
static void assert_fits(const char *name, const char *value)
{
	size_t column = strlen(name) + 2;

	for (const char *p = value; *p != '\0'; p++) {
		if (*p == '\n') {
			g_assert_cmpint(p[1], ==, '\t');
			/* 2.2.3: a line of white space alone is no folding */
			g_assert_true(g_ascii_isgraph(p[2]));
			column = 0;
			continue;
		}
		g_assert_true(*p == '\t' ? p > value && p[-1] == '\n'
					 : g_ascii_isprint(*p));
		g_assert_cmpuint(++column, <, 78);
	}
}

static void folds(void)
{
	static const char *const rows[][2] = {
		{ "short", "short" },
		{ "", "" },
		{ "  two   blanks  ", "two blanks" },
		{ "a\r\nBcc: x@example.org\n\n",
		  "a\\x0D\\x0ABcc: x@example.org\\x0A\\x0A" },
		{ "J\xc3\xbcrgen \xff", "J\\u{00FC}rgen \\xFF" },
	};
	struct arena *a = arena_create();
	GRand *r = g_rand_new_with_seed(20260820);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(header_fold(a, 10, rows[i][0], 500), ==, rows[i][1]);
	for (int i = 0; i < 3000; i++) {
		GString *text = g_string_new(NULL);

		for (int n = g_rand_int_range(r, 0, 400); n > 0; n--)
			g_string_append_c(text,
					  (char)(g_rand_int_range(r, 0, 30) == 0
							 ? ' '
							 : g_rand_int_range(r, 1, 256)));
		assert_fits("X-Wonted-Reasons",
			    header_fold(a, strlen("X-Wonted-Reasons"), text->str, 600));
		g_string_free(text, TRUE);
	}
	g_rand_free(r);
	arena_destroy(&a);
}

static void assert_removed(struct scene *s, bool spam, const char *want)
{
	GArray *edits = g_array_new(FALSE, FALSE, sizeof(struct edit));
	GString *is = g_string_new(NULL);

	scene_sweep(s);
	header_removals(&s->setup, spam, edits);
	for (guint i = 0; i < edits->len; i++) {
		const struct edit *e = &g_array_index(edits, struct edit, i);

		g_assert_cmpint(e->kind, ==, EDIT_DELETE_HEADER);
		g_string_append_printf(is, "%s %zu\n", e->name, e->nth);
	}
	g_assert_cmpstr(is->str, ==, want);
	g_string_free(is, TRUE);
	g_array_free(edits, TRUE);
}

static const char forged[] =
	"X-Spam-Flag: NO\n"
	"X-Wonted-Verdict: wanted\n"
	"Authentication-Results: mx.example.org; dkim=pass\n"
	"Authentication-Results: other.example.net; spf=pass\n"
	"x-wonted-verdict : wanted\n"
	"X-Wontedness: no\n"
	"authentication-results:\n (hello) MX.Example.ORG. 1; spf=pass\n"
	"X-SPAM: no\n"
	"X-Spam-Status: No,\n score=-100\n"
	"X-Spam-Level:\n"
	"X-Spam-Report: of somebody else\n"
	"X-Wonted-Anything: x\n"
	"From: a@example.net\n"
	"\n"
	"X-Wonted-Id: body\n";

/* RFC 8601 5: "any MTA ... MUST delete any discovered instance of this header field that
 * claims, by virtue of its authentication service identifier, to have been added within its
 * trust boundary"; the highest of a name first */
static void removes_copies(void)
{
	struct scene s;

	scene_begin(&s, forged);
	assert_removed(&s, true,
		       "X-Wonted-Anything 0\nX-Spam-Level 0\nX-Spam-Status 0\n"
		       "X-SPAM 0\nauthentication-results 2\nx-wonted-verdict 1\n"
		       "Authentication-Results 0\nX-Wonted-Verdict 0\n"
		       "X-Spam-Flag 0\n");
	assert_removed(&s, false,
		       "X-Wonted-Anything 0\nauthentication-results 2\n"
		       "x-wonted-verdict 1\nAuthentication-Results 0\n"
		       "X-Wonted-Verdict 0\n");
	/* an upstream of our own name that is trusted: its results are no forgery */
	s.auth.source = AUTH_TRUSTED;
	s.auth.authserv_id = "mx.example.org";
	s.setup.auth = &s.auth;
	assert_removed(&s, false,
		       "X-Wonted-Anything 0\nx-wonted-verdict 1\n"
		       "X-Wonted-Verdict 0\n");
	scene_end(&s);
}

/* A flood of fields hides none. */
static void removes_copies_behind_a_flood(void)
{
	GString *raw =
		g_string_new("X-Wonted-Id: first\nAuthentication-Results: x; none\n");
	struct scene s;

	for (int i = 0; i < LIMIT_HEADERS + 50; i++)
		g_string_append(raw, "X-A: b\n c\n");
	g_string_append(
		raw, "X-Wonted-Id: last\n\tfolded\nno field\nx-spam-flag : NO\n"
		     "Authentication-Results: mx.example.org; dkim=pass\n\nX-Spam: x\n");
	scene_begin(&s, raw->str);
	assert_removed(&s, true,
		       "Authentication-Results 1\nx-spam-flag 0\nX-Wonted-Id 1\n"
		       "X-Wonted-Id 0\n");
	scene_end(&s);
	/* the last known field is the last one of all */
	g_string_assign(raw, "");
	for (int i = 0; i < LIMIT_HEADERS + 1; i++)
		g_string_append(raw, "X-Wonted-Id: b\n");
	scene_begin(&s, raw->str);
	{
		GArray *edits = g_array_new(FALSE, FALSE, sizeof(struct edit));

		scene_sweep(&s);
		header_removals(&s.setup, true, edits);
		g_assert_cmpuint(edits->len, ==, LIMIT_HEADERS + 1);
		g_assert_cmpuint(g_array_index(edits, struct edit, 0).nth, ==,
				 LIMIT_HEADERS);
		g_array_free(edits, TRUE);
	}
	scene_end(&s);
	g_string_free(raw, TRUE);
}

static const struct reason evil_reason = {
	"rule\r\nX-Evil: 1",
	"Uses \xd0\x9f\xd1\x91\xd1\x82\xd1\x80\r\nBcc: x@example.org\r\n\r\nbody "
	"\xe2\x80\xae"
	"averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryverylongwor"
	"d",
	AXIS_THREAT,
	6500,
	false,
};

static void writes_only_headers(void)
{
	struct reason many[LIMIT_REASONS];
	struct scene s;

	for (size_t i = 0; i < LIMIT_REASONS; i++)
		many[i] = evil_reason;
	scene_begin(&s, forged);
	s.setup.auth = &s.auth;
	s.setup.id = "id\r\nX-Evil: 1";
	scene_rcpt(&s, VERDICT_MALICIOUS, ACTION_JUNK, NULL);
	s.decisions[0].reasons = many;
	s.decisions[0].n_reasons = LIMIT_REASONS;
	s.decisions[0].milli[AXIS_THREAT] = 1000000000;
	scene_play(&s, NULL);
	g_assert_cmpuint(s.plan.n_edits, >, 8);
	for (size_t i = 0; i < s.plan.n_edits; i++) {
		const struct edit *e = &s.plan.edits[i];

		if (e->kind != EDIT_INSERT_HEADER)
			continue;
		assert_fits(e->name, e->value);
		g_assert_cmpuint(strlen(e->value), <, 4000);
		g_assert_null(strstr(e->value, "rcpt-"));
	}
	/* the last one put in at 0 stands on top */
	g_assert_cmpstr(s.plan.edits[s.plan.n_edits - 1].name, ==,
			"Authentication-Results");
	scene_end(&s);
}

static void is_silent_about_unchecked(void)
{
	struct scene s;

	scene_begin(&s, "From: a@example.net\n\nx\n");
	scene_rcpt(&s, VERDICT_WANTED, ACTION_PASS, NULL);
	scene_play(&s, NULL);
	g_assert_false(scene_has(&s, "Authentication-Results"));
	scene_end(&s);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/header/writes-points", writes_points);
	g_test_add_func("/header/folds", folds);
	g_test_add_func("/header/removes-copies", removes_copies);
	g_test_add_func("/header/removes-copies-behind-a-flood",
			removes_copies_behind_a_flood);
	g_test_add_func("/header/writes-only-headers", writes_only_headers);
	g_test_add_func("/header/is-silent-about-unchecked", is_silent_about_unchecked);
	return g_test_run();
}
