/* Files in texts, as people, old programs and evaders write them. */
#include "message/enclosed.h"

#include "base/limits.h"

#include "sane.h"

/* "MZ" and what follows it in a program */
#define MZ "M35J0  ,    $    __\\  +@                                     \n"

struct row {
	const char *text, *want; /* "name:magic ..." */
};

static const struct row rows[] = {
	{ "begin 644 a.exe\n" MZ "`\nend\n", "a.exe:exe" },
	{ "Hello,\r\nsee below.\r\nbegin 666 my file.exe \r\n#35J0\r\n`\r\nend\r\n",
	  "my file.exe:exe" },
	{ "begin  0755   b.scr\n#35J0\n", "b.scr:exe" },
	/* two of them, and no end of the first */
	{ "begin 644 a.exe\n#35J0\nbegin 644 b.pdf\n%)5!$1BT`\n`\nend\n",
	  "a.exe:exe b.pdf:pdf" },
	/* blanks at the end of a line are gone; a "`" is one */
	{ "begin 644 a.bin\n$35J0\nend\n", "a.bin:exe" },
	{ "begin 644 a.bin\n#35J``\nend\n", "a.bin:exe" },
	{ "begin 644 caf\xe9.exe\n#35J0\n", "caf\xc3\xa9.exe:exe" },
	{ "begin 644 text.js\n#<W1R\n", "text.js:-" },
	/* prose, and what only looks like it */
	{ "Please begin 644 words here\n#35J0\n", "" },
	{ "begin 644 words here.\nThe rest is prose.\n", "" },
	{ "begin 644 words here.\nTHE REST IS LOUD PROSE.\n", "" },
	{ "begin at once\n#35J0\n", "" },
	{ "begin 99 a.exe\n#35J0\n", "" },
	{ "begin 64 a.exe\n#35J0\n", "" },
	{ "begin 644\n#35J0\n", "" },
	{ "begin 644 a.exe", "" },
	{ "begin 644 a.exe\n", "" },
	{ "begin 644 a.exe\n`\nend\n", "" },
	{ "beginning\nbegin\nbegin \nbegin 6\n", "" },
	{ "", "" },
};

static char *found(struct bytes text)
{
	struct arena *a = arena_create();
	char *exact = g_memdup2(text.at, text.n);
	struct enclosures all;
	struct message m = { 0 };
	GString *is = g_string_new(NULL);

	enclosures_begin(a, &all);
	all.tnef = tnef_find;
	uuencode_find((struct bytes){ exact, text.n }, &all);
	g_free(exact);
	enclosures_end(&all, &m);
	for (size_t i = 0; i < m.n_enclosed; i++) {
		const struct enclosed *f = &m.enclosed[i];

		sane_enclosed(f);
		g_string_append_printf(is, "%s%s:%s", i > 0 ? " " : "", f->filename,
				       f->magic != NULL ? f->magic : "-");
	}
	arena_destroy(&a);
	return g_string_free(is, FALSE);
}

static void finds(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *is = found(bytes_of(rows[i].text));

		g_assert_cmpstr(is, ==, rows[i].want);
		g_free(is);
	}
}

/* one line for each 45 bytes */
static void encode(GString *to, const char *data, size_t n)
{
	for (size_t at = 0; at < n; at += 45) {
		size_t line = MIN(n - at, 45);

		g_string_append_c(to, (char)(32 + line));
		for (size_t i = at; i < at + line; i += 3) {
			unsigned bits = 0;

			for (size_t k = 0; k < 3; k++)
				bits = bits << 8 |
				       (i + k < n ? (unsigned char)data[i + k] : 0);
			for (int shift = 18; shift >= 0; shift -= 6)
				g_string_append_c(
					to,
					"`!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHI"
					"JKLMNOPQRSTUVWXYZ[\\]^_"[bits >> shift & 63]);
		}
		g_string_append_c(to, '\n');
	}
	g_string_append(to, "`\nend\n");
}

static void opens_archives(void)
{
	static const char zip[] = "PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				  "\5\0\0\0b.exe";
	GString *text = g_string_new("begin 644 a.zip\n");
	struct message_limits limits = { .max_bytes = 1 << 20 };
	struct arena *a = arena_create();

	encode(text, zip, sizeof(zip) - 1);
	g_string_prepend(text, "Subject: x\nContent-Type: text/plain\n\nHello.\n");

	const struct message *m =
		message_parse(a, (struct bytes){ text->str, text->len }, &limits);

	sane_message(m);
	g_assert_cmpuint(m->n_enclosed, ==, 1);
	g_assert_cmpstr(m->enclosed[0].magic, ==, "zip");
	g_assert_cmpuint(m->enclosed[0].n_inside, ==, 1);
	g_assert_cmpstr(m->enclosed[0].inside[0], ==, "b.exe");
	arena_destroy(&a);
	g_string_free(text, TRUE);
}

/* wherever a mail program would take it for a file */
static void finds_in_messages(void)
{
	static const struct row mails[] = {
		{ "Subject: no MIME\n\nbegin 644 a.exe\n#35J0\n`\nend\n", "a.exe" },
		{ "Content-Type: text/plain\nContent-Transfer-Encoding: "
		  "quoted-printable\n\nbegin=20644 a=2Eexe\n#35J0\n",
		  "a.exe" },
		{ "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
		  "YmVnaW4gNjQ0IGEuZXhlCiMzNUowCmAKZW5kCg==\n",
		  "a.exe" },
		{ "Content-Type: application/octet-stream; name=b\n"
		  "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a.exe\n#35J0\n",
		  "a.exe" },
		{ "Content-Type: text/plain; charset=utf-8\n"
		  "Content-Transfer-Encoding: uuencode\n\nbegin 644 a.exe\n#35J0\n",
		  "a.exe" },
		/* shown as a file of text, and nobody opens what is in it */
		{ "Content-Type: text/plain\nContent-Disposition: attachment\n\n"
		  "begin 644 a.exe\n#35J0\n",
		  "" },
		{ "Content-Type: text/html\n\n<pre>\nbegin 644 a.exe\n#35J0\n", "" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(mails); i++) {
		struct message_limits limits = { .max_bytes = 1 << 20 };
		struct arena *a = arena_create();
		const struct message *m =
			message_parse(a, bytes_of(mails[i].text), &limits);

		sane_message(m);
		g_assert_cmpstr(m->n_enclosed > 0 ? m->enclosed[0].filename : "", ==,
				mails[i].want);
		arena_destroy(&a);
	}
}

/* a flood costs no more than its bytes */
static void is_bounded(void)
{
	GString *text = g_string_new(NULL);

	for (int i = 0; i < 20000; i++)
		g_string_append(text, "begin 644 a.exe\n#35J0\n");
	char *is = found((struct bytes){ text->str, text->len });

	g_assert_cmpuint(strlen(is), ==, LIMIT_ENCLOSED * strlen("a.exe:exe ") - 1);
	g_free(is);
	/* behind more than is decoded, there is another one */
	g_string_assign(text, "begin 644 a.exe\n");
	for (size_t i = 0; i < LIMIT_ENCLOSED_BYTES / 45 + 100; i++)
		g_string_append(text, MZ);
	g_string_append(text, "`\nend\nbegin 644 b.exe\n#35J0\n");
	is = found((struct bytes){ text->str, text->len });
	g_assert_cmpstr(is, ==, "a.exe:exe b.exe:exe");
	g_free(is);
	g_string_free(text, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/uuencode/finds", finds);
	g_test_add_func("/uuencode/opens-archives", opens_archives);
	g_test_add_func("/uuencode/finds-in-messages", finds_in_messages);
	g_test_add_func("/uuencode/is-bounded", is_bounded);
	return g_test_run();
}
