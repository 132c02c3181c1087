/* Compound files of older office programs, through libgsf: what is in their streams. Macros are
 * no file of their own, so the stream that only documents with macros have is told as one. */
#include <gsf/gsf-infile-msole.h>
#include <gsf/gsf-infile.h>
#include <gsf/gsf-input-memory.h>
#include <gsf/gsf-utils.h>
#include <string.h>
#include <strings.h>

#include "base/file_magic.h"
#include "base/limits.h"
#include "decode/walk.h"

#define HEAD_BYTES \
	(64 * 1024)      /* of a stream: what tells its kind, and a workbook's sheets */
#define STORAGES_DEEP 16 /* storages in storages; mail in mail in mail has 9 */
#define NATIVE_NAME_AT 6 /* MS-OLEDS 2.3.6: a length and two bytes before the label */

void ole_prepare(void)
{
	gsf_init();
}

static unsigned u16(struct bytes d, size_t at)
{
	return (unsigned char)d.at[at] | (unsigned)(unsigned char)d.at[at + 1] << 8;
}

/* MS-XLS 2.4.28: BoundSheet8 says of a sheet that it is one of macros */
static bool has_macro_sheet(struct bytes book)
{
	for (size_t at = 0; at + 4 <= book.n;) {
		unsigned id = u16(book, at), n = u16(book, at + 2);

		if (id == 0x85 && n >= 6 && at + 4 + 6 <= book.n &&
		    book.at[at + 4 + 5] == 1)
			return true;
		at += 4 + (size_t)n;
	}
	return false;
}

/* MS-OVBA 2.2.1: a storage VBA holds _VBA_PROJECT and dir */
static bool is_macro(const char *storage, const char *name, struct bytes head)
{
	if (strcasecmp(name, "_VBA_PROJECT") == 0 ||
	    strcasecmp(name, "vbaProject.bin") == 0)
		return true;
	if (strcasecmp(name, "dir") == 0)
		return strcasecmp(storage, "VBA") == 0;
	return (strcasecmp(name, "Workbook") == 0 || strcasecmp(name, "Book") == 0) &&
	       has_macro_sheet(head);
}

/* a file that was put into a document has its name at its beginning */
static char *stream_name(const char *name, struct bytes head)
{
	size_t n = head.n <= NATIVE_NAME_AT
			   ? 0
			   : strnlen(head.at + NATIVE_NAME_AT,
				     MIN(head.n - NATIVE_NAME_AT, LIMIT_FILENAME_BYTES));

	if (strcmp(name, "\1Ole10Native") != 0 || n == 0)
		return g_strdup(name);
	return g_strndup(head.at + NATIVE_NAME_AT, n);
}

/* the whole of a stream that may hold others */
static void look_into(struct decode_walk *w, GsfInput *stream,
		      const struct decode_place *at)
{
	struct decode_place whole = *at;
	size_t n = (size_t)gsf_input_size(stream);

	if (n > LIMIT_DECODE_UNPACKED_BYTES - w->unpacked) {
		walk_unopened(w, at, DECODE_BIG);
		return;
	}
	w->unpacked += n;
	guint8 *data = g_malloc(n + 1);

	if (gsf_input_seek(stream, 0, G_SEEK_SET) ||
	    gsf_input_read(stream, n, data) == NULL) {
		walk_unopened(w, at, DECODE_DAMAGED);
	} else {
		whole.data = (struct bytes){ (const char *)data, n };
		walk_into(w, &whole);
	}
	g_free(data);
}

static void take_stream(struct decode_walk *w, const struct decode_place *in,
			const char *storage, GsfInput *stream)
{
	const char *told = gsf_input_name(stream), *name = told == NULL ? "" : told;
	size_t n = (size_t)CLAMP(gsf_input_size(stream), 0, HEAD_BYTES);
	guint8 *head = g_malloc(n + 1);
	bool read = n > 0 && gsf_input_read(stream, n, head) != NULL;
	struct bytes begin = { (const char *)head, read ? n : 0 };
	char *label = stream_name(name, begin), *path;
	struct decode_entry e = { .name = label, .kind = file_magic(begin) };

	if (is_macro(storage, name, begin))
		e.kind = FILE_KIND_MACRO;
	if (strcmp(name, "EncryptedPackage") == 0)
		walk_unopened(w, in, DECODE_LOCKED);
	if (walk_tell(w, in, &e, &path) != PACKS_NOTHING && read) {
		const struct decode_place at = { path, label, in->depth + 1, begin };

		look_into(w, stream, &at);
	}
	g_free(path);
	g_free(label);
	g_free(head);
}

static void take_storage(struct decode_walk *w, const struct decode_place *in,
			 GsfInfile *storage, int depth)
{
	const char *told = gsf_input_name(GSF_INPUT(storage));
	int n = gsf_infile_num_children(storage);

	for (int i = 0; i < n && !walk_over(w); i++) {
		GsfInput *child = gsf_infile_child_by_index(storage, i);

		if (child == NULL)
			continue;
		if (!GSF_IS_INFILE(child) ||
		    gsf_infile_num_children(GSF_INFILE(child)) < 0)
			take_stream(w, in, told == NULL ? "" : told, child);
		else if (depth < STORAGES_DEEP)
			take_storage(w, in, GSF_INFILE(child), depth + 1);
		else
			walk_unopened(w, in, DECODE_DEEP);
		g_object_unref(child);
	}
}

bool ole_list(struct decode_walk *w, const struct decode_place *at)
{
	GsfInput *file = gsf_input_memory_new((const guint8 *)at->data.at,
					      (gsf_off_t)at->data.n, FALSE);
	GsfInfile *root = gsf_infile_msole_new(file, NULL);

	g_object_unref(file);
	if (root == NULL)
		return false;
	take_storage(w, at, root, 0);
	g_object_unref(root);
	return true;
}
