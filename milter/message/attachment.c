/* What attachments hold, whatever they call themselves. Lists names and unpacks nothing. Every
 * offset in a file is a lie until it is checked. */
#include "message/attachment.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "message/charset.h"
#include "message/file_name.h"
#include "message/unicode.h"

#define MAX_NAMES 100     /* of one archive, the first ones */
#define MAX_ENDINGS 100   /* and one more for each ending that was not among them */
#define MAX_ENTRIES 65536 /* walked; what is read of a directory holds no more */
#define MAX_COMMENT 65535

#define LOCAL_BYTES 30   /* APPNOTE 4.3.7 */
#define CENTRAL_BYTES 46 /* 4.3.12 */
#define END_BYTES 22     /* 4.3.16 */

static unsigned u16(struct bytes file, size_t at)
{
	return (unsigned char)file.at[at] | (unsigned)(unsigned char)file.at[at + 1] << 8;
}

static size_t u32(struct bytes file, size_t at)
{
	return u16(file, at) | (size_t)u16(file, at + 2) << 16;
}

struct listing {
	struct arena *a;
	GPtrArray *names;
	GHashTable *seen, *endings;
	size_t entries;
	bool encrypted, truncated;
};

static const char *ending_of(struct arena *a, const char *name)
{
	const char *plain = file_name_plain(a, name);
	const char *dot = plain == NULL ? NULL : strrchr(plain, '.');

	return dot == NULL ? "" : unicode_lower(a, dot);
}

/* An archive of thousands of pictures is no reason to overlook the program in it: names are
 * counted, but of each kind of file one is told. */
static void keep_name(struct listing *l, const char *name)
{
	const char *ending = ending_of(l->a, name);
	bool new_ending = !g_hash_table_contains(l->endings, ending);

	if (l->names->len >= MAX_NAMES && !new_ending)
		return;
	if (l->names->len >= MAX_NAMES + MAX_ENDINGS) {
		l->truncated = true;
		return;
	}
	/* the tables take non-const pointers, and nobody writes through them */
	g_hash_table_add(l->endings, (gpointer)(uintptr_t)ending);
	g_hash_table_add(l->seen, (gpointer)(uintptr_t)name);
	g_ptr_array_add(l->names, (gpointer)(uintptr_t)name);
}

/* general purpose bit 0: encrypted; bit 13: the directory itself is */
static void add_entry(struct listing *l, unsigned bits, struct bytes name)
{
	bool sound;

	l->entries++;
	l->encrypted |= (bits & 0x2041) != 0;
	if (name.n > LIMIT_FILENAME_BYTES) { /* the end tells the type */
		name.at += name.n - LIMIT_FILENAME_BYTES;
		name.n = LIMIT_FILENAME_BYTES;
	}
	const char *utf8 = charset_decode(l->a, name, NULL, &sound).at;

	if (utf8[0] != '\0' && !g_hash_table_contains(l->seen, utf8))
		keep_name(l, utf8);
}

/* the last end record whose directory lies inside the file; false: there is none */
static bool find_directory(struct bytes file, size_t *at_r)
{
	if (file.n < END_BYTES)
		return false;
	size_t last = file.n - END_BYTES;
	size_t first = last > MAX_COMMENT ? last - MAX_COMMENT : 0;

	for (size_t at = last + 1; at-- > first;) {
		if (memcmp(file.at + at, "PK\x05\x06", 4) != 0)
			continue;
		size_t size = u32(file, at + 12), start = u32(file, at + 16);

		if (size > at)
			continue;
		/* something in front (a program, say) moves all offsets */
		bool here = bytes_hold(file, at - size, bytes_of("PK\x01\x02"));

		*at_r = here || start > at ? at - size : start;
		return true;
	}
	return false;
}

static void walk_directory(struct listing *l, struct bytes file, size_t at)
{
	while (l->entries < MAX_ENTRIES && file.n >= CENTRAL_BYTES &&
	       at <= file.n - CENTRAL_BYTES &&
	       bytes_hold(file, at, bytes_of("PK\x01\x02"))) {
		size_t name = u16(file, at + 28);
		size_t more = (size_t)u16(file, at + 30) + u16(file, at + 32);

		if (name > file.n - at - CENTRAL_BYTES)
			return;
		add_entry(l, u16(file, at + 8),
			  (struct bytes){ file.at + at + CENTRAL_BYTES, name });
		at += CENTRAL_BYTES + name + more;
	}
}

/* The headers in front of the files: without a directory (cut, or broken on purpose) there is
 * nothing else; and where they name other files than it does, some unpacker believes them. Of
 * two archives in one file, the directory tells only one. */
static void walk_locals(struct listing *l, struct bytes file)
{
	size_t at = 0;

	while (l->entries < MAX_ENTRIES && file.n >= LOCAL_BYTES &&
	       at <= file.n - LOCAL_BYTES) {
		const char *next = memmem(file.at + at, file.n - at, "PK\x03\x04", 4);

		if (next == NULL || (size_t)(next - file.at) > file.n - LOCAL_BYTES)
			return;
		at = (size_t)(next - file.at);
		size_t name = u16(file, at + 26), more = u16(file, at + 28);
		size_t packed = u32(file, at + 18);

		if (name > file.n - at - LOCAL_BYTES)
			return;
		add_entry(l, u16(file, at + 6),
			  (struct bytes){ file.at + at + LOCAL_BYTES, name });
		at += LOCAL_BYTES + name;
		if (more + packed <= file.n - at)
			at += more + packed;
	}
}

void attachment_zip(struct arena *a, struct bytes file, struct zip_listing *list_r)
{
	struct listing l = { .a = a,
			     .names = g_ptr_array_new(),
			     .seen = g_hash_table_new(g_str_hash, g_str_equal),
			     .endings = g_hash_table_new(g_str_hash, g_str_equal) };
	size_t at;

	if (find_directory(file, &at))
		walk_directory(&l, file, at);
	walk_locals(&l, file);
	const char **names = arena_new(a, const char *, l.names->len);

	for (guint i = 0; i < l.names->len; i++)
		names[i] = l.names->pdata[i];
	*list_r = (struct zip_listing){ names, l.names->len, l.encrypted,
					l.truncated || l.entries >= MAX_ENTRIES };
	g_hash_table_destroy(l.seen);
	g_hash_table_destroy(l.endings);
	g_ptr_array_free(l.names, TRUE);
}
