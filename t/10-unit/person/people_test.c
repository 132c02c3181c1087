/* people.c, source_csv.c, source_ldif.c, people_write.c, person.c: files into a store. */
#include <glib.h>

#include "base/arena.h"
#include "base/error.h"
#include "person/people.h"

static struct store *open_store(void)
{
	return store_open("mem:", &(struct store_setup){ .write = true }, NULL);
}

static struct people_list read_good(struct arena *a, const char *name, const char *text)
{
	struct people_list list = { 0 };
	GError *e = NULL;

	people_read_text(name, bytes_of(text), a, &list, &e);
	g_assert_no_error(e);
	return list;
}

static void test_csv(void)
{
	struct arena *a = arena_create();
	struct people_list list =
		read_good(a, "p.csv",
			  "VIP, name ,addresses,title\r\n"
			  "yes,\"Schmidt, Anna\",Anna@Acme.Example; "
			  "a.schmidt@acme.example;,CFO\r\n"
			  "\r\n"
			  ",J\xc3\xb6rg M\xc3\xbcller,jm@acme.example,\r\n");

	g_assert_cmpuint(list.n, ==, 2);
	g_assert_cmpstr(list.at[0].names[0], ==, "Schmidt, Anna");
	g_assert_cmpstr(list.at[0].id, ==, "anna@acme.example");
	g_assert_cmpuint(list.at[0].n_addresses, ==, 2);
	g_assert_cmpstr(list.at[0].addresses[1], ==, "a.schmidt@acme.example");
	g_assert_cmpstr(list.at[0].title, ==, "CFO");
	g_assert_true(list.at[0].vip);
	g_assert_false(list.at[1].vip);
	g_assert_null(list.at[1].title);
	arena_destroy(&a);
}

/* RFC 2849: folds, base64, options, comments; groups and entries without mail are skipped */
static void test_ldif(void)
{
	struct arena *a = arena_create();
	struct people_list list =
		read_good(a, "p.ldif",
			  "version: 1\n"
			  "# a comment\n"
			  " folded\n"
			  "dn: cn=Anna Schmidt,ou=people,dc=acme,dc=ex\n"
			  " ample\n"
			  "objectClass: inetOrgPerson\n"
			  "cn: Anna Schmidt\n"
			  "displayName;lang-de: Schmidt, An\n"
			  " na\n"
			  "mail: anna@acme.example\n"
			  "mailAlternateAddress: a.schmidt@acme.example\n"
			  "title: CFO\n"
			  "jpegPhoto:: /9j/4AAQ\n"
			  "\n"
			  "dn:: Y249SsO2cmcsZGM9YWNtZQ==\r\n"
			  "cn:: SsO2cmcgTcO8bGxlcg==\r\n"
			  "proxyAddresses: smtp:joerg@acme.example\r\n"
			  "proxyAddresses: SMTP:jm@acme.example\r\n"
			  "proxyAddresses: X500:/o=Acme\r\n"
			  "vip: TRUE\r\n"
			  "\r\n"
			  "dn: cn=all\n"
			  "objectClass: groupOfNames\n"
			  "cn: all\n"
			  "mail: all@acme.example\n"
			  "\n"
			  "dn: cn=printer\n"
			  "objectClass: device\n"
			  "cn: Second Floor\n"
			  "mail: printer@acme.example\n"
			  "\n"
			  "dn: cn=x\n"
			  "givenName: Carl\n"
			  "sn: Fischer\n"
			  "mail: carl@acme.example\n"
			  "\n"
			  "dn: CN=Dora Dorn,OU=Staff,DC=acme,DC=example\n"
			  "cn: Dora Dorn\n"
			  "otherMailbox: dora@home.example\n"
			  "memberOf: CN=Staff,OU=Groups,DC=acme,DC=example\n"
			  "memberOf: CN=VIPs,OU=Groups,DC=acme,DC=example\n"
			  "\n"
			  "# refldap://forest.acme.example/\n"
			  "\n"
			  "search: 2\n"
			  "result: 0 Success\n");

	g_assert_cmpuint(list.n, ==, 4);
	g_assert_cmpuint(list.skipped, ==, 2);
	g_assert_true(list.at[3].vip);
	g_assert_false(list.at[2].vip);
	g_assert_cmpstr(list.at[0].names[0], ==, "Schmidt, Anna");
	g_assert_cmpstr(list.at[0].names[1], ==, "Anna Schmidt");
	g_assert_cmpuint(list.at[0].n_addresses, ==, 2);
	g_assert_cmpstr(list.at[0].title, ==, "CFO");
	g_assert_cmpstr(list.at[1].names[0], ==, "J\xc3\xb6rg M\xc3\xbcller");
	g_assert_cmpstr(list.at[1].addresses[0], ==, "jm@acme.example");
	g_assert_cmpuint(list.at[1].n_addresses, ==, 2);
	g_assert_true(list.at[1].vip);
	g_assert_cmpstr(list.at[2].names[0], ==, "Carl Fischer");
	arena_destroy(&a);
}

/* every complaint with file and line, nothing taken */
static const struct {
	const char *name, *text, *want;
} goldens[] = {
	{ "e.csv", "",
	  "e.csv:1: the file is empty: the first line must be name,addresses,title,vip" },
	{ "e.csv", "name,mail\nA B,a@x.example\n",
	  "e.csv:1: unknown column \"mail\": the header line may name name, addresses, "
	  "title "
	  "and vip\n"
	  "e.csv:1: the header line has no column \"addresses\"" },
	{ "e.csv", "name,name,addresses\n",
	  "e.csv:1: column \"name\" stands there twice" },
	{ "e.csv",
	  "name,addresses,title,vip\n"
	  "Anna Schmidt,anna@acme.example,,maybe\n"
	  "\n"
	  "Bert Braun,not an address,,\n"
	  ",c@acme.example,,\n"
	  "Dora Dorn,,,\n"
	  "Emil,e@acme.example\n"
	  "Fritz \"F\" Frey,f@acme.example,,\n"
	  "12345,g@acme.example,,\n"
	  "Hans Huber,h@acme.example; h@acme.example,,\n"
	  "Ida Igel,h@acme.example,,\n"
	  "\"J\n"
	  "J\",j@@,,\n",
	  "e.csv:2: vip is \"maybe\": allowed are yes and no\n"
	  "e.csv:4: \"not an address\" is no mail address\n"
	  "e.csv:5: there is no name\n"
	  "e.csv:6: there is no mail address\n"
	  "e.csv:7: 2 fields, but the header line has 4\n"
	  "e.csv:8: a quote inside a field that does not begin with one\n"
	  "e.csv:9: there is no name in \"12345\"\n"
	  "e.csv:11: h@acme.example stands in line 10 already: one address, one person\n"
	  "e.csv:12: \"j@@\" is no mail address" },
	{ "e.csv", "name,addresses\nA \xff,a@acme.example\n",
	  "e.csv:2: the name \"A \\377\" is not UTF-8: save the file as UTF-8" },
	{ "e.ldif", "cn: Anna\n", "e.ldif:1: an entry must begin with \"dn:\"" },
	{ "e.ldif",
	  "dn: x\n"
	  "what is this\n"
	  "cn:: !!!!\n"
	  "photo:< file:///x\n"
	  "mail: nobody\n"
	  "\n"
	  "dn: y\n"
	  "changetype: delete\n",
	  "e.ldif:2: not of the form \"attribute: value\"\n"
	  "e.ldif:3: broken base64\n"
	  "e.ldif:4: values from files (\":<\") are not read\n"
	  "e.ldif:1: there is no name\n"
	  "e.ldif:1: \"nobody\" is no mail address\n"
	  "e.ldif:7: a change, not an entry: export the people themselves" },
};

static void test_errors(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(goldens); i++) {
		struct arena *a = arena_create();
		struct people_list list;
		GError *e = NULL;

		g_assert_false(people_read_text(goldens[i].name,
						bytes_of(goldens[i].text), a, &list, &e));
		g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
		g_assert_cmpstr(e->message, ==, goldens[i].want);
		g_clear_error(&e);
		arena_destroy(&a);
	}
}

static void test_many_errors(void)
{
	GString *text = g_string_new("name,addresses\n");
	struct arena *a = arena_create();
	struct people_list list;
	GError *e = NULL;

	for (int i = 0; i < 100; i++)
		g_string_append_printf(text, "Anna,none%d\n", i);
	g_assert_false(people_read_text("e.csv", bytes_of(text->str), a, &list, &e));
	g_assert_nonnull(strstr(e->message, "e.csv:21: \"none19\" is no mail address"));
	g_assert_null(strstr(e->message, "none20"));
	g_assert_nonnull(strstr(e->message, "and 80 more of the kind"));
	g_clear_error(&e);
	g_assert_false(people_read("/nonexistent/p.csv", a, &list, &e));
	g_assert_nonnull(strstr(e->message, "/nonexistent/p.csv"));
	g_clear_error(&e);
	g_string_free(text, TRUE);
	arena_destroy(&a);
}

/* --- into a store --- */

static struct people_imported write_csv(struct store *s, const char *text, bool dry_run,
					int64_t now_s)
{
	struct arena *a = arena_create();
	struct people_list list = read_good(a, "p.csv", text);
	struct people_import im = { .store = s, .tenant = "acme", .now_s = now_s };
	struct people_imported done;
	GError *e = NULL;

	people_write(&im, &list, dry_run, &done, &e);
	g_assert_no_error(e);
	arena_destroy(&a);
	return done;
}

static const struct person *by_address(struct store *s, struct arena *a,
				       const char *address)
{
	struct store_read r = { .key = key_build(a, FAMILY_PERSON, "acme", address,
						 NULL) };
	struct person *p = arena_new(a, struct person, 1);

	store_read_many(s, &r, 1, 0, a);
	if (r.answer != ANSWER_YES)
		return NULL;
	g_assert_cmpint(person_decode(a, r.value, p), ==, ANSWER_YES);
	return p;
}

/* as lookup does it: ask all keys, decode, judge */
static size_t by_name(struct store *s, struct arena *a, const char *display,
		      const struct person_match **match_r)
{
	const char *keys[LIMIT_NAME_KEYS];
	size_t n = name_keys_ask(a, display, keys), n_found = 0;
	struct store_read r[LIMIT_NAME_KEYS] = { 0 };
	struct people found[LIMIT_NAME_KEYS];

	for (size_t i = 0; i < n; i++)
		r[i].key = key_build(a, FAMILY_NAME, "acme", keys[i], NULL);
	store_read_many(s, r, n, 0, a);
	for (size_t i = 0; i < n; i++)
		if (r[i].answer == ANSWER_YES &&
		    people_decode(a, r[i].value, &found[n_found]) == ANSWER_YES)
			n_found++;
	return people_match(a, display, found, n_found, match_r);
}

static void test_write(void)
{
	static const char csv[] =
		"name,addresses,title,vip\n"
		"Anna Schmidt,anna@acme.example;a.s@acme.example,CFO,yes\n"
		"Anna Schmidt,anna2@acme.example,Clerk,\n"
		"Bert Braun,bert@acme.example,,\n";
	struct store *s = open_store();
	struct arena *a = arena_create();
	const struct person_match *match;
	struct people_imported done = write_csv(s, csv, true, 1000);

	g_assert_cmpuint(done.added, ==, 3);
	g_assert_null(by_address(s, a, "anna@acme.example")); /* a dry run */
	write_csv(s, csv, false, 1000);
	g_assert_cmpstr(by_address(s, a, "a.s@acme.example")->id, ==,
			"anna@acme.example");
	g_assert_cmpstr(by_address(s, a, "a.s@acme.example")->title, ==, "CFO");
	g_assert_cmpint(by_address(s, a, "a.s@acme.example")->since_s, ==, 1000);
	g_assert_cmpuint(by_name(s, a, "Ana Schmidt", &match), ==, 2);
	g_assert_cmpstr(match[0].person->id, ==, "anna@acme.example"); /* the VIP */
	g_assert_cmpstr(match[0].person->title, ==, "CFO"); /* for the reason's words */
	g_assert_null(match[1].person->title);
	g_assert_cmpint(match[0].judged.match, ==, NAME_FUZZY);
	g_assert_true(person_has_address(match[0].person, "a.s@acme.example"));
	g_assert_false(person_has_address(match[0].person, "bert@acme.example"));
	g_assert_cmpuint(by_name(s, a, "Braun, Bert", &match), ==, 1);
	g_assert_cmpint(match[0].judged.match, ==, NAME_EXACT);
	g_assert_cmpstr(match[0].name, ==, "Bert Braun");
	g_assert_cmpuint(by_name(s, a, "Somebody Else", &match), ==, 0);
	done = write_csv(s, csv, false, 2000);
	g_assert_cmpuint(done.same, ==, 3);
	g_assert_cmpuint(done.added + done.changed, ==, 0);
	arena_destroy(&a);
	store_close(&s);
}

/* A title is a VIP's name to who reads it. */
static void test_title(void)
{
	static const char csv[] = "name,addresses,title,vip\n"
				  "Anna Schmidt,anna@acme.example,CFO,yes\n"
				  "Bert Braun,bert@acme.example,Managing Director,yes\n"
				  "Cora Clay,cora@acme.example,Clerk,\n";
	static const struct {
		const char *display, *id;
	} rows[] = {
		{ "CFO", "anna@acme.example" },
		{ "The CFO (mobile)", "anna@acme.example" },
		{ "Chief Financial Officer", "anna@acme.example" },
		{ "Office of the Chief Financial Officer", "anna@acme.example" },
		{ "\xd0\xa1"
		  "FO",
		  "anna@acme.example" },
		{ "MANAGING DIRECTOR", "bert@acme.example" },
		{ "Director, Managing", "bert@acme.example" },
		{ "MD", "bert@acme.example" },
		{ "CEO", NULL },
		{ "Deputy CFO", NULL },
		{ "Director", NULL },
		{ "Clerk", NULL },
		{ "The", NULL },
	};
	struct store *s = open_store();
	struct arena *a = arena_create();
	const struct person_match *match;

	write_csv(s, csv, false, 1000);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		size_t n = by_name(s, a, rows[i].display, &match);

		g_test_message("%s", rows[i].display);
		g_assert_cmpuint(n, ==, rows[i].id == NULL ? 0 : 1);
		if (n == 0)
			continue;
		g_assert_cmpstr(match[0].person->id, ==, rows[i].id);
		g_assert_cmpint(match[0].judged.match, ==, NAME_FUZZY);
		g_assert_cmpstr(match[0].judged.how, ==, PERSON_HOW_TITLE);
	}
	/* one who bears another title now is not found by the old one */
	write_csv(s, "name,addresses,title,vip\nAnna Schmidt,anna@acme.example,CIO,yes\n",
		  false, 2000);
	g_assert_cmpuint(by_name(s, a, "CFO", &match), ==, 0);
	g_assert_cmpuint(by_name(s, a, "CIO", &match), ==, 1);
	arena_destroy(&a);
	store_close(&s);
}

/* A new name, a lost address: nothing of the old remains; the id and since stay. */
static void test_change(void)
{
	struct store *s = open_store();
	struct arena *a = arena_create();
	const struct person_match *match;
	struct people_imported done;

	write_csv(s,
		  "name,addresses\n"
		  "Anna Schmidt,anna@acme.example;old@acme.example\n",
		  false, 1000);
	done = write_csv(s,
			 "name,addresses\n"
			 "Anna Fischer,anna.fischer@acme.example;anna@acme.example\n",
			 false, 2000);
	g_assert_cmpuint(done.changed, ==, 1);
	g_assert_cmpuint(done.added, ==, 0);
	g_assert_null(by_address(s, a, "old@acme.example"));
	g_assert_cmpstr(by_address(s, a, "anna.fischer@acme.example")->id, ==,
			"anna@acme.example");
	g_assert_cmpint(by_address(s, a, "anna@acme.example")->since_s, ==, 1000);
	g_assert_cmpuint(by_name(s, a, "Anna Schmidt", &match), ==, 0);
	g_assert_cmpuint(by_name(s, a, "Anna Fischer", &match), ==, 1);
	arena_destroy(&a);
	store_close(&s);
}

/* Who stands under keys of an older kind is stored anew. */
static void test_older_keys(void)
{
	static const char csv[] = "name,addresses\nAnna Schmidt,anna@acme.example\n";
	struct store *s = open_store();
	struct arena *a = arena_create();
	struct person old;
	struct store_write w;

	write_csv(s, csv, false, 1000);
	old = *by_address(s, a, "anna@acme.example");
	g_assert_cmpint(old.keyed, ==, NAME_KEYS_VERSION);
	old.keyed--;
	w = person_change(a, FAMILY_PERSON, "acme", "anna@acme.example",
			  person_value(a, &old));
	g_assert_cmpint(store_write_many(s, &w, 1, NULL), ==, STORE_WROTE);
	g_assert_cmpuint(write_csv(s, csv, false, 2000).changed, ==, 1);
	g_assert_cmpuint(write_csv(s, csv, false, 2000).same, ==, 1);
	arena_destroy(&a);
	store_close(&s);
}

/* An address that goes from one person to another leaves both findable. */
static void test_moved_address(void)
{
	struct store *s = open_store();
	struct arena *a = arena_create();
	const struct person_match *match;

	write_csv(s, "name,addresses\nAnna Schmidt,anna@acme.example;info@acme.example\n",
		  false, 1000);
	write_csv(s,
		  "name,addresses\n"
		  "Bert Braun,bert@acme.example;info@acme.example\n"
		  "Anna Schmidt,anna@acme.example\n",
		  false, 2000);
	g_assert_cmpstr(by_address(s, a, "info@acme.example")->id, ==,
			"bert@acme.example");
	g_assert_cmpuint(by_address(s, a, "anna@acme.example")->n_addresses, ==, 1);
	g_assert_cmpuint(by_name(s, a, "Anna Schmidt", &match), ==, 1);
	g_assert_false(person_has_address(match[0].person, "info@acme.example"));
	g_assert_cmpuint(by_name(s, a, "Bert Braun", &match), ==, 1);
	arena_destroy(&a);
	store_close(&s);
}

/* Namesakes beyond the bound: VIPs stay, and it is known that there are more. */
static void test_many_namesakes(void)
{
	GString *csv = g_string_new("name,addresses,vip\n");
	struct store *s = open_store();
	struct arena *a = arena_create();
	const struct person_match *match;
	struct store_read r = { .key = key_build(a, FAMILY_NAME, "acme", "=anna schmidt",
						 NULL) };
	struct people people;

	for (int i = 0; i < 200; i++)
		g_string_append_printf(csv, "Anna Schmidt,anna%03d@acme.example,%s\n", i,
				       i == 150 ? "yes" : "");
	write_csv(s, csv->str, false, 1000);
	store_read_many(s, &r, 1, 0, a);
	g_assert_cmpint(people_decode(a, r.value, &people), ==, ANSWER_YES);
	g_assert_cmpuint(people.n, ==, LIMIT_CANDIDATES);
	g_assert_true(people.more);
	g_assert_cmpuint(by_name(s, a, "Anna Schmidt", &match), ==, LIMIT_CANDIDATES);
	g_assert_cmpstr(match[0].person->id, ==, "anna150@acme.example");
	g_string_free(csv, TRUE);
	arena_destroy(&a);
	store_close(&s);
}

static void note_difference(const struct person *before, const struct person *after,
			    void *to)
{
	g_string_append_printf(to, "%s%s ",
			       before == NULL  ? "+"
			       : after == NULL ? "-"
					       : "~",
			       (after != NULL ? after : before)->names[0]);
}

static bool sync_csv(struct store *s, const char *text, unsigned percent, GString *seen,
		     struct people_imported *done_r)
{
	struct arena *a = arena_create();
	struct people_list list = read_good(a, "p.csv", text);
	struct people_import im = { .store = s,
				    .tenant = "acme",
				    .now_s = 3000,
				    .remove = true,
				    .max_removed_percent = percent,
				    .differs = note_difference,
				    .to = seen };
	GError *e = NULL;
	bool good = people_write(&im, &list, false, done_r, &e);

	g_assert_true(good == (e == NULL));
	if (!good) {
		g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
		g_assert_nonnull(strstr(e->message, "nothing was written"));
	}
	g_clear_error(&e);
	arena_destroy(&a);
	return good;
}

/* A sync takes away who is gone, but not too many at once, and then does nothing at all. */
static void test_sync(void)
{
	static const char before[] = "name,addresses\n"
				     "Anna Schmidt,anna@acme.example;a.s@acme.example\n"
				     "Bert Braun,bert@acme.example\n"
				     "Carl Curt,carl@acme.example\n";
	static const char after[] = "name,addresses\n"
				    "Bert Brown,bert@acme.example\n"
				    "Carl Curt,carl@acme.example\n"
				    "Dora Dorn,dora@acme.example\n";
	struct store *s = open_store();
	struct arena *a = arena_create();
	GString *seen = g_string_new(NULL);
	const struct person_match *match;
	struct people_imported done;

	g_assert_true(sync_csv(s, before, 0, seen, &done));
	g_assert_cmpuint(done.added, ==, 3);
	g_string_truncate(seen, 0);
	g_assert_false(sync_csv(s, after, 33, seen, &done));
	g_assert_cmpstr(seen->str, ==, "~Bert Brown +Dora Dorn -Anna Schmidt ");
	g_assert_nonnull(by_address(s, a, "anna@acme.example"));
	g_assert_null(by_address(s, a, "dora@acme.example"));
	g_assert_cmpuint(by_name(s, a, "Bert Braun", &match), ==, 1);
	g_assert_true(sync_csv(s, after, 34, seen, &done));
	g_assert_cmpuint(done.gone, ==, 1);
	g_assert_cmpuint(done.stored, ==, 3);
	g_assert_null(by_address(s, a, "anna@acme.example"));
	g_assert_null(by_address(s, a, "a.s@acme.example"));
	g_assert_cmpuint(by_name(s, a, "Anna Schmidt", &match), ==, 0);
	g_assert_cmpuint(by_name(s, a, "Bert Brown", &match), ==, 1);
	g_assert_cmpuint(by_name(s, a, "Dora Dorn", &match), ==, 1);
	g_assert_true(sync_csv(s, after, 0, seen, &done));
	g_assert_cmpuint(done.same, ==, 3);
	g_assert_false(sync_csv(s, "name,addresses\n", 99, seen, &done));
	g_assert_true(sync_csv(s, "name,addresses\n", 100, seen, &done));
	g_assert_cmpuint(done.gone, ==, 3);
	g_assert_cmpuint(by_name(s, a, "Carl Curt", &match), ==, 0);
	g_string_free(seen, TRUE);
	arena_destroy(&a);
	store_close(&s);
}

/* The address of somebody who left goes to another: only the leaver is taken away. */
static void test_sync_moved_address(void)
{
	struct store *s = open_store();
	struct arena *a = arena_create();
	GString *seen = g_string_new(NULL);
	const struct person_match *match;
	struct people_imported done;

	sync_csv(s,
		 "name,addresses\n"
		 "Anna Schmidt,anna@acme.example;info@acme.example\n"
		 "Bert Braun,bert@acme.example\n",
		 0, seen, &done);
	g_assert_true(sync_csv(s,
			       "name,addresses\n"
			       "Bert Braun,bert@acme.example;info@acme.example\n",
			       50, seen, &done));
	g_assert_cmpuint(done.gone, ==, 1);
	g_assert_cmpstr(by_address(s, a, "info@acme.example")->id, ==,
			"bert@acme.example");
	g_assert_cmpuint(by_name(s, a, "Anna Schmidt", &match), ==, 0);
	g_string_free(seen, TRUE);
	arena_destroy(&a);
	store_close(&s);
}

static struct store_write count_also(struct arena *a, const struct person *p,
				     const char *address, void *to)
{
	(void)a;
	(void)p;
	g_string_append_printf(to, "%s ", address);
	return (struct store_write){ 0 };
}

static void count_progress(size_t done, size_t all, void *to)
{
	g_string_append_printf(to, "%zu/%zu ", done, all);
}

static void test_callbacks(void)
{
	struct store *s = open_store();
	struct arena *a = arena_create();
	GString *seen = g_string_new(NULL);
	struct people_import im = { .store = s,
				    .tenant = "acme",
				    .also = count_also,
				    .progress = count_progress,
				    .to = seen };
	struct people_list list =
		read_good(a, "p.csv", "name,addresses\nA B,a@x.example;b@x.example\n");
	struct people_imported done;

	g_assert_true(people_write(&im, &list, false, &done, NULL));
	g_assert_cmpstr(seen->str, ==, "a@x.example b@x.example 1/1 ");
	g_string_free(seen, TRUE);
	arena_destroy(&a);
	store_close(&s);
}

static void test_failing_store(void)
{
	struct store *s =
		store_open("fault:1:mem:", &(struct store_setup){ .write = true }, NULL);
	struct arena *a = arena_create();
	struct people_import im = { .store = s, .tenant = "acme" };
	struct people_list list =
		read_good(a, "p.csv", "name,addresses\nA B,a@x.example\n");
	struct people_imported done;
	GError *e = NULL;

	g_assert_false(people_write(&im, &list, false, &done, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_STORE);
	g_clear_error(&e);
	arena_destroy(&a);
	store_close(&s);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/people/csv", test_csv);
	g_test_add_func("/people/ldif", test_ldif);
	g_test_add_func("/people/errors", test_errors);
	g_test_add_func("/people/many-errors", test_many_errors);
	g_test_add_func("/people/write", test_write);
	g_test_add_func("/people/title", test_title);
	g_test_add_func("/people/change", test_change);
	g_test_add_func("/people/older-keys", test_older_keys);
	g_test_add_func("/people/moved-address", test_moved_address);
	g_test_add_func("/people/many-namesakes", test_many_namesakes);
	g_test_add_func("/people/sync", test_sync);
	g_test_add_func("/people/sync-moved-address", test_sync_moved_address);
	g_test_add_func("/people/callbacks", test_callbacks);
	g_test_add_func("/people/failing-store", test_failing_store);
	return g_test_run();
}
