/* What can never hold of the names that there are, and which rules ask in vain here. */
#include "rule/unmet.h"

#include <string.h>

static struct ruleset *load(const char *file, const char *when, GError **e)
{
	char *rules =
		g_strdup_printf("rule r\n reason \"r\"\n when %s\n spam +1\n", when);
	const struct rule_text text = { file, bytes_of(rules) };
	const struct ruleset_source source = { .texts = &text, .n_texts = 1 };
	struct ruleset *rs = ruleset_load_texts(&source, e);

	g_free(rules);
	return rs;
}

static void test_never(void)
{
	static const struct {
		const char *when, *said; /* NULL: nothing */
	} rows[] = {
		{ "spf.result is \"passed\"", "it is one of none, neutral, pass" },
		{ "spf.result is \"Softfail\"", NULL },
		{ "spf.result starts with \"temp\"", NULL },
		{ "dmarc.policy in (\"none\", \"block\")", "can never be \"block\"" },
		{ "rcpt.kind is \"group\"", "one of user, shared, list, system" },
		{ "preference.kind is \"wanted\"", NULL },
		{ "attachments.pages is \"builds a file\"", NULL },
		{ "from.org is \"www.example.com\"", "it lies below example.com" },
		{ "from.org is \"example.co.uk\"", NULL },
		{ "links.orgs under (\"example.com\")", NULL },
		{ "links.orgs contains \"www.\"", NULL },
		{ "any link (org is \"a.example.com\")", "it lies below example.com" },
		{ "any recipient (address is \"a.example\")", "an address has an @" },
		{ "client.addr is \"192.0.2.0/24\"", "no networks are looked for" },
		{ "client.addr is \"192.0.2.1\"", NULL },
		{ "client.addr is \"2001:db8::1\"", NULL },
		{ "client.addr starts with \"192.0.2.\"", NULL },
		{ "client.addr is \"mx.example\"", "for a name, write client.name" },
		{ "list.id is \"<a.example>\"", "without its angle brackets" },
		{ "message_id ends with \"@a.example>\"", "without its angle brackets" },
		{ "pair.known and pair.first_contact", "exclude each other" },
		{ "sender.trusted and sender.first_contact", "exclude each other" },
		{ "pair.known and sender.first_contact", NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		GError *e = NULL;
		struct ruleset *rs = load("r.rules", rows[i].when, &e);

		g_test_message("%s", rows[i].when);
		if (rows[i].said == NULL)
			g_assert_no_error(e);
		else
			g_assert_nonnull(strstr(e->message, rows[i].said));
		g_clear_error(&e);
		ruleset_free(rs);
	}
}

/* of the site's rules only, and only where nothing gives it */
static void test_unmet(void)
{
	static const struct {
		const char *file, *when;
		unsigned warned;
	} rows[] = {
		{ "90-a.rules", "message.virus exists", 1 },
		{ "30-a.rules", "message.virus exists", 0 },
		{ "90-a.rules", "text.spam > 2 or arc.trusted or preference.kind exists",
		  3 },
		{ "90-a.rules", "links.coded exists and bulk", 0 },
		{ "90-a.rules", "pair.known", 1 },
		{ "90-a.rules", "any link (coded)", 0 },
		{ "90-a.rules", "subject contains from.domain", 0 },
	};
	char none[] = "";
	struct options o = { .clamd = none, .decode_workers = 2 };

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		GError *e = NULL;
		struct ruleset *rs = load(rows[i].file, rows[i].when, &e);
		size_t n;

		g_assert_no_error(e);
		unmet_warn(rs, &o);
		ruleset_warnings(rs, &n);
		g_assert_cmpuint(n, ==, rows[i].warned);
		ruleset_free(rs);
	}
	GError *e = NULL;
	struct ruleset *rs = load("90-a.rules", "message.virus exists", &e);
	size_t n;

	unmet_warn(rs, &o);
	g_assert_cmpstr(
		ruleset_warnings(rs, &n)[0], ==,
		"90-a.rules:3:7: rule r asks for message.virus, which has no value "
		"here: clamd names no socket in wonted.conf");
	ruleset_free(rs);
}

/* dearer is what looks through more */
static void test_cost(void)
{
	static const char *const rows[] = {
		"bulk",
		"subject is \"x\"",
		"subject contains \"x\"",
		"text contains \"x\"",
		"text mentions \"x\" within 3 words of \"y\"",
		"text matches /x/",
	};
	unsigned last = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		GError *e = NULL;
		struct ruleset *rs = load("r.rules", rows[i], &e);

		g_assert_no_error(e);
		g_assert_cmpuint(ruleset_rule(rs, 0)->cost, >, last);
		g_assert_cmpstr(ruleset_rule(rs, 0)->dearest, ==, rows[i]);
		last = ruleset_rule(rs, 0)->cost;
		ruleset_free(rs);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rule/values/never", test_never);
	g_test_add_func("/rule/values/unmet", test_unmet);
	g_test_add_func("/rule/values/cost", test_cost);
	return g_test_run();
}
