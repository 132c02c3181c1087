/* Inside of the detect room: what a file is, by its name and by its first bytes. */
#ifndef DETECT_FILE_KIND_H
#define DETECT_FILE_KIND_H

#include <stdbool.h>

enum file_kind {
	FILE_PLAIN,
	FILE_PROGRAM, /* runs when it is opened */
	FILE_DISK, /* an image that is opened like a folder and hides where it came from */
	FILE_MACRO,   /* a document with macros */
	FILE_PAGE,    /* a web page */
	FILE_ARCHIVE, /* opened only to find other files */
};

/* file_kind_named - by the last ending, as Windows sees it: trailing dots and blanks go
 * err   none: FILE_PLAIN when it has none, or a harmless one */
enum file_kind file_kind_named(const char *name);

/* file_kind_typed - by what the first bytes say (struct part, magic)
 * err   none */
enum file_kind file_kind_typed(const char *magic);

/* file_disguised - does the name hide its ending: text direction turned around, or many
 *                  blanks before the ending?
 * err   none */
bool file_disguised(const char *name);

/* file_double - does a harmless ending stand before the last one: "invoice.pdf.exe"?
 * err   none */
bool file_double(const char *name);

#endif
