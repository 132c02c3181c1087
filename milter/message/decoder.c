/* What a decoder found is put beside what was read here: each may see what the other does not. */
#include "message/decoder.h"

#include <glib.h>

static void add_names(struct arena *a, const struct decoded *found,
		      struct zip_listing *list)
{
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
	const char **names = arena_new(a, const char *, list->n + found->n_names);
	size_t n = 0;

	/* the table takes non-const pointers, and nobody writes through them */
	for (; n < list->n; n++) {
		names[n] = list->names[n];
		g_hash_table_add(seen, (gpointer)(uintptr_t)names[n]);
	}
	for (size_t i = 0; i < found->n_names; i++)
		if (g_hash_table_add(seen, (gpointer)(uintptr_t)found->names[i]))
			names[n++] = found->names[i];
	list->names = names;
	list->n = n;
	list->encrypted = list->encrypted || found->locked;
	g_hash_table_destroy(seen);
}

const struct decoded *decoder_look(struct arena *a, const struct file_decoder *d,
				   const char *name, struct bytes file,
				   struct zip_listing *list)
{
	if (d == NULL || file.n == 0)
		return NULL;
	struct decoded *found = arena_new(a, struct decoded, 1);

	d->look(d->user, a, name == NULL ? "" : name, file, found);
	add_names(a, found, list);
	return found;
}
