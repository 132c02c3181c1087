/* Files in files, to a bounded depth, under one budget of entries, bytes and time for all of
 * them. Nothing is opened twice, so that copies of one archive cost nothing. */
#include "decode/listing.h"

#include <glib.h>
#include <string.h>

#include "base/file_magic.h"
#include "base/limits.h"
#include "decode/walk.h"

#define MAGIC_BYTES (34 * 1024) /* an ISO has its at 33 kB */

/* Something else may begin behind it: unpackers look for an archive, wherever that begins. */
static void look_at_codes(struct decode_walk *w, const struct decode_place *at,
			  const char *kind)
{
	bool packs = archive_list(w, at);
	enum decode_why why =
		strcmp(kind, "pdf") == 0 ? pdf_list(w, at) : code_list(w, at, kind);

	if (why != DECODE_WHOLE && !packs)
		walk_unopened(w, at, why);
}

struct inner {
	struct decode_walk *w;
	const struct decode_place *in;
};

/* a file of a message or a winmail.dat */
static void see(void *user, const char *name, struct bytes data)
{
	const struct inner *i = user;
	struct bytes head = { data.at, MIN(data.n, MAGIC_BYTES) };
	struct decode_entry found = { .name = name, .kind = file_magic(head) };
	char *path;

	if (walk_over(i->w))
		return;
	if (walk_tell(i->w, i->in, &found, &path) != PACKS_NOTHING && data.n > 0)
		walk_into(i->w,
			  &(struct decode_place){ path, name, i->in->depth + 1, data });
	g_free(path);
}

static bool is_first_visit(struct decode_walk *w, struct bytes data)
{
	return g_hash_table_add(
		w->opened, g_compute_checksum_for_data(G_CHECKSUM_SHA256,
						       (const guchar *)data.at, data.n));
}

/* RFC 5322 2.2: begins with a field, or with what mailboxes put in front */
static bool is_mail(const struct decode_place *at, const char *kind)
{
	struct bytes d = at->data;
	size_t i = 0;

	if (kind != NULL || file_packs(file_ending(at->name)) != PACKS_MAIL)
		return false;
	while (i < d.n && (g_ascii_isalnum(d.at[i]) || d.at[i] == '-'))
		i++;
	return i > 0 && i < d.n && (d.at[i] == ':' || d.at[i] == ' ');
}

/* the walk's "into": the one place that knows all readers */
static void look_into(struct decode_walk *w, const struct decode_place *at)
{
	const char *kind =
		file_magic((struct bytes){ at->data.at, MIN(at->data.n, MAGIC_BYTES) });
	struct inner inner = { w, at };
	const struct file_visitor visitor = { see, &inner };

	if (walk_over(w) || !is_first_visit(w, at->data))
		return;
	if (at->depth > LIMIT_DECODE_DEPTH)
		walk_unopened(w, at, DECODE_DEEP);
	else if (g_strcmp0(kind, "tnef") == 0 && w->openers->tnef != NULL)
		w->openers->tnef(at->data, &visitor);
	else if (is_mail(at, kind) && w->openers->mail != NULL)
		w->openers->mail(at->data, &visitor);
	else if (file_packs(kind) == PACKS_CODES)
		look_at_codes(w, at, kind);
	else if (g_strcmp0(kind, "ole") == 0 ? !ole_list(w, at) : !archive_list(w, at))
		walk_unopened(w, at, DECODE_UNKNOWN);
}

enum decode_why decode_list(const struct decode_openers *openers,
			    const struct decode_task *task,
			    const struct decode_listener *listener)
{
	struct decode_walk w = { .openers = openers,
				 .listener = listener,
				 .until_us = task->until_us,
				 .into = look_into };

	w.told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	w.sorts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	w.opened = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	look_into(&w, &(struct decode_place){ "", task->name, 0, task->file });
	g_hash_table_destroy(w.told);
	g_hash_table_destroy(w.sorts);
	g_hash_table_destroy(w.opened);
	return w.why;
}
