/* Archives, through libarchive. It reads from memory only, and only formats and filters
 * that are named here: some others would start programs. What its readers take for the
 * beginning or the end of a file differs from what people's unpackers do, so a zip is
 * read in every way they know. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#include "base/file_magic.h"
#include "base/limits.h"
#include "decode/walk.h"

#define BLOCK_BYTES (16 * 1024) /* handed over at once: the clock is looked at between */
#define HEAD_BYTES 1024         /* of an entry: what tells its kind */
#define TABLE_BYTES (1024 * 1024) /* of an office document; real ones have 10 kB */
#define END_BYTES 22              /* APPNOTE 4.3.16, without the comment */

/* how a file is read */
enum reading {
	READ_DIRECTORY, /* a zip by its directory, all else in its one way */
	READ_STREAM,    /* a zip from its beginning */
	READ_SINGLE,    /* a packed file that is no archive */
};

struct source {
	struct decode_walk *w;
	struct bytes file;
	size_t at;
};

static la_ssize_t read_block(struct archive *a, void *user, const void **block_r)
{
	struct source *s = user;
	size_t n = MIN(s->file.n - s->at, BLOCK_BYTES);

	if (walk_over(s->w)) {
		archive_set_error(a, ETIMEDOUT, "over");
		return -1;
	}
	*block_r = s->file.at + s->at;
	s->at += n;
	return (la_ssize_t)n;
}

static la_int64_t seek_to(struct archive *a, void *user, la_int64_t offset, int whence)
{
	struct source *s = user;
	la_int64_t from = whence == SEEK_CUR   ? (la_int64_t)s->at
			  : whence == SEEK_END ? (la_int64_t)s->file.n
					       : 0;
	la_int64_t to = from + offset;

	(void)a;
	if (to < 0 || to > (la_int64_t)s->file.n)
		return ARCHIVE_FATAL;
	s->at = (size_t)to;
	return to;
}

static la_int64_t skip_over(struct archive *a, void *user, la_int64_t n)
{
	struct source *s = user;
	la_int64_t most = (la_int64_t)(s->file.n - s->at);

	(void)a;
	n = CLAMP(n, 0, most);
	s->at += (size_t)n;
	return n;
}

static void allow_formats(struct archive *a, enum reading how)
{
	if (how == READ_SINGLE) {
		archive_read_support_format_raw(a);
	} else if (how == READ_STREAM) {
		archive_read_support_format_zip_streamable(a);
	} else {
		archive_read_support_format_7zip(a);
		archive_read_support_format_ar(a);
		archive_read_support_format_cab(a);
		archive_read_support_format_cpio(a);
		archive_read_support_format_iso9660(a);
		archive_read_support_format_lha(a);
		archive_read_support_format_rar(a);
		archive_read_support_format_rar5(a);
		archive_read_support_format_tar(a);
		archive_read_support_format_zip_seekable(a);
	}
}

static struct archive *open_source(struct source *s, enum reading how)
{
	struct archive *a = archive_read_new();

	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_compress(a);
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_lz4(a);
	archive_read_support_filter_lzip(a);
	archive_read_support_filter_lzma(a);
	archive_read_support_filter_rpm(a);
	archive_read_support_filter_uu(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_zstd(a);
	allow_formats(a, how);
	archive_read_set_read_callback(a, read_block);
	archive_read_set_seek_callback(a, seek_to);
	archive_read_set_skip_callback(a, skip_over);
	archive_read_set_callback_data(a, s);
	/* the reader of single files takes whatever it is given: something must be unpacked */
	if (archive_read_open1(a) != ARCHIVE_OK ||
	    (how == READ_SINGLE && archive_filter_count(a) < 2)) {
		archive_read_free(a);
		return NULL;
	}
	return a;
}

static bool is_header(int status)
{
	return status == ARCHIVE_OK || status == ARCHIVE_WARN;
}

/* the rest of a file that may hold others; false: it is too big, or broken off */
static enum decode_why read_rest(struct decode_walk *w, struct archive *a, GByteArray *to)
{
	const void *block;
	la_int64_t at;
	size_t n;
	int status;

	while ((status = archive_read_data_block(a, &block, &n, &at)) == ARCHIVE_OK) {
		if (walk_over(w))
			return w->why;
		/* a hole is a lie about the length: what follows it is put behind */
		if (n > LIMIT_DECODE_UNPACKED_BYTES - w->unpacked)
			return DECODE_BIG;
		w->unpacked += n;
		g_byte_array_append(to, block, (guint)n);
	}
	return status == ARCHIVE_EOF ? DECODE_WHOLE : DECODE_DAMAGED;
}

static size_t read_head(struct archive *a, char *head, size_t most)
{
	la_ssize_t n = archive_read_data(a, head, most);

	return n < 0 ? 0 : (size_t)n;
}

/* name of an entry; of a packed single file what it was called before, or is called without
 * its ending */
static char *entry_name(struct archive_entry *e, const struct decode_place *in,
			enum reading how)
{
	const char *name = archive_entry_pathname_utf8(e);

	if (name == NULL)
		name = archive_entry_pathname(e);
	if (how != READ_SINGLE || (name != NULL && strcmp(name, "data") != 0))
		return g_strdup(name == NULL ? "" : name);
	const char *dot = strrchr(in->name, '.');

	return g_strndup(in->name,
			 dot == NULL ? strlen(in->name) : (size_t)(dot - in->name));
}

/* what was read of an entry, and looked into where it can hold others */
static void take_entry(struct decode_walk *w, const struct decode_place *in,
		       struct archive *a, struct decode_entry *found)
{
	bool table = !found->locked && ooxml_is_table(found->name);
	size_t most = table ? TABLE_BYTES : HEAD_BYTES;
	char *head = g_malloc(most), *path;
	size_t n = found->locked ? 0 : read_head(a, head, most);

	found->kind = table ? ooxml_kind(head, n) : file_magic((struct bytes){ head, n });
	if (walk_tell(w, in, found, &path) != PACKS_NOTHING) {
		GByteArray *data = g_byte_array_new();
		struct decode_place at = { path, found->name, in->depth + 1, { "", 0 } };

		g_byte_array_append(data, (const guint8 *)head, (guint)n);
		enum decode_why why =
			found->locked ? DECODE_LOCKED : read_rest(w, a, data);

		at.data = (struct bytes){ (const char *)data->data, data->len };
		if (why == DECODE_WHOLE || why == DECODE_DAMAGED)
			walk_into(w, &at);
		else
			walk_unopened(w, &at, why);
		g_byte_array_free(data, TRUE);
	}
	g_free(head);
	g_free(path);
}

/* what libarchive says of the whole at its end */
static enum decode_why end_of(struct archive *a, int status)
{
	if (archive_read_has_encrypted_entries(a) == 1)
		return DECODE_LOCKED;
	return status == ARCHIVE_EOF ? DECODE_WHOLE : DECODE_DAMAGED;
}

/* The entries of an archive, one after the other.
 * out   entries; why_r: what kept it from being all */
static size_t read_all(struct decode_walk *w, const struct decode_place *in,
		       enum reading how, enum decode_why *why_r)
{
	struct source s = { .w = w, .file = in->data };
	struct archive *a = open_source(&s, how);
	struct archive_entry *e;
	size_t n = 0;
	int status = ARCHIVE_FATAL;

	*why_r = DECODE_UNKNOWN;
	if (a == NULL)
		return 0;
	while (!walk_over(w) && is_header(status = archive_read_next_header(a, &e))) {
		char *name = entry_name(e, in, how);
		struct decode_entry found = { .name = name,
					      .locked = archive_entry_is_encrypted(e) };

		n++;
		if (archive_entry_filetype(e) != AE_IFDIR)
			take_entry(w, in, a, &found);
		g_free(name);
	}
	*why_r = end_of(a, status);
	archive_read_free(a);
	return n;
}

/* where an end of a zip ends; 0: there is none behind from */
static size_t next_end(struct bytes file, size_t from)
{
	const char *end =
		from >= file.n ? NULL
			       : memmem(file.at + from, file.n - from, "PK\x05\x06", 4);
	size_t at = end == NULL ? 0 : (size_t)(end - file.at);

	if (end == NULL || file.n - at < END_BYTES)
		return 0;
	size_t comment = (unsigned char)end[20] | (size_t)(unsigned char)end[21] << 8;

	return MIN(at + END_BYTES + comment, file.n);
}

/* Of several archives one behind the other, some unpackers show the first, others the last. */
static size_t read_joined(struct decode_walk *w, const struct decode_place *at)
{
	size_t from = 0, n = 0, end;

	for (int i = 0; i < LIMIT_DECODE_JOINED; i++) {
		end = next_end(at->data, from);
		if (end == 0 || (from == 0 && end == at->data.n))
			break;
		struct decode_place one = *at;
		enum decode_why why;

		one.data = (struct bytes){ at->data.at + from, end - from };
		n += read_all(w, &one, READ_DIRECTORY, &why);
		from = end;
	}
	return n;
}

/* What stands in front of an archive does not keep every unpacker from finding it. */
static bool read_displaced(struct decode_walk *w, const struct decode_place *at)
{
	static const struct bytes marks[] = { { "PK\x03\x04", 4 },
					      { "Rar!\x1a\x07", 6 },
					      { "7z\xbc\xaf\x27\x1c", 6 },
					      { "MSCF\0\0\0\0", 8 } };
	size_t n = MIN(at->data.n, LIMIT_DECODE_FRONT_BYTES), found = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		const char *mark =
			n == 0 ? NULL : memmem(at->data.at, n, marks[i].at, marks[i].n);
		struct decode_place one = *at;
		enum decode_why why;

		if (mark == NULL || mark == at->data.at)
			continue;
		one.data.at = mark;
		one.data.n -= (size_t)(mark - at->data.at);
		found += read_all(w, &one, READ_DIRECTORY, &why);
	}
	return found > 0;
}

bool archive_list(struct decode_walk *w, const struct decode_place *at)
{
	enum decode_why why, other;
	size_t n = read_all(w, at, READ_DIRECTORY, &why);
	bool zip =
		g_strcmp0(file_magic(at->data), "zip") == 0 || next_end(at->data, 0) > 0;

	if (zip) {
		n += read_all(w, at, READ_STREAM, &other);
		n += read_joined(w, at);
	}
	if (n == 0 && why != DECODE_LOCKED)
		n = read_all(w, at, READ_SINGLE, &why);
	if (n == 0 && why != DECODE_LOCKED && read_displaced(w, at))
		return true;
	if (n > 0 || why == DECODE_LOCKED) {
		if (why != DECODE_WHOLE && w->why == DECODE_WHOLE)
			walk_unopened(w, at, why);
		return true;
	}
	return w->why != DECODE_WHOLE;
}
