/* Labelled messages in their order, from an index file or from folders. */
#ifndef CMD_TEXT_INDEX_H
#define CMD_TEXT_INDEX_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "text/model.h"

struct text_indexed {
	char *path;
	enum text_label label;
	unsigned source;
};

struct text_index;

/* text_index_read - what the arguments name
 * in    names      NULL-terminated: index files; folders with a folder a label; message files
 *       unlabelled a file is a message, and folders need no labels
 * own   text_index_free()
 * err   NULL: a line or folder cannot be read as such; e names file and line */
struct text_index *text_index_read(char **names, bool unlabelled, GError **e);

/* text_index_count - messages */
size_t text_index_count(const struct text_index *x);

/* text_index_at - one of them */
const struct text_indexed *text_index_at(const struct text_index *x, size_t i);

/* text_index_sources - number of sources */
unsigned text_index_sources(const struct text_index *x);

/* text_index_source - the name of one */
const char *text_index_source(const struct text_index *x, unsigned i);

/* text_index_free - give back
 * in    NULL is allowed */
void text_index_free(struct text_index *x);

#endif
