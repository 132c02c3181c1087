/* Texts, links and attachments of whole messages. */
#include "message/parts.h"

#include <glib.h>
#include <string.h>

#include "10-unit/message/sane.h"

static struct arena *a;

static const struct message *parse(const char *raw)
{
	struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	const struct message *m = message_parse(a, bytes_of(raw), &limits);

	sane_message(m);
	return m;
}

#define ALTERNATIVE(plain, html)                                                     \
	"Content-Type: multipart/alternative; boundary=i\n\n--i\n\n" plain "\n--i\n" \
	"Content-Type: text/html\n\n" html "\n--i--\n"

static void test_texts(void)
{
	static const struct {
		const char *raw, *text, *plain, *html, *hidden;
	} rows[] = {
		{ "A: b\n\nhello\r\nyou\n", "hello\nyou\n", "hello\nyou\n", "", "" },
		{ "Content-Type: text/html\n\n<p>a</p><p hidden>b</p>", "a", "", "a",
		  "b" },
		/* of alternatives the plain one is read, and what the other one says more */
		{ ALTERNATIVE("one", "<b>two</b>"), "one\ntwo\n", "one", "two", "" },
		{ ALTERNATIVE("One, two. Three!", "<p>three</p><p>TWO three"),
		  "One, two. Three!", "One, two. Three!", "three\nTWO three", "" },
		{ ALTERNATIVE("your bank account", "<p>account</p><p>bank your"),
		  "your bank account\nbank your\n", "your bank account",
		  "account\nbank your", "" },
		/* but not if it says nothing */
		{ ALTERNATIVE(" ", "<b>two</b>"), " \ntwo", " ", "two", "" },
		/* a footer beside the alternatives is no alternative */
		{ "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: "
		  "text/html\n\n"
		  "<p>body</p>\n--o\n\nfooter\n--o--\n",
		  "body\nfooter", "footer", "body", "" },
		{ "Content-Type: multipart/mixed; boundary=o\n\n--o\n" ALTERNATIVE(
			  "one", "two") //
		  "\n--o\n\nfooter\n--o--\n",
		  "one\nfooter\ntwo\n", "one\nfooter", "two", "" },
		/* attached texts are attachments */
		{ "Content-Type: multipart/mixed; boundary=o\n\n--o\n\nbody\n--o\n"
		  "Content-Disposition: attachment; filename=x.txt\n\nattached\n--o--\n",
		  "body", "body", "", "" },
		/* messages within are shown below the text */
		{ "Content-Type: multipart/mixed; boundary=o\n\n--o\n\nbody\n--o\n"
		  "Content-Type: message/rfc822\n\nA: b\n\ninner\n--o--\n",
		  "body\ninner", "body\ninner", "", "" },
		/* a text of another type, and a calendar's own words */
		{ "Content-Type: text/x-unknown\n\nhello", "hello", "hello", "", "" },
		{ "Content-Type: text/css\n\nhello", "", "", "", "" },
		{ "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n"
		  "UID:no\nSUMMARY;X=\"a:b\":Ver\n ify\\, please\n",
		  "Verify, please\n", "Verify, please\n", "", "" },
		{ "Content-Type: message/rfc822\n\nA: b\n\ninner\n", "inner\n", "inner\n",
		  "", "" },
		{ "Content-Type: text/plain; "
		  "charset=iso-8859-1\nContent-Transfer-Encoding: "
		  "quoted-printable\n\nGr=FC=DFe",
		  "Grüße", "Grüße", "", "" },
		{ "Content-Type: text/html\n\n<meta charset='koi8-r'>\xf0\xd2\xc9", "При",
		  "", "При", "" },
		{ "Content-Type: text/html\n\n<meta http-equiv=Content-Type "
		  "content=\"text/html; "
		  "charset=iso-8859-1\">Gr\xfc\xdf",
		  "Grüß", "", "Grüß", "" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct message *m = parse(rows[i].raw);

		g_assert_cmpstr(m->text, ==, rows[i].text);
		g_assert_cmpstr(m->plain_text, ==, rows[i].plain);
		g_assert_cmpstr(m->html_text, ==, rows[i].html);
		g_assert_cmpstr(m->hidden, ==, rows[i].hidden);
	}
}

/* a multipart within another, with the boundary as a sender has spoilt it */
static void test_spoilt_boundary(void)
{
	static const char *const said[] = {
		"; boundary=\"in", "; boundary=\"", "; boundary=\"\"",
		"; boundary=",     "; boundary",    "",
		"; x=y",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
		char *raw = g_strdup_printf(
			"Content-Type: multipart/mixed; boundary=out\n\n--out\n"
			"Content-Type: multipart/mixed%s\n\n"
			"--in\nContent-Type: text/html\n\n<a href=\"http://x.example/\">"
			"b</a>\n"
			"--in\nContent-Disposition: attachment; filename=a.exe\n\nMZ\n"
			"--in--\n--out\n\nfooter\n--out--\n",
			said[i]);
		const struct message *m = parse(raw);

		g_assert_cmpuint(m->n_links, ==, 1);
		g_assert_cmpuint(m->n_parts, ==, 6);
		g_assert_cmpstr(m->plain_text, ==, "footer");
		g_assert_cmpuint(m->malformed & MALFORMED_BOUNDARY, !=, 0);
		g_free(raw);
	}
	/* what looks like its boundary is that of the one around it */
	const struct message *m = parse(
		"Content-Type: multipart/mixed; boundary=out\n\n--out\n"
		"Content-Type: multipart/mixed\n\nnothing\n--out\n\nonce\n--out--\n");

	g_assert_cmpstr(m->plain_text, ==, "once");
}

static void test_pgp(void)
{
	g_assert_cmphex(parse("A: b\n\n-----BEGIN PGP SIGNED MESSAGE-----\nx\n")->kind,
			==, MESSAGE_SIGNED);
	g_assert_cmphex(parse("A: b\n\nhi\n-----BEGIN PGP MESSAGE-----\nx\n")->kind, ==,
			MESSAGE_ENCRYPTED);
	/* quoted */
	g_assert_cmphex(parse("A: b\n\n> -----BEGIN PGP MESSAGE-----\nx\n")->kind, ==, 0);
	g_assert_cmphex(parse("A: b\n\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n")->kind, ==,
			0);
}

static void test_organizers(void)
{
	const struct message *m =
		parse("Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n"
		      "ORGANIZER;CN=\"Ann: Roof\":MAILTO:Ann@Roof.example\n"
		      "organizer;EMAIL=\"bob@wall.example\":/a1b2/principal\n"
		      "ORGANIZER:nobody\nATTENDEE:mailto:cal@floor.example\nORGANIZER\n");

	g_assert_cmpuint(m->n_organizers, ==, 2);
	g_assert_cmpstr(m->organizers[0], ==, "ann@roof.example");
	g_assert_cmpstr(m->organizers[1], ==, "bob@wall.example");
	g_assert_cmpuint(parse("A: b\n\nORGANIZER:mailto:a@b.example")->n_organizers, ==,
			 0);

	GString *many = g_string_new(
		"Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n");

	for (int i = 0; i < 100; i++)
		g_string_append_printf(many, "ORGANIZER:mailto:a%d@b.example\n", i);
	g_assert_cmpuint(parse(many->str)->n_organizers, ==, 20);
	g_string_free(many, TRUE);
}

static void test_links(void)
{
	const struct message *m = parse(ALTERNATIVE(
		"see http://plain.example/x",
		"<base href='http://b.example'><a href='http://h.example/1'>one</a>"
		"<a href='http://h.example/2'>two</a><a href='p'>three</a>"));
	static const char *const hosts[] = { "h.example", "h.example", "b.example",
					     "plain.example" };

	g_assert_cmpuint(m->n_links, ==, 4);
	for (size_t i = 0; i < 4; i++)
		g_assert_cmpstr(m->links[i].host, ==, hosts[i]);
	g_assert_cmpstr(m->links[0].text, ==, "one");
	g_assert_null(m->links[3].text);
	/* the one before must not be taken for the same place */
	m = parse("Content-Type: text/html\n\n<a href='http:\\\\a.example\\x'>1</a>"
		  "<a href='http://b.example/x'>2</a><a "
		  "href='http://b.example.c.example/'>3</a>"
		  "<a href='http://b.example:80/'>4</a><a href='http://b.example'>5</a>");
	g_assert_cmpstr(m->links[0].host, ==, "a.example");
	g_assert_cmpstr(m->links[1].host, ==, "b.example");
	g_assert_cmpstr(m->links[2].host, ==, "b.example.c.example");
	g_assert_cmpstr(m->links[3].host, ==, "b.example");
	g_assert_cmpstr(m->links[4].host, ==, "b.example");
}

static void test_broken(void)
{
	g_assert_cmphex(
		parse("Content-Transfer-Encoding: base64\n\nSGV*sbG8=")->malformed &
			MALFORMED_ENCODING,
		==, MALFORMED_ENCODING);
	g_assert_cmphex(
		parse("Content-Type: text/plain; charset=utf-8\n\n\xff")->malformed &
			MALFORMED_CHARSET,
		==, MALFORMED_CHARSET);
	g_assert_cmphex(
		parse("Content-Type: text/plain; charset=x-no\n\n\xff")->malformed &
			MALFORMED_CHARSET,
		==, MALFORMED_CHARSET);
	g_assert_cmphex(
		parse("Content-Type: text/plain; charset=utf-8\n\nok")->malformed &
			(MALFORMED_CHARSET | MALFORMED_ENCODING),
		==, 0);
}

/* the smallest zip there is, in base64, as an attachment: one empty file, a.js */
static void test_zip(void)
{
	const struct message *m =
		parse("Content-Type: application/zip; "
		      "name=a.zip\nContent-Transfer-Encoding: base64\n\n"
		      "UEsDBAoAAAAAAAAAIQAAAAAAAAAAAAAAAAAEAAAAYS5qc1BLAQIUAwoAAAAAAAAAIQ"
		      "AAAAAA\n"
		      "AAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAABhLmpzUEsFBgAAAAABAAEAMgAAACIAAA"
		      "AAAA==\n");

	g_assert_cmpstr(m->parts[0].magic, ==, "zip");
	g_assert_cmpuint(m->parts[0].n_inside, ==, 1);
	g_assert_cmpstr(m->parts[0].inside[0], ==, "a.js");
	g_assert_false(m->parts[0].encrypted_archive);
	g_assert_true(m->parts[0].is_attachment);
}

static void test_limits(void)
{
	GString *raw = g_string_new("A: b\n\n");

	while (raw->len < 2 * LIMIT_TEXT_BYTES)
		g_string_append(raw, "some text\n");
	const struct message *m = parse(raw->str);

	g_assert_cmphex(m->truncated, ==, TRUNCATED_TEXT);
	g_assert_cmpuint(strlen(m->text), <=, LIMIT_TEXT_BYTES);
	g_string_assign(raw, "A: b\n\n");
	for (int i = 0; i < LIMIT_LINKS + 10; i++)
		g_string_append(raw, "http://x.example/ ");
	m = parse(raw->str);
	g_assert_cmphex(m->truncated, ==, TRUNCATED_LINKS);
	g_assert_cmpuint(m->n_links, ==, LIMIT_LINKS);
	g_string_free(raw, TRUE);
}

int main(int argc, char **argv)
{
	message_library_init();
	g_test_init(&argc, &argv, NULL);
	a = arena_create();
	g_test_add_func("/parts/organizers", test_organizers);
	g_test_add_func("/parts/texts", test_texts);
	g_test_add_func("/parts/spoilt_boundary", test_spoilt_boundary);
	g_test_add_func("/parts/pgp", test_pgp);
	g_test_add_func("/parts/links", test_links);
	g_test_add_func("/parts/broken", test_broken);
	g_test_add_func("/parts/zip", test_zip);
	g_test_add_func("/parts/limits", test_limits);
	int failed = g_test_run();

	arena_destroy(&a);
	return failed;
}
