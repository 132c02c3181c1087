/* Whoever looks into archives is asked for archives only, and what he finds stands beside what is
 * read here. */
#include "message/decoder.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "message/files.h"
#include "message/message.h"

static struct arena *a;

struct asked {
	GString *text; /* what was asked for */
	struct decoded answer;
};

static void look(void *user, struct arena *arena, const char *name, struct bytes file,
		 struct decoded *found_r)
{
	struct asked *q = user;

	(void)arena;
	g_string_append_printf(q->text, "%s(%zu)", name, file.n);
	*found_r = q->answer;
}

static const struct message *parsed(const char *raw, struct asked *q)
{
	const struct file_decoder d = { look, q };
	const struct message_limits limits = { .max_bytes = 1 << 20,
					       .decoder = q == NULL ? NULL : &d };

	return message_parse(a, bytes_of(raw), &limits);
}

/* a part each: type, name, base64 */
static const char *mail_of(const char *type, const char *name, struct bytes content)
{
	char *coded = g_base64_encode((const guchar *)content.at, content.n);
	const char *mail =
		arena_printf(a,
			     "From: a@b.example\r\nContent-Type: %s; name=\"%s\"\r\n"
			     "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n",
			     type, name, coded);

	g_free(coded);
	return mail;
}

static void asks_for_archives(void)
{
	static const struct {
		const char *type, *name, *content, *asked;
	} rows[] = {
		{ "application/octet-stream", "a.bin", "Rar!\x1a\x07", "a.bin(6)" },
		{ "application/octet-stream", "a.rar", "what it says", "a.rar(12)" },
		{ "text/plain", "a.7z", "what it says", "a.7z(12)" },
		{ "application/zip", "a", "PK\x03\x04", "a(4)" },
		{ "text/plain", "a.txt", "a text", "" },
		{ "image/png", "a.png", "\x89PNG\r\n\x1a\n", "a.png(8)" },
		{ "application/pdf", "a.pdf", "%PDF-1.7", "a.pdf(8)" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct asked q = { .text = g_string_new(NULL) };
		const char *mail =
			mail_of(rows[i].type, rows[i].name, bytes_of(rows[i].content));
		bool any = rows[i].asked[0] != '\0';
		const struct message *m = parsed(mail, &q);

		g_assert_cmpstr(q.text->str, ==, rows[i].asked);
		g_assert_true((m->parts[0].decoded != NULL) == any);
		g_assert_null(parsed(mail, NULL)->parts[0].decoded);
		g_string_free(q.text, TRUE);
	}
}

static void puts_names_together(void)
{
	static const char zip[] = "PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				  "\5\0\0\0b.exe";
	static const char *const names[] = { "b.exe", "c.zip/d.exe" };
	struct asked q = { .text = g_string_new(NULL),
			   .answer = { .names = names, .n_names = 2, .locked = true } };
	const char *mail = mail_of("application/zip", "a.zip",
				   (struct bytes){ zip, sizeof(zip) - 1 });
	const struct part *p = parsed(mail, &q)->parts;

	g_assert_cmpuint(p->n_inside, ==, 2);
	g_assert_cmpstr(p->inside[0], ==, "b.exe");
	g_assert_cmpstr(p->inside[1], ==, "c.zip/d.exe");
	g_assert_true(p->encrypted_archive);
	g_string_free(q.text, TRUE);
}

/* an archive that is uuencoded in a text */
static void asks_for_enclosed(void)
{
	struct asked q = { .text = g_string_new(NULL) };
	const struct message *m = parsed(
		"From: a@b.example\r\n\r\nbegin 644 a.rar\r\n&4F%R(1H'\r\n`\r\nend\r\n",
		&q);

	g_assert_cmpuint(m->n_enclosed, ==, 1);
	g_assert_cmpstr(q.text->str, ==, "a.rar(6)");
	g_assert_nonnull(m->enclosed[0].decoded);
	g_string_free(q.text, TRUE);
}

static void see(void *user, const char *name, struct bytes data)
{
	g_string_append_printf(user, "%s(%zu)", name, data.n);
}

/* the other way round: a decoder that finds a message asks for its files */
static void shows_files(void)
{
	static const char mail[] =
		"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
		"--x\r\n\r\nbegin 644 u.exe\r\n#0V%T\r\n`\r\nend\r\n--x\r\n"
		"Content-Type: message/rfc822\r\n\r\nContent-Type: image/png; "
		"name=i.png\r\n\r\n"
		"1234\r\n--x\r\nContent-Type: application/x-one; name=one.exe\r\n"
		"Content-Disposition: attachment; "
		"filename=other.exe\r\n\r\nMZ\r\n--x--\r\n";
	GString *text = g_string_new(NULL);

	message_show_files(bytes_of(mail), &(struct file_visitor){ see, text });
	g_assert_nonnull(strstr(text->str, "i.png(4)"));
	g_assert_nonnull(strstr(text->str, "one.exe(2)"));
	g_assert_nonnull(strstr(text->str, "other.exe(2)"));
	g_assert_nonnull(strstr(text->str, "u.exe(0)"));
	g_string_free(text, TRUE);
}

/* what a code says is a link where it is one, and of no page's base */
static void test_codes(void)
{
	static const char *const said[] = { "HTTPS://Roof.example/x", "Hello Ann",
					    "tel:+15550100", "wall.example/y" };
	struct asked q = { g_string_new(NULL),
			   { .codes = said, .n_codes = G_N_ELEMENTS(said) } };
	char png[200] = "\x89PNG\r\n\x1a\n";
	const struct message *m = parsed(
		mail_of("image/png", "a.png", (struct bytes){ png, sizeof(png) }), &q);

	g_assert_cmpstr(q.text->str, ==, "a.png(200)");
	g_assert_cmpuint(m->n_links, ==, 3);
	g_assert_cmpstr(m->links[0].host, ==, "roof.example");
	g_assert_null(m->links[1].host);
	g_assert_cmpstr(m->links[2].host, ==, "wall.example");
	for (size_t k = 0; k < m->n_links; k++)
		g_assert_true(m->links[k].coded);
	g_string_free(q.text, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	a = arena_create();
	g_test_add_func("/decoder/codes", test_codes);
	g_test_add_func("/decoder/asks-for-archives", asks_for_archives);
	g_test_add_func("/decoder/puts-names-together", puts_names_together);
	g_test_add_func("/decoder/asks-for-enclosed", asks_for_enclosed);
	g_test_add_func("/decoder/shows-files", shows_files);
	int failed = g_test_run();

	arena_destroy(&a);
	return failed;
}
