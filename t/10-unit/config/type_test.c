#include "config/type.h"

#include <string.h>

/* what is written; how it is printed again, or (bad) a piece of the complaint */
struct row {
	enum option_scope scope;
	const char *name, *written, *printed, *bad;
};

static const struct row rows[] = {
	{ SCOPE_GLOBAL, "message_deadline", "500ms", "500ms", NULL },
	{ SCOPE_GLOBAL, "message_deadline", "1000ms", "1s", NULL },
	{ SCOPE_GLOBAL, "message_deadline", "90s", "90s", NULL },
	{ SCOPE_GLOBAL, "message_deadline", "120s", "2m", NULL },
	{ SCOPE_GLOBAL, "baseline_age", "0s", "0s", NULL },
	{ SCOPE_GLOBAL, "baseline_age", "48h", "2d", NULL },
	{ SCOPE_GLOBAL, "baseline_age", "365d", "365d", NULL },
	{ SCOPE_GLOBAL, "message_deadline", "8", NULL,
	  "\"8\" is not a time: write 90s, 5m, 2h, 1d or 80ms; allowed is 500ms to 2m" },
	{ SCOPE_GLOBAL, "message_deadline", "1.5s", NULL, "is not a time" },
	{ SCOPE_GLOBAL, "message_deadline", "-5s", NULL, "is not a time" },
	{ SCOPE_GLOBAL, "message_deadline", "", NULL, "is not a time" },
	{ SCOPE_GLOBAL, "message_deadline", "s", NULL, "is not a time" },
	{ SCOPE_GLOBAL, "message_deadline", "8 s", NULL, "is not a time" },
	{ SCOPE_GLOBAL, "message_deadline", "99999999999999999d", NULL, "is not a time" },
	{ SCOPE_GLOBAL, "message_deadline", "499ms", NULL,
	  "499ms is too small: allowed is 500ms to 2m" },
	{ SCOPE_GLOBAL, "message_deadline", "3m", NULL,
	  "3m is too large: allowed is 500ms to 2m" },
	{ SCOPE_GLOBAL, "max_message", "64k", "64k", NULL },
	{ SCOPE_GLOBAL, "max_message", "10M", "10m", NULL },
	{ SCOPE_GLOBAL, "max_message", "100001", "100001", NULL },
	{ SCOPE_GLOBAL, "journal_rotate", "4g", "4g", NULL },
	{ SCOPE_GLOBAL, "journal_rotate", "5g", NULL,
	  "5g is too large: allowed is 64k to 4g" },
	{ SCOPE_GLOBAL, "max_message", "10mb", NULL,
	  "is not a size: write 64k, 10m, 1g or a number of bytes; allowed is 64k to "
	  "64m" },
	{ SCOPE_GLOBAL, "max_sessions", "1", "1", NULL },
	{ SCOPE_GLOBAL, "max_sessions", "0", NULL,
	  "0 is too small: allowed is 1 to 100000" },
	{ SCOPE_GLOBAL, "max_sessions", "0x10", NULL, "is not a whole number" },
	{ SCOPE_POLICY, "spam_points", "6.5", "6.5", NULL },
	{ SCOPE_POLICY, "spam_points", "7", "7", NULL },
	{ SCOPE_POLICY, "spam_points", "0.001", "0.001", NULL },
	{ SCOPE_POLICY, "spam_points", "6.0625", NULL, "is not a number of points" },
	{ SCOPE_POLICY, "spam_points", "0", NULL,
	  "0 is too small: allowed is 0.001 to 1000" },
	{ SCOPE_POLICY, "spam_points", "-1", NULL, "-1 is too small" },
	{ SCOPE_GLOBAL, "observe_headers", "yes", "yes", NULL },
	{ SCOPE_GLOBAL, "observe_headers", "no", "no", NULL },
	{ SCOPE_GLOBAL, "observe_headers", "true", NULL,
	  "\"true\" is neither yes nor no" },
	{ SCOPE_GLOBAL, "mode", "enforce", "enforce", NULL },
	{ SCOPE_GLOBAL, "mode", "enforced", NULL,
	  "\"enforced\" is not a mode: observe or enforce; did you mean \"enforce\"?" },
	{ SCOPE_GLOBAL, "mode", "inherit", NULL,
	  "\"inherit\" is not a mode: observe or enforce" },
	{ SCOPE_POLICY, "mode", "inherit", "inherit", NULL },
	{ SCOPE_POLICY, "on_spam", "reject", "reject", NULL },
	{ SCOPE_POLICY, "on_spam", "qarantine", NULL,
	  "is not an action: pass, banner, junk, quarantine, defer or reject; did you "
	  "mean "
	  "\"quarantine\"?" },
	{ SCOPE_POLICY, "junk_by", "extension", "extension", NULL },
	{ SCOPE_POLICY, "banner_fallback", "junk", "junk", NULL },
	{ SCOPE_GLOBAL, "log_level", "debug", "debug", NULL },
	{ SCOPE_GLOBAL, "rules_dir", "/etc/wonted rules", "\"/etc/wonted rules\"", NULL },
	{ SCOPE_GLOBAL, "rules_dir", "rules", NULL,
	  "\"rules\" is not an absolute path: it must begin with \"/\"" },
	{ SCOPE_GLOBAL, "rules_dir", "", NULL,
	  "must not be empty: write an absolute path" },
	{ SCOPE_GLOBAL, "dns_zone_file", "", "\"\"", NULL },
	{ SCOPE_GLOBAL, "socket_mode", "660", "\"0660\"", NULL },
	{ SCOPE_GLOBAL, "socket_mode", "0888", NULL, "write permissions in octal" },
	{ SCOPE_GLOBAL, "socket_mode", "4755", NULL, "write permissions in octal" },
	{ SCOPE_GLOBAL, "socket", "inet:127.0.0.1:8891", NULL,
	  "is how Postfix writes it; here, as in Sendmail and libmilter, it is "
	  "inet:8891@127.0.0.1" },
	{ SCOPE_GLOBAL, "socket_group", "two words", NULL, "is not the name of a user" },
	{ SCOPE_GLOBAL, "authserv_id", "MX.Example.ORG.", "\"mx.example.org\"", NULL },
	{ SCOPE_GLOBAL, "authserv_id", "192.0.2.1", NULL, "is not a domain name" },
	{ SCOPE_GLOBAL, "release_smtp", "127.0.0.1:10026", "\"127.0.0.1:10026\"", NULL },
	{ SCOPE_GLOBAL, "release_smtp", "[::1]:25", "\"[::1]:25\"", NULL },
	{ SCOPE_GLOBAL, "release_smtp", "Mail.example.org:25", "\"mail.example.org:25\"",
	  NULL },
	{ SCOPE_GLOBAL, "release_smtp", "10026", NULL, "has no port" },
	{ SCOPE_GLOBAL, "release_smtp", "localhost", NULL, "has no port" },
	{ SCOPE_GLOBAL, "release_smtp", "localhost:65536", NULL, "has no port" },
	{ SCOPE_GLOBAL, "release_smtp", "::1:25", NULL, "has no host name or address" },
	{ SCOPE_GLOBAL, "release_smtp", ":25", NULL, "has no host name or address" },
	{ SCOPE_GLOBAL, "store", "mem:", "\"mem:\"", NULL },
	{ SCOPE_GLOBAL, "store", "lmdb:/x", "\"lmdb:/x\"", NULL },
	{ SCOPE_GLOBAL, "store", "lmdb-snapshot:/x.mdb", "\"lmdb-snapshot:/x.mdb\"",
	  NULL },
	{ SCOPE_GLOBAL, "store", "lmdb:x", NULL,
	  "has no absolute path: write lmdb:/PATH" },
	{ SCOPE_GLOBAL, "store", "mem:x", NULL, "has something behind the colon" },
	{ SCOPE_GLOBAL, "store", "ldmb:/x", NULL,
	  "is not a store: write lmdb:/PATH, redis://HOST:PORT/DB, or mem: "
	  "for tests; did you mean \"lmdb:\"?" },
	{ SCOPE_GLOBAL, "store", "redis://127.0.0.1:6379/1",
	  "\"redis://127.0.0.1:6379/1\"", NULL },
	{ SCOPE_GLOBAL, "store", "redis+unix:///run/redis/redis.sock",
	  "\"redis+unix:///run/redis/redis.sock\"", NULL },
	{ SCOPE_GLOBAL, "store", "redis-sentinel://192.0.2.1,192.0.2.2/memory",
	  "\"redis-sentinel://192.0.2.1,192.0.2.2/memory\"", NULL },
	{ SCOPE_GLOBAL, "store", "redis-cluster://192.0.2.1,192.0.2.2",
	  "\"redis-cluster://192.0.2.1,192.0.2.2\"", NULL },
	{ SCOPE_GLOBAL, "store", "redis:127.0.0.1", NULL,
	  "names no server: write redis://HOST:PORT/DB" },
	{ SCOPE_GLOBAL, "store", "redis-cluster://", NULL, "names no server" },
	{ SCOPE_GLOBAL, "store", "reddis://127.0.0.1", NULL, "did you mean \"redis:\"?" },
	{ SCOPE_GLOBAL, "store", "pair:dark=25,live=0:lmdb:/x|redis://127.0.0.1:6379",
	  "\"pair:dark=25,live=0:lmdb:/x|redis://127.0.0.1:6379\"", NULL },
	{ SCOPE_GLOBAL, "store", "pair:lmdb:/x|mem:", NULL, "is no pair" },
	{ SCOPE_GLOBAL, "store", "pair:dark=101,live=0:lmdb:/x|mem:", NULL,
	  "is no pair" },
	{ SCOPE_GLOBAL, "store", "pair:dark=1,live=0:lmdb:/x", NULL, "is no pair" },
	{ SCOPE_GLOBAL, "store", "pair:dark=1,live=0:lmdb:x|mem:", NULL,
	  "has no absolute path" },
	{ SCOPE_GLOBAL, "store",
	  "pair:dark=1,live=0:mem:|pair:dark=1,live=0:mem:|mem:", NULL, "is no pair" },
	{ SCOPE_GLOBAL, "store", "mem", NULL, "is not a store" },
	{ SCOPE_GLOBAL, "store", "fault:2:mem:", NULL, "is not a store" },
	{ SCOPE_POLICY, "junk_extension", "+spam", "\"+spam\"", NULL },
	{ SCOPE_GLOBAL, "recipient_delimiter", "+-", "\"+-\"", NULL },
	{ SCOPE_GLOBAL, "recipient_delimiter", "none", "\"\"", NULL },
	{ SCOPE_GLOBAL, "recipient_delimiter", "a", NULL,
	  "is not a recipient delimiter" },
	{ SCOPE_POLICY, "junk_extension", "junk", NULL,
	  "must begin with the recipient delim" },
	{ SCOPE_POLICY, "junk_extension", "+", NULL, "is not an address extension" },
	{ SCOPE_POLICY, "junk_extension", "+a@b", NULL, "is not an address extension" },
	{ SCOPE_POLICY, "reject_text", "no, {reasons} ({id})", "\"no, {reasons} ({id})\"",
	  NULL },
	{ SCOPE_POLICY, "reject_text", "say \"no\" \\", "\"say \\\"no\\\" \\\\\"", NULL },
	{ SCOPE_POLICY, "reject_text", "no, {reason}", NULL,
	  "neither {reasons} nor {id}; did you mean {reasons}?" },
	{ SCOPE_POLICY, "reject_text", "no, {id", NULL, "neither {reasons} nor {id}" },
	{ SCOPE_POLICY, "reject_text", "nein, für uns", NULL, "outside of ASCII" },
	{ SCOPE_GLOBAL, "internal_networks", "", "\"\"", NULL },
	{ SCOPE_GLOBAL, "internal_networks", "10.0.0.0/8", "\"10.0.0.0/8\"", NULL },
	{ SCOPE_GLOBAL, "internal_networks", "10.0.0.0/8,,  2001:db8::/32 ,",
	  "{ \"10.0.0.0/8\", \"2001:db8::/32\" }", NULL },
	{ SCOPE_GLOBAL, "internal_networks", "10.0.0.1/8", NULL,
	  "has bits set behind its prefix: write 10.0.0.0/8" },
	{ SCOPE_GLOBAL, "internal_networks", "10.0.0.0/33", NULL, "between 0 and 32" },
	{ SCOPE_GLOBAL, "internal_networks", "2001:db8::/129", NULL,
	  "between 0 and 128" },
	{ SCOPE_GLOBAL, "internal_networks", "::ffff:10.0.0.0/104", NULL,
	  "IPv4 inside of" },
	{ SCOPE_GLOBAL, "internal_networks", "10.0.0", NULL,
	  "\"10.0.0\" is not a network" },
	{ SCOPE_GLOBAL, "internal_networks", "example.org", NULL, "is not a network" },
	{ SCOPE_GLOBAL, "dns_servers", "192.0.2.53@5353, ::1",
	  "{ \"192.0.2.53@5353\", \"::1\" }", NULL },
	{ SCOPE_GLOBAL, "dns_servers", "192.0.2.53:53", NULL,
	  "is not the address of a server" },
	{ SCOPE_GLOBAL, "dns_servers", "192.0.2.53@0", NULL, "has no port" },
	{ SCOPE_TENANT, "domains",
	  "Example.ORG, B\xc3\xbc"
	  "cher.example",
	  "{ \"example.org\", \"xn--bcher-kva.example\" }", NULL },
	{ SCOPE_TENANT, "domains",
	  "a.example, b.example, c.example, d.example, e.example",
	  "{\n\t\t\"a.example\",\n\t\t\"b.example\",\n\t\t\"c.example\",\n\t\t\"d."
	  "example\",\n"
	  "\t\t\"e.example\"\n\t}",
	  NULL },
	{ SCOPE_TENANT, "domains", "bob@example.org", NULL,
	  "write it without the \"@\"" },
	{ SCOPE_TENANT, "domains", "*.example.org", NULL, "write it without the \"*.\"" },
	{ SCOPE_TENANT, "domains", "example..org", NULL, "is not a domain name" },
	{ SCOPE_TENANT, "domains", ".", NULL, "is not a domain name" },
	{ SCOPE_TENANT, "domains", "-a.example", NULL, "is not a domain name" },
	{ SCOPE_TENANT, "domains", "a/b.example", NULL, "is not a domain name" },
	{ SCOPE_TENANT, "banner_language", "de", "de", NULL },
	{ SCOPE_TENANT, "banner_language", "deutsch", NULL, "is not a language: en, de" },
	{ SCOPE_POLICY, "recipients", "Bob@Example.org, @B.example",
	  "{ \"bob@example.org\", \"@b.example\" }", NULL },
	{ SCOPE_POLICY, "recipients",
	  "m..doe@example.org, \"bob\"@Example.org., \"a, b\"@example.org",
	  "{ \"\\\"m..doe\\\"@example.org\", \"bob@example.org\", "
	  "\"\\\"a, b\\\"@example.org\" }",
	  NULL },
	{ SCOPE_TENANT, "domains", "stra\u00dfe.example, BU\u0308CHER.example.",
	  "{ \"xn--strae-oqa.example\", \"xn--bcher-kva.example\" }", NULL },
	{ SCOPE_POLICY, "recipients", "example.org", NULL,
	  "or \"@example.org\" for everybody in a domain" },
	{ SCOPE_POLICY, "recipients", "bob", NULL, "\"bob\" is not a recipient" },
	{ SCOPE_POLICY, "recipients", "bob@", NULL, "is not a recipient" },
	{ SCOPE_POLICY, "recipients", "a@b@example.org", NULL, "is not a recipient" },
	{ SCOPE_POLICY, "flags", "Pilot, wave_2, b.c-d@e",
	  "{ \"pilot\", \"wave_2\", \"b.c-d@e\" }", NULL },
	{ SCOPE_POLICY, "flags", "a:b", NULL, "\"a:b\" is no flag" },
	{ SCOPE_POLICY, "flags", "abcdefghijklmnopqrstuvwxyz0123456789", NULL,
	  "is no flag" },
};

/* any member: the largest is a list */
union member {
	struct strings list;
	const char *text;
	int64_t number;
	unsigned word;
	bool boolean;
};

static void check_row(const struct row *r)
{
	const struct option_row *row = option_find(r->scope, r->name);
	struct arena *a = arena_create();
	union member m = { .number = 0 }, untouched = m;
	GString *why = g_string_new(NULL), *out = g_string_new(NULL);

	g_assert_nonnull(row);
	struct type_input in = { row, &r->written, 1, a };
	bool ok = type_parse(&in, &m, why);

	g_test_message("%s = %s: %s", r->name, r->written, ok ? "ok" : why->str);
	g_assert_true(ok == (r->bad == NULL));
	if (ok) {
		type_print(row, &m, out);
		g_assert_cmpstr(out->str, ==, r->printed);
		g_assert_cmpstr(why->str, ==, "");
	} else {
		g_assert_nonnull(strstr(why->str, r->bad));
		g_assert_true(memcmp(&m, &untouched, sizeof(m)) == 0);
	}
	g_string_free(why, TRUE);
	g_string_free(out, TRUE);
	arena_destroy(&a);
}

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		check_row(&rows[i]);
}

/* a list where one value belongs */
static void test_list_for_scalar(void)
{
	const char *two[] = { "observe", "enforce" };
	struct arena *a = arena_create();
	struct type_input in = { option_find(SCOPE_GLOBAL, "mode"), two, 2, a };
	GString *why = g_string_new(NULL);
	unsigned word = 7;

	g_assert_false(type_parse(&in, &word, why));
	g_assert_cmpstr(why->str, ==, "takes one value, not a list of 2");
	g_assert_cmpuint(word, ==, 7);
	g_string_free(why, TRUE);
	arena_destroy(&a);
}

/* all documents say it, so all types must have it */
static void test_documented(void)
{
	for (enum option_type t = OPTION_HEADING; t < OPTION_TYPES; t++)
		g_assert_nonnull(type_noun(t));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/type/rows", test_rows);
	g_test_add_func("/config/type/list-for-scalar", test_list_for_scalar);
	g_test_add_func("/config/type/documented", test_documented);
	return g_test_run();
}
