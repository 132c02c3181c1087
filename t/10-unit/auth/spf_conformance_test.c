/* The RFC 7208 suite (pyspf's, read in place) through our own resolver and guard: every case
 * is decided as it says. */
#include "auth/spf.h"

#include "auth_fixture.h"

struct scenario {
	char *what;
	GString *zone;
	struct resolver *resolver;
};

static int decided, failed;
static bool late; /* every answer comes a millisecond later */

static void scenario_end(struct scenario *s)
{
	resolver_close(&s->resolver);
	g_string_truncate(s->zone, 0);
	g_free(s->what);
	s->what = NULL;
}

static struct auth_spf check(struct resolver *r, const struct envelope *env)
{
	struct spf_check *s = spf_create(r, env);
	struct auth_spf result;

	while (!spf_step(s))
		wait_a_second(spf_missing(s));
	result = spf_result(s);
	spf_destroy(&s);
	return result;
}

static void run_case(struct scenario *s, char **field)
{
	GError *e = NULL;
	char *text[4];
	struct auth_spf got;
	char **wanted = g_strsplit(field[5], ",", -1);

	if (s->resolver == NULL)
		s->resolver = resolver_zone_text(s->what, bytes_of(s->zone->str), &e);
	g_assert_no_error(e);
	for (int i = 0; i < 4; i++)
		text[i] = g_strcompress(field[i + 1]);
	got = check(s->resolver, &(struct envelope){ .client_addr = text[1],
						     .helo = text[2],
						     .mail_from = text[3] });
	decided++;
	if (!g_strv_contains((const char *const *)wanted,
			     auth_result_names[got.result])) {
		g_test_message("%s: %s: want %s, got %s (%s)", s->what, text[0], field[5],
			       auth_result_names[got.result], got.why ? got.why : "-");
		failed++;
	}
	g_assert_cmpuint(got.queries, <=, 1 + 10 + 10 * 10);
	for (int i = 0; i < 4; i++)
		g_free(text[i]);
	g_strfreev(wanted);
}

static void run_line(struct scenario *s, char *line)
{
	char **field = g_strsplit(line, "\t", -1);

	if (line[0] == 'S') {
		scenario_end(s);
		s->what = g_strdup(field[1]);
	} else if (line[0] == 'Z') {
		g_string_append_printf(s->zone, "%s\n", line + 2);
		if (late && g_str_has_suffix(line, " DELAY 0"))
			s->zone->str[s->zone->len - 2] = '1';
	} else if (line[0] == 'T') {
		run_case(s, field);
	}
	g_strfreev(field);
}

static void run_suite(const char *file, int cases)
{
	char *path = conformance_path(file);
	const char *argv[] = { "perl", "t/lib/spf_suite.pl", path, NULL };
	struct scenario s = { .zone = g_string_new(NULL) };
	char *lines, **line;
	GError *e = NULL;
	int status;

	if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
		g_test_skip("the suite of RFC 7208 is not here: put "
			    "https://github.com/sdgathman/pyspf test/rfc7208-tests.yml "
			    "into DIR/spf and set WONTED_CONFORMANCE=DIR");
		g_free(path);
		g_string_free(s.zone, TRUE);
		return;
	}
	g_spawn_sync(NULL, (char **)(gpointer)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
		     &lines, NULL, &status, &e);
	g_assert_no_error(e);
	g_assert_cmpint(status, ==, 0);
	line = g_strsplit(lines, "\n", -1);
	for (int i = 0; line[i] != NULL; i++)
		run_line(&s, line[i]);
	scenario_end(&s);
	g_test_message("%d cases decided, %d of them wrong", decided, failed);
	g_assert_cmpint(decided, ==, cases);
	g_assert_cmpint(failed, ==, 0);
	g_strfreev(line);
	g_free(lines);
	g_free(path);
	g_string_free(s.zone, TRUE);
}

static void test_suite(void)
{
	late = false;
	decided = failed = 0;
	run_suite("spf/rfc7208-tests.yml", 203);
}

/* the same, but each check unwinds and begins again at every answer that is not there yet */
static void test_suite_late(void)
{
	late = true;
	decided = failed = 0;
	run_suite("spf/rfc7208-tests.yml", 203);
}

/* the suite of the RFC before, whose cases hold still */
static void test_suite_4408(void)
{
	late = false;
	decided = failed = 0;
	run_suite("spf/rfc4408-tests.yml", 191);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	spf_library_quiet();
	g_test_add_func("/auth/spf/rfc7208", test_suite);
	g_test_add_func("/auth/spf/rfc7208_late", test_suite_late);
	g_test_add_func("/auth/spf/rfc4408", test_suite_4408);
	return g_test_run();
}
