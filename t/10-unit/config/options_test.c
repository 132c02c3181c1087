#include "config/options.h"

#include <string.h>

#include "config/load.h"
#include "config/row.h"
#include "config/type.h"

static struct options *load(const char *text)
{
	GError *e = NULL;
	struct options *o = options_load_text("test", bytes_of(text), &e);

	g_assert_no_error(e);
	return o;
}

/* every default passes its own check, and says what it says */
static void test_defaults(void)
{
	struct arena *a = arena_create();
	union {
		struct strings list;
		int64_t number;
	} member;

	for (size_t s = 0; s < SCOPE_COUNT; s++) {
		for (size_t i = 0; i < option_tables[s].n; i++) {
			const struct option_row *row = &option_tables[s].rows[i];

			if (row->type == OPTION_HEADING)
				continue;
			g_test_message("%s = %s", row->name, row->fallback);
			type_fallback(row, a, &member);
			g_assert_true(g_utf8_validate(row->doc, -1, NULL));
			g_assert_true(g_str_has_suffix(row->doc, "."));
			g_assert_cmpstr(row->since, !=, "");
			g_assert_true(row ==
				      option_find((enum option_scope)s, row->name));
		}
	}
	arena_destroy(&a);
}

static void test_default_values(void)
{
	struct options *o = load("tenant a { domains = example.org }");

	g_assert_cmpint(o->mode, ==, MODE_OBSERVE);
	g_assert_true(o->observe_headers);
	g_assert_cmpint(o->message_deadline_ms, ==, 8000);
	g_assert_cmpint(o->max_message_bytes, ==, 25 * 1024 * 1024);
	g_assert_cmpint(o->baseline_age_ms, ==, INT64_C(14) * 86400 * 1000);
	g_assert_cmpint(o->journal_rotate_bytes, ==, 64 * 1024 * 1024);
	g_assert_cmpstr(o->socket, ==, "unix:/run/wonted/wonted.sock");
	g_assert_cmpuint(o->dns_servers.n, ==, 0);
	g_assert_nonnull(o->dns_servers.at);
	g_assert_cmpuint(o->n_policies, ==, 1);
	g_assert_cmpint(o->policies[0].mode, ==, MODE_INHERIT);
	g_assert_cmpint(o->policies[0].malicious_points, ==, 9000);
	g_assert_cmpint(o->policies[0].on_malicious, ==, ACTION_QUARANTINE);
	g_assert_cmpint(o->policies[0].on_graymail, ==, ACTION_PASS);
	g_assert_null(o->policies[0].where.file);
	options_unref(o);
}

struct whose {
	const char *asked, *answer;
};

static void test_tenant(void)
{
	static const struct whose rows[] = {
		{ "example.org", "a" },
		{ "mail.example.org", "a" },
		{ "x.y.example.org", "a" },
		{ "dept.example.org", "b" },
		{ "x.dept.example.org",
		  "a" }, /* b keeps its subdomains out, a takes them in */
		{ "example.net", "b" },
		{ "sub.example.net", NULL },
		{ "notexample.org", NULL },
		{ "org", NULL },
		{ "", NULL },
		{ ".", NULL },
		{ ".example.org", "a" },
		{ NULL, NULL },
	};
	struct options *o = load("tenant a { domains = example.org }\n"
				 "tenant b { domains = example.net, dept.example.org\n"
				 "subdomains = no }");

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct tenant *t = options_tenant(o, rows[i].asked);

		g_test_message("%s", rows[i].asked);
		g_assert_cmpstr(t == NULL ? NULL : t->name, ==, rows[i].answer);
	}
	options_unref(o);
}

static const struct policy *policy_of(const struct options *o, const char *address)
{
	return options_policy(o, &(struct policy_seeker){ .address = address });
}

static void test_policy(void)
{
	static const struct whose rows[] = {
		{ "boss@example.org", "vips" },
		{ "else@example.org", "org" },
		{ "else@sub.example.org", "default" },
		{ "boss@example.net", "default" },
		{ "@example.org", "org" },
		{ "boss", "default" },
		{ "", "default" },
		{ NULL, "default" },
		{ "a@b@example.org", "org" },
	};
	struct options *o = load("tenant a { domains = example.org, example.net }\n"
				 "policy org { recipients = \"@example.org\" }\n"
				 "policy vips { recipients = Boss@Example.org }\n");

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].asked);
		g_assert_cmpstr(policy_of(o, rows[i].asked)->name, ==, rows[i].answer);
	}
	options_unref(o);
}

/* address in the file, name in the record, flag in the record, domain, default */
static void test_policy_order(void)
{
	static const char *const one[] = { "Pilot" }, *const two[] = { "new", "pilot" },
				 *const other[] = { "Pilots", "" };
	static const struct {
		struct policy_seeker who;
		const char *answer;
	} rows[] = {
		{ { "boss@example.org", "strict", one, 1 }, "vips" },
		{ { "else@example.org", "strict", one, 1 }, "strict" },
		{ { "else@example.org", "default", one, 1 }, "default" },
		{ { "else@example.org", "org", one, 1 }, "org" },
		{ { "else@example.org", NULL, one, 1 }, "pilots" },
		{ { "else@example.org", NULL, two, 2 }, "news" },
		{ { "else@example.org", NULL, other, 2 }, "org" },
		{ { "else@example.org", "gone", one, 1 }, "pilots" },
		{ { "else@example.org", "gone", NULL, 0 }, "org" },
		{ { "else@example.org", "", NULL, 0 }, "org" },
		{ { "else@example.org", "Strict", NULL, 0 }, "org" },
		{ { "x@example.net", NULL, one, 1 }, "pilots" },
		{ { "x@example.net", "gone", other, 2 }, "default" },
		{ { "nobody", "strict", NULL, 0 }, "strict" },
		{ { NULL, NULL, one, 1 }, "pilots" },
	};
	struct options *o = load("tenant a { domains = example.org, example.net }\n"
				 "policy org { recipients = \"@example.org\" }\n"
				 "policy news { flags = New }\n"
				 "policy pilots { flags = \"pilot, wave2\" }\n"
				 "policy strict { }\n"
				 "policy vips { recipients = Boss@Example.org }\n");

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("row %zu", i);
		g_assert_cmpstr(options_policy(o, &rows[i].who)->name, ==,
				rows[i].answer);
	}
	g_assert_cmpstr(options_policy_named(o, "default")->name, ==, "default");
	g_assert_null(options_policy_named(o, "gone"));
	options_unref(o);
}

static void test_internal(void)
{
	static const struct {
		const char *client;
		bool internal;
	} rows[] = {
		{ "192.0.2.1", true },
		{ "192.0.2.255", true },
		{ "192.0.3.0", false },
		{ "198.51.100.7", true },
		{ "198.51.100.8", false },
		{ "2001:db8::1", true },
		{ "2001:db9::1", false },
		{ "::ffff:192.0.2.1", true }, /* is IPv4 */
		{ "::ffff:192.0.3.1", false },
		{ "IPv6:2001:db8::1", true },
		{ "ipv6:::ffff:192.0.2.1", true },
		{ "127.0.0.1", false },
		{ "localhost", false },
		{ "192.0.2", false },
		{ "", false },
		{ NULL, false },
		{ "192.0.2.1 ", false },
	};
	struct options *o = load("internal_networks = 192.0.2.0/24, 198.51.100.7, "
				 "2001:db8::/32\ntenant a { domains = example.org }");

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].client);
		g_assert_true(options_is_internal(o, rows[i].client) == rows[i].internal);
	}
	options_unref(o);
	o = load("tenant a { domains = example.org }");
	g_assert_true(options_is_internal(o, "127.8.9.10"));
	g_assert_true(options_is_internal(o, "::1"));
	g_assert_false(options_is_internal(o, "::2"));
	options_unref(o);
}

static void test_restart(void)
{
	struct options *a = load("tenant a { domains = example.org }");
	struct options *b = load("mode = enforce\ntenant b { domains = example.org }");
	struct options *c = load("socket = inet:8891@127.0.0.1\njournal_dir = /j\n"
				 "tenant a { domains = example.org }");
	char *names = options_need_restart(a, c);

	g_assert_null(options_need_restart(a, b));
	g_assert_cmpstr(names, ==, "socket, journal_dir");
	g_free(names);
	options_unref(a);
	options_unref(b);
	options_unref(c);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/options/defaults", test_defaults);
	g_test_add_func("/config/options/default-values", test_default_values);
	g_test_add_func("/config/options/tenant", test_tenant);
	g_test_add_func("/config/options/policy", test_policy);
	g_test_add_func("/config/options/policy-order", test_policy_order);
	g_test_add_func("/config/options/internal", test_internal);
	g_test_add_func("/config/options/restart", test_restart);
	return g_test_run();
}
