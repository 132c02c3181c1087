#include "config/load.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "lib/nobody.h"
#include "lib/tree.h"

#define TENANT "tenant \"a\" { domains = \"example.org\" }\n"

/* text of exactly its size, so that a byte too far is seen */
static struct options *load(const char *text, GError **e)
{
	size_t n = strlen(text);
	char *exact = g_memdup2(text, n);
	struct options *o =
		options_load_text("wonted.conf", (struct bytes){ exact, n }, e);

	g_free(exact);
	return o;
}

/* --- what is right --- */

static void test_values(void)
{
	struct options *o =
		load("# c\nmode = enforce // c\nmessage_deadline = 5s /* c\n c */\n"
		     "internal_networks = 10.0.0.0/8, 192.0.2.0/24\n"
		     "rules_dir = '/etc/a \"b\"'\njournal_dir = \"/${HOME} $\"\n"
		     "tenant \"a\" { domains = { \"example.org\", # c\n"
		     "  // c\n 'example.net' /* c */, } subdomains = no }\n"
		     "policy vips { recipients = boss@example.org\n"
		     "reject_text = \"\\\"no\\\" \\\\ {id}\" }\n",
		     NULL);

	g_assert_nonnull(o);
	g_assert_cmpint(o->mode, ==, MODE_ENFORCE);
	g_assert_cmpint(o->message_deadline_ms, ==, 5000);
	g_assert_cmpuint(o->internal_networks.n, ==, 2);
	g_assert_cmpstr(o->internal_networks.at[1], ==, "192.0.2.0/24");
	g_assert_null(o->internal_networks.at[2]);
	g_assert_cmpstr(o->rules_dir, ==, "/etc/a \"b\"");
	g_assert_cmpstr(o->journal_dir, ==, "/${HOME} $");
	g_assert_cmpuint(o->n_tenants, ==, 1);
	g_assert_cmpstr(o->tenants[0].name, ==, "a");
	g_assert_cmpuint(o->tenants[0].domains.n, ==, 2);
	g_assert_false(o->tenants[0].subdomains);
	g_assert_cmpuint(o->n_policies, ==, 2);
	g_assert_cmpstr(o->policies[0].name, ==, "default");
	g_assert_cmpstr(o->policies[1].name, ==, "vips");
	g_assert_cmpstr(o->policies[1].reject_text, ==, "\"no\" \\ {id}");
	options_unref(o);
}

static const char *const fine[] = {
	TENANT,
	"\xef\xbb\xbf" TENANT,
	"tenant \"a\" {\r\n\tdomains = \"example.org\"\r\n}\r\n",
	"tenant a{domains=example.org}",
	"internal_networks = {}\n" TENANT,
	"internal_networks = {\"10.0.0.0/8\"}" TENANT,
	"internal_networks = \"\"\n" TENANT,
	"message_deadline =\n 8s\n" TENANT,
	"store = lmdb:/a//b/*c+d\n" TENANT,
	"# no newline at the end\n" TENANT "# x",
	TENANT "policy \"default\" { on_spam = pass }",
	"tenant a { domains = include.example }",
};

static void test_fine(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(fine); i++) {
		GError *e = NULL;
		struct options *o = load(fine[i], &e);

		g_test_message("%s", fine[i]);
		g_assert_no_error(e);
		options_unref(o);
	}
}

/* "*" and "+" outside of strings are not eaten, "//" inside of a word is no comment */
static void test_characters(void)
{
	struct options *o = load("store = lmdb:/a//b/*c+d\n" TENANT
				 "policy default { junk_extension = +junk }",
				 NULL);

	g_assert_cmpstr(o->store, ==, "lmdb:/a//b/*c+d");
	g_assert_cmpstr(o->policies[0].junk_extension, ==, "+junk");
	options_unref(o);
}

/* what a policy does not say is as in "default", wherever that stands */
static void test_inheritance(void)
{
	struct options *o =
		load(TENANT "policy p { recipients = \"@example.org\"\n"
			    " on_spam = reject }\n"
			    "policy default { spam_points = 3\n on_spam = pass }\n",
		     NULL);

	g_assert_cmpint(o->policies[1].spam_points, ==, 3000);
	g_assert_cmpint(o->policies[1].on_spam, ==, ACTION_REJECT);
	g_assert_cmpint(o->policies[0].on_spam, ==, ACTION_PASS);
	g_assert_cmpuint(o->policies[0].recipients.n, ==, 0);
	g_assert_cmpuint(o->policies[0].where.line, ==, 4);
	g_assert_cmpuint(o->policies[1].where.line, ==, 2);
	g_assert_cmpuint(o->tenants[0].where.line, ==, 1);
	options_unref(o);
}

/* --- what is wrong: the whole message --- */

struct bad {
	const char *text, *message;
};

/* behind what libconfuse says */
#define ONE_OR_LIST_ENDS                                                \
	": write NAME = VALUE, or NAME = { VALUE, VALUE } for a list; " \
	"what follows is not read"
#define ONE_OR_LIST ONE_OR_LIST_ENDS "\n"

static const struct bad bads[] = {
	{ "", "wonted.conf: there is no tenant: write tenant \"NAME\" { domains = "
	      "\"example.org\" } with your own mail domains" },
	{ "mode = enforced\n" TENANT, "wonted.conf:1: mode: \"enforced\" is not a mode: "
				      "observe or enforce; did you mean "
				      "\"enforce\"?" },
	{ "\n# c\n# c\nsockett = x\n" TENANT,
	  "wonted.conf:4: unknown option \"sockett\"; did you mean \"socket\"?" },
	{ "zzzzzzzzz = 1\n" TENANT, "wonted.conf:1: unknown option \"zzzzzzzzz\"" },
	{ "domains = x\n" TENANT,
	  "wonted.conf:1: option \"domains\" is not known outside of "
	  "sections: it belongs into tenant \"NAME\" { }" },
	{ "tenant a {\n domains = example.org\n on_spam = junk }",
	  "wonted.conf:3: option \"on_spam\" is not known in a tenant: it belongs into "
	  "policy "
	  "\"NAME\" { }" },
	{ "tenant a {\n domains = example.org\n socket = x }",
	  "wonted.conf:3: option \"socket\" is not known in a tenant: it belongs outside "
	  "of "
	  "sections" },
	{ "tenant a {\n domains = example.org\n subdomain = no }",
	  "wonted.conf:3: unknown option \"subdomain\" in a tenant; did you mean "
	  "\"subdomains\"?" },
	{ "mode = observe\n\nmode = observe\n" TENANT,
	  "wonted.conf:3: mode is set a second time; the first is in wonted.conf line "
	  "1" },
	{ TENANT "tenant a { domains = example.net }",
	  "wonted.conf:2: tenant \"a\" stands a second time; the first is in wonted.conf "
	  "line "
	  "1" },
	{ "mode observe\n" TENANT,
	  "wonted.conf:1: missing equal sign after option 'mode': write NAME = VALUE, "
	  "and quotes around a value with blanks; what follows is not read" },
	{ "mode =\nlog_level = info\n" TENANT,
	  "wonted.conf:2: unexpected token '='" ONE_OR_LIST
	  "wonted.conf:2: mode: \"log_level\" is not a mode: observe or enforce" },
	{ "mode = }\n" TENANT, "wonted.conf:1: unexpected token '}'" ONE_OR_LIST_ENDS },
	{ "mode = observe please\n" TENANT,
	  "wonted.conf:1: unknown option \"please\"\n"
	  "wonted.conf:2: missing equal sign after option 'please': write NAME = VALUE, "
	  "and quotes around a value with blanks; what follows is not read" },
	{ "mode = observe;\n" TENANT,
	  "wonted.conf:1: \";\" is not needed: take it away" },
	{ "= x\n" TENANT, "wonted.conf:1: unexpected token '='" ONE_OR_LIST_ENDS },
	{ "mode = observe, enforce\n" TENANT,
	  "wonted.conf:1: mode: takes one value, not a list of 2" },
	{ "internal_networks += 192.0.2.1\n" TENANT,
	  "wonted.conf:1: \"+=\" is not known: write the whole list with \"=\"" },
	{ "internal_networks = { \"10.0.0.0/8\"\n" TENANT,
	  "wonted.conf:1: the \"{\" of this line has no \"}\"\n"
	  "wonted.conf:2: unexpected token 'tenant'" ONE_OR_LIST_ENDS },
	{ "internal_networks = { 10.0.0.0/8 192.0.2.0/24 }\n" TENANT,
	  "wonted.conf:1: unexpected token '192.0.2.0/24'" ONE_OR_LIST_ENDS },
	{ "internal_networks = { , }\n" TENANT,
	  "wonted.conf:1: unexpected token ','" ONE_OR_LIST_ENDS },
	{ TENANT "internal_networks = 192.0.2.1,",
	  "wonted.conf:2: a value is missing behind the last comma of a list" },
	{ "rules_dir = \"/etc\n" TENANT, "wonted.conf:1: the string that begins with "
					 "\"/etc has no \" at its end; a string "
					 "ends on its line" },
	{ "rules_dir = \"/a\\nb\"\n" TENANT,
	  "wonted.conf:1: in a string only \\\" and \\\\ may follow a backslash; text in "
	  "'single quotes' is taken as it is" },
	{ TENANT "/* \n", "wonted.conf:2: the comment that begins here never ends: write "
			  "\"*/\" behind it" },
	{ TENANT "\xff",
	  "wonted.conf:2: byte 0xFF is neither UTF-8 nor text: nothing of this "
	  "file is read" },
	{ "\n\x01\n" TENANT, "wonted.conf:2: byte 0x01 is neither UTF-8 nor text: "
			     "nothing of this file is read" },
	{ "tenant a {\n domains = example.org\ntenant b { domains = example.net }",
	  "wonted.conf:1: the \"{\" of this line has no \"}\"\n"
	  "wonted.conf:3: section \"tenant\" is not known in a tenant: it belongs "
	  "outside "
	  "of sections\n"
	  "wonted.conf:3: missing equal sign after option 'tenant': write NAME = VALUE, "
	  "and quotes around a value with blanks; what follows is not read" },
	{ "tenant a {\n domains = example.org\n",
	  "wonted.conf:1: the \"{\" of this line has no \"}\"" },
	{ TENANT "}", "wonted.conf:2: unexpected closing brace: take this \"}\" "
		      "away; what follows is not read" },
	{ "tenant { domains = example.org }",
	  "wonted.conf:1: missing title for section 'tenant': write a name before its "
	  "\"{\"; what follows is not read" },
	{ "tenant \"a b\" { domains = example.org }",
	  "wonted.conf:1: \"a b\" cannot name a tenant: 1 to 64 letters, digits and - _ "
	  ". are "
	  "allowed" },
	{ "tenent \"a\" { domains = example.org\n x { y { } } }\n" TENANT,
	  "wonted.conf:1: unknown option \"tenent\"; did you mean \"tenant\"?\n"
	  "wonted.conf:1: missing equal sign after option 'tenent': write NAME = VALUE, "
	  "and quotes around a value with blanks; what follows is not read" },
	{ TENANT "\"tenant|domains\" = example.net\n\"tenant=a|subdomains\" = no\n"
		 "\"\" = x",
	  "wonted.conf:2: what stands before the \"=\" is no name of an option\n"
	  "wonted.conf:2: domains is set a second time; the first is in wonted.conf line "
	  "1\n"
	  "wonted.conf:3: what stands before the \"=\" is no name of an option\n"
	  "wonted.conf:4: what stands before the \"=\" is no name of an option" },
	{ "x { x { x { x {\n" TENANT,
	  "wonted.conf:1: the \"{\" of this line has no \"}\"\n"
	  "wonted.conf:1: unknown option \"x\"\n"
	  "wonted.conf:1: missing equal sign after option 'x': write NAME = VALUE, and "
	  "quotes around a value with blanks; what follows is not read" },
	{ TENANT "include \"x\"",
	  "wonted.conf:2: include is not possible here: this text is "
	  "no file" },
	/* combinations */
	{ "tenant a { }", "wonted.conf:1: tenant \"a\" has no domains: write domains = "
			  "\"example.org\" with its mail domains" },
	{ TENANT "\ntenant b {\n domains = { x.example, EXAMPLE.org } }",
	  "wonted.conf:4: domains: example.org belongs to tenant \"a\" already "
	  "(wonted.conf line "
	  "1)" },
	{ "tenant a { domains = \"example.org, example.org\" }",
	  "wonted.conf:1: domains: example.org is listed twice" },
	{ "tenant a { domains = example.org\n partner_domains = sub.example.org }",
	  "wonted.conf:2: partner_domains: sub.example.org is the tenant's own domain" },
	{ TENANT "policy p {\n suspicious_points = 9.5\n recipients = \"@example.org\" }",
	  "wonted.conf:3: policy \"p\": suspicious_points 9.5 is above malicious_points "
	  "9: "
	  "nothing would ever be suspicious" },
	{ TENANT "policy default {\n malicious_points = 4\n}\npolicy p {\n recipients = "
		 "\"@example.org\" }",
	  "wonted.conf:3: policy \"default\": suspicious_points 5 is above "
	  "malicious_points 4: "
	  "nothing would ever be suspicious" },
	{ TENANT "policy default { recipients = \"@example.org\" }",
	  "wonted.conf:2: policy \"default\" takes no recipients: it holds for all that "
	  "no "
	  "other policy names" },
	{ TENANT "policy default { flags = pilot }",
	  "wonted.conf:2: policy \"default\" takes no flags: it holds for all that no "
	  "other policy is for" },
	{ TENANT "policy p { flags = \"new, Pilot\" }\npolicy q {\n flags = pilot }",
	  "wonted.conf:4: flags: pilot has policy \"p\" already (wonted.conf line 2)" },
	{ TENANT "policy p { flags = \"pilot, PILOT\" }",
	  "wonted.conf:2: flags: pilot is listed twice" },
	{ TENANT
	  "policy p {\n junk_by = extension\n junk_extension = -junk\n flags = x\n}",
	  "wonted.conf:4: junk_extension \"-junk\" does not begin with one of "
	  "recipient_delimiter \"+\": set both as in the MTA" },
	{ TENANT "policy p { recipients = bob@example.com }",
	  "wonted.conf:2: recipients: bob@example.com is in no tenant's domains: it "
	  "would never "
	  "match" },
	{ TENANT "policy p { recipients = \"@example.org\" }\npolicy q { recipients = "
		 "\"@example.org\" }",
	  "wonted.conf:3: recipients: @example.org has policy \"p\" already (wonted.conf "
	  "line "
	  "2)" },
	{ TENANT "policy p { recipients = { \"@example.org\", \"@example.org\" } }",
	  "wonted.conf:2: recipients: @example.org is listed twice" },
	{ "message_deadline = 2s\n" TENANT, "wonted.conf:1: message_deadline 2s must be "
					    "longer than dns_timeout 2s, which is a "
					    "part of it" },
	{ "dns_timeout = 9s\n" TENANT, "wonted.conf:1: message_deadline 8s must be "
				       "longer than dns_timeout 9s, which is a "
				       "part of it" },
	{ "dns_timeout = 500ms\nmessage_deadline = 1s\nstore_deadline = 1s\n" TENANT,
	  "wonted.conf:3: message_deadline 1s must be longer than store_deadline 1s, "
	  "which is a "
	  "part of it" },
	{ "dns_zone_file = /nonexistent/zone\n" TENANT,
	  "wonted.conf:1: dns_zone_file: cannot read /nonexistent/zone: No such file or "
	  "directory" },
	{ "dns_zone_file = /\n" TENANT,
	  "wonted.conf:1: dns_zone_file: / is not a regular file" },
	{ "socket_group = no-such-group-here\n" TENANT,
	  "wonted.conf:1: socket_group: there is no group \"no-such-group-here\" on this "
	  "machine: make it, or name one that the MTA's user is in" },
	{ "user = no-such-user-here\n" TENANT,
	  "wonted.conf:1: user: there is no user \"no-such-user-here\" on this machine: "
	  "make it "
	  "first" },
	{ "socket = \"unix:/a\"\ncontrol_socket = /a\n" TENANT,
	  "wonted.conf:2: control_socket and socket are the same: /a" },
	{ "quarantine_dir = /a\njournal_dir = /a\n" TENANT,
	  "wonted.conf:1: quarantine_dir and journal_dir are the same folder: /a" },
};

static void test_bads(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(bads); i++) {
		GError *e = NULL;
		struct options *o = load(bads[i].text, &e);

		g_test_message("%s", bads[i].text);
		g_assert_null(o);
		g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
		g_assert_cmpstr(e->message, ==, bads[i].message);
		g_error_free(e);
	}
}

/* all that is wrong is told, in the order of the file, whoever found it */
static void test_all_at_once(void)
{
	GError *e = NULL;

	g_assert_null(
		load("dns_timeout = 10m\nnonsense = 1\nmode = x\ntenant a {\n"
		     " domains = \"bob@example.org\"\n}\npolicy p { flags = \"a:b\" }\n",
		     &e));
	char **lines = g_strsplit(e->message, "\n", -1);

	g_assert_cmpuint(g_strv_length(lines), ==, 5);
	g_assert_true(g_str_has_prefix(lines[0], "wonted.conf:1: dns_timeout: "));
	g_assert_true(g_str_has_prefix(lines[1], "wonted.conf:2: unknown option"));
	g_assert_true(g_str_has_prefix(lines[2], "wonted.conf:3: mode: "));
	g_assert_true(g_str_has_prefix(lines[3], "wonted.conf:5: domains: "));
	g_assert_true(g_str_has_prefix(lines[4], "wonted.conf:7: flags: \"a:b\" is no"));
	g_strfreev(lines);
	g_error_free(e);
}

static void test_too_many(void)
{
	GString *text = g_string_new(TENANT);
	GError *e = NULL;

	for (int i = 0; i < 1000; i++)
		g_string_append_printf(text, "nonsense%d = 1\n", i);
	g_assert_null(load(text->str, &e));
	char **lines = g_strsplit(e->message, "\n", -1);

	g_assert_cmpuint(g_strv_length(lines), ==, LIMIT_CONFIG_ERRORS + 1);
	g_assert_true(g_str_has_prefix(lines[0], "wonted.conf:2: "));
	g_assert_cmpstr(lines[LIMIT_CONFIG_ERRORS], ==,
			"wonted.conf: and 180 more; fix these first");
	g_strfreev(lines);
	g_error_free(e);
	g_string_free(text, TRUE);
}

/* a hoster's file: it must not cost more than it is worth */
static void test_many_tenants(void)
{
	GString *text = g_string_new(NULL);
	GError *e = NULL;

	for (int i = 0; i < 5000; i++)
		g_string_append_printf(text, "tenant t%d { domains = d%d.example }\n", i,
				       i);
	struct options *o = load(text->str, &e);

	g_assert_no_error(e);
	g_assert_cmpuint(o->n_tenants, ==, 5000);
	g_assert_cmpstr(options_tenant(o, "d4999.example")->name, ==, "t4999");
	options_unref(o);
	g_string_free(text, TRUE);
}

/* --- files --- */

static char *folder;

static char *put(const char *name, const char *text)
{
	char *path = g_build_filename(folder, name, NULL);
	char *dir = g_path_get_dirname(path);

	g_mkdir_with_parents(dir, 0700);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	g_free(dir);
	return path;
}

/* the message of a load that must fail, with the folder's name taken out */
static char *complaint(const char *path)
{
	GError *e = NULL;
	struct options *o = options_load(path, &e);

	g_assert_null(o);
	char **parts = g_strsplit(e->message, folder, -1);
	char *message = g_strjoinv("", parts);

	g_strfreev(parts);
	g_error_free(e);
	return message;
}

static void assert_complaint(const char *path, const char *want)
{
	char *message = complaint(path);

	g_assert_cmpstr(message, ==, want);
	g_free(message);
}

static void test_includes(void)
{
	char *main_path =
		put("a.conf", "include \"t/*.conf\"\ninclude(\"sub/one.conf\")\n"
			      "include \"none/*.conf\"\nmode = enforce\n");
	GError *e = NULL;

	g_free(put("t/20.conf", "tenant b { domains = b.example }"));
	g_free(put("t/10.conf", "tenant a { domains = a.example }\n"));
	g_free(put("sub/one.conf", "include \"two.conf\"\n"));
	g_free(put("sub/two.conf", "# c\nlog_level = debug\n"));
	struct options *o = options_load(main_path, &e);

	g_assert_no_error(e);
	g_assert_cmpint(o->log_level, ==, LOG_LEVEL_DEBUG);
	g_assert_cmpint(o->mode, ==, MODE_ENFORCE);
	g_assert_cmpuint(o->n_tenants, ==, 2);
	g_assert_cmpstr(o->tenants[0].name, ==, "a");
	g_assert_cmpstr(o->tenants[1].name, ==, "b");
	g_assert_true(g_str_has_suffix(o->tenants[1].where.file, "t/20.conf"));
	g_assert_cmpuint(o->tenants[1].where.line, ==, 1);
	options_unref(o);
	g_free(main_path);
}

/* complaints name the included file and its own lines, after those of who was read before */
static void test_include_lines(void)
{
	char *path = put("b.conf",
			 "mode = observe\ninclude \"b2.conf\"\n\nlog_level = y\n" TENANT);

	g_free(put("b2.conf", "\n\ndns_timeout = z\nmode = observe\n"));
	assert_complaint(
		path,
		"/b.conf:4: log_level: \"y\" is not a log level: error, warn, info or "
		"debug\n"
		"/b2.conf:3: dns_timeout: \"z\" is not a time: write 90s, 5m, 2h, 1d or "
		"80ms; "
		"allowed is 50ms to 30s\n"
		"/b2.conf:4: mode is set a second time; the first is in /b.conf line 1");
	g_free(path);
}

static void test_include_missing(void)
{
	char *path = put("c.conf", TENANT "include \"none.conf\"\n");

	assert_complaint(path,
			 "/c.conf:2: /none.conf: cannot open: No such file or directory");
	g_free(path);
	path = g_build_filename(folder, "none.conf", NULL);
	assert_complaint(path, "/none.conf: cannot open: No such file or directory");
	g_free(path);
	assert_complaint(folder, ": not a regular file");
}

static void test_include_place(void)
{
	char *path =
		put("d.conf", "tenant a {\n include \"x\"\n domains = example.org }\n"
			      "include = 5\n");

	assert_complaint(path,
			 "/d.conf:2: include stands inside of braces: it may only stand "
			 "outside of tenants, policies and lists\n"
			 "/d.conf:4: include names no file: write include \"FILE\"\n"
			 "/d.conf:4: unexpected token '='" ONE_OR_LIST_ENDS);
	g_free(path);
}

static void test_include_loop(void)
{
	char *path = put("e.conf", TENANT "include \"e2.conf\"\n");

	g_free(put("e2.conf", "\ninclude \"./e.conf\"\n"));
	assert_complaint(path,
			 "/e2.conf:2: /e.conf includes itself, by way of this line");
	g_free(path);
}

static void test_include_depth(void)
{
	for (int i = 0; i < 12; i++) {
		char *name = g_strdup_printf("f%d.conf", i);
		char *text = g_strdup_printf("include \"f%d.conf\"\n%s", i + 1,
					     i == 0 ? TENANT : "");

		g_free(put(name, text));
		g_free(name);
		g_free(text);
	}
	char *path = g_build_filename(folder, "f0.conf", NULL);

	assert_complaint(path, "/f8.conf:1: includes are nested deeper than 8");
	g_free(path);
	/* an error must not spoil the next load */
	test_includes();
}

/* a few bytes that would read a file millions of times */
static void test_include_bomb(void)
{
	GString *text = g_string_new(NULL);
	char *path, *message;

	for (int i = 0; i < 200; i++)
		g_string_append(text, "include \"g2.conf\"\n");
	path = put("g.conf", text->str);
	g_string_replace(text, "g2", "g3", 0);
	g_free(put("g2.conf", text->str));
	g_free(put("g3.conf", ""));
	message = complaint(path);
	g_assert_nonnull(strstr(message, "more than 1000 files are included"));
	g_free(message);
	g_free(path);
	g_string_free(text, TRUE);
}

static void test_unreadable(void)
{
	char *path = put("h.conf", TENANT);

	g_chmod(folder, 0755);
	g_chmod(path, 0);
	if (nobody_begin()) {
		assert_complaint(path, "/h.conf: cannot open: Permission denied");
		nobody_end();
	}
	g_free(path);
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("wonted-load-XXXXXX", NULL);
	g_test_add_func("/config/load/values", test_values);
	g_test_add_func("/config/load/fine", test_fine);
	g_test_add_func("/config/load/characters", test_characters);
	g_test_add_func("/config/load/inheritance", test_inheritance);
	g_test_add_func("/config/load/bads", test_bads);
	g_test_add_func("/config/load/all-at-once", test_all_at_once);
	g_test_add_func("/config/load/too-many", test_too_many);
	g_test_add_func("/config/load/many-tenants", test_many_tenants);
	g_test_add_func("/config/load/includes", test_includes);
	g_test_add_func("/config/load/include-lines", test_include_lines);
	g_test_add_func("/config/load/include-missing", test_include_missing);
	g_test_add_func("/config/load/include-place", test_include_place);
	g_test_add_func("/config/load/include-loop", test_include_loop);
	g_test_add_func("/config/load/include-depth", test_include_depth);
	g_test_add_func("/config/load/include-bomb", test_include_bomb);
	g_test_add_func("/config/load/unreadable", test_unreadable);
	status = g_test_run();
	tree_remove(folder);
	g_free(folder);
	return status;
}
