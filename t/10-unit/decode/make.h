/* Archives for the tests: those that libarchive writes, and others built byte by byte. */
#ifndef TEST_DECODE_MAKE_H
#define TEST_DECODE_MAKE_H

#include <archive.h>
#include <archive_entry.h>
#include <glib.h>
#include <gsf/gsf-outfile-msole.h>
#include <gsf/gsf-output-memory.h>
#include <string.h>

#include "base/bytes.h"

/* a file that goes into an archive */
struct made {
	const char *name;
	GByteArray *data;
};

static inline GByteArray *made_of(const char *text, size_t n)
{
	return g_byte_array_append(g_byte_array_new(), (const guint8 *)text, (guint)n);
}

static inline void made_free(const struct made *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		g_byte_array_unref(files[i].data);
}

static inline struct bytes made_bytes(const GByteArray *data)
{
	return (struct bytes){ (const char *)data->data, data->len };
}

static inline la_ssize_t made_write(struct archive *a, void *user, const void *at,
				    size_t n)
{
	(void)a;
	g_byte_array_append(user, at, (guint)n);
	return (la_ssize_t)n;
}

/* format: "zip", "7zip", "ustar", "iso9660", "cpio", "arbsd"; filter: "gzip", ..., or NULL */
static inline GByteArray *make_archive(const char *format, const char *filter,
				       const struct made *files, size_t n)
{
	GByteArray *out = g_byte_array_new();
	struct archive *a = archive_write_new();

	g_assert_cmpint(archive_write_set_format_by_name(a, format), ==, ARCHIVE_OK);
	if (filter != NULL)
		g_assert_cmpint(archive_write_add_filter_by_name(a, filter), ==,
				ARCHIVE_OK);
	archive_write_set_bytes_in_last_block(a, 1);
	g_assert_cmpint(archive_write_open(a, out, NULL, made_write, NULL), ==,
			ARCHIVE_OK);
	for (size_t i = 0; i < n; i++) {
		struct archive_entry *e = archive_entry_new();

		archive_entry_set_pathname(e, files[i].name);
		archive_entry_set_size(e, files[i].data->len);
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_perm(e, 0644);
		g_assert_cmpint(archive_write_header(a, e), ==, ARCHIVE_OK);
		archive_write_data(a, files[i].data->data, files[i].data->len);
		archive_entry_free(e);
	}
	g_assert_cmpint(archive_write_close(a), ==, ARCHIVE_OK);
	archive_write_free(a);
	return out;
}

/* one file in an archive; takes data */
static inline GByteArray *make_one(const char *format, const char *filter,
				   const char *name, GByteArray *data)
{
	const struct made one = { name, data };
	GByteArray *out = make_archive(format, filter, &one, 1);

	g_byte_array_unref(data);
	return out;
}

static inline void made_number(GByteArray *to, guint64 n, int bytes)
{
	for (; bytes > 0; bytes--, n >>= 8)
		g_byte_array_append(to, (const guint8[]){ (guint8)n }, 1);
}

static inline guint32 made_crc(const guint8 *at, size_t n)
{
	guint32 crc = 0xffffffff;

	for (size_t i = 0; i < n; i++) {
		crc ^= at[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* a block of RAR 4: its CRC stands before it */
static inline void made_rar_block(GByteArray *to, const GByteArray *block)
{
	made_number(to, made_crc(block->data, block->len) & 0xffff, 2);
	g_byte_array_append(to, block->data, block->len);
}

/* RAR 4 with one stored file; flags: 0x0004 says that it is encrypted */
static inline GByteArray *make_rar(const char *name, GByteArray *data, unsigned flags)
{
	GByteArray *rar = made_of("Rar!\x1a\x07\x00", 7), *b = g_byte_array_new();

	made_number(b, 0x73, 1); /* archive header */
	made_number(b, 0, 2);
	made_number(b, 13, 2);
	made_number(b, 0, 6);
	made_rar_block(rar, b);
	g_byte_array_set_size(b, 0);
	made_number(b, 0x74, 1); /* file header */
	made_number(b, 0x8000 | flags, 2);
	made_number(b, 32 + strlen(name), 2);
	made_number(b, data->len, 4);
	made_number(b, data->len, 4);
	made_number(b, 2, 1); /* Windows */
	made_number(b, made_crc(data->data, data->len), 4);
	made_number(b, 0x5a5a5a5a, 4);
	made_number(b, 20, 1);
	made_number(b, 0x30, 1); /* stored */
	made_number(b, strlen(name), 2);
	made_number(b, 0x20, 4);
	g_byte_array_append(b, (const guint8 *)name, (guint)strlen(name));
	made_rar_block(rar, b);
	g_byte_array_append(rar, data->data, data->len);
	g_byte_array_set_size(b, 0);
	made_number(b, 0x7b, 1); /* end */
	made_number(b, 0x4000, 2);
	made_number(b, 7, 2);
	made_rar_block(rar, b);
	g_byte_array_unref(b);
	g_byte_array_unref(data);
	return rar;
}

/* a header of RAR 5: its CRC and length stand before it; all are short */
static inline void made_rar5_header(GByteArray *to, const GByteArray *header)
{
	GByteArray *counted = g_byte_array_new();

	g_assert_cmpuint(header->len, <, 0x80);
	made_number(counted, header->len, 1);
	g_byte_array_append(counted, header->data, header->len);
	made_number(to, made_crc(counted->data, counted->len), 4);
	g_byte_array_append(to, counted->data, counted->len);
	g_byte_array_unref(counted);
}

/* numbers of RAR 5, below 2^14, in two bytes */
static inline void made_rar5_number(GByteArray *to, guint n)
{
	made_number(to, (n & 0x7f) | 0x80, 1);
	made_number(to, n >> 7, 1);
}

/* RAR 5 with one stored file */
static inline GByteArray *make_rar5(const char *name, GByteArray *data)
{
	GByteArray *rar = made_of("Rar!\x1a\x07\x01\x00", 8), *b = g_byte_array_new();

	made_number(b, 1, 3); /* main header */
	made_rar5_header(rar, b);
	g_byte_array_set_size(b, 0);
	made_number(b, 2, 1); /* file header */
	made_number(b, 2, 1); /* data follow */
	made_rar5_number(b, data->len);
	made_number(b, 4, 1); /* with a CRC */
	made_rar5_number(b, data->len);
	made_number(b, 0x20, 1);
	made_number(b, made_crc(data->data, data->len), 4);
	made_number(b, 0, 2); /* stored, Windows */
	made_number(b, strlen(name), 1);
	g_byte_array_append(b, (const guint8 *)name, (guint)strlen(name));
	made_rar5_header(rar, b);
	g_byte_array_append(rar, data->data, data->len);
	g_byte_array_set_size(b, 0);
	made_number(b, 5, 3); /* end */
	made_rar5_header(rar, b);
	g_byte_array_unref(b);
	g_byte_array_unref(data);
	return rar;
}

/* MS-CAB 2: one folder, one stored file */
static inline GByteArray *make_cab(const char *name, GByteArray *data)
{
	GByteArray *cab = made_of("MSCF\0\0\0\0", 8);
	guint name_n = (guint)strlen(name) + 1, files = 36 + 8,
	      block = files + 16 + name_n;

	made_number(cab, block + 8 + data->len, 4);
	made_number(cab, 0, 4);
	made_number(cab, files, 4);
	made_number(cab, 0, 4);
	made_number(cab, 0x0103, 2); /* version */
	made_number(cab, 1, 2);      /* folders */
	made_number(cab, 1, 2);      /* files */
	made_number(cab, 0, 6);
	made_number(cab, block, 4); /* the folder: where its data are */
	made_number(cab, 1, 2);
	made_number(cab, 0, 2);         /* stored */
	made_number(cab, data->len, 4); /* the file */
	made_number(cab, 0, 4);
	made_number(cab, 0, 2);
	made_number(cab, 0x5a5a5a5a, 4);
	made_number(cab, 0x20, 2);
	g_byte_array_append(cab, (const guint8 *)name, name_n);
	made_number(cab, 0, 4); /* the data: no checksum */
	made_number(cab, data->len, 2);
	made_number(cab, data->len, 2);
	g_byte_array_append(cab, data->data, data->len);
	g_byte_array_unref(data);
	return cab;
}

/* a gzip that says what its file was called (RFC 1952 2.3) */
static inline GByteArray *make_named_gzip(const char *name, GByteArray *data)
{
	GByteArray *plain = make_one("raw", "gzip", "x", data), *gz;

	g_assert_cmpuint(plain->len, >, 10);
	plain->data[3] = 0x08;
	gz = made_of((const char *)plain->data, 10);
	g_byte_array_append(gz, (const guint8 *)name, (guint)strlen(name) + 1);
	g_byte_array_append(gz, plain->data + 10, plain->len - 10);
	g_byte_array_unref(plain);
	return gz;
}

/* a program, as far as its first bytes tell */
static inline GByteArray *make_exe(void)
{
	GByteArray *exe = made_of("MZ\x90\0", 4);

	g_byte_array_set_size(exe, 600);
	memset(exe->data + 4, 'x', 596);
	return exe;
}

/* a compound file; names with "/" lie in storages, of which there may be one in another */
static inline GByteArray *make_ole(const struct made *files, size_t n)
{
	GsfOutput *memory = gsf_output_memory_new();
	GsfOutfile *root = gsf_outfile_msole_new(memory);

	for (size_t i = 0; i < n; i++) {
		char **part = g_strsplit(files[i].name, "/", 3);
		guint last = g_strv_length(part) - 1;
		GsfOutput *in[3] = { GSF_OUTPUT(root) };

		for (guint k = 0; k < last; k++)
			in[k + 1] =
				gsf_outfile_new_child(GSF_OUTFILE(in[k]), part[k], TRUE);
		GsfOutput *stream =
			gsf_outfile_new_child(GSF_OUTFILE(in[last]), part[last], FALSE);

		gsf_output_write(stream, files[i].data->len, files[i].data->data);
		gsf_output_close(stream);
		g_object_unref(stream);
		for (guint k = last; k > 0; k--) {
			gsf_output_close(in[k]);
			g_object_unref(in[k]);
		}
		g_strfreev(part);
	}
	gsf_output_close(GSF_OUTPUT(root));
	g_object_unref(root);

	GByteArray *out = made_of(
		(const char *)gsf_output_memory_get_bytes(GSF_OUTPUT_MEMORY(memory)),
		(size_t)gsf_output_size(memory));

	g_object_unref(memory);
	return out;
}

#endif
