/* What is told of a walk, once, and when it is over. What is in a file is read by others, and
 * they find files in it again: so the way into one of them is the walk's own (into). */
#include "decode/walk.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"

#define ENDING_BYTES 16 /* longer ones are none */

bool walk_over(struct decode_walk *w)
{
	if (w->why == DECODE_WHOLE && clock_mono_us() > w->until_us)
		w->why = DECODE_TIME;
	if (w->why == DECODE_WHOLE && w->entries > LIMIT_DECODE_ENTRIES)
		w->why = DECODE_MANY;
	return w->why != DECODE_WHOLE;
}

/* what systems go by: an ending, without the blanks and dots that some drop behind it */
static char *sort_of(const char *name, const char *kind)
{
	char *plain = g_ascii_strdown(name, -1), *sort;
	size_t n = strlen(plain);

	while (n > 0 && strchr(". \t", plain[n - 1]) != NULL)
		plain[--n] = '\0';
	const char *end = file_ending(plain);

	sort = g_strdup_printf("%.*s/%s", ENDING_BYTES, end == NULL ? "" : end,
			       kind == NULL ? "" : kind);
	g_free(plain);
	return sort;
}

/* An archive of thousands of pictures is no reason to overlook the program in it. */
static bool is_worth_telling(struct decode_walk *w, const struct decode_entry *e)
{
	guint names = g_hash_table_size(w->told), most = LIMIT_DECODE_NAMES;

	if (g_hash_table_contains(w->told, e->name))
		return false;
	bool news = g_hash_table_add(w->sorts, sort_of(e->name, e->kind));

	if (names < most)
		return true;
	if (news && names >= most + LIMIT_DECODE_ENDINGS && w->why == DECODE_WHOLE)
		w->why = DECODE_MANY;
	return news && names < most + LIMIT_DECODE_ENDINGS;
}

static void tell(struct decode_walk *w, const struct decode_entry *e)
{
	g_hash_table_add(w->told, g_strdup(e->name));
	w->listener->tell(w->listener->user, e);
}

enum file_packs walk_tell(struct decode_walk *w, const struct decode_place *in,
			  const struct decode_entry *found, char **path_r)
{
	struct decode_entry e = *found;
	enum file_packs by_kind = file_packs(e.kind);
	enum file_packs by_name = file_packs(file_ending(e.name));

	*path_r = in->path[0] == '\0' ? g_strdup(e.name)
				      : g_strconcat(in->path, "/", e.name, NULL);
	e.name = *path_r;
	w->entries++;
	if (is_worth_telling(w, &e))
		tell(w, &e);
	return by_kind != PACKS_NOTHING ? by_kind : by_name;
}

void walk_unopened(struct decode_walk *w, const struct decode_place *at,
		   enum decode_why why)
{
	const char *kind = file_magic(at->data), *end = file_ending(at->name);
	/* statements of banks are PDF that want a password; of archives it is a trick */
	bool pdf = g_strcmp0(kind, "pdf") == 0;
	struct decode_entry e = { .name = at->path,
				  .why = why,
				  .locked = why == DECODE_LOCKED && !pdf };

	e.kind = file_packs(kind) != PACKS_NOTHING || end == NULL
			 ? kind
			 : file_magic_known(bytes_of(end));
	if (w->unopened++ < LIMIT_DECODE_UNOPENED)
		w->listener->tell(w->listener->user, &e);
}

void walk_link(struct decode_walk *w, const char *text, enum decode_sort sort)
{
	struct decode_entry e = { .name = text, .sort = sort };

	/* a paper has hundreds of links, and no more than one code */
	if (w->links[sort]++ < LIMIT_DECODE_CODES)
		w->listener->tell(w->listener->user, &e);
	else if (w->why == DECODE_WHOLE && sort == DECODE_CODE)
		w->why = DECODE_MANY;
}

void walk_into(struct decode_walk *w, const struct decode_place *at)
{
	w->into(w, at);
}
