/* The tree of parts and its places in the raw bytes. */
#include "message/mime.h"

#include <glib.h>
#include <string.h>

#include "10-unit/message/sane.h"
#include "lib/effort.h"

static struct arena *a;

/* depth, type and content of each part, as "1 text/plain [hello] " */
static char *outline(const char *raw, const struct message **m_r)
{
	struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	const struct message *m = message_parse(a, bytes_of(raw), &limits);
	GString *out = g_string_new(NULL);

	sane_message(m);
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];

		g_string_append_printf(out, "%d %s", p->depth, p->type);
		if (p->kind != PART_MULTIPART && p->kind != PART_MESSAGE)
			g_string_append_printf(out, " [%.*s]", (int)(p->end - p->start),
					       raw + p->start);
		g_string_append(out, "; ");
	}
	*m_r = m;
	return g_string_free(out, FALSE);
}

static char *with_crlf(const char *text)
{
	char **lines = g_strsplit(text, "\n", -1);
	char *out = g_strjoinv("\r\n", lines);

	g_strfreev(lines);
	return out;
}

struct row {
	const char *raw, *want;
	unsigned malformed, kind;
};

/* every row with LF and with CRLF */
static void check(const struct row *rows, size_t n)
{
	const struct message *m;

	for (size_t i = 0; i < n; i++) {
		char *crlf = with_crlf(rows[i].raw), *want = with_crlf(rows[i].want);
		char *got = outline(rows[i].raw, &m);

		g_assert_cmpstr(got, ==, rows[i].want);
		g_assert_cmphex(m->malformed & (MALFORMED_BOUNDARY | MALFORMED_ENCODING),
				==, rows[i].malformed);
		g_assert_cmphex(m->kind, ==, rows[i].kind);
		g_free(got);
		got = outline(crlf, &m);
		g_assert_cmpstr(got, ==, want);
		g_free(got);
		g_free(crlf);
		g_free(want);
	}
}

static void test_structure(void)
{
	static const struct row rows[] = {
		{ "", "0 text/plain []; ", 0, 0 },
		{ "A: b\n", "0 text/plain []; ", 0, 0 },
		{ "A: b\n\nhello\n", "0 text/plain [hello\n]; ", 0, 0 },
		{ "\nhello", "0 text/plain [hello]; ", 0, 0 },
		{ "Content-Type: text/html\n\n<b>", "0 text/html [<b>]; ", 0, 0 },
		{ "Content-Type: nonsense\n\nx", "0 application/octet-stream [x]; ", 0,
		  0 },
		/* RFC 2046 5.1.1: the line end before a delimiter belongs to it */
		{ "Content-Type: multipart/mixed; "
		  "boundary=b\n\npreamble\n--b\n\none\n--b\n"
		  "Content-Type: text/html\n\ntwo\n\n--b--\nepilogue\n",
		  "0 multipart/mixed; 1 text/plain [one]; 1 text/html [two\n]; ", 0, 0 },
		{ "Content-Type: multipart/mixed; boundary=\"a b\"\n\n--a b  "
		  "\n\none\n--a b--",
		  "0 multipart/mixed; 1 text/plain [one]; ", 0, 0 },
		{ "Content-Type: multipart/mixed; boundary=o\n\n--o\n"
		  "Content-Type: multipart/alternative; "
		  "boundary=i\n\n--i\n\nx\n--i--\n--o\n\ny\n"
		  "--o--\n",
		  "0 multipart/mixed; 1 multipart/alternative; 2 text/plain [x]; "
		  "1 text/plain [y]; ",
		  0, 0 },
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
		  "Content-Type: message/rfc822\n\nSubject: in\n\nhello\n--b--\n",
		  "0 multipart/mixed; 1 message/rfc822; 2 text/plain [hello]; ", 0, 0 },
		/* 5.1.5: in a digest the default type is message/rfc822 */
		{ "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: "
		  "in\n\nhello\n"
		  "--b--\n",
		  "0 multipart/digest; 1 message/rfc822; 2 text/plain [hello]; ", 0, 0 },
	};

	check(rows, G_N_ELEMENTS(rows));
}

static void test_broken(void)
{
	static const struct row rows[] = {
		/* never closed */
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n",
		  "0 multipart/mixed; 1 text/plain [one\n]; ", MALFORMED_BOUNDARY, 0 },
		/* no parameter, another one, one without a semicolon */
		{ "Content-Type: multipart/mixed\n\n--b\n\none\n--b--\n",
		  "0 multipart/mixed; 1 text/plain [one]; ", MALFORMED_BOUNDARY, 0 },
		{ "Content-Type: multipart/mixed; boundary=a\n\n--b\n\none\n--b--\n",
		  "0 multipart/mixed; 1 text/plain [one]; ", MALFORMED_BOUNDARY, 0 },
		/* no part at all: shown as text */
		{ "Content-Type: multipart/mixed; boundary=b\n\nhello\n",
		  "0 multipart/mixed; 1 text/plain [hello\n]; ", MALFORMED_BOUNDARY, 0 },
		{ "Content-Type: multipart/mixed; boundary=b\n\n",
		  "0 multipart/mixed; 1 text/plain []; ", MALFORMED_BOUNDARY, 0 },
		{ "Content-Transfer-Encoding: base64\n\n!!!\n", "0 text/plain [!!!\n]; ",
		  MALFORMED_ENCODING, 0 },
	};

	check(rows, G_N_ELEMENTS(rows));
}

/* all names of all parts, one after the other */
static char *names_in(const char *raw, const struct message **m_r)
{
	struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	const struct message *m = message_parse(a, bytes_of(raw), &limits);
	GString *out = g_string_new(NULL);

	sane_message(m);
	for (size_t i = 0; i < m->n_parts; i++)
		for (size_t k = 0; k < m->parts[i].n_names; k++)
			g_string_append_printf(out, "%s ", m->parts[i].names[k]);
	*m_r = m;
	return g_string_free(out, FALSE);
}

/* What fields leave open is read each way; an encoded message is opened. */
static void test_views(void)
{
#define PROGRAM "Content-Disposition: attachment; filename=run.exe\n\nx\n"
	static const struct {
		const char *raw, *names;
	} rows[] = {
		{ "Content-Type: text/plain\nContent-Type: multipart/mixed; "
		  "boundary=b\n\n--b\n" PROGRAM "--b--\n",
		  "run.exe " },
		{ "Content-Type: multipart/mixed; boundary=b\nContent-Type: "
		  "text/plain\n\n--b\n" PROGRAM "--b--\n",
		  "run.exe " },
		{ "Content-Type: multipart/mixed; boundary=a; boundary=b\n\n--a\n\n"
		  "text\n--a--\n--b\n" PROGRAM "--b--\n",
		  "run.exe " },
		{ "Content-Type: multipart/mixed; boundary=b; boundary*0=a; "
		  "boundary*1=a\n\n--aa\n" PROGRAM "--aa--\n--b\n\nx\n--b--\n",
		  "run.exe " },
		/* the same further down */
		{ "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: "
		  "multipart/mixed; boundary=a; boundary=b\n\n--b\n" PROGRAM
		  "--b--\n--o--\n",
		  "run.exe " },
		{ "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: "
		  "text/plain\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" PROGRAM
		  "--b--\n--o--\n",
		  "run.exe " },
		/* RFC 2046 5.2.1 forbids it, and everybody opens it */
		{ "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
		  "Q29udGVudC1EaXNwb3NpdGlvbjogYXR0YWNobWVudDsgZmlsZW5hbWU9cnVuLmV4ZQoKeA"
		  "o"
		  "=\n",
		  "run.exe " },
		{ "Content-Type: application/octet-stream; name=old.eml\n\n" PROGRAM,
		  "old.eml run.exe " },
		/* of one file, all names, each once */
		{ "Content-Type: text/plain; name=a.txt; name=b.bat\n"
		  "Content-Disposition: inline; filename=c.hta; filename*=''a.txt\n"
		  "Content-Description: d.vbs\n\nx",
		  "c.hta a.txt b.bat " },
		{ "Content-Type: application/x\nContent-Description: d.vbs\n\nx",
		  "d.vbs " },
	};
	const struct message *m;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *got = names_in(rows[i].raw, &m);

		g_test_message("%s", rows[i].raw);
		g_assert_cmpstr(got, ==, rows[i].names);
		g_assert_cmphex(m->truncated, ==, 0);
		g_free(got);
	}
#undef PROGRAM
}

/* files in files in files: each costs a pass, so the message's size says how often */
static void test_views_bounded(void)
{
	GString *raw = g_string_new(NULL);
	const struct message *m;

	for (int i = 0; i < 100; i++)
		g_string_append(raw, "Content-Type: application/x; name=a.eml\n\n");
	g_string_append_printf(raw, "%*s", 100000, "x");
	char *got = names_in(raw->str, &m);

	g_assert_cmpuint(m->n_parts, <, LIMIT_DEPTH + 2);
	g_assert_cmphex(m->truncated & TRUNCATED_DEPTH, ==, TRUNCATED_DEPTH);
	g_free(got);
	g_string_free(raw, TRUE);
}

static void test_kinds(void)
{
	static const struct {
		const char *type;
		unsigned kind;
	} rows[] = {
		{ "multipart/signed; boundary=b", MESSAGE_SIGNED },
		{ "multipart/encrypted; boundary=b", MESSAGE_ENCRYPTED },
		{ "multipart/report; boundary=b", MESSAGE_REPORT },
		{ "application/pkcs7-mime; smime-type=signed-data", MESSAGE_SIGNED },
		{ "application/x-pkcs7-mime; smime-type=\"Enveloped-Data\"",
		  MESSAGE_ENCRYPTED },
		{ "application/pkcs7-mime; smime-type=authEnveloped-data",
		  MESSAGE_ENCRYPTED },
		{ "application/pkcs7-mime; smime-type=certs-only", 0 },
		{ "application/pkcs7-mime", MESSAGE_ENCRYPTED },
		{ "text/calendar; method=REQUEST", MESSAGE_CALENDAR },
		{ "text/calendar", 0 },
		{ "text/plain", 0 },
	};
	const struct message *m;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *raw = arena_printf(a, "Content-Type: %s\n\n--b\n\nx\n--b--\n",
					 rows[i].type);

		g_free(outline(raw, &m));
		g_assert_cmphex(m->kind, ==, rows[i].kind);
	}
	/* what is forwarded does not make the message itself signed */
	g_free(outline("Content-Type: message/rfc822\n\nContent-Type: multipart/signed; "
		       "boundary=b\n\n--b\n\nx\n--b--\n",
		       &m));
	g_assert_cmphex(m->kind, ==, 0);
}

static void test_part_fields(void)
{
	const struct message *m;

	g_free(outline("Content-Type: multipart/mixed; boundary=b\n\n"
		       "--b\nContent-Type: TEXT/Plain; charset=UTF-8\n\nx\n"
		       "--b\nContent-Type: application/pdf; name=a.pdf\n"
		       "Content-Transfer-Encoding: base64\n\nJVBERi0=\n"
		       "--b\nContent-Type: image/png; name=logo.png\nContent-ID: <1@x>\n"
		       "Content-Disposition: inline\n\nx\n"
		       "--b\nContent-Type: text/html\nContent-Disposition: attachment; "
		       "filename*0*=utf-8''r%C3%A9sum; filename*1=\"e.html\"\n\n<b>\n"
		       "--b\nContent-Type: application/x; "
		       "name=\"=?utf-8?Q?=C3=A9.exe?=\"\n\nMZ\n"
		       "--b--\n",
		       &m));
	g_assert_cmpuint(m->n_parts, ==, 6);
	g_assert_cmpstr(m->parts[1].charset, ==, "utf-8");
	g_assert_false(m->parts[1].is_attachment);
	g_assert_cmpint(m->parts[2].encoding, ==, ENCODING_BASE64);
	g_assert_cmpstr(m->parts[2].magic, ==, "pdf");
	g_assert_true(m->parts[2].is_attachment);
	g_assert_cmpuint(m->parts[2].bytes, ==, 5);
	g_assert_false(m->parts[3].is_attachment);
	g_assert_cmpstr(m->parts[4].filename, ==, "résume.html");
	g_assert_true(m->parts[4].is_attachment);
	g_assert_cmpint(m->parts[4].kind, ==, PART_TEXT_HTML);
	g_assert_cmpstr(m->parts[5].filename, ==, "é.exe");
	g_assert_cmpstr(m->parts[5].magic, ==, "exe");
}

static void test_limits(void)
{
	const struct message *m;
	GString *raw = g_string_new("Content-Type: multipart/mixed; boundary=b\n\n");

	for (int i = 0; i < LIMIT_PARTS + 100; i++)
		g_string_append(raw, "--b\n\nx\n");
	g_string_append(raw, "--b--\n");
	g_free(outline(raw->str, &m));
	g_assert_cmpuint(m->n_parts, ==, LIMIT_PARTS);
	g_assert_cmphex(m->truncated, ==, TRUNCATED_PARTS);
	g_string_truncate(raw, 0);
	for (int i = 0; i < LIMIT_DEPTH + 10; i++)
		g_string_append_printf(
			raw, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i,
			i);
	g_string_append(raw, "\nx\n");
	g_free(outline(raw->str, &m));
	g_assert_cmphex(m->truncated, ==, TRUNCATED_DEPTH);
	g_string_free(raw, TRUE);
}

struct hostile {
	const char *start, *piece;
};

static void read_hostile(const void *of, size_t n)
{
	const struct hostile *h = of;
	GString *raw = g_string_sized_new(n + 200);
	const struct message *m;

	g_string_append(raw, h->start);
	while (raw->len < n)
		g_string_append(raw, h->piece);
	g_free(outline(raw->str, &m));
	g_string_free(raw, TRUE);
}

/* What would cost GMime gigabytes: it must not get to see all of it. */
static void test_hostile(void)
{
	static const struct hostile rows[] = {
		{ "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\n" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b\n", "A:b\n" },
		{ "Content-Type: message/rfc822\n\n", "A:b\n" },
		{ "Content-Type: message/rfc822\n\n",
		  "Content-Type: message/rfc822\n\n" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
		  "message/rfc822\n\n",
		  "A:b\n" },
		{ "Content-Type: multipart/digest; boundary=b\n\n--b\n\n", "A:b\n" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n", "--b\nA:b\n\n" },
		{ "Content-Type: text/plain; a=", "b; a=" },
		{ "Content-Type: text/plain", ";" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: x/y",
		  "; a*0=b" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: x/y",
		  "; a=b" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n",
		  "--b\nContent-Type: x/y; a=b; a=b; a=b; a=b; a=b; a=b; a=b\n\n" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n",
		  "--b\nContent-Type: "
		  "multipart/mixed; boundary=b\n\n" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].piece);
		g_assert_true(effort_is_linear(read_hostile, &rows[i], 4 * 1024 * 1024));
	}
}

int main(int argc, char **argv)
{
	message_library_init();
	g_test_init(&argc, &argv, NULL);
	a = arena_create();
	g_test_add_func("/mime/structure", test_structure);
	g_test_add_func("/mime/broken", test_broken);
	g_test_add_func("/mime/views", test_views);
	g_test_add_func("/mime/views-bounded", test_views_bounded);
	g_test_add_func("/mime/kinds", test_kinds);
	g_test_add_func("/mime/part-fields", test_part_fields);
	g_test_add_func("/mime/limits", test_limits);
	g_test_add_func("/mime/hostile", test_hostile);
	int failed = g_test_run();

	arena_destroy(&a);
	return failed;
}
