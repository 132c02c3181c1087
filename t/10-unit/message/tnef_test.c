/* winmail.dat: names and kinds of the files in it, and nothing else of it. */
#include "message/enclosed.h"

#include "base/limits.h"

#include "sane.h"

static void number(GString *to, guint32 n, int bytes)
{
	for (; bytes > 0; bytes--, n >>= 8)
		g_string_append_c(to, (char)(n & 0xff));
}

static void attribute(GString *to, guint32 id, const char *data, size_t n)
{
	g_string_append_c(to, 2);
	number(to, id, 4);
	number(to, (guint32)n, 4);
	g_string_append_len(to, data, (gssize)n);
	number(to, 0, 2); /* nobody looks at the checksum */
}

static GString *begin(void)
{
	GString *to = g_string_new(NULL);

	number(to, 0x223e9f78, 4);
	number(to, 1, 2);
	return to;
}

static void rend(GString *to)
{
	attribute(to, 0x00069002, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0", 14);
}

static void title(GString *to, const char *name)
{
	attribute(to, 0x00018010, name, strlen(name) + 1);
}

static void data(GString *to, const char *bytes, size_t n)
{
	attribute(to, 0x0006800f, bytes, n);
}

/* one property of variable length, with its padding */
static void property(GString *to, guint32 type, guint32 id, const char *value, size_t n)
{
	number(to, type, 2);
	number(to, id, 2);
	number(to, 1, 4);
	number(to, (guint32)n, 4);
	g_string_append_len(to, value, (gssize)n);
	number(to, 0, (int)(-n & 3));
}

static char *found(const GString *file)
{
	struct arena *a = arena_create();
	char *exact = g_memdup2(file->str, file->len);
	struct enclosures all;
	struct message m = { 0 };
	GString *is = g_string_new(NULL);

	enclosures_begin(a, &all);
	all.tnef = tnef_find;
	tnef_find((struct bytes){ exact, file->len }, &all);
	g_free(exact);
	enclosures_end(&all, &m);
	for (size_t i = 0; i < m.n_enclosed; i++) {
		const struct enclosed *f = &m.enclosed[i];

		sane_enclosed(f);
		g_string_append_printf(is, "%s%s:%s", i > 0 ? " " : "",
				       f->filename != NULL ? f->filename : "?",
				       f->magic != NULL ? f->magic : "-");
		for (size_t k = 0; k < f->n_inside; k++)
			g_string_append_printf(is, "(%s)", f->inside[k]);
	}
	arena_destroy(&a);
	return g_string_free(is, FALSE);
}

static void assert_found(GString *file, const char *want)
{
	char *is = found(file);

	g_assert_cmpstr(is, ==, want);
	g_free(is);
	g_string_free(file, TRUE);
}

static void finds_by_title(void)
{
	static const char zip[] = "PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				  "\5\0\0\0b.exe";
	GString *f = begin();

	attribute(f, 0x00089006, "\0\0\1\0", 4); /* version */
	rend(f);
	title(f, "INVOIC~1.EXE");
	data(f, "MZ\x90", 3);
	rend(f);
	title(f, "b.zip");
	data(f, zip, sizeof(zip) - 1);
	rend(f);
	data(f, "%PDF-1.4", 8);
	assert_found(f, "INVOIC~1.EXE:exe b.zip:zip(b.exe) ?:pdf");
	assert_found(begin(), "");
	assert_found(g_string_new("no TNEF at all"), "");
	assert_found(g_string_new(NULL), "");
}

/* MS-OXTNEF 2.1.3.4: properties of the attachment, its long name among them */
static void finds_by_long_name(void)
{
	GString *f = begin(), *p = g_string_new(NULL);

	number(p, 6, 4);
	number(p, 0x0003, 2); /* a number */
	number(p, 0x3705, 2);
	number(p, 1, 4);
	number(p, 0x0040, 2); /* a time */
	number(p, 0x3007, 2);
	number(p, 1, 4);
	number(p, 2, 4);
	property(p, 0x1e, 0x3704, "SHORT.EXE", 10);
	number(p, 0x0102, 2); /* named, by a text: nothing we want */
	number(p, 0x8005, 2);
	number(p, 1, 4);
	number(p, 2, 4);
	number(p, 3, 4);
	number(p, 4, 4);
	number(p, 1, 4); /* kind */
	number(p, 6, 4);
	g_string_append_len(p, "a\0b\0c\0\0\0", 8);
	number(p, 1, 4);
	number(p, 1, 4);
	g_string_append_len(p, "x\0\0\0", 4);
	property(p, 0x1f, 0x3707, "l\0o\0n\0g\0 \0\xfc\0.\0j\0s\0\0\0", 20);
	property(p, 0x102, 0x3701, "MZ\x90", 3);
	rend(f);
	title(f, "SHORT.EXE");
	attribute(f, 0x00069005, p->str, p->len);
	/* the short name ends otherwise, so it is one too */
	assert_found(f, "SHORT.EXE:- long \xc3\xbc.js:exe");
	g_string_free(p, TRUE);
}

/* a message within: its class, and a TNEF behind it; and so on to a bounded depth */
static void finds_in_attached_message(void)
{
	GString *inner = begin();

	rend(inner);
	title(inner, "DEEP.HTA");
	for (int i = 0; i < 8; i++) {
		GString *f = begin(), *p = g_string_new(NULL), *object;

		object = g_string_new("0123456789abcdef");
		g_string_append_len(object, inner->str, (gssize)inner->len);
		number(p, 1, 4);
		property(p, 0x0d, 0x3701, object->str, object->len);
		rend(f);
		attribute(f, 0x00069005, p->str, p->len);
		g_string_free(p, TRUE);
		g_string_free(object, TRUE);
		g_string_free(inner, TRUE);
		inner = f;
		if (i == 0) {
			GString *copy = g_string_new_len(f->str, (gssize)f->len);

			assert_found(copy, "?:tnef DEEP.HTA:-");
		}
	}
	assert_found(inner, "?:tnef ?:tnef ?:tnef ?:tnef ?:tnef");
}

static void survives(void)
{
	GString *whole = begin(), *p = g_string_new(NULL);
	GRand *r = g_rand_new_with_seed(20261121);

	number(p, 2, 4);
	property(p, 0x1f, 0x3707, "a\0.\0e\0x\0e\0", 10);
	property(p, 0x1e, 0x3704, "a", 1);
	rend(whole);
	title(whole, "t.exe");
	data(whole, "MZ\x90", 3);
	attribute(whole, 0x00069005, p->str, p->len);
	for (size_t n = 0; n <= whole->len; n++) {
		GString *cut = g_string_new_len(whole->str, (gssize)n);
		char *is = found(cut);

		g_free(is);
		g_string_free(cut, TRUE);
	}
	for (int i = 0; i < 20000; i++) {
		GString *bad = g_string_new_len(whole->str, (gssize)whole->len);

		for (int k = g_rand_int_range(r, 1, 4); k > 0; k--)
			bad->str[g_rand_int_range(r, 0, (gint32)bad->len)] =
				(char)g_rand_int_range(r, 0, 256);
		char *is = found(bad);

		g_free(is);
		g_string_free(bad, TRUE);
	}
	g_rand_free(r);
	/* lengths that wrap, counts without end */
	g_string_truncate(p, 0);
	number(p, 0xffffffff, 4);
	number(p, 0x101f, 2);
	number(p, 0x3707, 2);
	number(p, 0xffffffff, 4);
	number(p, 0xffffffff, 4);
	attribute(whole, 0x00069005, p->str, p->len);
	char *is = found(whole);

	g_assert_cmpstr(is, ==, "a.exe:exe");
	g_free(is);
	g_string_free(p, TRUE);
	g_string_free(whole, TRUE);
}

static void is_bounded(void)
{
	GString *f = begin();

	for (int i = 0; i < 5000; i++) {
		rend(f);
		title(f, "a.exe");
	}
	char *is = found(f);

	g_assert_cmpuint(strlen(is), ==, LIMIT_ENCLOSED * strlen("a.exe:- ") - 1);
	g_free(is);
	g_string_free(f, TRUE);
}

/* however the part calls itself */
static void finds_in_messages(void)
{
	GString *f = begin();
	struct message_limits limits = { .max_bytes = 1 << 20 };
	struct arena *a = arena_create();

	rend(f);
	title(f, "a.exe");
	data(f, "MZ\x90", 3);
	char *coded = g_base64_encode((const guchar *)f->str, f->len);
	char *raw = g_strdup_printf("Content-Type: application/octet-stream; name=w.dat\n"
				    "Content-Transfer-Encoding: base64\n\n%s\n",
				    coded);
	const struct message *m = message_parse(a, bytes_of(raw), &limits);

	sane_message(m);
	g_assert_cmpstr(m->parts[0].magic, ==, "tnef");
	g_assert_cmpuint(m->n_enclosed, ==, 1);
	g_assert_cmpstr(m->enclosed[0].filename, ==, "a.exe");
	g_assert_cmpstr(m->enclosed[0].magic, ==, "exe");
	g_free(raw);
	g_free(coded);
	g_string_free(f, TRUE);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/tnef/finds-by-title", finds_by_title);
	g_test_add_func("/tnef/finds-by-long-name", finds_by_long_name);
	g_test_add_func("/tnef/finds-in-attached-message", finds_in_attached_message);
	g_test_add_func("/tnef/survives", survives);
	g_test_add_func("/tnef/is-bounded", is_bounded);
	g_test_add_func("/tnef/finds-in-messages", finds_in_messages);
	return g_test_run();
}
