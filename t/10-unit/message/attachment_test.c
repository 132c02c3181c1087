/* What files are, and what is in a zip; every byte of them may lie. */
#include "message/attachment.h"

#include <glib.h>
#include <string.h>

static struct arena *a;

static void put(GByteArray *out, guint32 n, int bytes)
{
	for (; bytes > 0; bytes--, n >>= 8)
		g_byte_array_append(out, (const guint8[]){ (guint8)n }, 1);
}

/* APPNOTE 4.3.7: local file header, then the file */
static void put_local(GByteArray *zip, const char *name, unsigned bits)
{
	put(zip, 0x04034b50, 4);
	put(zip, 20, 2);
	put(zip, bits, 2);
	put(zip, 0, 2 + 4);
	put(zip, 0, 4); /* crc */
	put(zip, 3, 4); /* compressed size */
	put(zip, 3, 4);
	put(zip, (guint32)strlen(name), 2);
	put(zip, 0, 2);
	g_byte_array_append(zip, (const guint8 *)name, (guint)strlen(name));
	g_byte_array_append(zip, (const guint8 *)"abc", 3);
}

/* 4.3.12: central directory header */
static void put_central(GByteArray *zip, const char *name, unsigned bits)
{
	put(zip, 0x02014b50, 4);
	put(zip, 20, 2);
	put(zip, 20, 2);
	put(zip, bits, 2);
	put(zip, 0, 2 + 4);
	put(zip, 0, 4);
	put(zip, 3, 4);
	put(zip, 3, 4);
	put(zip, (guint32)strlen(name), 2);
	put(zip, 0, 2 + 2 + 2 + 2 + 4 + 4);
	g_byte_array_append(zip, (const guint8 *)name, (guint)strlen(name));
}

/* 4.3.16: end of central directory record */
static void put_end(GByteArray *zip, guint start, const char *comment)
{
	guint size = zip->len - start;

	put(zip, 0x06054b50, 4);
	put(zip, 0, 2 + 2 + 2 + 2);
	put(zip, size, 4);
	put(zip, start, 4);
	put(zip, (guint32)strlen(comment), 2);
	g_byte_array_append(zip, (const guint8 *)comment, (guint)strlen(comment));
}

static GByteArray *zip_of(const char *const *names, size_t n, unsigned bits)
{
	GByteArray *zip = g_byte_array_new();

	for (size_t i = 0; i < n; i++)
		put_local(zip, names[i], bits);
	guint start = zip->len;

	for (size_t i = 0; i < n; i++)
		put_central(zip, names[i], bits);
	put_end(zip, start, "a comment");
	return zip;
}

static struct zip_listing list_of(const guint8 *data, size_t n)
{
	struct zip_listing list;
	char *exact = g_memdup2(data, n);

	attachment_zip(a, (struct bytes){ exact, n }, &list);
	g_free(exact);
	g_assert_cmpuint(list.n, <=, 200);
	for (size_t i = 0; i < list.n; i++)
		g_assert_true(g_utf8_validate(list.names[i], -1, NULL));
	return list;
}

static void test_zip(void)
{
	static const char *const names[] = { "invoice.pdf", "dir/invoice.pdf.exe",
					     "\xff.js" };
	GByteArray *zip = zip_of(names, 3, 0);
	struct zip_listing list = list_of(zip->data, zip->len);

	g_assert_cmpuint(list.n, ==, 3);
	g_assert_cmpstr(list.names[0], ==, "invoice.pdf");
	g_assert_cmpstr(list.names[1], ==, "dir/invoice.pdf.exe");
	g_assert_true(g_utf8_validate(list.names[2], -1, NULL));
	g_assert_false(list.encrypted);

	/* a program in front of it moves all offsets */
	g_byte_array_prepend(zip, (const guint8 *)"MZ program", 10);
	list = list_of(zip->data, zip->len);
	g_assert_cmpuint(list.n, ==, 3);

	/* cut before the directory: the local headers tell */
	list = list_of(zip->data, 130);
	g_assert_cmpuint(list.n, ==, 2);
	g_assert_cmpstr(list.names[1], ==, "dir/invoice.pdf.exe");
	g_byte_array_unref(zip);

	/* general purpose bit 0 */
	zip = zip_of(names, 2, 1);
	g_assert_true(list_of(zip->data, zip->len).encrypted);
	g_byte_array_unref(zip);
}

/* the first names, and one for each ending that is not among them; too long ones by their end */
static void test_limits(void)
{
	const char *names[450];
	char *longest = g_strnfill(1000, 'x');

	memcpy(longest + 996, ".exe", 4);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		names[i] = arena_printf(a, "%zu.jpg", i);
	names[400] = longest;
	names[401] = "b.EXE. ";
	GByteArray *zip = zip_of(names, G_N_ELEMENTS(names), 0);
	struct zip_listing list = list_of(zip->data, zip->len);

	g_assert_cmpuint(list.n, ==, 101);
	g_assert_cmpuint(strlen(list.names[100]), ==, 255);
	g_assert_true(g_str_has_suffix(list.names[100], ".exe"));
	g_assert_false(list.truncated);
	g_byte_array_unref(zip);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		names[i] = arena_printf(a, "a.%zu", i);
	zip = zip_of(names, G_N_ELEMENTS(names), 0);
	list = list_of(zip->data, zip->len);
	g_assert_cmpuint(list.n, ==, 200);
	g_assert_true(list.truncated);
	g_byte_array_unref(zip);
	g_free(longest);
}

/* of two archives in one file, and of two names for one entry, all are told */
static void test_joined(void)
{
	static const char *const one[] = { "minutes.txt" }, *const two[] = { "run.scr" };
	GByteArray *first = zip_of(two, 1, 0), *second = zip_of(one, 1, 0);

	g_byte_array_append(first, second->data, second->len);
	struct zip_listing list = list_of(first->data, first->len);

	g_assert_cmpuint(list.n, ==, 2);
	g_assert_cmpstr(list.names[0], ==, "minutes.txt");
	g_assert_cmpstr(list.names[1], ==, "run.scr");
	/* the header in front says other than the directory */
	memcpy(second->data + 30, "minutes.com", 11);
	list = list_of(second->data, second->len);
	g_assert_cmpuint(list.n, ==, 2);
	g_assert_cmpstr(list.names[1], ==, "minutes.com");
	g_byte_array_unref(first);
	g_byte_array_unref(second);
}

/* every cut and every single wrong byte: no crash (the sanitizers look on) */
static void test_hostile(void)
{
	static const char *const names[] = { "a.exe", "b" };
	GByteArray *zip = zip_of(names, 2, 0);
	const guint first = 30 + 5 + 3; /* its local header, name and bytes */

	for (guint n = 0; n < zip->len; n++) {
		struct zip_listing list = list_of(zip->data, n);

		/* what stands in front of the files is believed without the directory */
		g_assert_true(n < first || list.n > 0);
		g_assert_true(n < first || strcmp(list.names[0], names[0]) == 0);
	}
	for (guint i = 0; i < zip->len; i++) {
		guint8 was = zip->data[i];

		zip->data[i] = 0xff;
		list_of(zip->data, zip->len);
		zip->data[i] = was;
	}
	g_assert_cmpuint(list_of((const guint8 *)"PK\x05\x06", 4).n, ==, 0);
	g_byte_array_unref(zip);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	a = arena_create();
	g_test_add_func("/attachment/zip", test_zip);
	g_test_add_func("/attachment/limits", test_limits);
	g_test_add_func("/attachment/joined", test_joined);
	g_test_add_func("/attachment/hostile", test_hostile);
	int failed = g_test_run();

	arena_destroy(&a);
	return failed;
}
