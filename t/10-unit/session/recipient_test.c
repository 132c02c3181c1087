/* Who is meant, with what Postfix says, with what Sendmail says, and with nothing said. */
#include "session/recipient.h"

#include <glib.h>

#include "config/load.h"

struct row {
	const char *path, *told, *mailer;
	const char *key, *address, *spelling;
	bool unresolved;
};

static const struct row rows[] = {
	/* Postfix: the macro says it, whatever the client wrote */
	{ "<ann@example.org>", "ann@example.org", "lmtp", "ann@example.org",
	  "ann@example.org", "ann@example.org", false },
	{ "<example.org!ann>", "ann@example.org", "lmtp", "ann@example.org",
	  "ann@example.org", "example.org!ann", false },
	{ "<ann @ example.org>", "ann@example.org", "lmtp", "ann@example.org",
	  "ann@example.org", "ann @ example.org", false },
	{ "<ann@example.org,>", "ann@example.org", "lmtp", "ann@example.org",
	  "ann@example.org", "ann@example.org,", false },
	{ "<ann(x)@example.org>", "ann@example.org", "lmtp", "ann@example.org",
	  "ann@example.org", "ann(x)@example.org", false },
	{ "<Ann <ann@example.org>>", "ann@example.org", "lmtp", "ann@example.org",
	  "ann@example.org", "Ann <ann@example.org>", false },
	{ "<@mx.example:ann@example.org>", "ann@example.org", "lmtp", "ann@example.org",
	  "ann@example.org", "ann@example.org", false },
	{ "ann@example.org", "ann@example.org", "lmtp", "ann@example.org",
	  "ann@example.org", "ann@example.org", false },
	{ "<a..nn@example.org>", "\"a..nn\"@example.org", "lmtp", "\"a..nn\"@example.org",
	  "\"a..nn\"@example.org", "a..nn@example.org", false },
	{ "<j\xfcrgen@example.org>", "j\xfcrgen@example.org", "lmtp",
	  "j\xef\xbf\xbdrgen@example.org", "j\xfcrgen@example.org",
	  "j\xfcrgen@example.org", false },
	{ "<postmaster>", "postmaster@mx.example.org", "local",
	  "postmaster@mx.example.org", "postmaster@mx.example.org", "postmaster", false },
	{ "<ann+lists@example.org>", "ann+lists@example.org", "lmtp", "ann@example.org",
	  "ann+lists@example.org", "ann+lists@example.org", false },
	{ "<team+vip@example.org>", "team+vip@example.org", "lmtp",
	  "team+vip@example.org", "team+vip@example.org", "team+vip@example.org", false },
	{ "<x+y@elsewhere.example>", "x+y@elsewhere.example", "smtp",
	  "x+y@elsewhere.example", "x+y@elsewhere.example", "x+y@elsewhere.example",
	  false },
	{ "<ann@[127.0.0.1]>", "ann@[127.0.0.1]", "local", NULL, "ann@[127.0.0.1]",
	  "ann@[127.0.0.1]", true },
	/* Sendmail's local mailers name the user alone */
	{ "<ann@example.org>", "ann", "local", "ann@example.org", "ann@example.org",
	  "ann@example.org", false },
	{ "<Ann@Example.ORG.>", "ann", "local", "ann@example.org", "Ann@Example.ORG.",
	  "Ann@Example.ORG.", false },
	{ "<\"ann\"@example.org>", "ann", "local", "ann@example.org",
	  "\"ann\"@example.org", "\"ann\"@example.org", false },
	{ "<sales@example.org>", "ann", "local", "sales@example.org", "sales@example.org",
	  "sales@example.org", false },
	{ "<sales@example.org>", "ann@elsewhere.example", "esmtp", "sales@example.org",
	  "sales@example.org", "sales@example.org", false },
	{ "<sales@other.example>", "ann@example.org", "esmtp", "ann@example.org",
	  "ann@example.org", "sales@other.example", false },
	{ "<postmaster>", "root", "local", "postmaster", "postmaster", "postmaster",
	  false },
	{ "<ann%example.org@mx.example.org>", "ann", "local", NULL,
	  "ann%example.org@mx.example.org", "ann%example.org@mx.example.org", true },
	{ "<example.org!ann>", "ann", "local", NULL, "example.org!ann", "example.org!ann",
	  true },
	{ "<ann>", "ann", "local", NULL, "ann", "ann", true },
	{ "<\"ann@example.org\"@example.org>", "ann", "local", NULL,
	  "\"ann@example.org\"@example.org", "\"ann@example.org\"@example.org", true },
	/* nothing said */
	{ "<ann@example.org>", NULL, NULL, "ann@example.org", "ann@example.org",
	  "ann@example.org", false },
	{ "< ann@example.org >", NULL, NULL, "ann@example.org", "ann@example.org",
	  " ann@example.org ", false },
	{ "<m..doe@example.org>", NULL, NULL, "\"m..doe\"@example.org",
	  "m..doe@example.org", "m..doe@example.org", false },
	{ "<PostMaster>", NULL, NULL, "postmaster", "PostMaster", "PostMaster", false },
	{ "<ann @ example.org>", NULL, NULL, NULL, "ann @ example.org",
	  "ann @ example.org", true },
	{ "<ann@example.org,>", NULL, NULL, NULL, "ann@example.org,", "ann@example.org,",
	  true },
	{ "<ann(x)@example.org>", NULL, NULL, NULL, "ann(x)@example.org",
	  "ann(x)@example.org", true },
	{ "<Ann <ann@example.org>>", NULL, NULL, NULL, "Ann <ann@example.org>",
	  "Ann <ann@example.org>", true },
	{ "<example.org!ann>", NULL, NULL, NULL, "example.org!ann", "example.org!ann",
	  true },
	{ "<ann%example.org@example.org>", NULL, NULL, NULL,
	  "ann%example.org@example.org", "ann%example.org@example.org", true },
	{ "<ann@example.org@example.org>", NULL, NULL, NULL,
	  "ann@example.org@example.org", "ann@example.org@example.org", true },
	{ "<>", NULL, NULL, NULL, "", "", true },
	{ "<\x01>", "", NULL, NULL, "\x01", "\x01", true },
};

static struct options *load(void)
{
	static const char conf[] =
		"tenant \"example\" { domains = \"example.org\" }\n"
		"policy \"team\" { recipients = \"team+vip@example.org\" }\n";
	GError *e = NULL;
	struct options *o = options_load_text("test", bytes_of(conf), &e);

	g_assert_no_error(e);
	return o;
}

static void test_recipients(void)
{
	struct options *o = load();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *a = arena_create();
		struct recipient_told told = { .path = rows[i].path,
					       .address = rows[i].told,
					       .mailer = rows[i].mailer };
		struct recipient r;

		g_test_message("%s", rows[i].path);
		g_assert_true(recipient_resolve(a, o, &told, &r));
		g_assert_cmpstr(r.key, ==, rows[i].key);
		g_assert_cmpstr(r.address, ==, rows[i].address);
		g_assert_cmpstr(r.spelling, ==, rows[i].spelling);
		g_assert_cmpint(r.unresolved != NULL, ==, rows[i].unresolved);
		arena_destroy(&a);
	}
	options_unref(o);
}

/* Whom the MTA refuses is no recipient. */
static void test_refused(void)
{
	struct options *o = load();
	struct arena *a = arena_create();
	struct recipient_told told = { .path = "<nobody@example.org>",
				       .address = "5.1.1 no such user",
				       .mailer = "error" };
	struct recipient r;

	g_assert_false(recipient_resolve(a, o, &told, &r));
	arena_destroy(&a);
	options_unref(o);
}

static void test_sender(void)
{
	static const struct {
		const char *path, *told, *want;
	} senders[] = {
		{ "<ceo@bank.example>", "ceo@bank.example", "ceo@bank.example" },
		{ "<bank.example!ceo>", "ceo@bank.example", "ceo@bank.example" },
		{ "<ceo @ bank.example>", "ceo@bank.example", "ceo@bank.example" },
		{ "<>", "MAILER-DAEMON@mx.example.org", "" },
		{ "<>", NULL, "" },
		{ "", NULL, "" },
		{ "<ceo@bank.example>", NULL, "ceo@bank.example" },
		{ "ceo@bank.example", "", "ceo@bank.example" },
		{ "<@mx.bank.example:ceo@bank.example>", NULL, "ceo@bank.example" },
		/* a local sender of Sendmail's */
		{ "<ann@example.org>", "ann", "ann@example.org" },
		{ "<bank.example!ceo>", NULL, "bank.example!ceo" },
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(senders); i++)
		g_assert_cmpstr(sender_resolve(a, senders[i].path, senders[i].told), ==,
				senders[i].want);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/recipient/resolve", test_recipients);
	g_test_add_func("/recipient/refused", test_refused);
	g_test_add_func("/recipient/sender", test_sender);
	return g_test_run();
}
