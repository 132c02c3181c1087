/* What a file is, by its name and by its first bytes. */
#ifndef DETECT_FILE_KIND_H
#define DETECT_FILE_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

enum file_kind {
	FILE_PLAIN,
	FILE_PROGRAM, /* runs when it is opened */
	FILE_DISK, /* an image that is opened like a folder and hides where it came from */
	FILE_MACRO,   /* a document with macros */
	FILE_PAGE,    /* a web page */
	FILE_ARCHIVE, /* opened only to find other files */
};

/* The endings that are dangerous. */
struct endings;

/* endings_create - from the entries of the list dangerous_endings
 * in    at[n]   ".exe"; case does not matter
 * own   endings_free() */
struct endings *endings_create(const struct bytes *at, size_t n);

/* endings_free - let go of them
 * in    NULL is allowed */
void endings_free(struct endings *e);

/* file_kind_named - by the last ending, as Windows sees it: trailing dots and blanks go
 * in    e   NULL: those that were shipped
 * err   FILE_PLAIN when it has none, or a harmless one */
enum file_kind file_kind_named(const struct endings *e, const char *name);

/* file_kind_typed - by what the first bytes say (struct part, magic) */
enum file_kind file_kind_typed(const char *magic);

/* file_disguised - does the name hide its ending: text direction turned around, or many
 *                  blanks before the ending? */
bool file_disguised(const char *name);

/* file_double - does a harmless ending stand before the last one: "invoice.pdf.exe"? */
bool file_double(const struct endings *e, const char *name);

#endif
