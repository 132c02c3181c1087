/* The text of a configuration as libconfuse can read it: includes put in their place, comments
 * gone, every word a string, and for each line the file and line that it came from. */
#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H

#include <glib.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "config/diagnostic.h"

struct source {
	struct arena *arena; /* file names; outlives the source */
	struct diagnostics *diagnostics;
	GPtrArray *files; /* names, in the order in which they were read */
	GString *text;
	GArray *lines;    /* struct origin, one for each line of the text */
	GArray *sections; /* unsigned: the line of the text in which each begins, from 1 */
	GPtrArray *open;  /* real names of the files that are being read */
	size_t bytes;     /* read so far */
};

/* source_init - ready to read
 * own   source_clear() frees; arena and diagnostics stay the caller's */
void source_init(struct source *s, struct arena *a, struct diagnostics *c);

/* source_clear - free the text and lists, not what lives in the arena */
void source_clear(struct source *s);

/* source_read - append the text of a file and of all that it includes
 * err   what is wrong is in diagnostics, and what could be read is there */
void source_read(struct source *s, const char *path);

/* source_read_text - the same for text in memory; an include is refused
 * err   as source_read() */
void source_read_text(struct source *s, const char *name, struct bytes text);

/* source_origin - where a line of the text came from
 * in    line   from 1
 * err   of a line that is not there: the first file as a whole */
struct origin source_origin(const struct source *s, int line);

#endif
