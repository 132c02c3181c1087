#include "config/print.h"

#include <string.h>

#include "config/load.h"
#include "config/row.h"

static struct options *load(const char *text)
{
	GError *e = NULL;
	struct options *o = options_load_text("test", bytes_of(text), &e);

	g_assert_no_error(e);
	return o;
}

/* what is committed is what the table says */
static void compare(const char *path, void (*print)(GString *))
{
	GString *now = g_string_new(NULL);
	char *committed = NULL;

	if (strcmp(WONTED_CONFDIR, "/etc/wonted") != 0) {
		g_test_skip("built for another folder than /etc/wonted");
		g_string_free(now, TRUE);
		return;
	}
	g_assert_true(g_file_get_contents(path, &committed, NULL, NULL));
	print(now);
	if (strcmp(now->str, committed) != 0)
		g_test_message("%s is stale: make docs", path);
	g_assert_true(strcmp(now->str, committed) == 0);
	g_free(committed);
	g_string_free(now, TRUE);
}

static void test_conf_committed(void)
{
	compare("conf/wonted.conf", print_conf);
}

static void test_man_committed(void)
{
	compare("conf/wonted.conf.5", print_man);
}

/* values without where they come from */
static char *dump(const struct options *o)
{
	GString *out = g_string_new(NULL), *bare = g_string_new(NULL);

	print_dump(o, out);
	char **lines = g_strsplit(out->str, "\n", -1);

	for (char **l = lines; *l != NULL; l++) {
		char *note = strstr(*l, "  # ");

		if (note != NULL)
			*note = '\0';
		g_string_append_printf(bare, "%s\n", *l);
	}
	g_strfreev(lines);
	g_string_free(out, TRUE);
	return g_string_free(bare, FALSE);
}

/* the shipped file works as it is, and says nothing but the defaults */
static void test_conf_loads(void)
{
	GString *conf = g_string_new(NULL);

	print_conf(conf);
	struct options *o = load(conf->str);
	struct options *bare = load("tenant \"example\" { domains = \"example.org\" }");
	char *a = dump(o), *b = dump(bare);

	g_assert_cmpstr(a, ==, b);
	g_free(a);
	g_free(b);
	options_unref(o);
	options_unref(bare);
	g_string_free(conf, TRUE);
}

/* every commented option can be taken as it stands, and is what holds anyway */
static void test_conf_uncommented(void)
{
	GString *conf = g_string_new(NULL), *live = g_string_new(NULL);
	GRegex *option = g_regex_new("^(\\t?)#(\\w+ = .*)$", 0, 0, NULL);
	size_t n = 0, want = 0;

	print_conf(conf);
	char **lines = g_strsplit(conf->str, "\n", -1);

	/* not the example of another policy: it differs from the defaults on purpose */
	for (char **l = lines; *l != NULL && strstr(*l, "policy \"finance\"") == NULL;
	     l++) {
		char *line = g_regex_replace(option, *l, -1, 0, "\\1\\2", 0, NULL);

		n += strcmp(line, *l) != 0;
		g_string_append_printf(live, "%s\n", line);
		g_free(line);
	}
	for (size_t s = 0; s < SCOPE_COUNT; s++)
		for (size_t i = 0; i < option_tables[s].n; i++)
			want += option_tables[s].rows[i].type != OPTION_HEADING;
	g_assert_cmpuint(n, ==,
			 want - 3); /* domains is live, recipients and flags not for
				       default */
	struct options *o = load(live->str), *shipped = load(conf->str);
	char *a = dump(o), *b = dump(shipped);

	g_assert_cmpstr(a, ==, b);
	g_free(a);
	g_free(b);
	options_unref(o);
	options_unref(shipped);
	g_strfreev(lines);
	g_regex_unref(option);
	g_string_free(conf, TRUE);
	g_string_free(live, TRUE);
}

/* a dump is a configuration: loaded again, it dumps the same */
static void test_dump_loads(void)
{
	struct options *o = load("mode = enforce\nmessage_deadline = 2500ms\n"
				 "internal_networks = { 10.0.0.0/8, 192.0.2.0/24, "
				 "2001:db8::/32, 198.51.100.1,\n"
				 "203.0.113.0/24 }\nrules_dir = '/a \"b\\c\"'\n"
				 "tenant a { domains = \"example.org, example.net\" }\n"
				 "tenant b { domains = example.com\nsubdomains = no }\n"
				 "policy p { recipients = \"@example.com, "
				 "bob@example.org\"\nspam_points = 0.5 }");
	char *first = dump(o);
	struct options *again = load(first);
	char *second = dump(again);

	g_assert_cmpstr(first, ==, second);
	g_assert_nonnull(strstr(first, "rules_dir = \"/a \\\"b\\\\c\\\"\""));
	g_free(first);
	g_free(second);
	options_unref(o);
	options_unref(again);
}

static void test_dump_origins(void)
{
	struct options *o = load("mode = enforce\ntenant a {\n domains = example.org\n}\n"
				 "policy default {\n on_spam = pass\n}\n"
				 "policy p {\n recipients = \"@example.org\"\n}\n");
	GString *out = g_string_new(NULL);
	static const char *const pieces[] = {
		"mode = enforce  # test:1\n",
		"log_level = info  # default\n",
		"tenant \"a\" {  # test:2\n\tdomains = \"example.org\"  # test:3\n",
		"policy \"default\" {  # test:5\n\trecipients = \"\"  # default\n",
		"policy \"p\" {  # test:8\n\trecipients = \"@example.org\"  # test:9\n",
	};

	print_dump(o, out);
	for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++)
		g_assert_nonnull(strstr(out->str, pieces[i]));
	/* p has it from "default", and says from which line */
	g_assert_nonnull(
		strstr(strstr(out->str, "policy \"p\""), "on_spam = pass  # test:6\n"));
	g_string_free(out, TRUE);
	options_unref(o);
}

struct mta {
	const char *conf, *piece;
};

static void test_mta_lines(void)
{
	static const struct mta rows[] = {
		{ "", "smtpd_milters = { unix:/run/wonted/wonted.sock,\n" },
		{ "", "content_timeout=30s,\n        default_action=accept }" },
		{ "", "socket = \"unix:/var/spool/postfix/wonted/wonted.sock\"\n" },
		{ "", "smtpd_milters = { unix:wonted/wonted.sock,\n" },
		{ "", "`S=unix:/run/wonted/wonted.sock, T=C:10s;S:30s;R:30s;E:30s')" },
		{ "", "see socket_group" },
		{ "socket = \"unix:/var/spool/postfix/w/w.sock\"",
		  "Postfix, in main.cf:\n    smtpd_milters = { unix:w/w.sock,\n" },
		{ "socket = inet:8891@127.0.0.1",
		  "It listens on inet:8891@127.0.0.1, as libmilter and Sendmail write "
		  "it; "
		  "Postfix writes inet:127.0.0.1:8891.\n" },
		{ "socket = inet:8891@127.0.0.1",
		  "smtpd_milters = { inet:127.0.0.1:8891,\n" },
		{ "socket = inet:8891@127.0.0.1", "`S=inet:8891@127.0.0.1, T=" },
		{ "message_deadline = 40s", "content_timeout=80s" },
		{ "message_deadline = 40s", "E:80s')" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *text = g_strconcat(rows[i].conf,
					 "\ntenant a { domains = example.org }", NULL);
		struct options *o = load(text);
		GString *out = g_string_new(NULL);

		print_mta_lines(o, out);
		g_test_message("%s", rows[i].piece);
		g_assert_nonnull(strstr(out->str, rows[i].piece));
		g_string_free(out, TRUE);
		options_unref(o);
		g_free(text);
	}
}

/* mandoc finds nothing, but that the other pages are not installed */
static void test_man_lint(void)
{
	char *program = g_find_program_in_path("mandoc");
	char *out = NULL;
	int status;

	if (program == NULL) {
		g_test_skip("mandoc is not installed");
		return;
	}
	g_assert_true(g_spawn_command_line_sync("mandoc -Tlint conf/wonted.conf.5", &out,
						NULL, &status, NULL));
	char **lines = g_strsplit(out, "\n", -1);

	for (char **l = lines; *l != NULL; l++)
		if (**l != '\0' && strstr(*l, "referenced manual not found") == NULL)
			g_error("%s", *l);
	g_strfreev(lines);
	g_free(out);
	g_free(program);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/print/conf-committed", test_conf_committed);
	g_test_add_func("/config/print/man-committed", test_man_committed);
	g_test_add_func("/config/print/conf-loads", test_conf_loads);
	g_test_add_func("/config/print/conf-uncommented", test_conf_uncommented);
	g_test_add_func("/config/print/dump-loads", test_dump_loads);
	g_test_add_func("/config/print/dump-origins", test_dump_origins);
	g_test_add_func("/config/print/mta-lines", test_mta_lines);
	g_test_add_func("/config/print/man-lint", test_man_lint);
	return g_test_run();
}
