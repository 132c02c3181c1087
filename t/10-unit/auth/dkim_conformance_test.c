/* Mail::DKIM's messages, read in place: each is decided as its name says, or stands in the
 * table below with the cause. They are of 2005 to 2023, so most of what was good then is
 * AUTH_POLICY now: it verifies, but by rsa-sha1, which RFC 8301 no longer accepts. */
#include "auth_fixture.h"

struct row {
	const char *pattern; /* of the file's name; the first that fits counts */
	const char *results; /* of its signatures, from the top */
	const char *cause;   /* why it is not what the name says; NULL: it is */
};

static const struct row rows[] = {
	{ "good_dk_*", "", "DomainKeys (RFC 4870) only; historic since 2007" },
	{ "bad_dk_*", "", "DomainKeys only" },
	{ "dk_*", "", "DomainKeys only" },
	{ "good_ietf0*", "neutral", "made before RFC 4871: v= is missing" },
	{ "mine_ietf0*", "neutral", "made before RFC 4871: v= is missing" },
	{ "no_body_*", "neutral", "made before RFC 4871: v= is missing" },
	{ "multiple_1.txt", "neutral neutral neutral neutral",
	  "made before RFC 4871: v= is missing" },
	{ "multiple_2.txt", "neutral policy fail neutral",
	  "as its text says; the good one is rsa-sha1" },
	{ "goodkey_ed25519.txt", "pass", NULL },
	{ "good_*", "policy", "verifies, by rsa-sha1" },
	{ "goodkey_*", "policy", "verifies, by rsa-sha1 and 512 bits" },
	{ "badkey1_ed25519.txt", "permerror", NULL },
	{ "badkey2_ed25519.txt", "fail", NULL },
	{ "badkey3_ed25519.txt", "fail", NULL },
	{ "badkey4_ed25519.txt", "permerror", NULL },
	{ "badkey5_ed25519.txt", "permerror", NULL },
	{ "badkey_8.txt", "policy", "g= of the key was dropped by RFC 6376; else good" },
	{ "badkey_9.txt", "policy", "g= of the key was dropped by RFC 6376; else good" },
	{ "badkey_10.txt", "permerror", NULL },
	{ "badkey_11.txt", "permerror", NULL },
	{ "badkey_12.txt", "policy", "g= of the key was dropped by RFC 6376; else good" },
	{ "badkey_13.txt", "policy", "g= of the key was dropped by RFC 6376; else good" },
	{ "badkey_14.txt", "temperror", NULL },
	{ "badkey_15.txt", "temperror", NULL },
	{ "badkey_*", "neutral", "made before RFC 4871: v= is missing" },
	{ "bad_1878954.txt", "fail", NULL },
	{ "bad_*", "neutral", "made before RFC 4871: v= is missing" },
	{ "ignore_7.txt", "policy", "x= is long past; verifies, by rsa-sha1" },
	{ "ignore_*", "neutral", NULL },
};

/* the key records: a name, blanks, a record or what goes wrong */
static char *zone_read(const char *path)
{
	GString *zone = g_string_new(NULL);
	char *text, **line;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	line = g_strsplit(text, "\n", -1);
	for (int i = 0; line[i] != NULL; i++) {
		char *name = g_strstrip(line[i]), *blank = strchr(name, ' '), *record;

		if (*name == '#' || blank == NULL)
			continue;
		*blank = '\0';
		record = g_strstrip(blank + 1);
		if (g_str_has_prefix(record, "~~"))
			g_string_append_printf(zone, "%s. SERVFAIL\n", name);
		else if (strcmp(record, "\"\"") == 0)
			g_string_append_printf(zone, "%s. TXT \"\"\n", name);
		else if (strcmp(record, "NXDOMAIN") != 0)
			g_string_append_printf(zone, "%s. TXT \"%s\"\n", name, record);
	}
	g_strfreev(line);
	g_free(text);
	return g_string_free(zone, FALSE);
}

static char *check_file(struct auth_engine *en, const char *path)
{
	const struct envelope env = { .received_s = 1700000000 };
	struct auth_check *c = auth_begin(en, &env);
	struct arena *a = arena_create();
	GString *got = g_string_new(NULL);
	struct auth_results r;
	struct message m;
	struct bytes raw;
	char *text, *exact;

	g_assert_true(g_file_get_contents(path, &text, &raw.n, NULL));
	raw.at = exact = g_memdup2(text, raw.n); /* ends where its memory ends */
	m = message_of(a, raw);
	auth_headers(c, m.headers, m.n_headers);
	auth_finish(c, &m, in_ms(1000), a, &r);
	for (size_t i = 0; i < r.n_dkim; i++)
		g_string_append_printf(got, "%s%s", i == 0 ? "" : " ",
				       auth_result_names[r.dkim[i].result]);
	auth_release(&c);
	arena_destroy(&a);
	g_free(exact);
	g_free(text);
	return g_string_free(got, FALSE);
}

static const struct row *row_of(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (g_pattern_match_simple(rows[i].pattern, name))
			return &rows[i];
	return NULL;
}

static void test_corpus(void)
{
	char *folder = conformance_path("dkim/t/corpus"), *zone, *path;
	GDir *dir = g_dir_open(folder, 0, NULL);
	struct auth_engine *en;
	struct resolver *r;
	const char *name;
	int files = 0, wrong = 0;

	if (dir == NULL) {
		g_test_skip("the messages of DKIM are not here: put t/corpus and "
			    "FAKE_DNS.dat of https://github.com/fastmail/mail-dkim into "
			    "DIR/dkim and set WONTED_CONFORMANCE=DIR");
		g_free(folder);
		return;
	}
	path = conformance_path("dkim/t/FAKE_DNS.dat");
	zone = zone_read(path);
	r = zone_of(zone);
	en = auth_engine_create(no_options(), r);
	for (; (name = g_dir_read_name(dir)) != NULL; files++) {
		const struct row *row = row_of(name);
		char *file = g_build_filename(folder, name, NULL);
		char *got = check_file(en, file);

		if (row == NULL || strcmp(row->results, got) != 0) {
			g_test_message("%s: want \"%s\", got \"%s\"", name,
				       row == NULL ? "a row" : row->results, got);
			wrong++;
		} else if (row->cause != NULL) {
			g_test_message("%s: \"%s\": %s", name, got, row->cause);
		}
		g_free(got);
		g_free(file);
	}
	g_test_message("%d messages decided, %d of them wrong", files, wrong);
	g_assert_cmpint(wrong, ==, 0);
	g_assert_cmpint(files, ==, 79);
	g_dir_close(dir);
	auth_engine_destroy(&en);
	resolver_close(&r);
	g_free(zone);
	g_free(path);
	g_free(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/dkim/corpus", test_corpus);
	return g_test_run();
}
