/* Whose name a message bears: RFC 5322 3.4 and what is done to it. */
#include "message/address.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"

struct row {
	const char *value;
	bool strict;
	const char *want; /* "display <address>|..." */
};

static char *list_text(struct arena *a, const char *value, bool *strict_r)
{
	const struct mailaddr *list;
	char *exact = g_memdup2(value, strlen(value)); /* without the NUL */
	size_t n =
		address_list(a, (struct bytes){ exact, strlen(value) }, &list, strict_r);
	GString *out = g_string_new(NULL);

	for (size_t i = 0; i < n; i++)
		g_string_append_printf(out, "%s <%s>|",
				       list[i].display == NULL ? "" : list[i].display,
				       list[i].address);
	g_free(exact);
	return g_string_free(out, FALSE);
}

static void check(const struct row *rows, size_t n)
{
	struct arena *a = arena_create();
	bool strict;

	for (size_t i = 0; i < n; i++) {
		char *got = list_text(a, rows[i].value, &strict);

		g_assert_cmpstr(got, ==, rows[i].want);
		if (strict != rows[i].strict)
			g_error("%s: strict is %d", rows[i].value, strict);
		g_free(got);
	}
	arena_destroy(&a);
}

static void test_grammar(void)
{
	static const struct row rows[] = {
		/* mailbox = name-addr / addr-spec */
		{ " jdoe@machine.example", true, " <jdoe@machine.example>|" },
		{ "John Doe <jdoe@machine.example>", true,
		  "John Doe <jdoe@machine.example>|" },
		{ "\"Joe Q. Public\" <john.q.public@example.com>", true,
		  "Joe Q. Public <john.q.public@example.com>|" },
		{ "Joe Q. Public <jp@example.com>", true,
		  "Joe Q. Public <jp@example.com>|" },
		{ "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <s@example.net>", true,
		  " <boss@nil.test>|Giant; \"Big\" Box <s@example.net>|" },
		/* group = display-name ":" [group-list] ";" */
		{ "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
		  true, "Ed Jones <c@a.test>| <joe@where.test>|John <jdoe@one.test>|" },
		{ "Undisclosed recipients:;", true, "" },
		{ "a: b@c.example;, d@e.example", true,
		  " <b@c.example>| <d@e.example>|" },
		/* comments */
		{ "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", true,
		  "Pete <pete@silly.test>|" },
		{ "jdoe@example.org (John (Jr.) Doe)", true,
		  "John (Jr.) Doe <jdoe@example.org>|" },
		/* 4.4 obs-route, obs-domain, obs-local-part */
		{ "Mary <@node.test,@two.test:mary@example.net>", true,
		  "Mary <mary@example.net>|" },
		{ "john . doe @ test . example", true, " <john.doe@test.example>|" },
		{ "a@b.example,,c@d.example,", true, " <a@b.example>| <c@d.example>|" },
		/* folds */
		{ "John\r\n Doe\r\n\t<jdoe@\r\n example.org>", true,
		  "John Doe <jdoe@example.org>|" },
		/* quoted local parts */
		{ "\"john doe\"@example.org", true, " <\"john doe\"@example.org>|" },
		{ "\"jdoe\"@example.org", true, " <jdoe@example.org>|" },
		{ "\"a\\\"b\"@example.org", true, " <\"a\\\"b\"@example.org>|" },
		/* domain literals */
		{ "x@[192.0.2.1]", true, " <x@[192.0.2.1]>|" },
		{ "x@[IPv6:2001:DB8::1]", true, " <x@[ipv6:2001:db8::1]>|" },
		/* domains in lower case and A-labels, local parts as they are */
		{ "X.Y@EXAMPLE.Org", true, " <X.Y@example.org>|" },
	};

	check(rows, G_N_ELEMENTS(rows));
}

static void test_encoded(void)
{
	static const struct row rows[] = {
		{ "=?ISO-8859-1?Q?Andr=E9?= Pirard <p@example.org>", true,
		  "André Pirard <p@example.org>|" },
		{ "=?utf-8?B?SsO8cmdlbg==?= =?utf-8?Q?_M=C3=BCller?= <m@example.org>",
		  true, "Jürgen Müller <m@example.org>|" },
		{ "\"=?utf-8?Q?J=C3=BCrgen?=\" <m@example.org>", true,
		  "Jürgen <m@example.org>|" },
		/* RFC 2047 5: an encoded word must not appear in an addr-spec; what it says
		 * is a name and never an address */
		{ "=?utf-8?Q?\"PayPal\"_<x@y.example>?= <evil@evil.example>", false,
		  "\"PayPal\" <x@y.example> <evil@evil.example>|" },
		{ "=?utf-8?Q?Doe,_Jane?= <j@example.org>", false,
		  "Doe, Jane <j@example.org>|" },
		{ "=?utf-8?Q?=22PayPal=22_=3Cx=40y.example=3E?= <evil@evil.example>",
		  true, "\"PayPal\" <x@y.example> <evil@evil.example>|" },
		{ "=?utf-8?B?cGF5QHBheXBhbC5jb20=?= <evil@evil.example>", true,
		  "pay@paypal.com <evil@evil.example>|" },
		{ "=?utf-8?Q?a=40b.example?=", false, " <=?utf-8?Q?a=40b.example?=>|" },
		/* line ends and controls in a decoded name become blanks */
		{ "=?utf-8?Q?a=0D=0ABcc:_x=00y?= <a@b.example>", false,
		  "a Bcc: x\xef\xbf\xbdy <a@b.example>|" },
		/* raw 8-bit: UTF-8 (RFC 6532) or else windows-1252 */
		{ "J\xc3\xbcrgen <j@example.org>", true, "Jürgen <j@example.org>|" },
		{ "J\xfcrgen <j@example.org>", true, "Jürgen <j@example.org>|" },
		{ "jürgen@bücher.example", true, " <jürgen@xn--bcher-kva.example>|" },
	};

	check(rows, G_N_ELEMENTS(rows));
}

/* What tricks filters and readers into seeing different senders: all addresses are told, and
 * the syntax is not kept. */
static void test_tricks(void)
{
	static const struct row rows[] = {
		{ "boss@example.com <evil@evil.example>", false,
		  "boss@example.com <evil@evil.example>|" },
		{ "\"boss@example.com\" <evil@evil.example>", true,
		  "boss@example.com <evil@evil.example>|" },
		{ "<boss@example.com> <evil@evil.example>", false,
		  " <boss@example.com>| <evil@evil.example>|" },
		{ "boss@example.com evil@evil.example", false,
		  " <boss@example.com>| <evil@evil.example>|" },
		{ "<boss@example.com>evil@evil.example", false,
		  " <boss@example.com>| <evil@evil.example>|" },
		{ "<boss@example.com@evil.example>", false,
		  " <\"boss@example.com\"@evil.example>|" },
		{ "boss@example.com, evil@evil.example", true,
		  " <boss@example.com>| <evil@evil.example>|" },
		{ "<boss@example.com", false, " <boss@example.com>|" },
		{ "<a@b.example, c@d.example", false, " <a@b.example>| <c@d.example>|" },
		{ "\"open <a@b.example>", false, "" },
		{ "(open a@b.example", false, "" },
		{ "a@b.example\x01", false, "" },
		{ "\"\x01\"@b.example", false, "" },
		{ "Boss\x01 <a@b.example>", false, "Boss <a@b.example>|" },
		{ "\"Boss\x01\" <a@b.example>", true, "Boss <a@b.example>|" },
		{ "a@b..example", false, "" },
		{ "a@@b.example", false, "" },
		{ "@b.example", false, "" },
		{ "a@", false, "" },
		{ "", true, "" },
		{ "Jane Doe", false, "" },
		{ "root", false, " <root>|" },
		{ "Jane <root>", false, "Jane <root>|" },
		{ "<>", false, "" },
		{ ";;;", false, "" },
		{ "a:b:c@d.example;", false, " <c@d.example>|" },
		{ "a: c@d.example", false, " <c@d.example>|" },
	};

	check(rows, G_N_ELEMENTS(rows));
}

static void test_nul(void)
{
	struct arena *a = arena_create();
	const struct mailaddr *list;
	bool strict;

	g_assert_cmpuint(address_list(a,
				      (struct bytes){ "a@b.example\0.evil.example", 25 },
				      &list, &strict),
			 ==, 0);
	g_assert_false(strict);
	g_assert_cmpuint(address_list(a, (struct bytes){ "\"a\0b\"@c.example", 15 },
				      &list, &strict),
			 ==, 0);
	g_assert_cmpuint(address_list(a, (struct bytes){ NULL, 0 }, &list, &strict), ==,
			 0);
	arena_destroy(&a);
}

static void test_forms(void)
{
	struct arena *a = arena_create();
	const struct mailaddr *m;
	bool strict;

	g_assert_cmpuint(
		address_list(a, bytes_of("J <J.Doe@Mail.Example.CO.UK>"), &m, &strict),
		==, 1);
	g_assert_cmpstr(m->display, ==, "J");
	g_assert_cmpstr(m->address, ==, "J.Doe@mail.example.co.uk");
	g_assert_cmpstr(m->key, ==, "j.doe@mail.example.co.uk");
	g_assert_cmpstr(m->domain, ==, "mail.example.co.uk");
	g_assert_cmpstr(m->org, ==, "example.co.uk");
	g_assert_cmpuint(address_list(a, bytes_of("root"), &m, &strict), ==, 1);
	g_assert_null(m->display);
	g_assert_null(m->domain);
	g_assert_null(m->org);
	arena_destroy(&a);
}

static void test_limits(void)
{
	struct arena *a = arena_create();
	GString *many = g_string_new(NULL), *name = g_string_new("\"");
	const struct mailaddr *m;
	bool strict;

	for (int i = 0; i < 3000; i++)
		g_string_append(many, "a@b.example,");
	g_assert_cmpuint(
		address_list(a, (struct bytes){ many->str, many->len }, &m, &strict), ==,
		LIMIT_ADDRESSES);
	for (int i = 0; i < 1000; i++)
		g_string_append(name, "ü");
	g_string_append(name, "\" <a@b.example>");
	g_assert_cmpuint(address_list(a, bytes_of(name->str), &m, &strict), ==, 1);
	g_assert_cmpuint(strlen(m->display), ==, LIMIT_DISPLAY_BYTES);
	g_string_assign(many, "x@b.example");
	for (int i = 0; i < 400; i++)
		g_string_prepend(many, "x");
	g_assert_cmpuint(address_list(a, bytes_of(many->str), &m, &strict), ==, 0);
	g_assert_false(strict);
	/* bad bytes grow to three each */
	g_string_truncate(many, 0);
	for (int i = 0; i < 150; i++)
		g_string_append_c(many, '\xff');
	g_string_append(many, "@b.example");
	g_assert_cmpuint(address_list(a, bytes_of(many->str), &m, &strict), ==, 0);
	g_assert_null(address_key(a, many->str));
	/* nesting is counted, not recursed into */
	g_string_truncate(many, 0);
	for (int i = 0; i < 100000; i++)
		g_string_append_c(many, '(');
	g_assert_cmpuint(address_list(a, bytes_of(many->str), &m, &strict), ==, 0);
	g_string_free(many, TRUE);
	g_string_free(name, TRUE);
	arena_destroy(&a);
}

static void test_key(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "Jane.Doe@Example.COM", "jane.doe@example.com" },
		{ "<Jane@example.com>", "jane@example.com" },
		{ " <jane@example.com> ", "jane@example.com" },
		/* RFC 5321 4.1.2: source routes are ignored */
		{ "<@a.test,@b.test:jane@example.com>", "jane@example.com" },
		{ "<>", "" },
		{ "", "" },
		{ "jürgen@Bücher.example", "jürgen@xn--bcher-kva.example" },
		{ "\"a@b\"@example.com", "\"a@b\"@example.com" },
		{ "root", NULL },
		{ "@example.com", NULL },
		{ "a@", NULL },
		{ "a@b\r\nRCPT TO:<c@d>", NULL },
		{ "a@exa mple.com", NULL },
		{ "a@b..c", NULL },
		{ "a b@example.com", NULL },
		{ "a,b@example.com", NULL },
		{ "a@b@example.com", NULL },
		{ "\"a b\"@example.com", "\"a b\"@example.com" },
		/* quotes and backslashes that are not needed say nothing */
		{ "\"jane.doe\"@example.com", "jane.doe@example.com" },
		{ "\"ja\\ne\"@example.com", "jane@example.com" },
		{ "\"Jane\".doe@example.com", "jane.doe@example.com" },
		{ "jane.\"doe\"@example.com", "jane.doe@example.com" },
		{ "\"a\\ b\"@example.com", "\"a b\"@example.com" },
		{ "\"a\\\"b\"@example.com", "\"a\\\"b\"@example.com" },
		{ "\"a\\\\b\"@example.com", "\"a\\\\b\"@example.com" },
		{ "\"a\\@b\"@example.com", "\"a@b\"@example.com" },
		{ "\"\"@example.com", "\"\"@example.com" },
		/* dots where RFC 5321 has none, but mailboxes do */
		{ "m..doe@example.com", "\"m..doe\"@example.com" },
		{ "\"m..doe\"@example.com", "\"m..doe\"@example.com" },
		{ "jane.@example.com", "\"jane.\"@example.com" },
		{ "\"jane\".@example.com", "\"jane.\"@example.com" },
		{ ".jane@example.com", "\".jane\"@example.com" },
		{ ".@example.com", "\".\"@example.com" },
		/* RFC 6532 3.1: one character, however it was typed */
		{ "j\u00fcrgen@example.com", "j\u00fcrgen@example.com" },
		{ "ju\u0308rgen@example.com", "j\u00fcrgen@example.com" },
		{ "JU\u0308RGEN@example.com", "j\u00fcrgen@example.com" },
		{ "\"J\u00dcRGEN\"@example.com", "j\u00fcrgen@example.com" },
		/* domains in every spelling */
		{ "jane@Example.COM.", "jane@example.com" },
		{ "jane@BU\u0308CHER.example", "jane@xn--bcher-kva.example" },
		{ "jane@b\u00fccher\u3002example", "jane@xn--bcher-kva.example" },
		{ "jane@XN--BCHER-KVA.Example.", "jane@xn--bcher-kva.example" },
		{ "jane@stra\u00dfe.example", "jane@xn--strae-oqa.example" },
		{ "jane@[192.0.2.1]", "jane@[192.0.2.1]" },
		{ "jane@[IPv6:2001:DB8:0:0::1]", "jane@[ipv6:2001:db8::1]" },
		{ "jane@[ipv6:2001:0db8::0001]", "jane@[ipv6:2001:db8::1]" },
		/* what only an MTA can say */
		{ "jane @example.com", NULL },
		{ "jane(x)@example.com", NULL },
		{ "ja\\ne@example.com", NULL },
		{ "\"jane\"doe@example.com", NULL },
		{ "\"jane@example.com", NULL },
		{ "ja\"ne\"@example.com", NULL },
		{ "\"a\tb\"@example.com", NULL },
	};
	struct arena *a = arena_create();
	char *longest = g_strnfill(400, 'x');

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(address_key(a, rows[i].in), ==, rows[i].want);
	memcpy(longest + 310, "@example.com", 13);
	g_assert_null(address_key(a, longest));
	g_assert_cmpstr(address_domain("a@b@example.com"), ==, "example.com");
	g_assert_null(address_domain("root"));
	g_free(longest);
	arena_destroy(&a);
}

/* A header and an envelope tell of the same mailbox. */
static void test_same_key(void)
{
	static const char *const rows[][2] = {
		{ "m..doe@example.com", "m..doe@example.com" },
		{ "M. <\"m..doe\"@example.com>", "m..doe@example.com" },
		{ "jane . doe @ example.com", "jane.doe@example.com" },
		{ "Jane <\"jane\\.doe\"@EXAMPLE.com>", "jane.doe@example.com" },
		{ "jane.@example.com", "\"jane.\"@example.com" },
		{ ".jane@example.com", ".jane@example.com" },
		{ "\"a b\"@example.com", "\"a\\ b\"@example.com" },
		{ "ju\u0308rgen@bu\u0308cher.example",
		  "J\u00dcRGEN@xn--bcher-kva.example" },
		{ "jane@[ IPv6:2001:DB8:0::1 ]", "jane@[IPv6:2001:db8::1]" },
	};
	struct arena *a = arena_create();
	const struct mailaddr *m;
	bool strict;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpuint(address_list(a, bytes_of(rows[i][0]), &m, &strict), ==,
				 1);
		g_assert_cmpstr(m->key, ==, address_key(a, rows[i][1]));
		g_assert_cmpstr(m->key, ==, address_key(a, m->address));
		g_assert_cmpstr(m->key, ==, address_key(a, m->key));
	}
	arena_destroy(&a);
}

static void test_extended(void)
{
	static const struct {
		const char *address, *delimiters, *extension, *want;
	} rows[] = {
		{ "ann@example.com", "+", "+junk", "ann+junk@example.com" },
		{ "ann+x@example.com", "+", "+junk", "ann+junk@example.com" },
		{ "ann+x+y@example.com", "+", "+junk", "ann+junk@example.com" },
		{ "ann+@example.com", "+", "+junk", "ann+junk@example.com" },
		{ "ann+junk@example.com", "+", "+junk", "ann+junk@example.com" },
		{ "\"a b\"@example.com", "+", "+junk", "\"a b+junk\"@example.com" },
		{ "\"a b+x\"@example.com", "+", "+junk", "\"a b+junk\"@example.com" },
		{ "\"ann+x y\"@example.com", "+", "+junk", "ann+junk@example.com" },
		{ "\"m..doe\"@example.com", "+", "+junk", "\"m..doe+junk\"@example.com" },
		{ "\"a\\\"+x\"@example.com", "+", "+junk", "\"a\\\"+junk\"@example.com" },
		{ "+ann@example.com", "+", "+junk", "+ann+junk@example.com" },
		{ "mary-ann@example.com", "+", "+junk", "mary-ann+junk@example.com" },
		{ "mary-ann@example.com", "+-", "-junk", "mary-junk@example.com" },
		{ "owner-list@example.com", "-", "-junk", "owner-list-junk@example.com" },
		{ "list-request@example.com", "-", "", "list-request@example.com" },
		{ "ann+x@example.com", "", "+junk", "ann+x+junk@example.com" },
		{ "ann+x@example.com", "+", "", "ann@example.com" },
		{ "ann@example.com", "+", "", "ann@example.com" },
		{ "ann", "+", "+junk", "ann+junk" },
		{ "a b@example.com", "+", "+junk", "a b@example.com" },
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(address_extended(a, rows[i].address, rows[i].delimiters,
						 rows[i].extension),
				==, rows[i].want);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/address/grammar", test_grammar);
	g_test_add_func("/address/encoded", test_encoded);
	g_test_add_func("/address/tricks", test_tricks);
	g_test_add_func("/address/nul", test_nul);
	g_test_add_func("/address/forms", test_forms);
	g_test_add_func("/address/limits", test_limits);
	g_test_add_func("/address/key", test_key);
	g_test_add_func("/address/same-key", test_same_key);
	g_test_add_func("/address/extended", test_extended);
	return g_test_run();
}
