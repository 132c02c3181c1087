/* mailboxes.c, share.c, boxes_csv.c, boxes_ldif.c, boxes_map.c: files into a store. */
#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "config/load.h"
#include "mailbox/mailboxes.h"
#include "store/keys.h"

static const char conf[] = "tenant \"acme\" { domains = {\"acme.example\"} }\n"
			   "tenant \"other\" { domains = {\"other.example\"} }\n"
			   "policy \"strict\" { recipients = \"s@acme.example\" }\n";

struct setting {
	const struct options *options;
	struct arena *arena;
	struct mailbox_list list;
	GError *e;
};

static bool read_map(struct setting *s, const char *domain, enum mailbox_format format,
		     struct bytes text)
{
	struct mailbox_reading r = {
		.name = "m", .text = text, .format = format, .domain = domain
	};

	s->e = NULL;
	s->arena = arena_create();
	s->options = options_load_text("test", bytes_of(conf), &s->e);
	g_assert_no_error(s->e);
	r.options = s->options;
	r.tenant = &s->options->tenants[0];
	return mailboxes_read(&r, s->arena, &s->list, &s->e);
}

static bool read_text(struct setting *s, enum mailbox_format format, struct bytes text)
{
	return read_map(s, NULL, format, text);
}

static void end(struct setting *s)
{
	g_clear_error(&s->e);
	options_unref(s->options);
	arena_destroy(&s->arena);
}

/* "address kind canonical locale policy flag+flag", "-" for nothing; a line each */
static char *told(const struct setting *s)
{
	GString *all = g_string_new(NULL);

	for (size_t i = 0; i < s->list.n; i++) {
		const struct mailbox *m = &s->list.at[i].box;

		g_string_append_printf(all, "%s %s %s %s %s ", s->list.at[i].address,
				       mailbox_kind_names[m->kind],
				       m->canonical != NULL ? m->canonical : "-",
				       m->locale != NULL ? m->locale : "-",
				       m->policy != NULL ? m->policy : "-");
		for (size_t k = 0; k < m->n_flags; k++)
			g_string_append_printf(all, "%s%s", k == 0 ? "" : "+",
					       m->flags[k]);
		g_string_append(all, m->n_flags == 0 ? "-\n" : "\n");
	}
	return g_string_free(all, FALSE);
}

static const struct {
	enum mailbox_format format;
	const char *text, *want;
	size_t skipped;
} rows[] = {
	{ MAILBOX_CSV,
	  "kind, address ,flags\r\n"
	  "Shared,Info@Acme.Example,pilot; new ;\r\n"
	  ",ann@acme.example,\r\n",
	  "info@acme.example shared - - - pilot+new\n"
	  "ann@acme.example none - - - -\n",
	  0 },
	{ MAILBOX_CSV,
	  "address,kind,canonical,locale,policy,flags\n"
	  "a@acme.example,user,b@acme.example,de_DE,strict,\n"
	  "b@acme.example,,c@acme.example,,,\n"
	  "x@acme.example,,y@acme.example,,,\n"
	  "y@acme.example,,x@acme.example,,,\n",
	  "a@acme.example user c@acme.example de_DE strict -\n"
	  "b@acme.example none c@acme.example - - -\n"
	  "x@acme.example none - - - -\n" /* a loop says nothing */
	  "y@acme.example none - - - -\n",
	  0 },
	{ MAILBOX_LDIF,
	  "dn: cn=ann\n"
	  "objectClass: inetOrgPerson\n"
	  "mail: ann@acme.example\n"
	  "mailAlternateAddress: ann@elsewhere.example\n"
	  "mailAlternateAddress: a@acme.example\n"
	  "preferredLanguage: de-DE, en;q=0.5\n"
	  "\n"
	  "dn: cn=info\n"
	  "objectClass: user\n"
	  "msExchRecipientTypeDetails: 4\n"
	  "proxyAddresses: smtp:i@acme.example\n"
	  "proxyAddresses: SMTP:info@acme.example\n"
	  "proxyAddresses: X500:/o=acme\n"
	  "\n"
	  "dn: cn=all\n"
	  "objectClass: group\n"
	  "mail: all@acme.example\n"
	  "\n"
	  "dn: cn=printer\n"
	  "objectClass: device\n"
	  "\n"
	  "dn: cn=scanner\n"
	  "objectClass: device\n"
	  "mail: scanner@acme.example\n",
	  "ann@acme.example user ann@acme.example de-DE - -\n"
	  "a@acme.example user ann@acme.example de-DE - -\n"
	  "info@acme.example shared info@acme.example - - -\n"
	  "i@acme.example shared info@acme.example - - -\n"
	  "all@acme.example list all@acme.example - - -\n"
	  "scanner@acme.example system scanner@acme.example - - -\n",
	  1 },
	/* virtual(5): one target is an alias, several are a list */
	{ MAILBOX_MAP,
	  "# a comment\n"
	  "acme.example\tanything\n"
	  "@acme.example\tann@acme.example\n"
	  "a@acme.example ann@acme.example\n"
	  "b@acme.example\ta@acme.example\n"
	  "sales@acme.example\tann@acme.example,\n"
	  "    bob@acme.example\n"
	  "copy@acme.example copy@acme.example, ann@acme.example\n"
	  "away@acme.example ann@elsewhere.example\n"
	  "x@other.example ann@acme.example\n"
	  "root@acme.example root\n"
	  "box@acme.example acme.example/box/\n",
	  "a@acme.example none ann@acme.example - - -\n"
	  "b@acme.example none ann@acme.example - - -\n"
	  "sales@acme.example list - - - -\n"
	  "copy@acme.example user - - - -\n"
	  "root@acme.example user - - - -\n"
	  "box@acme.example user - - - -\n",
	  4 },
	/* the same mailbox, with and without quotes */
	{ MAILBOX_MAP,
	  "m..doe@acme.example \"jane..roe\"@acme.example\n"
	  "\"a b\"@acme.example \"jane..roe\"@acme.example, \"c, d\"@acme.example\n"
	  "\"bob\"@acme.example bob@ACME.example., away@elsewhere.example\n",
	  "\"m..doe\"@acme.example none \"jane..roe\"@acme.example - - -\n"
	  "\"a b\"@acme.example list - - - -\n"
	  "bob@acme.example user - - - -\n",
	  0 },
	/* aliases(5): programs, files, included lists */
	{ MAILBOX_MAP,
	  "ticket@acme.example:\t\"|/usr/bin/ticket --queue x@y\"\n"
	  "staff@acme.example: :include:/etc/mail/staff\n"
	  "postmaster: root\n",
	  "ticket@acme.example system - - - -\n"
	  "staff@acme.example list - - - -\n",
	  1 },
	{ MAILBOX_MAP, "", "", 0 },
	{ MAILBOX_LDIF, "", "", 0 },
};

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		size_t n = strlen(rows[i].text);
		char *exact = g_memdup2(rows[i].text, n), *got;
		struct setting s;

		read_text(&s, rows[i].format, (struct bytes){ exact, n });
		g_assert_no_error(s.e);
		got = told(&s);
		g_assert_cmpstr(got, ==, rows[i].want);
		g_assert_cmpuint(s.list.skipped, ==, rows[i].skipped);
		g_free(got);
		g_free(exact);
		end(&s);
	}
}

/* An alias map knows names without a domain: left out and counted, or of a domain. */
static void test_local_names(void)
{
	static const char map[] = "acme.example anything\n"
				  "postmaster: ann\n"
				  "staff: ann, bob@acme.example\n"
				  "ticket: \"|/usr/bin/ticket\"\n"
				  "log: /var/log/mail\n"
				  "x@other.example ann\n";
	struct setting s;
	char *got;

	read_map(&s, NULL, MAILBOX_MAP, bytes_of(map));
	g_assert_no_error(s.e);
	g_assert_cmpuint(s.list.n, ==, 0);
	g_assert_cmpuint(s.list.skipped, ==, 6);
	g_assert_cmpuint(s.list.local, ==, 4);
	end(&s);
	read_map(&s, "acme.example", MAILBOX_MAP, bytes_of(map));
	g_assert_no_error(s.e);
	got = told(&s);
	g_assert_cmpstr(got, ==,
			"postmaster@acme.example none ann@acme.example - - -\n"
			"staff@acme.example list - - - -\n"
			"ticket@acme.example system - - - -\n"
			"log@acme.example user - - - -\n");
	g_assert_cmpuint(s.list.skipped, ==, 2);
	g_assert_cmpuint(s.list.local, ==, 0);
	g_free(got);
	end(&s);
}

static const struct {
	enum mailbox_format format;
	const char *text, *want;
} errors[] = {
	{ MAILBOX_CSV, "",
	  "m:1: the file is empty: the first line must be "
	  "address,kind,canonical,locale,policy,flags" },
	{ MAILBOX_CSV, "kind,what,kind\n",
	  "m:1: unknown column \"what\": the header line may name address, kind, "
	  "canonical, locale, policy and flags\n"
	  "m:1: column \"kind\" stands there twice\n"
	  "m:1: the header line has no column \"address\"" },
	{ MAILBOX_CSV,
	  "address,kind,canonical,locale,policy,flags\n"
	  "nobody,,,,,\n"
	  "x@other.example,,,,,\n"
	  "a@acme.example,usr,,,,\n"
	  "b@acme.example,,b@other.example,,,\n"
	  "c@acme.example,,,german please,,\n"
	  "d@acme.example,,,,strickt,\n"
	  "e@acme.example,,,,,a b\n"
	  "f@acme.example\n"
	  "g@acme.example,,,,,\n"
	  "G@acme.example,,,,,\n",
	  "m:2: \"nobody\" is no address of tenant \"acme\"\n"
	  "m:3: \"x@other.example\" is no address of tenant \"acme\"\n"
	  "m:4: kind is \"usr\": allowed are none, user, shared, list and system; did "
	  "you mean \"user\"?\n"
	  "m:5: canonical is \"b@other.example\": no address of tenant \"acme\"\n"
	  "m:6: locale is \"german please\": write it as \"de\" or \"de_DE\"\n"
	  "m:7: there is no policy \"strickt\" in the configuration; did you mean "
	  "\"strict\"?\n"
	  "m:8: the flag \"a b\" is no word of letters and digits\n"
	  "m:9: 1 fields, but the header line has 6\n"
	  "m:11: g@acme.example stands in line 10 already" },
	{ MAILBOX_LDIF, "mail: a@acme.example\n",
	  "m:1: an entry must begin with \"dn:\"" },
	{ MAILBOX_LDIF, "dn: x\nmail:: !\n", "m:2: broken base64" },
	{ MAILBOX_MAP, "a@acme.example b@acme.example\na@acme.example c@acme.example\n",
	  "m:2: a@acme.example stands in line 1 already" },
};

static void test_errors(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
		struct setting s;

		g_assert_false(read_text(&s, errors[i].format, bytes_of(errors[i].text)));
		g_assert_error(s.e, WONTED_ERROR, WONTED_ERROR_INPUT);
		g_assert_cmpstr(s.e->message, ==, errors[i].want);
		end(&s);
	}
}

static void test_nul(void)
{
	struct setting s;

	g_assert_false(read_text(&s, MAILBOX_MAP, (struct bytes){ "a\0b c\n", 6 }));
	g_assert_nonnull(strstr(s.e->message, "m:1: a NUL byte"));
	end(&s);
}

/* Empty fields leave what is stored, and an alias can become a mailbox of its own. */
static void test_write(void)
{
	struct store *store =
		store_open("mem:", &(struct store_setup){ .write = true }, NULL);
	static const char *const texts[] = {
		"address,kind,canonical,policy\n"
		"a@acme.example,user,ann@acme.example,strict\n",
		"address,canonical\na@acme.example,a@acme.example\n",
	};
	struct store_read r;
	struct mailbox m;

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct setting s;

		g_assert_true(read_text(&s, MAILBOX_CSV, bytes_of(texts[i])));
		g_assert_true(mailboxes_write(store, "acme", &s.list, &s.e));
		r = (struct store_read){ .key = key_build(s.arena, FAMILY_MAILBOX, "acme",
							  "a@acme.example", NULL) };
		store_read_many(store, &r, 1, 0, s.arena);
		g_assert_cmpint(r.answer, ==, ANSWER_YES);
		g_assert_cmpint(mailbox_decode(s.arena, r.value, &m), ==, ANSWER_YES);
		g_assert_cmpint(m.kind, ==, MAILBOX_USER);
		g_assert_cmpstr(m.policy, ==, "strict");
		g_assert_cmpstr(m.canonical, ==,
				i == 0 ? "ann@acme.example" : "a@acme.example");
		end(&s);
	}
	store_close(&store);
}

static const char *stored(struct store *store, const char *address, struct arena *a)
{
	struct store_read r = { .key = key_build(a, FAMILY_MAILBOX, "acme", address,
						 NULL) };
	struct mailbox m;

	store_read_many(store, &r, 1, 0, a);
	if (r.answer != ANSWER_YES || mailbox_decode(a, r.value, &m) != ANSWER_YES)
		return "nothing";
	return arena_printf(a, "%s %s %s %s", mailbox_kind_names[m.kind],
			    m.policy != NULL ? m.policy : "-",
			    m.locale != NULL ? m.locale : "-",
			    m.n_flags > 0 ? m.flags[0] : "-");
}

/* What a mailbox has, its aliases have, whichever came first; and lose with it. */
static void test_share(void)
{
	static const struct {
		const char *text, *ann, *alias, *bob;
	} steps[] = {
		{ "address,kind,policy,locale,flags\nann@acme.example,user,strict,de,"
		  "pilot\n",
		  "user strict de pilot", "nothing", "nothing" },
		{ "address,canonical,policy\na@acme.example,ann@acme.example,\n"
		  "b@acme.example,bob@acme.example,strict\n",
		  "user strict de pilot", "user strict de pilot", "none strict - -" },
		{ "address,locale,flags\nann@acme.example,fr,-\nx@acme.example,fr,wave\n",
		  "user strict fr -", "user strict fr -", "none strict - -" },
		{ "address,policy,flags\nann@acme.example,-,new;old\nbob@acme.example,,"
		  "wave\n",
		  "user - fr new", "user - fr new", "none strict - wave" },
		{ "address,canonical,flags\na@acme.example,a@acme.example,own\n",
		  "user - fr new", "user - fr own", "none strict - wave" },
	};
	struct store *store =
		store_open("mem:", &(struct store_setup){ .write = true }, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
		struct setting s;

		g_assert_true(read_text(&s, MAILBOX_CSV, bytes_of(steps[i].text)));
		g_assert_true(mailboxes_write(store, "acme", &s.list, &s.e));
		g_assert_true(mailboxes_share(store, "acme", &s.list, &s.e));
		g_assert_cmpstr(stored(store, "ann@acme.example", s.arena), ==,
				steps[i].ann);
		g_assert_cmpstr(stored(store, "a@acme.example", s.arena), ==,
				steps[i].alias);
		g_assert_cmpstr(stored(store, "b@acme.example", s.arena), ==,
				steps[i].bob);
		end(&s);
	}
	store_close(&store);
}

static void test_failing_store(void)
{
	struct store *store =
		store_open("fault:1:mem:", &(struct store_setup){ .write = true }, NULL);
	struct setting s;

	g_assert_true(read_text(&s, MAILBOX_CSV, bytes_of("address\na@acme.example\n")));
	g_assert_false(mailboxes_write(store, "acme", &s.list, &s.e));
	g_assert_error(s.e, WONTED_ERROR, WONTED_ERROR_STORE);
	end(&s);
	store_close(&store);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mailboxes/rows", test_rows);
	g_test_add_func("/mailboxes/local-names", test_local_names);
	g_test_add_func("/mailboxes/errors", test_errors);
	g_test_add_func("/mailboxes/nul", test_nul);
	g_test_add_func("/mailboxes/write", test_write);
	g_test_add_func("/mailboxes/share", test_share);
	g_test_add_func("/mailboxes/failing-store", test_failing_store);
	return g_test_run();
}
