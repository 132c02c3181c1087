/* What is inside of files, however deep: each kind of archive, and each way to make one that is read
 * otherwise than people's unpackers read it. And bombs, which end. */
#include "decode/listing.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "make.h"
#include "message/files.h"
#include "message/message.h"

static const struct decode_openers test_openers = { message_library_init,
						    message_show_files, tnef_show_files };

static struct arena *names;

struct heard {
	GString *text;
	size_t n;
};

static void hear(void *user, const struct decode_entry *e)
{
	struct heard *h = user;

	h->n++;
	g_string_append_printf(h->text, "%s%s:%s%s%s%s", h->text->len > 0 ? " " : "",
			       e->name, e->kind != NULL ? e->kind : "-",
			       e->locked ? "!" : "", e->why != DECODE_WHOLE ? "?" : "",
			       decode_why_word(e->why));
}

static enum decode_why listed(const char *name, struct bytes file, struct heard *h)
{
	const struct decode_task task = { name, file,
					  clock_mono_us() + 60 * G_USEC_PER_SEC };
	const struct decode_listener listener = { hear, h };

	return decode_list(&test_openers, &task, &listener);
}

/* takes file */
static void assert_listed(const char *name, GByteArray *file, const char *want)
{
	struct heard h = { g_string_new(NULL), 0 };
	char *exact = g_memdup2(file->data, file->len);

	g_assert_cmpint(listed(name, (struct bytes){ exact, file->len }, &h), ==,
			DECODE_WHOLE);
	g_assert_cmpstr(h.text->str, ==, want);
	g_string_free(h.text, TRUE);
	g_free(exact);
	g_byte_array_unref(file);
}

static void ole(void)
{
	static const char book[] = "\x09\x08\x02\0ab\x85\0\x08\0\0\0\0\0\0\1\1\0";
	const struct made with[] = { { "Macros/VBA/dir", made_of("x", 1) },
				     { "WordDocument", made_of("text", 4) } };
	const struct made without[] = { { "dir", made_of("x", 1) },
					{ "WordDocument", made_of("text", 4) } };
	const struct made sheets[] = { { "Workbook", made_of(book, sizeof(book) - 1) } };
	const struct made native[] = { { "ObjectPool/\1Ole10Native",
					 made_of("\0\0\0\0\2\0a.exe\0", 12) } };
	const struct made locked[] = { { "EncryptedPackage", made_of("x", 1) } };
	const struct made packed[] = { { "Package",
					 make_archive("zip", NULL, with, 1) } };

	assert_listed("a.doc", make_ole(with, 2), "dir:macro WordDocument:-");
	assert_listed("a.doc", make_ole(without, 2), "dir:- WordDocument:-");
	assert_listed("a.xls", make_ole(sheets, 1), "Workbook:macro");
	assert_listed("a.doc", make_ole(native, 1), "a.exe:-");
	assert_listed("a.docx", make_ole(locked, 1),
		      ":ole!?encrypted EncryptedPackage:-");
	assert_listed("a.doc", make_ole(packed, 1),
		      "Package:zip Package/Macros/VBA/dir:-");
	assert_listed("a.doc", made_of("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", 15),
		      ":ole?unknown format");
	made_free(with, 2);
	made_free(without, 2);
	made_free(sheets, 1);
	made_free(native, 1);
	made_free(locked, 1);
	made_free(packed, 1);
}

static void ooxml(void)
{
	static const char typed[] = "<Override ContentType=\"application/vnd.ms-office."
				    "vbaProject\"/>";
	static const char leads[] = "<Relationship Type=\"http://x/attachedTemplate\" "
				    "TargetMode=\"External\"/>";
	static const char linked[] = "<Relationship Type=\"http://x/hyperlink\" "
				     "TargetMode=\"External\"/>";
	GByteArray *wide = g_byte_array_new();

	for (size_t i = 0; i < sizeof(typed) - 1; i++)
		g_byte_array_append(wide, (const guint8[]){ (guint8)typed[i], 0 }, 2);
	const struct made macro[] = { { "[Content_Types].xml",
					made_of(typed, sizeof(typed) - 1) } };
	const struct made utf16[] = { { "[Content_Types].xml", wide } };
	const struct made template[] = { { "word/_rels/settings.xml.rels",
					   made_of(leads, sizeof(leads) - 1) } };
	const struct made plain[] = { { "word/_rels/document.xml.rels",
					made_of(linked, sizeof(linked) - 1) } };

	assert_listed("a.docx", make_archive("zip", NULL, macro, 1),
		      "[Content_Types].xml:macro");
	assert_listed("a.docx", make_archive("zip", NULL, utf16, 1),
		      "[Content_Types].xml:macro");
	assert_listed("a.docx", make_archive("zip", NULL, template, 1),
		      "word/_rels/settings.xml.rels:template");
	assert_listed("a.docx", make_archive("zip", NULL, plain, 1),
		      "word/_rels/document.xml.rels:-");
	made_free(macro, 1);
	made_free(utf16, 1);
	made_free(template, 1);
	made_free(plain, 1);
}

static void every_kind(void)
{
	static const struct {
		const char *format, *filter, *name;
	} rows[] = {
		{ "zip", NULL, "a.zip" },          { "7zip", NULL, "a.7z" },
		{ "ustar", NULL, "a.tar" },        { "ustar", "gzip", "a.tar.gz" },
		{ "ustar", "bzip2", "a.tbz" },     { "ustar", "xz", "a.txz" },
		{ "ustar", "zstd", "a.tar.zst" },  { "ustar", "compress", "a.tar.Z" },
		{ "ustar", "lzma", "a.tar.lzma" }, { "ustar", "lzip", "a.tar.lz" },
		{ "cpio", NULL, "a.cpio" },        { "arbsd", NULL, "a.deb" },
		{ "ustar", "lz4", "a.tar.lz4" },   { "iso9660", NULL, "a.iso" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct heard h = { g_string_new(NULL), 0 };
		GByteArray *file =
			make_one(rows[i].format, rows[i].filter, "bill.exe", make_exe());

		g_assert_cmpint(listed(rows[i].name, made_bytes(file), &h), ==,
				DECODE_WHOLE);
		g_test_message("%s: %s", rows[i].name, h.text->str);
		g_assert_nonnull(strcasestr(h.text->str, "bill.exe:exe"));
		g_assert_null(strchr(h.text->str, '?'));
		g_string_free(h.text, TRUE);
		g_byte_array_unref(file);
	}
	assert_listed("a.rar", make_rar("bill.exe", make_exe(), 0), "bill.exe:exe");
	assert_listed("b.rar", make_rar5("bill.exe", make_exe()), "bill.exe:exe");
	assert_listed("a.cab", make_cab("bill.exe", make_exe()), "bill.exe:exe");
}

/* a packed file that is no archive tells its name, or is called without its ending */
static void single_files(void)
{
	assert_listed("bill.exe.gz", make_one("raw", "gzip", "x", make_exe()),
		      "bill.exe:exe");
	assert_listed("bill.txt.gz", make_named_gzip("bill.exe", make_exe()),
		      "bill.exe:exe");
	assert_listed("bill.exe.bz2", make_one("raw", "bzip2", "x", make_exe()),
		      "bill.exe:exe");
	assert_listed("", make_one("raw", "xz", "x", make_exe()), ":exe");
	assert_listed("b.zip.gz",
		      make_one("raw", "gzip", "x",
			       make_one("zip", NULL, "bill.exe", make_exe())),
		      "b.zip:zip b.zip/bill.exe:exe");
}

static void files_in_files(void)
{
	GByteArray *zip = make_one("zip", NULL, "bill.exe", make_exe());
	GByteArray *in_7z = make_one("7zip", NULL, "b.zip", zip);

	assert_listed("d.tgz", make_one("ustar", "gzip", "c.7z", in_7z),
		      "c.7z:7z c.7z/b.zip:zip c.7z/b.zip/bill.exe:exe");
	/* what it is called does not matter */
	assert_listed(
		"b.zip",
		make_one("zip", NULL, "photo.jpg", make_rar("bill.exe", make_exe(), 0)),
		"photo.jpg:rar photo.jpg/bill.exe:exe");
}

static void mail_in_files(void)
{
	static const char eml[] =
		"From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;"
		" boundary=x\r\n\r\n--x\r\nContent-Type: application/zip; name=c.zip\r\n"
		"Content-Transfer-Encoding: base64\r\n\r\n";
	GByteArray *zip = make_one("zip", NULL, "bill.exe", make_exe());
	char *coded = g_base64_encode(zip->data, zip->len);
	GString *mail = g_string_new(eml);

	g_string_append_printf(mail, "%s\r\n--x--\r\n", coded);
	assert_listed("b.zip",
		      make_one("zip", NULL, "note.eml", made_of(mail->str, mail->len)),
		      "note.eml:- note.eml/c.zip:zip note.eml/c.zip/bill.exe:exe");
	/* a base64 message in that message: RFC 2046 5.2.1 forbids it, mail programs open it */
	char *twice = g_base64_encode((const guchar *)mail->str, mail->len);

	g_string_printf(mail,
			"From: a@b.example\r\nContent-Type: message/rfc822\r\n"
			"Content-Transfer-Encoding: base64\r\n\r\n%s\r\n",
			twice);
	struct heard h = { g_string_new(NULL), 0 };
	GByteArray *outer = make_one("zip", NULL, "n.eml", made_of(mail->str, mail->len));

	listed("b.zip", made_bytes(outer), &h);
	g_assert_nonnull(strstr(h.text->str, "c.zip/bill.exe:exe"));
	g_string_free(h.text, TRUE);
	g_byte_array_unref(outer);
	g_free(coded);
	g_free(twice);
	g_string_free(mail, TRUE);
	g_byte_array_unref(zip);
}

static void attribute(GByteArray *to, guint32 id, const void *data, size_t n)
{
	made_number(to, 2, 1);
	made_number(to, id, 4);
	made_number(to, n, 4);
	g_byte_array_append(to, data, (guint)n);
	made_number(to, 0, 2);
}

/* takes data */
static GByteArray *make_tnef(const char *name, GByteArray *data)
{
	GByteArray *tnef = made_of("\x78\x9f\x3e\x22\1\0", 6);

	attribute(tnef, 0x00069002, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0", 14);
	attribute(tnef, 0x00018010, name, strlen(name) + 1);
	attribute(tnef, 0x0006800f, data->data, data->len);
	g_byte_array_unref(data);
	return tnef;
}

static void winmail_in_files(void)
{
	assert_listed(
		"b.zip",
		make_one("zip", NULL, "winmail.dat",
			 make_tnef("c.dat", make_tnef("d.rar", make_rar("bill.exe",
									make_exe(), 0)))),
		"winmail.dat:tnef winmail.dat/c.dat:tnef winmail.dat/c.dat/d.rar:rar "
		"winmail.dat/c.dat/d.rar/bill.exe:exe");
}

static GByteArray *joined(GByteArray *one, GByteArray *other)
{
	g_byte_array_append(one, other->data, other->len);
	g_byte_array_unref(other);
	return one;
}

static GByteArray *zip_in_zip(const char *outer, const char *inner)
{
	return make_one("zip", NULL, outer, make_one("zip", NULL, inner, make_exe()));
}

/* unpackers differ in which of several they show */
static void several_in_one(void)
{
	struct heard h = { g_string_new(NULL), 0 };
	GByteArray *three = joined(joined(zip_in_zip("1.zip", "first.exe"),
					  zip_in_zip("2.zip", "second.exe")),
				   zip_in_zip("3.zip", "third.exe"));

	listed("a.zip", made_bytes(three), &h);
	g_assert_nonnull(strstr(h.text->str, "1.zip/first.exe:exe"));
	g_assert_nonnull(strstr(h.text->str, "2.zip/second.exe:exe"));
	g_assert_nonnull(strstr(h.text->str, "3.zip/third.exe:exe"));
	g_string_free(h.text, TRUE);
	g_byte_array_unref(three);
	/* something in front of it */
	assert_listed("a.rar",
		      joined(made_of("GIF89a and so on", 16),
			     make_rar("bill.exe", make_exe(), 0)),
		      "bill.exe:exe");
	assert_listed("a.7z",
		      joined(made_of("just a text", 11),
			     make_one("7zip", NULL, "bill.exe", make_exe())),
		      "bill.exe:exe");
}

static void not_opened(void)
{
	assert_listed("a.ace", made_of("0123456**ACE**", 14), ":ace?unknown format");
	assert_listed("b.zip",
		      make_one("zip", NULL, "c.ace", made_of("0123456**ACE**", 14)),
		      "c.ace:ace c.ace:ace?unknown format");
	assert_listed("a.rar", made_of("no archive at all", 17), ":rar?unknown format");
	assert_listed("a.rar", make_rar("bill.zip", make_exe(), 4),
		      "bill.zip:-! bill.zip:zip!?encrypted :rar!?encrypted");
	assert_listed("a.zip", made_of("", 0), ":zip?unknown format");
}

static void deep(void)
{
	GByteArray *file = make_exe();
	struct heard h = { g_string_new(NULL), 0 };

	for (int i = 0; i < LIMIT_DECODE_DEPTH + 2; i++)
		file = make_one("zip", NULL, i == 0 ? "bill.exe" : "z.zip", file);
	listed("a.zip", made_bytes(file), &h);
	g_assert_null(strstr(h.text->str, "bill.exe"));
	g_assert_nonnull(strstr(h.text->str, "?too deep"));
	g_string_free(h.text, TRUE);
	g_byte_array_unref(file);
}

/* one program among thousands is told, and the rest is counted */
static void many(void)
{
	struct made *files = g_new0(struct made, LIMIT_DECODE_ENTRIES + 100);
	GByteArray *empty = g_byte_array_new(), *exe = make_exe();
	struct heard h = { g_string_new(NULL), 0 };
	size_t n = 2000;

	for (size_t i = 0; i < LIMIT_DECODE_ENTRIES + 100; i++)
		files[i] = (struct made){ arena_printf(names, "photo%zu.jpg", i), empty };
	files[1500] = (struct made){ "bill.exe", exe };
	GByteArray *zip = make_archive("zip", NULL, files, n);

	g_assert_cmpint(listed("a.zip", made_bytes(zip), &h), ==, DECODE_WHOLE);
	g_assert_cmpuint(h.n, <=, LIMIT_DECODE_NAMES + 1);
	g_assert_nonnull(strstr(h.text->str, "bill.exe:exe"));
	g_byte_array_unref(zip);
	zip = make_archive("ustar", "gzip", files, LIMIT_DECODE_ENTRIES + 100);
	g_assert_cmpint(listed("a.tgz", made_bytes(zip), &h), ==, DECODE_MANY);
	g_byte_array_unref(zip);
	g_free(files);
	g_byte_array_unref(empty);
	g_byte_array_unref(exe);
	g_string_free(h.text, TRUE);
}

/* n zips with a thousand times as much in each as they are long */
static void bombs(void)
{
	GByteArray *zeros = g_byte_array_new();
	struct heard h = { g_string_new(NULL), 0 };
	struct made files[16];

	g_byte_array_set_size(zeros, 8 << 20);
	memset(zeros->data, 0, zeros->len);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		zeros->data[0] = (guint8)(i + 1);
		files[i] = (struct made){ arena_printf(names, "%zu.tar", i),
					  g_byte_array_append(g_byte_array_new(),
							      zeros->data, zeros->len) };
	}
	GByteArray *zip = make_archive("ustar", "gzip", files, G_N_ELEMENTS(files));

	listed("a.tgz", made_bytes(zip), &h);
	g_assert_cmpuint(zip->len, <, 1 << 20);
	g_assert_nonnull(strstr(h.text->str, "?too big"));
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_byte_array_unref(files[i].data);
	}
	g_byte_array_unref(zip);
	g_byte_array_unref(zeros);
	g_string_free(h.text, TRUE);
}

/* copies of one archive cost nothing: nothing is opened twice */
static void copies(void)
{
	GByteArray *file = make_exe();
	struct heard h = { g_string_new(NULL), 0 };

	for (int depth = 0; depth < 5; depth++) {
		struct made files[20];

		for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
			files[i] =
				(struct made){ arena_printf(names, "%zu.%s", i,
							    depth == 0 ? "exe" : "zip"),
					       file };
		GByteArray *next = make_archive("zip", NULL, files, G_N_ELEMENTS(files));

		g_byte_array_unref(file);
		file = next;
	}
	g_assert_cmpint(listed("a.zip", made_bytes(file), &h), ==, DECODE_WHOLE);
	g_assert_nonnull(strstr(h.text->str, ".exe:exe"));
	g_byte_array_unref(file);
	g_string_free(h.text, TRUE);
}

static void ends_in_time(void)
{
	GByteArray *zip = zip_in_zip("b.zip", "bill.exe");
	struct heard h = { g_string_new(NULL), 0 };
	const struct decode_task task = { "a.zip", made_bytes(zip), clock_mono_us() - 1 };
	const struct decode_listener listener = { hear, &h };

	g_assert_cmpint(decode_list(&test_openers, &task, &listener), ==, DECODE_TIME);
	g_assert_cmpstr(h.text->str, ==, "");
	g_string_free(h.text, TRUE);
	g_byte_array_unref(zip);
}

/* every truncation, and every byte turned around */
static void hostile(void)
{
	GByteArray *files[] = { zip_in_zip("b.zip", "bill.exe"),
				make_rar("bill.exe", make_exe(), 0),
				make_cab("bill.exe", make_exe()),
				make_one("7zip", NULL, "bill.exe", make_exe()),
				make_named_gzip("bill.exe", make_exe()) };

	for (size_t f = 0; f < G_N_ELEMENTS(files); f++) {
		for (guint n = 0; n < files[f]->len; n += 3) {
			struct heard h = { g_string_new(NULL), 0 };
			char *exact = g_memdup2(files[f]->data, files[f]->len);

			listed("a.zip", (struct bytes){ exact, n }, &h);
			exact[n] ^= (char)0xff;
			listed("a.zip", (struct bytes){ exact, files[f]->len }, &h);
			g_free(exact);
			g_string_free(h.text, TRUE);
		}
		g_byte_array_unref(files[f]);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	test_openers.prepare();
	g_test_add_func("/decode/ole", ole);
	g_test_add_func("/decode/ooxml", ooxml);
	g_test_add_func("/listing/every-kind", every_kind);
	g_test_add_func("/listing/single-files", single_files);
	g_test_add_func("/listing/files-in-files", files_in_files);
	g_test_add_func("/listing/mail-in-files", mail_in_files);
	g_test_add_func("/listing/winmail-in-files", winmail_in_files);
	g_test_add_func("/listing/several-in-one", several_in_one);
	g_test_add_func("/listing/not-opened", not_opened);
	g_test_add_func("/listing/deep", deep);
	g_test_add_func("/listing/many", many);
	g_test_add_func("/listing/bombs", bombs);
	g_test_add_func("/listing/copies", copies);
	g_test_add_func("/listing/ends-in-time", ends_in_time);
	g_test_add_func("/listing/hostile", hostile);
	names = arena_create();
	int failed = g_test_run();

	arena_destroy(&names);
	return failed;
}
