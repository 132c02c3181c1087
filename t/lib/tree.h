/* What a test has made on disk goes again with it. */
#ifndef WONTED_T_TREE_H
#define WONTED_T_TREE_H

#include <glib.h>
#include <glib/gstdio.h>

/* tree_remove - remove a file, a link, or a folder with all that is in it */
static inline void tree_remove(const char *path)
{
	GDir *dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL
							      : g_dir_open(path, 0, NULL);

	for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
		char *below = g_build_filename(path, name, NULL);

		tree_remove(below);
		g_free(below);
	}
	if (dir != NULL)
		g_dir_close(dir);
	g_remove(path);
}

#endif
