/* The validation tests of the ARC test suite (ValiMail's, read in place): every chain is decided as
 * it says. */
#include "auth/arc.h"

#include "auth_fixture.h"

struct suite {
	GString *zone;
	struct resolver *resolver;
	struct keys *keys;
	int decided, failed;
};

static const char *check(struct suite *s, const char *text, struct auth_results *r)
{
	struct arena *a = arena_create();
	size_t n = strlen(text);
	char *exact = g_memdup2(text, n);
	struct message m = message_of(a, (struct bytes){ exact, n });
	const struct dkim_tools tools = { .keys = s->keys, .resolver = s->resolver };
	const struct strings nobody = { 0 };
	struct dns_wait wait = { .deadline_us = in_ms(5000) };
	const struct dkim_end end = { .message = &m, .wait = &wait, .arena = a };
	struct arc_check *c = arc_begin(&tools, m.headers, m.n_headers);

	*r = (struct auth_results){ 0 };
	if (c != NULL)
		arc_finish(c, &end, &nobody, "d1.example.org", r);
	arc_destroy(&c);
	arena_destroy(&a);
	g_free(exact);
	return auth_result_names[r->arc.result];
}

static void run_case(struct suite *s, char **field)
{
	char *text = g_strcompress(field[3]);
	struct auth_results r;
	const char *got;

	if (s->resolver == NULL)
		s->resolver = zone_of(s->zone->str);
	got = check(s, text, &r);
	s->decided++;
	/* two say only that it is not to be believed */
	if (*field[2] == '\0' ? r.arc.result != AUTH_FAIL : strcmp(got, field[2]) != 0) {
		g_test_message("%s: want %s, got %s (%s)", field[1], field[2], got,
			       r.arc.why == NULL ? "-" : r.arc.why);
		s->failed++;
	}
	g_free(text);
}

static void run_line(struct suite *s, char *line)
{
	char **field = g_strsplit(line, "\t", -1);

	if (line[0] == 'S') {
		resolver_close(&s->resolver);
		g_string_truncate(s->zone, 0);
	} else if (line[0] == 'Z') {
		g_string_append_printf(s->zone, "%s\n", line + 2);
	} else if (line[0] == 'T') {
		run_case(s, field);
	}
	g_strfreev(field);
}

static void test_suite(void)
{
	char *path = conformance_path("arc/tests/arc-draft-validation-tests.yml");
	const char *argv[] = { "perl", "t/lib/arc_suite.pl", path, NULL };
	struct suite s = { .zone = g_string_new(NULL), .keys = keys_create(20) };
	char *lines = NULL, **line;
	GError *e = NULL;
	int status;

	if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
		g_test_skip("the suite of ARC is not here: put tests/ of "
			    "https://github.com/ValiMail/arc_test_suite into DIR/arc and "
			    "set WONTED_CONFORMANCE=DIR");
	} else {
		g_spawn_sync(NULL, (char **)(gpointer)argv, NULL, G_SPAWN_SEARCH_PATH,
			     NULL, NULL, &lines, NULL, &status, &e);
		g_assert_no_error(e);
		g_assert_cmpint(status, ==, 0);
		line = g_strsplit(lines, "\n", -1);
		for (int i = 0; line[i] != NULL; i++)
			run_line(&s, line[i]);
		g_strfreev(line);
		g_test_message("%d chains decided, %d of them wrong", s.decided,
			       s.failed);
		g_assert_cmpint(s.decided, ==, 171);
		g_assert_cmpint(s.failed, ==, 0);
	}
	resolver_close(&s.resolver);
	keys_destroy(&s.keys);
	g_string_free(s.zone, TRUE);
	g_free(lines);
	g_free(path);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/arc/suite", test_suite);
	return g_test_run();
}
