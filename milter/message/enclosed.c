/* One list for all who find files in parts, and the one place where they are asked what they
 * really are. */
#include "message/enclosed.h"

#include <string.h>

#include "base/file_magic.h"
#include "base/limits.h"
#include "message/attachment.h"
#include "message/charset.h"
#include "message/decoder.h"
#include "message/headers.h"

#define MOST_DEPTH 4 /* of files in files; each costs a pass */

void enclosures_begin(struct arena *a, struct enclosures *all_r)
{
	all_r->arena = a;
	all_r->truncated = 0;
	all_r->depth = 0;
	all_r->n = 0;
	all_r->decoder = NULL;
	all_r->visitor = NULL;
	all_r->tnef = NULL;
	all_r->files = g_array_new(FALSE, FALSE, sizeof(struct enclosed));
}

/* the end of a name tells the type, so what is too long loses its start */
static const char *name_of(struct arena *a, struct bytes name)
{
	bool sound;

	if (name.n > LIMIT_FILENAME_BYTES) {
		name.at += name.n - LIMIT_FILENAME_BYTES;
		name.n = LIMIT_FILENAME_BYTES;
	}
	struct bytes clean = header_unfold(a, charset_decode(a, name, NULL, &sound));

	return clean.n == 0 ? NULL : arena_strndup(a, clean.at, clean.n);
}

/* a winmail.dat in another */
static void look_inside(struct enclosures *all, const struct enclosed *one,
			struct bytes data)
{
	if (all->tnef == NULL || g_strcmp0(one->magic, "tnef") != 0)
		return;
	if (all->depth >= MOST_DEPTH) {
		all->truncated |= TRUNCATED_ARCHIVE;
		return;
	}
	all->depth++;
	all->tnef(data, all);
	all->depth--;
}

/* names in an archive */
static void list_inside(struct enclosures *all, struct enclosed *one, struct bytes data)
{
	struct zip_listing list = { 0 };

	if (one->magic != NULL && strcmp(one->magic, "zip") == 0)
		attachment_zip(all->arena, data, &list);
	if (file_packs(one->magic) == PACKS_FILES ||
	    file_packs(one->magic) == PACKS_CODES ||
	    file_packs(file_ending(one->filename)) == PACKS_FILES)
		one->decoded = decoder_look(all->arena, all->decoder, one->filename, data,
					    &list);
	one->inside = list.names;
	one->n_inside = list.n;
	one->encrypted_archive = list.encrypted;
	all->truncated |= list.truncated ? TRUNCATED_ARCHIVE : 0;
}

void enclosures_add(struct enclosures *all, struct bytes name, struct bytes data)
{
	struct enclosed one = { .magic = file_magic(data) };

	if (all->n >= LIMIT_ENCLOSED) {
		all->truncated |= TRUNCATED_ARCHIVE;
		return;
	}
	all->n++;
	one.filename = name_of(all->arena, name);
	if (all->visitor != NULL) {
		all->visitor->see(all->visitor->user,
				  one.filename == NULL ? "" : one.filename, data);
		return;
	}
	list_inside(all, &one, data);
	g_array_append_val(all->files, one);
	look_inside(all, &one, data);
}

void enclosures_end(struct enclosures *all, struct message *m)
{
	struct enclosed *kept = arena_new(all->arena, struct enclosed, all->files->len);

	if (all->files->len > 0)
		memcpy(kept, all->files->data, sizeof(*kept) * all->files->len);
	m->truncated |= all->truncated;
	m->enclosed = kept;
	m->n_enclosed = all->files->len;
	g_array_free(all->files, TRUE);
}
