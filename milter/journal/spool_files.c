/* A spool file is named after the second it was closed in, and a number that makes it
 * unique in that second. Nothing else in the folder is a spool file. */
#include "journal/spool_files.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"

static gint oldest_first(gconstpointer a, gconstpointer b)
{
	int64_t x = 0, y = 0;
	unsigned i = 0, k = 0;
	const char *p = *(const char *const *)a, *q = *(const char *const *)b;

	sscanf(p, "decisions-%" SCNd64 "-%u", &x, &i);
	sscanf(q, "decisions-%" SCNd64 "-%u", &y, &k);
	if (x != y)
		return x < y ? -1 : 1;
	return i < k ? -1 : i > k ? 1 : 0;
}

GPtrArray *spool_closed_files(const char *folder, GError **e)
{
	GError *why = NULL;
	GDir *dir = g_dir_open(folder, 0, &why);

	if (dir == NULL) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "journal %s",
			    why->message);
		g_error_free(why);
		return NULL;
	}
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

	for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
		if (g_str_has_prefix(name, "decisions-") &&
		    g_str_has_suffix(name, ".jsonl"))
			g_ptr_array_add(names, g_strdup(name));
	g_dir_close(dir);
	g_ptr_array_sort(names, oldest_first);
	return names;
}
